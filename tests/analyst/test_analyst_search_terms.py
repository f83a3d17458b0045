"""Parsing of queries: words, phrases and unspaced scripts; and the sentence shown for a result."""

from __future__ import annotations

import duckdb
import pytest

from newsmill.analyst.search_terms import MAX_TERMS, Term, best_sentence, read_query
from newsmill.errors import UserError
from newsmill.sql import quote_literal


@pytest.mark.parametrize(
    ("query", "pieces"),
    [
        ("AI Act", [("ai",), ("act",)]),
        ('"AI Act" Brussels', [("ai", "act"), ("brussels",)]),
        ("GPT-4o", [("gpt", "4o")]),
        ("AI监管", [("ai", "监管")]),
        ("ＡＩ　指針", [("ai",), ("指針",)]),
        ("Ministère", [("ministere",)]),
        ("law law LAW", [("law",)]),
        ('unclosed "phrase here', [("unclosed",), ("phrase",), ("here",)]),
        ("हिन्दी", [("हिन्दी",)]),
    ],
)
def test_a_query_is_parsed_into_terms(query: str, pieces: list[tuple[str, ...]]) -> None:
    assert [term.pieces for term in read_query(query)] == pieces


@pytest.mark.parametrize("query", ["", "   ", '""', "?!", "'; --"])
def test_a_query_without_words_is_an_error(query: str) -> None:
    with pytest.raises(UserError, match="no word"):
        read_query(query)


def test_a_query_with_too_many_words_is_an_error() -> None:
    with pytest.raises(UserError, match="remove some"):
        read_query(" ".join(f"word{i}" for i in range(MAX_TERMS + 1)))


@pytest.mark.parametrize(
    ("query", "text", "matches"),
    [
        ("regulation", "New Regulations, explained", True),
        ("Regulierung", "die Regulierungsbehörde", True),
        ("gulation", "New regulations", False),
        ("ai", "the AI Act", True),
        ("ai", "an airport in Thailand", False),  # a short word is not a prefix
        ("ai", "监管AI模型", True),
        ("ministere", "le Ministère", True),
        ("ministère", "LE MINISTERE", True),
        ("ＡＩ", "the ai act", True),
        ("ai", "政府のＡＩ指針案", True),
        ('"ai act"', "the AI-Act", True),
        ('"ai act"', "an act on AI", False),
        ("gpt-4o", "GPT 4o and GPT‑4o", True),
        ("指針", "新しい指針案を", True),
        ("指针", "新しい指針案を", False),
        ("규제", "인공지능 규제는", True),
        ("ガイド", "カイト", False),
        ("ห้อง", "ในห้องนี้", True),
        ("c++", "see C", True),
        ("naïve(", "a naive (plan)", True),
    ],
)
def test_duckdb_and_python_find_the_same_terms(query: str, text: str, matches: bool) -> None:
    [term] = read_query(query)
    sql = f"select regexp_matches({quote_literal(text)}, {quote_literal(term.re2)})"
    assert duckdb.sql(sql).fetchall() == [(matches,)]
    assert (term.python.search(text) is not None) == matches


def test_the_index_has_words_and_pairs_of_characters() -> None:
    assert Term(("ai", "监管局", "2026")).index_words == ["ai", "监管", "管局", "2026"]
    assert Term(("法",)).index_words == []


TEXT = (
    "The port opened. Officials met on Monday!\nThe AI Act asks officials for records. 指針は新しい。政府は公表した。"
)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("officials", "Officials met on Monday!"),
        ("officials act", "The AI Act asks officials for records."),
        ("公表", "政府は公表した。"),
        ("elsewhere", "The port opened."),
    ],
)
def test_the_best_sentence_has_the_most_terms(query: str, sentence: str) -> None:
    assert best_sentence(TEXT, read_query(query)) == sentence


def test_a_long_sentence_is_shortened_around_the_word() -> None:
    shown = best_sentence("word " * 500 + "needle " + "word " * 500, read_query("needle"), max_chars=120)
    assert "needle" in shown
    assert shown.startswith("…") and shown.endswith("…") and len(shown) <= 122


def test_an_empty_text_has_an_empty_sentence() -> None:
    assert best_sentence("", read_query("x1")) == ""
