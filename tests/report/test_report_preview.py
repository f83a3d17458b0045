"""Small charts and tables for the metadata of Dagster assets."""

from __future__ import annotations

import base64
import datetime as dt
from xml.etree import ElementTree

import polars as pl
import pytest

from newsmill.report.preview import chart_markdown, table_markdown

SVG = "{http://www.w3.org/2000/svg}"


def svg_of(markdown: str) -> ElementTree.Element:
    data = base64.b64decode(markdown.partition("data:image/svg+xml;base64,")[2].rstrip(")"))
    return ElementTree.fromstring(data)


def texts_of(svg: ElementTree.Element) -> list[str | None]:
    return [element.text for element in svg.iter(f"{SVG}text")]


def test_chart_over_time_is_an_inline_svg_with_a_line_for_each_color():
    days = [dt.date(2026, 11, 1) + dt.timedelta(days=n) for n in range(5)]
    frame = pl.DataFrame({"day": days * 2, "topic": ["a"] * 5 + ["b"] * 5, "pages": range(10)})
    markdown = chart_markdown(frame, "day", "pages", "topic", "Pages a day")
    assert markdown.startswith("![Pages a day](data:image/svg+xml;base64,")
    svg = svg_of(markdown)
    assert texts_of(svg) == ["Pages a day", "b", "a", "9", "0", "2026-11-01", "2026-11-05"]
    lines = [line.attrib["points"].split() for line in svg.iter(f"{SVG}polyline")]
    assert [len(points) for points in lines] == [5, 5]
    assert lines[0][-1] == "410.0,28.0"  # the largest number at the upper right
    assert len(markdown) < 6_000


def test_chart_over_one_day_with_many_colors_adds_up_the_smallest():
    frame = pl.DataFrame({"day": [dt.date(2026, 11, 1)] * 12, "site": [f"s{n:02}" for n in range(12)], "n": range(12)})
    svg = svg_of(chart_markdown(frame, "day", "n", "site", "Sites"))
    assert texts_of(svg)[1:9] == ["s11", "s10", "s09", "s08", "s07", "s06", "s05", "others"]
    assert len(list(svg.iter(f"{SVG}circle"))) == 8


def test_chart_of_kinds_needs_no_color():
    frame = pl.DataFrame({"reason": ["no_text", "x" * 300], "records": [3, 4]})
    svg = svg_of(chart_markdown(frame, "reason", "records", None, "Quarantine"))
    assert texts_of(svg) == ["Quarantine", "no_text", "3", "x" * 21 + "…", "4"]


def test_names_from_pages_are_escaped_in_a_chart():
    frame = pl.DataFrame({"site": ["</text><script>alert(1)</script>", "a\x00b"], "pages": [1, 2]})
    svg = svg_of(chart_markdown(frame, "site", "pages", None, "<b>&"))
    assert texts_of(svg) == ["<b>&", "</text><script>alert(…", "1", "a b", "2"]


@pytest.mark.parametrize("title", ["a](javascript:alert(1))", "<script>alert(1)</script>"])
def test_title_of_a_chart_is_escaped(title):
    markdown = chart_markdown(pl.DataFrame({"x": ["a"], "y": [1]}), "x", "y", None, title)
    alternative, _, rest = markdown.removeprefix("![").partition("](data:")
    assert "<" not in alternative.replace("\\<", "")
    assert "]" not in alternative.replace("\\]", "")
    assert rest.startswith("image/svg+xml;base64,")


def test_chart_without_rows_is_a_message():
    frame = pl.DataFrame(schema={"day": pl.Date, "pages": pl.Int64})
    assert chart_markdown(frame, "day", "pages", None, "Pages a day") == "Pages a day: no rows"


def test_chart_accepts_unusual_column_names():
    frame = pl.DataFrame({"a.b:c[0]": ["k"], "n's": [1]})
    assert texts_of(svg_of(chart_markdown(frame, "a.b:c[0]", "n's", None, "Odd names"))) == ["Odd names", "k", "1"]


def test_table_shows_the_first_rows_and_counts_the_rest():
    frame = pl.DataFrame({"site": [f"s{n}" for n in range(12)], "pages": range(12)})
    lines = table_markdown(frame).splitlines()
    assert lines[:3] == ["| site | pages |", "|---|---|", "| s0 | 0 |"]
    assert len(lines) == 2 + 10 + 2
    assert lines[-1] == "2 more rows"


def test_complete_table_has_no_count_of_further_rows():
    assert table_markdown(pl.DataFrame({"n": [1, 2]}), rows=2).splitlines() == ["| n |", "|---|", "| 1 |", "| 2 |"]


def test_cells_are_escaped_and_stay_on_their_line():
    frame = pl.DataFrame({"a|b": ["x | y\n| z", "<script>alert(1)</script>", "[a](javascript:b)", "`_*~$&"]})
    assert table_markdown(frame).splitlines() == [
        "| a\\|b |",
        "|---|",
        "| x \\| y \\| z |",
        "| \\<script\\>alert(1)\\</script\\> |",
        "| \\[a\\](javascript:b) |",
        "| \\`\\_\\*\\~\\$\\& |",
    ]


def test_cells_are_formatted():
    frame = pl.DataFrame(
        {"null": [None], "ratio": [0.123456], "large": [1234567.0], "day": [dt.date(2026, 11, 1)], "many": [["a", "b"]]}
    )
    assert table_markdown(frame).splitlines()[2] == "|  | 0.1235 | 1.235e+06 | 2026-11-01 | \\['a', 'b'\\] |"


def test_long_cell_is_shortened():
    [cell] = table_markdown(pl.DataFrame({"t": ["x" * 500]})).splitlines()[2:]
    assert cell == "| " + "x" * 79 + "… |"
