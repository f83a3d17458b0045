"""Language: script first, langdetect between the languages that share one."""

import json
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsmill.pages.language import LOOKED_AT, detect, detect_text

SENTENCES = Path(__file__).resolve().parents[2] / "../shared/data/language/sentences.jsonl"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The ministry opened a consultation on Tuesday.", "en"),
        ("Le ministère a ouvert une consultation mardi matin.", "fr"),
        ("Das Ministerium eröffnete am Dienstag eine Anhörung.", "de"),
        ("Министерство во вторник начало общественное обсуждение.", "ru"),
        ("Міністерство у вівторок розпочало громадське обговорення.", "uk"),
        ("أعلنت الوزارة يوم الثلاثاء عن بدء المشاورات العامة.", "ar"),
        ("وزارتخانه روز سه‌شنبه آغاز رایزنی عمومی را اعلام کرد.", "fa"),
        ("मंत्रालय ने मंगलवार को परामर्श शुरू करने की घोषणा की।", "hi"),
        ("Το υπουργείο", "el"),
        ("משרד החינוך", "he"),
        ("กระทรวงประกาศ", "th"),
        ("발표했다", "ko"),
        ("発表した", "ja"),
        ("发布", "zh"),
        ("經濟部宣布", "zh"),
    ],
)
def test_languages(text, language):
    assert detect_text(text)[0] == language


@pytest.mark.parametrize("text", ["", "404 error", "2026-07-02 12:30", "GPT-5", "https://example.com/abc", "!?…", "Ok"])
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
    ],
)
def test_mixed_scripts(text, language):
    assert detect_text(text)[0] == language


def test_capitals_are_words_too():
    assert detect_text("THE MINISTRY OPENED A CONSULTATION ON RULES FOR PICTURES")[0] == "en"


def test_only_the_beginning_is_looked_at():
    assert detect_text("这是中文。" * (LOOKED_AT // 5) + "And then English. " * 1000)[0] == "zh"


def test_series_in_series_out():
    told = detect(pl.Series("text", ["The ministry opened a consultation.", None, "", "发布新模型"]))
    assert told.schema == {"language": pl.String, "confidence": pl.Float64}
    assert told["language"].to_list() == ["en", "und", "und", "zh"]
    assert told["confidence"].to_list()[1:3] == [0.0, 0.0]
    assert detect(pl.Series("text", [], dtype=pl.String)).height == 0


@settings(deadline=None, max_examples=50)
@given(st.text(max_size=120))
def test_same_text_same_answer(text):
    language, confidence = detect_text(text)
    assert (language, confidence) == detect_text(text)
    assert 0 <= confidence <= 1
    assert (language == "und") == (confidence == 0)
    assert 2 <= len(language) <= 3 and "-" not in language


@pytest.mark.skipif(not SENTENCES.exists(), reason="../shared is not beside the project")
def test_sentences_of_the_shared_set():
    rows = [json.loads(line) for line in SENTENCES.read_text().splitlines()[::40]]
    told = detect(pl.Series([row["text"] for row in rows]))["language"]
    right = sum(row["language"] == said for row, said in zip(rows, told, strict=True))
    assert right >= 0.96 * len(rows)
