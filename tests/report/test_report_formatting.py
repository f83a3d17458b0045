"""Formatting of values and page texts."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from newsmill.report.formatting import (
    days,
    format_chance,
    is_linkable,
    number,
    percent,
    shorten,
    signed,
    split_at_phrase,
)


@pytest.mark.parametrize(
    ("score", "expected"),
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
def test_score_is_formatted_as_odds(score, expected):
    assert format_chance(score) == expected


@pytest.mark.parametrize(
    ("value", "expected"), [(0, "0"), (12345, "12,345"), (1.3546, "1.4"), (0.04, "0.04"), (123.4, "123"), (2.0, "2")]
)
def test_numbers_are_rounded(value, expected):
    assert number(value) == expected


def test_signs_and_shares():
    assert [signed(value) for value in (5, -3, 0)] == ["+5", "−3", "0"]
    assert [percent(value) for value in (0, 0.001, 0.5)] == ["0%", "<1%", "50%"]


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("2026-10-05", "2026-10-05", "5 Oct 2026"),
        ("2026-10-05", "2026-10-18", "5 to 18 Oct 2026"),
        ("2026-10-05", "2026-11-02", "5 Oct to 2 Nov 2026"),
        ("2025-12-30", "2026-01-02", "30 Dec 2025 to 2 Jan 2026"),
    ],
)
def test_range_of_days_omits_repeated_month_and_year(first, last, expected):
    assert days(dt.date.fromisoformat(first), dt.date.fromisoformat(last)) == expected


@pytest.mark.parametrize(
    "url",
    ["https://example.com/a?b=1&c=2", "http://example.com", "https://例え.jp/ニュース", "HTTPS://Example.com/"],
)
def test_web_url_is_linkable(url):
    assert is_linkable(url)


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
def test_other_url_is_not_linkable(url):
    assert not is_linkable(url)


@pytest.mark.parametrize(
    ("text", "expected"),
    [(None, ""), ("", ""), ("  a\n b ", "a b"), ("abcdef", "abcd…"), ("abcde", "abcde")],
)
def test_shorten_returns_one_line_of_limited_length(text, expected):
    assert shorten(text, 5) == expected


def test_sentence_is_split_at_its_phrase():
    assert split_at_phrase("<i>a</i> phrase & more", "phrase") == ("<i>a</i> ", "phrase", " & more")


def test_sentence_without_the_phrase_is_not_split():
    assert split_at_phrase("nothing of it", "phrase") == ("nothing of it", "", "")


def test_long_sentence_keeps_the_text_around_the_phrase():
    parts = split_at_phrase("a" * 5000 + " phrase " + "b" * 5000, "phrase")
    assert re.fullmatch(r"…a+ phrase b+…", "".join(parts))
    assert len("".join(parts)) < 400


def test_very_long_phrase_is_shortened():
    assert len("".join(split_at_phrase("x" * 5000, "x" * 5000))) < 400
