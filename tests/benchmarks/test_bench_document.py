"""Tables in docs/benchmarks.md."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl
import pytest

from benchmarks.runs.document import DOCUMENT, describe_conditions, markdown_table, write_section

PAGE = "# Title\n\n<!-- runs -->\nold\n<!-- end of runs -->\n\nBetween.\n\n<!-- peer -->\n<!-- end of peer -->\n"


def test_replaces_one_section_and_keeps_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    path.write_text(PAGE)
    write_section("runs", ["A line with \\1.", "| a |"], path)
    assert path.read_text() == PAGE.replace("\nold\n", "\n\nA line with \\1.\n\n| a |\n\n")
    once = path.read_text()
    write_section("runs", ["A line with \\1.", "| a |"], path)
    assert path.read_text() == once


def test_a_page_without_the_section_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    path.write_text(PAGE)
    with pytest.raises(ValueError, match="0 sections named growth"):
        write_section("growth", ["x"], path)
    assert path.read_text() == PAGE


def test_the_page_has_a_section_for_every_benchmark() -> None:
    assert re.findall(r"<!-- (\w+) -->", DOCUMENT.read_text()) == ["runs", "peer", "growth", "stages"]


def test_numbers_are_rounded_and_to_the_right() -> None:
    table = pl.DataFrame(
        {"what": ["run", "status"], "pages": [1234, 1], "cpu_s": [1234.56, 0.1234], "f1": [None, 0.97]}
    )
    assert markdown_table(table).splitlines() == [
        "| what | pages | cpu_s | f1 |",
        "| --- | ---: | ---: | ---: |",
        "| run | 1,234 | 1,235 |  |",
        "| status | 1 | 0.123 | 0.970 |",
    ]


def test_a_busy_machine_is_named() -> None:
    assert "busy" not in describe_conditions(0.2, "3 rounds")
    assert "load per core before: 3.00; the machine was busy" in describe_conditions(3.0)
