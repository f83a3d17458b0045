"""Shingles, and sets of 64-bit hashes: which are the first of their like."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from newsmill.stories.text.word_kernel import ODD, START, mix

LAST = np.uint64(1)
FIVE_WORDS = 5


@njit(cache=True, nogil=True)
def five_words(words: Any, begin: int, end: int, into: Any) -> int:
    """The hash of every five words in a row, repeats among them; of fewer words, of all; never 0. Returns how many."""
    if end - begin < FIVE_WORDS:
        state = START
        for word in words[begin:end]:
            state = (state + word) * ODD
        into[0] = mix(state) | LAST
        return 1
    for first in range(begin, end - FIVE_WORDS + 1):
        state = START
        for step in range(FIVE_WORDS):
            state = (state + words[first + step]) * ODD
        into[first - begin] = mix(state) | LAST
    return end - begin - FIVE_WORDS + 1


@njit(cache=True, nogil=True)
def first_times(values: Any, ends: Any) -> Any:
    """Of each value, whether it is the first of its like in its text; texts end at `ends`."""
    told = np.zeros(len(values), np.bool_)
    longest = 1
    for text in range(len(ends)):
        longest = max(longest, ends[text] - (ends[text - 1] if text else 0))
    table = np.zeros(twice(longest), np.int64)
    for text in range(len(ends)):
        begin = ends[text - 1] if text else 0
        size = twice(ends[text] - begin)
        table[:size] = 0
        for place in range(begin, ends[text]):
            slot = values[place] >> np.uint64(20) & np.uint64(size - 1)
            # A slot holds one more than the place of the first value that took it.
            while table[slot] != 0 and values[table[slot] - 1] != values[place]:
                slot = (slot + np.uint64(1)) & np.uint64(size - 1)
            told[place] = table[slot] == 0
            if told[place]:
                table[slot] = place + 1
    return told


@njit(cache=True, nogil=True)
def twice(count: int) -> int:
    """The power of two at least twice the count."""
    size = 16
    while size < 2 * count:
        size *= 2
    return size


@njit(cache=True, nogil=True)
def distinct(values: Any, count: int, table: Any) -> int:
    """Move the distinct ones of the first `count` values to the front; returns how many.

    Args:
        table: zeros, a power of two at least twice `count`; filled with the values afterwards. Zero is no value.
    """
    mask = np.uint64(len(table) - 1)
    kept = 0
    for place in range(count):
        value = values[place]
        slot = (value >> np.uint64(20)) & mask
        while table[slot] != 0 and table[slot] != value:
            slot = (slot + np.uint64(1)) & mask
        if table[slot] == 0:
            table[slot] = value
            values[kept] = value
            kept += 1
    return kept
