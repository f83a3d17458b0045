"""How values and page texts are written for a person."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from newsmill.report.formatting import around, chance, cut, days, linkable, number, percent, signed


@pytest.mark.parametrize(
    ("score", "said"),
    [
        (3, "1 in 1,000"),
        (1.3, "1 in 20"),
        (4.5, "1 in 32,000"),
        (8.392, "1 in 250 million"),
        (9, "1 in 1 billion"),
        (14, "1 in 100 trillion"),
        (40, "less than 1 in 1,000 trillion"),
        (5000, "less than 1 in 1,000 trillion"),
    ],
)
def test_score_is_told_as_a_probability(score, said):
    assert chance(score) == said


@pytest.mark.parametrize(
    ("value", "said"), [(0, "0"), (12345, "12,345"), (1.3546, "1.4"), (0.04, "0.04"), (123.4, "123"), (2.0, "2")]
)
def test_numbers_have_as_many_digits_as_one_reads(value, said):
    assert number(value) == said


def test_signs_and_shares():
    assert [signed(value) for value in (5, -3, 0)] == ["+5", "−3", "0"]
    assert [percent(value) for value in (0, 0.001, 0.5)] == ["0%", "<1%", "50%"]


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        ("2026-10-05", "2026-10-05", "5 Oct 2026"),
        ("2026-10-05", "2026-10-18", "5 to 18 Oct 2026"),
        ("2026-10-05", "2026-11-02", "5 Oct to 2 Nov 2026"),
        ("2025-12-30", "2026-01-02", "30 Dec 2025 to 2 Jan 2026"),
    ],
)
def test_range_of_days_says_month_and_year_once(first, last, said):
    assert days(dt.date.fromisoformat(first), dt.date.fromisoformat(last)) == said


@pytest.mark.parametrize(
    "url",
    ["https://example.com/a?b=1&c=2", "http://example.com", "https://例え.jp/ニュース", "HTTPS://Example.com/"],
)
def test_web_address_is_linked(url):
    assert linkable(url)


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "javascript:alert(1)",
        " javascript:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "file:///etc/passwd",
        "//example.com/a",
        "/relative",
        "https://",
        "http://[::1",
        "https://example.com/" + "a" * 1000,
        "https://example.com/\u202efdp.exe",
    ],
)
def test_other_address_is_not_linked(url):
    assert not linkable(url)


@pytest.mark.parametrize(
    ("given", "made"),
    [(None, ""), ("", ""), ("  a\n b ", "a b"), ("abcdef", "abcd…"), ("abcde", "abcde")],
)
def test_cut_keeps_one_line_of_a_length(given, made):
    assert cut(given, 5) == made


def test_sentence_is_parted_at_its_phrase():
    assert around("<i>a</i> phrase & more", "phrase") == ("<i>a</i> ", "phrase", " & more")


def test_sentence_whose_phrase_is_elsewhere_stays_whole():
    assert around("nothing of it", "phrase") == ("nothing of it", "", "")


def test_long_sentence_keeps_what_stands_around_the_phrase():
    parts = around("a" * 5000 + " phrase " + "b" * 5000, "phrase")
    assert re.fullmatch(r"…a+ phrase b+…", "".join(parts))
    assert len("".join(parts)) < 400


def test_phrase_of_thousands_of_characters_is_cut():
    assert len("".join(around("x" * 5000, "x" * 5000))) < 400
