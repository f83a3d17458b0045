"""Numba: MinHash values, LSH buckets, and the shingles that pairs of texts share.

Broder, "On the resemblance and containment of documents" (1997); one permutation for all values after Li, Owen and
Zhang, "One Permutation Hashing" (2012); banding after Leskovec, Rajaraman and Ullman, "Mining of Massive Datasets",
chapter 3. Empty bins are not borrowed from full ones (Shrivastava, "Optimal Densification", 2017): the same shingles
are re-hashed with another seed until every bin has a value, which is as unbiased and keeps the values independent. Two
values agree with probability J: in the first round in which either text fills a bin, the smallest hash in it belongs to
a shared shingle with probability J; otherwise the two values differ.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from newsmill.compiled import compiled
from newsmill.stories.text.shingles import SLOT_SHIFT, compute_table_capacity, deduplicate, hash_shingles
from newsmill.stories.text.word_kernel import GOLDEN_GAMMA, SEED, hash_step, mix

# MinHash values of a text; the bin of a hash is its highest 7 bits.
NUM_VALUES = 128
BIN_SHIFT = np.uint64(57)
EMPTY = np.uint64(0xFFFFFFFFFFFFFFFF)
# A text of one single shingle fills its last bin after about 700 rounds.
MAX_ROUNDS = 20_000
# From this many shingles on, repeats are removed before a second round.
DEDUPLICATE_FROM = 4096


@compiled
def compute_lsh_buckets(words: NDArray[np.uint64], ends: NDArray[np.int64], bands: int) -> NDArray[np.uint64]:
    """Return a row of `bands` buckets for each text of at least one word: hashes of the band's number and values."""
    buckets = np.empty((len(ends), bands), np.uint64)
    longest = 1
    for text in range(len(ends)):
        longest = max(longest, ends[text] - (ends[text - 1] if text else 0))
    shingles = np.empty(longest, np.uint64)
    values, round_values = np.empty(NUM_VALUES, np.uint64), np.empty(NUM_VALUES, np.uint64)
    rows = NUM_VALUES // bands
    for text in range(len(ends)):
        count = hash_shingles(words, ends[text - 1] if text else 0, ends[text], shingles)
        compute_minhash(shingles, count, values, round_values)
        for band in range(bands):
            state = SEED + np.uint64(band)
            for row in range(rows):
                state = hash_step(state, values[band * rows + row])
            buckets[text, band] = mix(state)
    return buckets


@compiled
def compute_minhash(
    shingles: NDArray[np.uint64], count: int, values: NDArray[np.uint64], round_values: NDArray[np.uint64]
) -> None:
    """Fill `values` of a text with the smallest hash of each bin, from the first round that fills the bin.

    Every round hashes each shingle into one of the bins, with another seed; rounds end when no bin is empty.

    Args:
        round_values: a buffer for the values of one round.
    """
    values[:] = EMPTY
    for index in range(count):
        bin_index = shingles[index] >> BIN_SHIFT
        values[bin_index] = min(values[bin_index], shingles[index])
    if count > DEDUPLICATE_FROM and np.any(values == EMPTY):
        count = deduplicate(shingles, count, np.zeros(compute_table_capacity(count), np.uint64))
    for seed in range(1, MAX_ROUNDS):
        if not np.any(values == EMPTY):
            return
        round_values[:] = EMPTY
        for index in range(count):
            value = mix(shingles[index] + np.uint64(seed) * GOLDEN_GAMMA)
            bin_index = value >> BIN_SHIFT
            round_values[bin_index] = min(round_values[bin_index], value)
        for bin_index in range(NUM_VALUES):
            if values[bin_index] == EMPTY:
                values[bin_index] = round_values[bin_index]


@compiled
def count_shared_shingles(
    words: NDArray[np.uint64],
    ends: NDArray[np.int64],
    texts_a: NDArray[np.int64],
    texts_b: NDArray[np.int64],
    lead_shingles: int,
) -> NDArray[np.int64]:
    """Count the distinct shingles of pairs of texts, given as indexes into `ends`. Fastest with `texts_a` sorted.

    Returns:
        One row per pair: how many shingles are in both, in a, in b; how many of the first `lead_shingles` of a are in
        b; how many of the first of b are in a.
    """
    counts = np.zeros((len(texts_a), 5), np.int64)
    sizes = np.empty(len(ends), np.int64)
    starts = np.empty(len(ends), np.int64)
    total, longest = 0, 1
    for text in range(len(ends)):
        length = max(1, ends[text] - (ends[text - 1] if text else 0))
        total += length
        longest = max(longest, length)
    shingles = np.empty(total, np.uint64)
    table = np.zeros(compute_table_capacity(longest), np.uint64)
    start = 0
    for text in range(len(ends)):
        begin = ends[text - 1] if text else 0
        starts[text] = start
        count = hash_shingles(words, begin, ends[text], shingles[start:])
        sizes[text] = deduplicate(shingles[start:], count, _clear(table, count))
        start += sizes[text]
    loaded = -1
    table_a = table
    lead_a = np.zeros(compute_table_capacity(lead_shingles), np.uint64)
    for pair in range(len(texts_a)):
        a, b = texts_a[pair], texts_b[pair]
        if a != loaded:
            table_a = _clear(table, sizes[a])
            deduplicate(shingles[starts[a] : starts[a] + sizes[a]], sizes[a], table_a)
            lead_a[:] = 0
            count = min(lead_shingles, sizes[a])
            deduplicate(shingles[starts[a] : starts[a] + count], count, lead_a)
            loaded = a
        both, lead_of_a, lead_of_b = 0, 0, 0
        for index in range(starts[b], starts[b] + sizes[b]):
            if _contains(table_a, shingles[index]):
                both += 1
                lead_of_a += _contains(lead_a, shingles[index])
                lead_of_b += index - starts[b] < lead_shingles
        counts[pair, 0], counts[pair, 1], counts[pair, 2] = both, sizes[a], sizes[b]
        counts[pair, 3], counts[pair, 4] = lead_of_a, lead_of_b
    return counts


@compiled
def _contains(table: NDArray[np.uint64], value: np.uint64) -> bool:
    mask = np.uint64(len(table) - 1)
    slot = (value >> SLOT_SHIFT) & mask
    while table[slot] != 0 and table[slot] != value:
        slot = (slot + np.uint64(1)) & mask
    return bool(table[slot] == value)


@compiled
def _clear(table: NDArray[np.uint64], count: int) -> NDArray[np.uint64]:
    """Return the part of the table that `count` values need, filled with zeros."""
    size = compute_table_capacity(count)
    for slot in range(size):
        table[slot] = 0
    return table[:size]
