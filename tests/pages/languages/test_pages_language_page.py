"""The languages of a page with paragraphs in several languages."""

import pytest
from test_pages_language import TEXTS

from newsmill.pages.languages.page import detect_page

EN = "The company released a new model that can generate video from a line of text, and analysts were surprised."
ZH = "这家公司发布了新的模型，可以用一行文字生成视频，分析师对此感到惊讶。"
FR = "L'entreprise a publié un nouveau modèle capable de produire une vidéo à partir d'une ligne de texte."
NL = "Het bedrijf bracht een nieuw model uit dat video kan maken van een enkele regel tekst, tot ieders verbazing."


@pytest.mark.parametrize(
    ("first", "second"), [((EN, "en"), (ZH, "zh")), ((FR, "fr"), (EN, "en")), ((NL, "nl"), (FR, "fr"))]
)
@pytest.mark.parametrize("times", [1, 3, 40])
def test_alternating_paragraphs(first, second, times):
    page = detect_page([first[0], second[0]] * times)
    assert set(page.languages) == {first[1], second[1]}
    assert page.language == page.languages[0]
    assert 0 < page.confidence <= 1


def test_languages_are_ordered_by_amount_of_text():
    assert detect_page([FR, FR, EN, FR, EN]).languages == ["fr", "en"]
    assert detect_page([EN, EN, FR, EN, FR]).languages == ["en", "fr"]


def test_alternating_sentences_in_a_paragraph():
    assert set(detect_page([ZH + EN] * 3).languages) == {"zh", "en"}


def test_a_quotation_does_not_make_a_page_bilingual():
    assert detect_page([EN, EN, FR, EN, EN, EN]).languages == ["en"]
    assert detect_page([ZH, "“" + EN + "”", ZH * 3, ZH, ZH * 2, ZH]).languages == ["zh"]


def test_names_do_not_make_a_page_bilingual():
    named = "OpenAI 的 Sora、Google DeepMind 的 Veo 和 Runway 的 Gen-4 是目前最受关注的视频模型。"
    assert detect_page([named] * 5).languages == ["zh"]
    assert detect_page([EN + " (三体, 流浪地球)"] * 5).languages == ["en"]


@pytest.mark.parametrize("language", TEXTS)
def test_page_in_one_language(language):
    assert detect_page([TEXTS[language]] * 8).languages == [language]


def test_headlines_are_used_where_the_body_is_short():
    assert detect_page(["Ok."], [EN]).language == "en"
    assert detect_page([ZH * 8], [EN]).languages == ["zh"]


@pytest.mark.parametrize("paragraphs", [[], [""], ["404"], ["\0", "12:30"]])
def test_undetermined_page(paragraphs):
    assert detect_page(paragraphs) == ("und", 0.0, [])


def test_large_pages_are_sampled():
    assert detect_page(["x y"] * 100_000 + [EN] * 100_000).languages == ["en"]
    assert detect_page(["字" * 2_000_000]).languages == ["zh"]
