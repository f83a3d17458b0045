"""The languages of a page that interleaves several."""

import pytest
from test_pages_language import SAID

from newsmill.pages.languages.page import tell_page

EN = "The company released a new model that can generate video from a line of text, and analysts were surprised."
ZH = "这家公司发布了新的模型，可以用一行文字生成视频，分析师对此感到惊讶。"
FR = "L'entreprise a publié un nouveau modèle capable de produire une vidéo à partir d'une ligne de texte."
NL = "Het bedrijf bracht een nieuw model uit dat video kan maken van een enkele regel tekst, tot ieders verbazing."


@pytest.mark.parametrize(
    ("one", "other"), [((EN, "en"), (ZH, "zh")), ((FR, "fr"), (EN, "en")), ((NL, "nl"), (FR, "fr"))]
)
@pytest.mark.parametrize("times", [1, 3, 40])
def test_paragraphs_that_take_turns(one, other, times):
    told = tell_page([one[0], other[0]] * times)
    assert set(told.languages) == {one[1], other[1]}
    assert told.language == told.languages[0]
    assert 0 < told.confidence <= 1


def test_most_text_first():
    assert tell_page([FR, FR, EN, FR, EN]).languages == ["fr", "en"]
    assert tell_page([EN, EN, FR, EN, FR]).languages == ["en", "fr"]


def test_sentences_that_take_turns_in_a_paragraph():
    assert set(tell_page([ZH + EN] * 3).languages) == {"zh", "en"}


def test_a_quotation_does_not_make_a_page_bilingual():
    assert tell_page([EN, EN, FR, EN, EN, EN]).languages == ["en"]
    assert tell_page([ZH, "“" + EN + "”", ZH * 3, ZH, ZH * 2, ZH]).languages == ["zh"]


def test_names_do_not_make_a_page_bilingual():
    named = "OpenAI 的 Sora、Google DeepMind 的 Veo 和 Runway 的 Gen-4 是目前最受关注的视频模型。"
    assert tell_page([named] * 5).languages == ["zh"]
    assert tell_page([EN + " (三体, 流浪地球)"] * 5).languages == ["en"]


@pytest.mark.parametrize("language", SAID)
def test_a_page_in_one_language_has_one(language):
    assert tell_page([SAID[language]] * 8).languages == [language]


def test_headlines_help_where_the_body_is_short():
    assert tell_page(["Ok."], [EN]).language == "en"
    assert tell_page([ZH * 8], [EN]).languages == ["zh"]


@pytest.mark.parametrize("paragraphs", [[], [""], ["404"], ["\0", "12:30"]])
def test_nothing_to_tell(paragraphs):
    assert tell_page(paragraphs) == ("und", 0.0, [])


def test_large_pages_are_sampled():
    assert tell_page(["x y"] * 100_000 + [EN] * 100_000).languages == ["en"]
    assert tell_page(["字" * 2_000_000]).languages == ["zh"]
