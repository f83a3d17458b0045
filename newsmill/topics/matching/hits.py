"""Kernels that check strings found in folded texts for word boundaries and capitals; those that pass are hits."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from newsmill.compiled import compiled_inner
from newsmill.topics.matching.characters import DIGIT, IN_WORD, WIDTH_IN_WORD
from newsmill.topics.matching.text_bytes import double_rows

# Columns of a hit: start and end in characters, and the pattern.
START, END, PATTERN = range(3)

Codes = NDArray[np.uint32]
Flags = NDArray[np.uint16]
Rows = NDArray[np.int32]


class Spellings(NamedTuple):
    """The spellings of all patterns, grouped by the string that is searched.

    Attributes:
        first: the first spelling of each string, and the number of spellings at the end.
        char_count: characters of each string.
        pattern: number of the pattern, by spelling.
        open_left, open_right: whether the word may continue to the left or right of it, by spelling.
        first_capital: the first capital of each spelling, and the number of capitals at the end.
        capital_at, capital: character within the spelling, and the capital that a text must have there.
    """

    first: NDArray[np.int32]
    char_count: NDArray[np.int32]
    pattern: NDArray[np.int32]
    open_left: NDArray[np.bool_]
    open_right: NDArray[np.bool_]
    first_capital: NDArray[np.int32]
    capital_at: NDArray[np.int32]
    capital: NDArray[np.uint32]


class Matches(NamedTuple):
    """Strings found in the folded texts, sorted by end.

    Attributes:
        first: the first match of each text, and the number of matches at the end.
        string: number of the string, by match.
        end: end in bytes of the text, by match.
    """

    first: NDArray[np.int64]
    string: NDArray[np.int64]
    end: NDArray[np.int64]


@compiled_inner
def write_hits(
    codes: Codes, marks: Flags, byte_counts: NDArray[np.uint8], count: int, matches: Matches, match: int,
    end_match: int, spellings: Spellings, hits: Rows,
) -> tuple[int, Rows]:  # fmt: skip
    """Write the hits of a text, sorted by start; return their number, and the array in case it grew."""
    ends = matches.end
    hit_count, byte, before = 0, 0, 0
    next_end = ends[match]
    for at in range(count):
        byte_count = byte_counts[at]
        # A word has the byte WORD_START before its first character.
        byte += (byte_count & ~WIDTH_IN_WORD) + (byte_count & ~before) // WIDTH_IN_WORD
        before = byte_count
        while next_end == byte:
            string = matches.string[match]
            match += 1
            next_end = ends[match] if match < end_match else -1
            end = at + 1
            start = end - spellings.char_count[string]
            continues_left = start > 0 and marks[start] & marks[start - 1] & IN_WORD
            # A digit after a letter may begin another word, as in Sora2.
            continues_right = (
                end < count and marks[end] & marks[at] & IN_WORD and not (marks[end] & DIGIT and not marks[at] & DIGIT)
            )
            for spelling in range(spellings.first[string], spellings.first[string + 1]):
                if (
                    (not continues_left or spellings.open_left[spelling])
                    and (not continues_right or spellings.open_right[spelling])
                    and _has_capitals(codes, start, spelling, spellings)
                ):
                    if hit_count == len(hits):
                        hits = double_rows(hits)
                    _insert_by_start(hits, hit_count, start, end, spellings.pattern[spelling])
                    hit_count += 1
    return hit_count, hits


@compiled_inner
def _has_capitals(codes: Codes, start: int, spelling: int, spellings: Spellings) -> bool:
    """Return whether the text has a capital wherever the spelling has one."""
    for number in range(spellings.first_capital[spelling], spellings.first_capital[spelling + 1]):
        code = codes[start + spellings.capital_at[number]]
        if 0xFF01 <= code <= 0xFF5E:  # full width
            code -= 0xFEE0
        if code != spellings.capital[number]:
            return False
    return True


@compiled_inner
def _insert_by_start(hits: Rows, count: int, start: int, end: int, pattern: int) -> None:
    """Insert a hit in order of start. Matches are in order of end, so few hits move."""
    at = count
    while at > 0 and hits[at - 1, START] > start:
        for column in range(3):
            hits[at, column] = hits[at - 1, column]
        at -= 1
    hits[at, START], hits[at, END], hits[at, PATTERN] = start, end, pattern
