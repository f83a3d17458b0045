"""Language detection: by script, then by langdetect's profiles between the languages of a script."""

import json
import unicodedata

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import newsmill
from newsmill.pages.languages.detect import MAX_SAMPLE_CHARS, detect_languages, detect_text

# Labeled sentences, in the shared folder.
SENTENCES = "data/language/sentences.jsonl"

TEXTS = {  # "The ministry opened a public consultation on Tuesday", or similar
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


@pytest.mark.parametrize("language", TEXTS)
def test_language_of_a_sentence(language):
    assert detect_text(TEXTS[language])[0] == language


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
def test_undetermined(text):
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


def test_text_in_capitals():
    assert detect_text("THE MINISTRY OPENED A CONSULTATION ON RULES FOR PICTURES")[0] == "en"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Ministerstvo zahajilo v utery verejnou konzultaci k novym pravidlum pro skoly a urady.", "cs"),
        ("Ministerstwo rozpoczelo we wtorek konsultacje spoleczne w sprawie nowych zasad dla szkol.", "pl"),
        ("Bakanlik sali gunu yeni kurallar hakkinda kamuoyunun gorusunu almaya basladi.", "tr"),
    ],
)
def test_text_without_diacritics(text, language):
    assert detect_text(text)[0] == language


def test_combining_diacritics_are_composed():
    composed = "Bộ đã mở cuộc tham vấn công khai về các quy định mới."
    assert detect_text(unicodedata.normalize("NFD", composed)) == detect_text(composed)


def test_addresses_are_ignored():
    sentence = "Das Ministerium eröffnete am Dienstag eine Anhörung"
    link = "https://the.example/ministry/opened/public/consultation/about/the/new/rules/for/schools/on/tuesday"
    assert detect_text(f"{sentence} {link} {link}") == detect_text(sentence)


def test_the_sample_is_spread_over_the_text():
    head, tail = (
        "The first words of this page are in English. ",
        "Der Rest der Seite steht auf Deutsch, und er ist lang. ",
    )
    assert detect_text(head * 4 + tail * 400)[0] == "de"
    assert detect_text(tail * (MAX_SAMPLE_CHARS // 20))[0] == "de"


def test_detect_languages_takes_a_series_or_a_list():
    texts = ["The ministry opened a consultation.", None, "", "发布新模型"]
    detected = newsmill.detect_languages(pl.Series("text", texts))
    assert detected.schema == {"language": pl.String, "confidence": pl.Float64}
    assert detected["language"].to_list() == ["en", "und", "und", "zh"]
    assert detected["confidence"].to_list()[1:3] == [0.0, 0.0]
    assert detected.equals(newsmill.detect_languages(texts))
    empty = newsmill.detect_languages(pl.Series("text", [], dtype=pl.String))
    assert (empty.height, empty.schema) == (0, detected.schema)


def test_confidence_is_lower_between_close_languages():
    certain, uncertain = detect_text(TEXTS["fi"])[1], detect_text("Vi har en stor bil.")[1]
    assert certain > 0.99 > uncertain


def test_langdetect_as_detector():
    for language in ("en", "fr", "uk", "hi", "zh"):
        assert detect_text(TEXTS[language], detector="langdetect")[0] == language
    assert detect_text("404 error", detector="langdetect") == ("und", 0.0)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.text(max_size=120) | st.sampled_from([*TEXTS.values()]), min_size=1, max_size=6))
def test_result_does_not_depend_on_the_batch(texts):
    detected = [detect_text(text) for text in texts]
    assert detect_languages(texts).rows() == detected
    for language, confidence in detected:
        assert 0 <= confidence <= 1
        assert (language == "und") == (confidence == 0)
        assert 2 <= len(language) <= 3 and "-" not in language


def test_accuracy_on_labeled_sentences(shared):
    rows = [json.loads(line) for line in (shared / SENTENCES).read_text("utf-8").split("\n") if line]
    detected = detect_languages(row["text"] for row in rows)["language"]
    answers = pl.DataFrame({"language": [row["language"] for row in rows], "detected": detected})
    is_right = pl.col("language") == pl.col("detected")
    by_language = answers.group_by("language").agg(accuracy=is_right.mean())
    assert answers.select(is_right.mean()).item() >= 0.984
    assert by_language.filter(pl.col("accuracy") < 0.93).rows() == []
