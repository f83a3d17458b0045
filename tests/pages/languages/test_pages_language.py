"""Language: script first, langdetect's profiles between the languages that share one."""

import json
import unicodedata

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsmill.pages.languages.detect import LOOKED_AT, detect, detect_text

# Labelled sentences, beside the project.
SENTENCES = "data/language/sentences.jsonl"

SAID = {  # "The ministry opened a public consultation on Tuesday", or the like
    "af": "Die ministerie het Dinsdag 'n openbare raadpleging oor nuwe reëls vir skole begin.",
    "ar": "أعلنت الوزارة يوم الثلاثاء عن بدء المشاورات العامة.",
    "bg": "Министерството започна във вторник обществено обсъждане на новите правила.",
    "ca": "El ministeri va obrir dimarts una consulta pública sobre les noves normes per a les escoles.",
    "cs": "Ministerstvo zahájilo v úterý veřejnou konzultaci o nových pravidlech.",
    "cy": "Agorodd y weinyddiaeth ymgynghoriad cyhoeddus ddydd Mawrth ar y rheolau newydd.",
    "da": "Ministeriet åbnede tirsdag en offentlig høring om de nye regler for skolerne.",
    "de": "Das Ministerium eröffnete am Dienstag eine Anhörung.",
    "en": "The ministry opened a consultation on Tuesday.",
    "es": "El ministerio abrió el martes una consulta pública sobre las nuevas normas.",
    "et": "Ministeerium avas teisipäeval avaliku arutelu uute reeglite üle.",
    "fa": "وزارتخانه روز سه‌شنبه آغاز رایزنی عمومی را اعلام کرد.",
    "fi": "Ministeriö avasi tiistaina julkisen kuulemisen uusista säännöistä.",
    "fr": "Le ministère a ouvert une consultation mardi matin.",
    "hi": "मंत्रालय ने मंगलवार को परामर्श शुरू करने की घोषणा की।",
    "hr": "Ministarstvo je u utorak otvorilo javno savjetovanje o novim pravilima.",
    "hu": "A minisztérium kedden nyilvános konzultációt nyitott az új szabályokról.",
    "id": "Kementerian membuka konsultasi publik tentang aturan baru pada hari Selasa.",
    "it": "Il ministero ha aperto martedì una consultazione pubblica sulle nuove regole.",
    "lt": "Ministerija antradienį pradėjo viešas konsultacijas dėl naujų taisyklių.",
    "lv": "Ministrija otrdien sāka sabiedrisko apspriešanu par jaunajiem noteikumiem.",
    "mk": "Министерството во вторникот отвори јавна расправа за новите правила.",
    "mr": "मंत्रालयाने मंगळवारी नवीन नियमांवर सार्वजनिक सल्लामसलत सुरू केली आहे.",
    "nl": "Het ministerie opende dinsdag een openbare raadpleging over de nieuwe regels.",
    "no": "Departementet åpnet tirsdag en offentlig høring om de nye reglene, opplyser de.",
    "pl": "Ministerstwo rozpoczęło we wtorek konsultacje publiczne.",
    "pt": "O ministério abriu na terça-feira uma consulta pública sobre as novas regras.",
    "ro": "Ministerul a deschis marți o consultare publică privind noile reguli.",
    "ru": "Министерство во вторник начало общественное обсуждение.",
    "sk": "Ministerstvo otvorilo v utorok verejnú konzultáciu o nových pravidlách.",
    "sl": "Ministrstvo je v torek odprlo javno posvetovanje o novih pravilih.",
    "so": "Wasaaraddu waxay Talaadadii furtay wadatashi dadweyne oo ku saabsan xeerarka cusub.",
    "sq": "Ministria hapi të martën një konsultim publik për rregullat e reja.",
    "sv": "Departementet inledde på tisdagen ett öppet samråd om vilka regler som ska gälla för skolorna.",
    "sw": "Wizara ilifungua mashauriano ya umma siku ya Jumanne kuhusu sheria mpya.",
    "tl": "Binuksan ng kagawaran noong Martes ang isang pampublikong konsultasyon tungkol sa mga bagong tuntunin.",
    "tr": "Bakanlık salı günü yeni kurallar hakkında kamuoyu görüşü almaya başladı.",
    "uk": "Міністерство у вівторок розпочало громадське обговорення.",
    "ur": "وزارت نے منگل کو نئے قواعد پر عوامی مشاورت کا آغاز کیا ہے۔",
    "vi": "Bộ đã mở cuộc tham vấn công khai về các quy định mới vào thứ Ba.",
    "el": "Το υπουργείο",
    "he": "משרד החינוך",
    "th": "กระทรวงประกาศ",
    "ko": "발표했다",
    "ja": "発表した",
    "zh": "发布",
}


@pytest.mark.parametrize("language", SAID)
def test_languages(language):
    assert detect_text(SAID[language])[0] == language


def test_traditional_and_simplified_are_both_chinese():
    assert [detect_text(text)[0] for text in ("經濟部宣布", "经济部宣布")] == ["zh", "zh"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "404 error",
        "2026-07-02 12:30",
        "12 34 56.7 89% 3,400 USD",
        "GPT-5",
        "https://example.com/some/long/path/about/nothing.html",
        "!?…",
        "Ok",
        "😀🎉🚀",
        "\0" * 100,
        " " * 1000,
        "a" * 10_000_000,
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "d2hhdCBpcyB0aGlzIGJhc2U2NCBkb2luZyBoZXJlIHpYcVFrV3BMbVZ0Tm9SYVN4WXo=",
        '{"id": 12, "name": "abc", "items": [{"k": "v", "price": 3.4}, {"k": "w"}], "ok": true}',
        "function f(a,b){var c=document.getElementById('x');for(var i=0;i<a.length;i++){c.innerHTML+=a[i];}}",
        ".nav{display:flex;margin:0 auto;padding:4px 8px}.nav a:hover{color:#fff;text-decoration:none}",
    ],
    ids=lambda text: text[:12].strip("\0") or "blank",
)
def test_what_cannot_be_known(text):
    assert detect_text(text) == ("und", 0.0)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("OpenAI 发布 GPT-5", "zh"),
        ("日本 FRONTIER 推出半固态电池平板电脑 FRT300P", "zh"),
        ("iQIYI CEO Gong Yu 表示，Seedance 2.0、Sora、Veo 等 AI 视频模型将改变电影行业。", "zh"),
        ("Review of 三体: the first book is back in the shops", "en"),
        ("OpenAI、東京に新しい拠点を開設へ", "ja"),
        ("MagnifiQ는 텍스트 기반 영상 모델로 OpenAI Sora와 경쟁한다", "ko"),
        ("好吃の店开到了上海南京路，每天都有很多人排队等候", "zh"),
        ("The word \u202eשלום\u202c means peace in the language of the country", "en"),
        ("hello \ud800\udfff this is a sentence of English words", "en"),
        ("𠀀𠀁𠀂𠀃", "zh"),
    ],
)
def test_mixed_scripts(text, language):
    assert detect_text(text)[0] == language


def test_capitals_are_words_too():
    assert detect_text("THE MINISTRY OPENED A CONSULTATION ON RULES FOR PICTURES")[0] == "en"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Ministerstvo zahajilo v utery verejnou konzultaci k novym pravidlum pro skoly a urady.", "cs"),
        ("Ministerstwo rozpoczelo we wtorek konsultacje spoleczne w sprawie nowych zasad dla szkol.", "pl"),
        ("Bakanlik sali gunu yeni kurallar hakkinda kamuoyunun gorusunu almaya basladi.", "tr"),
    ],
)
def test_marks_left_out_in_writing(text, language):
    assert detect_text(text)[0] == language


def test_marks_written_apart_are_composed():
    apart = "Bộ đã mở cuộc tham vấn công khai về các quy định mới."
    assert detect_text(unicodedata.normalize("NFD", apart)) == detect_text(apart)


def test_addresses_say_nothing():
    said = "Das Ministerium eröffnete am Dienstag eine Anhörung"
    link = "https://the.example/ministry/opened/public/consultation/about/the/new/rules/for/schools/on/tuesday"
    assert detect_text(f"{said} {link} {link}") == detect_text(said)


def test_the_sample_is_spread_over_the_text():
    head, tail = (
        "The first words of this page are in English. ",
        "Der Rest der Seite steht auf Deutsch, und er ist lang. ",
    )
    assert detect_text(head * 4 + tail * 400)[0] == "de"
    assert detect_text(tail * (LOOKED_AT // 20))[0] == "de"


def test_series_in_series_out():
    told = detect(pl.Series("text", ["The ministry opened a consultation.", None, "", "发布新模型"]))
    assert told.schema == {"language": pl.String, "confidence": pl.Float64}
    assert told["language"].to_list() == ["en", "und", "und", "zh"]
    assert told["confidence"].to_list()[1:3] == [0.0, 0.0]
    assert detect(pl.Series("text", [], dtype=pl.String)).height == 0


def test_confidence_is_low_where_languages_are_near():
    sure, near = detect_text(SAID["fi"])[1], detect_text("Vi har en stor bil.")[1]
    assert sure > 0.99 > near


def test_langdetect_can_be_asked_instead():
    for language in ("en", "fr", "uk", "hi", "zh"):
        assert detect_text(SAID[language], detector="langdetect")[0] == language
    assert detect_text("404 error", detector="langdetect") == ("und", 0.0)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.text(max_size=120) | st.sampled_from([*SAID.values()]), max_size=6))
def test_same_answer_alone_and_in_any_batch(texts):
    alone = [detect_text(text) for text in texts]
    stored = [text.encode("utf-8", "replace").decode() for text in texts]
    assert detect(pl.Series("text", stored, dtype=pl.String)).rows() == [detect_text(text) for text in stored]
    for language, confidence in alone:
        assert 0 <= confidence <= 1
        assert (language == "und") == (confidence == 0)
        assert 2 <= len(language) <= 3 and "-" not in language


def test_sentences_of_the_shared_set(shared):
    rows = [json.loads(line) for line in (shared / SENTENCES).read_text("utf-8").split("\n") if line]
    told = detect(pl.Series([row["text"] for row in rows]))["language"]
    right = pl.DataFrame({"language": [row["language"] for row in rows], "told": told})
    by_language = right.group_by("language").agg((pl.col("language") == pl.col("told")).mean().alias("share"))
    assert (right["language"] == right["told"]).mean() >= 0.984
    assert by_language.filter(pl.col("share") < 0.93).rows() == []
