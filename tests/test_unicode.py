"""Character ranges: in order, without overlap, and consistent with one another."""

import doctest
import re
from itertools import pairwise

import duckdb
import pytest

from newsmill import unicode
from newsmill.unicode import (
    CJK_LETTER_RANGES,
    CJK_RANGES,
    SCRIPT_BLOCKS,
    SOUTHEAST_ASIAN_RANGES,
    char_class,
    re2_class,
)


def test_examples() -> None:
    failed, tried = doctest.testmod(unicode)
    assert (failed, tried) == (0, 3)


@pytest.mark.parametrize(
    "ranges", [CJK_RANGES, CJK_LETTER_RANGES, SOUTHEAST_ASIAN_RANGES, [block[:2] for block in SCRIPT_BLOCKS]]
)
def test_ranges_are_in_order_and_do_not_overlap(ranges: list[tuple[int, int]]) -> None:
    assert all(first <= last for first, last in ranges)
    assert all(before[1] < after[0] for before, after in pairwise(ranges))


def test_letters_are_a_subset_of_all_characters() -> None:
    for first, last in CJK_LETTER_RANGES:
        assert any(start <= first and last <= end for start, end in CJK_RANGES)


@pytest.mark.parametrize(
    ("char", "is_cjk"), [("漢", True), ("か", True), ("글", True), ("々", True), ("a", False), ("。", False)]
)
def test_classes_match_the_same_characters_in_python_and_duckdb(char: str, is_cjk: bool) -> None:
    assert bool(re.match(f"[{char_class(CJK_RANGES)}]", char)) is is_cjk
    query = "select regexp_matches(?, ?)"
    assert duckdb.execute(query, [char, f"[{re2_class(CJK_RANGES)}]"]).fetchall() == [(is_cjk,)]
