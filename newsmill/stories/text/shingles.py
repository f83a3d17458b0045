"""Numba: shingles (five words in a row), and hash tables of 64-bit values."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from newsmill.compiled import compiled
from newsmill.stories.text.word_kernel import GOLDEN_GAMMA, SEED, mix

SHINGLE_WORDS = 5
# Sets the lowest bit of every shingle hash: 0 marks an empty slot in a hash table.
NONZERO = np.uint64(1)
SLOT_SHIFT = np.uint64(20)


@compiled
def hash_shingles(words: NDArray[np.uint64], begin: int, end: int, into: NDArray[np.uint64]) -> int:
    """Hash every SHINGLE_WORDS words in a row, or all words of a shorter text; return the number of hashes."""
    if end - begin < SHINGLE_WORDS:
        state = SEED
        for word in words[begin:end]:
            state = (state + word) * GOLDEN_GAMMA
        into[0] = mix(state) | NONZERO
        return 1
    for first in range(begin, end - SHINGLE_WORDS + 1):
        state = SEED
        for step in range(SHINGLE_WORDS):
            state = (state + words[first + step]) * GOLDEN_GAMMA
        into[first - begin] = mix(state) | NONZERO
    return end - begin - SHINGLE_WORDS + 1


@compiled
def mask_first_occurrences(values: NDArray[np.uint64], ends: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return for each value whether it is its first occurrence in its text; texts end at `ends`."""
    is_first = np.zeros(len(values), np.bool_)
    longest = 1
    for text in range(len(ends)):
        longest = max(longest, ends[text] - (ends[text - 1] if text else 0))
    table = np.zeros(compute_table_capacity(longest), np.int64)
    for text in range(len(ends)):
        begin = ends[text - 1] if text else 0
        size = compute_table_capacity(ends[text] - begin)
        table[:size] = 0
        for index in range(begin, ends[text]):
            slot = values[index] >> SLOT_SHIFT & np.uint64(size - 1)
            # A slot holds the index, plus 1, of the first value in it.
            while table[slot] != 0 and values[table[slot] - 1] != values[index]:
                slot = (slot + np.uint64(1)) & np.uint64(size - 1)
            is_first[index] = table[slot] == 0
            if is_first[index]:
                table[slot] = index + 1
    return is_first


@compiled
def compute_table_capacity(count: int) -> int:
    """Return the smallest power of two that is at least twice the count; at least 16."""
    size = 16
    while size < 2 * count:
        size *= 2
    return size


@compiled
def deduplicate(values: NDArray[np.uint64], count: int, table: NDArray[np.uint64]) -> int:
    """Move the distinct values among the first `count` to the front; return how many they are.

    Args:
        table: zeros, `compute_table_capacity(count)` of them or more; holds the values afterwards. No value is 0.
    """
    mask = np.uint64(len(table) - 1)
    kept = 0
    for index in range(count):
        value = values[index]
        slot = (value >> SLOT_SHIFT) & mask
        while table[slot] != 0 and table[slot] != value:
            slot = (slot + np.uint64(1)) & mask
        if table[slot] == 0:
            table[slot] = value
            values[kept] = value
            kept += 1
    return kept
