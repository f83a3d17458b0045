"""Compiled loops over a page's characters and over the trees of a model. Imported only where bodies are judged."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

BUCKETS = 1 << 14
CJK, DIGITS, SENTENCES, COMMAS, ENDS, CAPITAL = range(6)


@njit(cache=True, nogil=True)
def _is_cjk(c: int) -> bool:
    return (
        0x3040 <= c <= 0x30FF
        or 0x3400 <= c <= 0x4DBF
        or 0x4E00 <= c <= 0x9FFF
        or 0xAC00 <= c <= 0xD7AF
        or 0xF900 <= c <= 0xFAFF
        or 0x20000 <= c <= 0x3FFFF
    )


@njit(cache=True, nogil=True)
def _is_closing(c: int) -> bool:
    """Quotes and brackets that may stand after a sentence's mark."""
    return (
        c == 0x22
        or c == 0x27
        or c == 0x29
        or c == 0x5D
        or c == 0xBB
        or c == 0x2019
        or c == 0x201D
        or c == 0xFF09
        or c == 0x300D
        or c == 0x300F
    )


@njit(cache=True, nogil=True)
def count_characters(
    codes: NDArray[np.uint32], starts: NDArray[np.int64], ends: NDArray[np.int64]
) -> NDArray[np.float32]:
    """For each text, a row: CJK characters, digits, sentence ends, commas, whether it ends a sentence, whether it
    begins with a capital letter of Latin, Greek or Cyrillic.
    """
    counts = np.zeros((starts.shape[0], 6), np.float32)
    for row in range(starts.shape[0]):
        start, end = starts[row], ends[row]
        for place in range(start, end):
            c = codes[place]
            if c < 0x80:
                if 0x30 <= c <= 0x39:
                    counts[row, DIGITS] += 1
                elif c == 0x2C or c == 0x3B:
                    counts[row, COMMAS] += 1
                elif (c == 0x2E or c == 0x21 or c == 0x3F) and (
                    place + 1 == end or codes[place + 1] == 0x20 or _is_closing(codes[place + 1])
                ):
                    counts[row, SENTENCES] += 1
            elif c == 0x3002 or c == 0xFF01 or c == 0xFF1F or c == 0x61F or c == 0x964 or c == 0x2026:
                counts[row, SENTENCES] += 1
            elif c == 0xFF0C or c == 0x3001 or c == 0x60C or c == 0xFF1B:
                counts[row, COMMAS] += 1
            elif _is_cjk(c):
                counts[row, CJK] += 1
        last = end - 1
        while last > start and _is_closing(codes[last]):
            last -= 1
        if last >= start:
            c = codes[last]
            counts[row, ENDS] = (
                c == 0x2E
                or c == 0x21
                or c == 0x3F
                or c == 0x3A
                or c == 0x2026
                or c == 0x3002
                or c == 0xFF01
                or c == 0xFF1F
                or c == 0xFF1A
                or c == 0x61F
                or c == 0x964
            )
            c = codes[start]
            counts[row, CAPITAL] = 0x41 <= c <= 0x5A or 0xC0 <= c <= 0xDE or 0x391 <= c <= 0x3A9 or 0x410 <= c <= 0x42F
    return counts


@njit(cache=True, nogil=True)
def pair_bucket(first: int, second: int) -> int:
    return ((first * 40503) ^ (second * 60493)) & (BUCKETS - 1)


@njit(cache=True, nogil=True)
def holds_any(
    codes: NDArray[np.uint32],
    ends: NDArray[np.int64],
    phrases: NDArray[np.uint32],
    starts: NDArray[np.int64],
    buckets: NDArray[np.int32],
    following: NDArray[np.int32],
) -> NDArray[np.bool_]:
    """For each text, whether any phrase of two characters or more stands in it.

    Phrases are chained by their first two characters: `buckets` the first of each chain or -1, `following` the next.
    """
    out = np.zeros(ends.shape[0], np.bool_)
    start = 0
    for row in range(ends.shape[0]):
        end = ends[row]
        for place in range(start, end - 1):
            phrase = buckets[pair_bucket(codes[place], codes[place + 1])]
            while phrase >= 0:
                length = starts[phrase + 1] - starts[phrase]
                if place + length <= end:
                    same = 0
                    while same < length and codes[place + same] == phrases[starts[phrase] + same]:
                        same += 1
                    if same == length:
                        out[row] = True
                        break
                phrase = following[phrase]
            if out[row]:
                break
        start = end
    return out


@njit(cache=True, nogil=True)
def sum_of_trees(
    features: NDArray[np.float32],
    count: int,
    columns: NDArray[np.uint32],
    thresholds: NDArray[np.float32],
    children: NDArray[np.uint32],
    values: NDArray[np.float32],
    roots: NDArray[np.uint32],
    depths: NDArray[np.int64],
) -> NDArray[np.float64]:
    """For each of `count` blocks, the sum of the leaves that it reaches in all trees; see `model.Trees`.

    `features` are flat, a column after the other.
    """
    out = np.zeros(count)
    at = np.empty(count, np.uint32)
    step, two = np.uint32(count), np.uint32(2)
    for tree in range(len(roots)):
        at[:] = roots[tree]
        # All blocks go down by one at a time: no step waits for another, and nothing is guessed wrong. Unsigned, as
        # numbers that may be below zero cost a look each: three times as quick together.
        for _ in range(depths[tree]):
            for block in range(step):
                node = at[block]
                above = not features[columns[node] * step + np.uint32(block)] <= thresholds[node]
                at[block] = children[two * node + np.uint32(above)]
        for block in range(count):
            out[block] += values[at[block]]
    return out
