"""Bylines at the start of a body are removed, and nothing else."""

import datetime as dt

from newsmill.pages.html_page import remove_byline
from newsmill.pages.types import Published

REST = ["The crane came in on Tuesday.", "Jonas Reitmeier, 40, saw it."]


def test_line_with_date_and_author_is_removed():
    line = "9. Oktober 2026, 14:40 Uhr Jonas Reitmeier"
    assert remove_byline([line, *REST], ["Jonas Reitmeier"]) == REST


def test_sentence_with_the_author_is_kept():
    line = "Jonas Reitmeier has worked at the port since 1998, and has seen three cranes come and go."
    assert remove_byline([line, *REST], ["Jonas Reitmeier"]) == [line, *REST]


def test_short_line_without_the_author_or_a_number_is_kept():
    for line in ("9. Oktober 2026", "Von Jonas Reitmeier"):
        assert remove_byline([line, *REST], ["Someone Else"]) == [line, *REST]
    assert remove_byline(["Von Jonas Reitmeier"], ["Jonas Reitmeier"]) == ["Von Jonas Reitmeier"]


def test_same_line_farther_down_is_kept():
    line = "9. Oktober 2026, 14:40 Uhr Jonas Reitmeier"
    body = ["One.", "Two.", "Three.", line]
    assert remove_byline(body, ["Jonas Reitmeier"]) == body


def test_line_with_the_date_of_the_page_is_removed_and_with_another_date_kept():
    published = Published(dt.datetime(2026, 10, 9, 14, 40), None, "text")
    assert remove_byline(["9. Oktober 2026, 14:40 Uhr Timo Brandl", *REST], [], published) == REST
    assert (
        remove_byline(["Was am 7. Oktober 2026 geschah", *REST], [], published)[0] == "Was am 7. Oktober 2026 geschah"
    )
