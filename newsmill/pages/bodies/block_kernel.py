"""The compiled walk over a page's text nodes that finds its blocks and puts the text of each on one line."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from newsmill.compiled import compiled, compiled_inner
from newsmill.pages.html.names import BLOCK, TAG_BITS, TAG_NUMBERS, TEXT

Ints = NDArray[np.int32]

_TEXT, _LINK = TAG_NUMBERS[TEXT], TAG_NUMBERS["a"]
_IS_BLOCK = np.array([bits & BLOCK != 0 for bits in TAG_BITS])
_LINE_BREAK, _SPACE = 0x0A, 0x20
# Ranges of characters that `text.one_line` leaves as they are: all are printable, and none can combine with another.
_CLEAN_RANGES = (
    (0x20, 0x7E),
    (0xA1, 0xAC),
    (0xAE, 0x2FF),
    (0x400, 0x481),
    (0x48A, 0x52F),
    (0x2010, 0x2027),
    (0x2030, 0x205E),
    (0x20A0, 0x20BF),
    (0x3001, 0x3029),
    (0x3041, 0x3096),
    (0x30A1, 0x30FC),
    (0x4E00, 0x9FA5),
    (0xAC00, 0xD7A3),
    (0xFF01, 0xFF5E),
)


@compiled_inner
def _is_space(code: int) -> bool:
    """Whether Python's `str.split` splits at a character."""
    if code < 0x80:
        return bool(code == 0x20 or 0x09 <= code <= 0x0D or 0x1C <= code <= 0x1F)
    return bool(
        code == 0x85
        or code == 0xA0
        or code == 0x1680
        or 0x2000 <= code <= 0x200A
        or code == 0x2028
        or code == 0x2029
        or code == 0x202F
        or code == 0x205F
        or code == 0x3000
    )


@compiled_inner
def _is_clean(code: int) -> bool:
    for first, last in _CLEAN_RANGES:  # noqa: SIM110 - Numba compiles no generators
        if first <= code <= last:
            return True
    return False


@compiled
def find_blocks(
    codes: NDArray[np.uint32], offsets: Ints, sizes: Ints, tags: Ints, parents: Ints, ends: Ints, under: int
) -> Any:
    """Return the code points of the blocks' lines, and one row per fact about the blocks.

    The rows: the node of the first text; the holder; the characters in links; where the text starts and ends in
    `codes`; where its line starts and ends in the returned code points; whether the line is final (1), or
    `text.one_line` has to decide (0).
    """
    lines = np.empty(len(codes), np.uint32)
    table = np.empty((8, ends[under] - under + 1), np.int64)
    count, length, link_end = 0, 0, 0
    first, last, linked = -1, -1, 0
    for node in range(under + 1, ends[under] + 1):
        is_end = node == ends[under]
        if not is_end and tags[node] != _TEXT:
            if tags[node] == _LINK:
                link_end = max(link_end, ends[node])
            continue
        start, end = (0, 0) if is_end else (offsets[node], offsets[node + 1])
        if first >= 0 and (is_end or (end > start and codes[start] == _LINE_BREAK)):
            line_start, is_space_due, is_final = length, False, 1
            for position in range(offsets[first], offsets[last + 1]):
                code = codes[position]
                if _is_space(code):
                    is_space_due = length > line_start
                    continue
                if is_space_due:
                    lines[length] = _SPACE
                    length += 1
                    is_space_due = False
                if not _is_clean(code):
                    is_final = 0
                lines[length] = code
                length += 1
            holder = parents[first]
            while parents[holder] >= 0 and not (tags[holder] < len(_IS_BLOCK) and _IS_BLOCK[tags[holder]]):
                holder = parents[holder]
            table[0, count], table[1, count], table[2, count] = first, holder, linked
            table[3, count], table[4, count] = offsets[first], offsets[last + 1]
            table[5, count], table[6, count], table[7, count] = line_start, length, is_final
            count += 1
            first, last, linked = -1, -1, 0
        if is_end:
            break
        if first < 0:
            is_blank = end > start
            for position in range(start, end):
                if not _is_space(codes[position]):
                    is_blank = False
                    break
            if is_blank:
                continue
            first = node
        last = node
        if node < link_end:
            linked += sizes[node + 1] - sizes[node]
    return lines[:length].copy(), table[:, :count].copy()
