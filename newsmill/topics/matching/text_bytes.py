"""Kernels that convert the UTF-8 of texts to code points, and to the folded bytes that are searched."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from newsmill.compiled import compiled, compiled_inner
from newsmill.topics.matching.characters import FOLDED_IN_WORD, NOT_SEARCHED, WORD_START

# Spans of characters that are not searched: first span of each text (and the number of spans), starts, ends.
Spans = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]


@compiled
def decode(data: NDArray[np.uint8], start: int, end: int, limit: int, codes: NDArray[np.uint32]) -> int:
    """Write the code points of valid UTF-8 to `codes`, at most `limit`; return their number."""
    count = 0
    at = start
    while at < end and count < limit:
        byte = np.uint32(data[at])
        if byte < 0x80:
            codes[count] = byte
            at += 1
        elif byte < 0xE0:
            codes[count] = ((byte & 0x1F) << 6) | (data[at + 1] & 0x3F)
            at += 2
        elif byte < 0xF0:
            second = np.uint32(data[at + 1] & 0x3F)
            codes[count] = ((byte & 0x0F) << 12) | (second << 6) | (data[at + 2] & 0x3F)
            at += 3
        else:
            second = np.uint32(data[at + 1] & 0x3F)
            third = np.uint32(data[at + 2] & 0x3F)
            codes[count] = ((byte & 0x07) << 18) | (second << 12) | (third << 6) | (data[at + 3] & 0x3F)
            at += 4
        count += 1
    return count


@compiled
def fold_texts(
    data: NDArray[np.uint8], offsets: NDArray[np.int64], limit: int, spans: Spans, folds: NDArray[np.uint32]
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return the folded UTF-8 of texts, one after the other, and where each begins.

    Args:
        data: UTF-8 of the texts; `offsets` are their starts, and the end.
        limit: characters read of each text.
        spans: the spans of characters that are not searched.
        folds: folded character by code point, with FOLDED_IN_WORD.
    """
    longest = compute_longest_text(offsets, limit)
    first_spans, span_starts, span_ends = spans
    codes = np.empty(longest, np.uint32)
    out = np.empty(2 * (offsets[-1] - offsets[0]) + len(offsets), np.uint8)
    out_offsets = np.zeros(len(offsets), np.int64)
    size = np.int64(0)
    for text in range(len(offsets) - 1):
        count = decode(data, offsets[text], offsets[text + 1], limit, codes)
        for span in range(first_spans[text], first_spans[text + 1]):
            for at in range(max(0, span_starts[span]), min(count, span_ends[span])):
                codes[at] = NOT_SEARCHED
        before = np.uint32(0)
        for at in range(count):
            folded = folds[codes[at]] if codes[at] < len(folds) else np.uint32(NOT_SEARCHED)
            if folded & FOLDED_IN_WORD and not before & FOLDED_IN_WORD:
                out[size] = WORD_START
                size += 1
            before = folded
            code = folded & ~FOLDED_IN_WORD
            if code < 0x80:
                out[size] = code
                size += 1
            elif code < 0x800:
                out[size] = 0xC0 | code >> 6
                out[size + 1] = 0x80 | code & 0x3F
                size += 2
            elif code < 0x10000:
                out[size] = 0xE0 | code >> 12
                out[size + 1] = 0x80 | code >> 6 & 0x3F
                out[size + 2] = 0x80 | code & 0x3F
                size += 3
            else:
                out[size] = 0xF0 | code >> 18
                out[size + 1] = 0x80 | code >> 12 & 0x3F
                out[size + 2] = 0x80 | code >> 6 & 0x3F
                out[size + 3] = 0x80 | code & 0x3F
                size += 4
        out[size] = NOT_SEARCHED
        size += 1
        out_offsets[text + 1] = size
    return out[:size], out_offsets


@compiled_inner
def compute_longest_text(offsets: NDArray[np.int64], limit: int) -> int:
    """Return an upper bound of the characters of the longest text: its bytes, at most `limit`."""
    longest = 0
    for text in range(len(offsets) - 1):
        longest = max(longest, offsets[text + 1] - offsets[text])
    return min(longest, limit)


@compiled_inner
def double_rows(rows: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return the rows in an array of twice the size. A slice assignment would take a second to compile."""
    larger = np.empty((2 * rows.shape[0], rows.shape[1]), np.int32)
    for row in range(rows.shape[0]):
        for column in range(rows.shape[1]):
            larger[row, column] = rows[row, column]
    return larger
