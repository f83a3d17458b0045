"""The compiled scan of a page's markup: counts of tags, and of elements that could be open at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from newsmill.compiled import compiled, compiled_inner

_LESS, _SLASH, _EQUALS, _SPACE = np.uint8(0x3C), np.uint8(0x2F), np.uint8(0x3D), np.uint8(0x20)
_LETTER_A, _LETTER_O, _LETTER_Z, _CASE_BIT = np.uint8(0x61), np.uint8(0x6F), np.uint8(0x7A), np.uint8(0x20)
_COUNTS = 8
_TAGS, _OPTIONS, _BALANCE, _LOWEST, _MOST_OPEN, _TOTAL_OPEN, _PREVIOUS, _GAPS = range(_COUNTS)
_NONE = np.uint64(0)
_ALL_LESS, _ONES, _HIGH_BITS = (
    np.uint64(0x3C3C3C3C3C3C3C3C),
    np.uint64(0x0101010101010101),
    np.uint64(0x8080808080808080),
)


@compiled_inner
def _count_separators(codes: NDArray[np.uint8]) -> int:
    count = 0
    for position in range(len(codes)):  # from 0, so that it is vectorized
        count += (codes[position] <= _SPACE) | (codes[position] == _EQUALS)
    return count


@compiled_inner
def _add_tag(
    codes: NDArray[np.uint8],
    position: int,
    min_gap: int,
    min_separators: int,
    counts: NDArray[np.int64],
    gaps: NDArray[np.int64],
) -> None:
    """Count the tag at a `<`, and note the gap before it where it is wide."""
    _end_gap(codes, position, min_gap, min_separators, counts, gaps)
    following = codes[position + 1] if position + 1 < len(codes) else _LESS
    lower = following | _CASE_BIT
    is_end_tag = following == _SLASH
    counts[_TAGS] += is_end_tag or _LETTER_A <= lower <= _LETTER_Z
    counts[_OPTIONS] += lower == _LETTER_O
    counts[_BALANCE] += -1 if is_end_tag else 1
    counts[_LOWEST] = min(counts[_LOWEST], counts[_BALANCE])
    open_elements = counts[_BALANCE] - counts[_LOWEST]
    counts[_MOST_OPEN] = max(counts[_MOST_OPEN], open_elements)
    counts[_TOTAL_OPEN] += open_elements


@compiled_inner
def _end_gap(
    codes: NDArray[np.uint8],
    position: int,
    min_gap: int,
    min_separators: int,
    counts: NDArray[np.int64],
    gaps: NDArray[np.int64],
) -> None:
    previous = counts[_PREVIOUS]
    if previous >= 0 and position - previous > min_gap:  # noqa: SIM102 - the second condition is expensive
        if _count_separators(codes[previous:position]) > min_separators:
            gaps[counts[_GAPS]] = previous
            counts[_GAPS] += 1
    counts[_PREVIOUS] = position


@compiled
def scan_markup(
    codes: NDArray[np.uint8], words: NDArray[np.uint64], min_gap: int, min_separators: int
) -> tuple[int, int, int, int, NDArray[np.int64]]:
    """Return the tags, those that begin with `o`, the most open elements, their sum over the tags, and the wide gaps.

    `words` are the same bytes, eight at once, without the last few. Open elements are an upper bound, as if every start
    tag needed an end tag. A wide gap is the start of more than `min_gap` bytes between two `<` that contain more than
    `min_separators` spaces and equals signs.
    """
    counts, gaps = np.zeros(_COUNTS, np.int64), np.empty(len(codes) // min_gap + 2, np.int64)
    counts[_PREVIOUS] = -1
    for word in range(len(words)):
        # A byte of the difference is zero where the byte is `<`; the next expression is zero where there is none.
        difference = words[word] ^ _ALL_LESS
        if (difference - _ONES) & ~difference & _HIGH_BITS != _NONE:
            for position in range(8 * word, 8 * word + 8):
                if codes[position] == _LESS:
                    _add_tag(codes, position, min_gap, min_separators, counts, gaps)
    for position in range(8 * len(words), len(codes)):
        if codes[position] == _LESS:
            _add_tag(codes, position, min_gap, min_separators, counts, gaps)
    _end_gap(codes, len(codes), min_gap, min_separators, counts, gaps)
    return counts[_TAGS], counts[_OPTIONS], counts[_MOST_OPEN], counts[_TOTAL_OPEN], gaps[: counts[_GAPS]]
