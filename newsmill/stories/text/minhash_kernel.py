"""MinHash values of a batch, and what pairs of texts share."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from newsmill.stories.text.shingles import distinct, five_words, twice
from newsmill.stories.text.word_kernel import ODD, START, follow, mix

VALUES = 128
BIN = np.uint64(57)
EMPTY = np.uint64(0xFFFFFFFFFFFFFFFF)
# A text of one single shingle fills its last bin after some 700 rounds.
MAX_ROUNDS = 20_000
MANY = 4096


@njit(cache=True, nogil=True)
def buckets(words: Any, ends: Any, bands: int) -> Any:
    """The buckets of each text, `bands` of them: each a hash of the band's number and its values."""
    made = np.empty((len(ends), bands), np.uint64)
    longest = 1
    for text in range(len(ends)):
        longest = max(longest, ends[text] - (ends[text - 1] if text else 0))
    shingles = np.empty(longest, np.uint64)
    values, thrown = np.empty(VALUES, np.uint64), np.empty(VALUES, np.uint64)
    rows = VALUES // bands
    for text in range(len(ends)):
        count = five_words(words, ends[text - 1] if text else 0, ends[text], shingles)
        minhash(shingles, count, values, thrown)
        for band in range(bands):
            state = START + np.uint64(band)
            for row in range(rows):
                state = follow(state, values[band * rows + row])
            made[text, band] = mix(state)
    return made


@njit(cache=True, nogil=True)
def minhash(shingles: Any, count: int, values: Any, thrown: Any) -> None:
    """The values of a text: of each bin the least hash thrown into it, in the first round that hit it.

    Every round throws each shingle, hashed anew, into one of the bins; rounds go on until no bin is empty.

    Args:
        thrown: room for what one round throws.
    """
    values[:] = EMPTY
    for place in range(count):
        bin = shingles[place] >> BIN
        values[bin] = min(values[bin], shingles[place])
    if count > MANY and np.any(values == EMPTY):
        count = distinct(shingles, count, np.zeros(twice(count), np.uint64))
    for throw in range(1, MAX_ROUNDS):
        if not np.any(values == EMPTY):
            return
        thrown[:] = EMPTY
        for place in range(count):
            value = mix(shingles[place] + np.uint64(throw) * ODD)
            bin = value >> BIN
            thrown[bin] = min(thrown[bin], value)
        for bin in range(VALUES):
            if values[bin] == EMPTY:
                values[bin] = thrown[bin]


@njit(cache=True, nogil=True)
def shared(words: Any, ends: Any, ones: Any, others: Any, lead: int) -> Any:
    """Of each pair of texts, how many shingles both have, how many each has, and how many of the first `lead` of each
    the other has. Quickest with `ones` sorted."""
    counts = np.zeros((len(ones), 5), np.int64)
    sizes = np.empty(len(ends), np.int64)
    starts = np.empty(len(ends), np.int64)
    room, longest = 0, 1
    for text in range(len(ends)):
        length = max(1, ends[text] - (ends[text - 1] if text else 0))
        room += length
        longest = max(longest, length)
    shingles = np.empty(room, np.uint64)
    table = np.zeros(twice(longest), np.uint64)
    at = 0
    for text in range(len(ends)):
        begin = ends[text - 1] if text else 0
        starts[text] = at
        count = five_words(words, begin, ends[text], shingles[at:])
        sizes[text] = distinct(shingles[at:], count, _cleared(table, count))
        at += sizes[text]
    standing = -1
    some = table
    leading = np.zeros(twice(lead), np.uint64)
    for pair in range(len(ones)):
        one, other = ones[pair], others[pair]
        if one != standing:
            some = _cleared(table, sizes[one])
            distinct(shingles[starts[one] : starts[one] + sizes[one]], sizes[one], some)
            leading[:] = 0
            count = min(lead, sizes[one])
            distinct(shingles[starts[one] : starts[one] + count], count, leading)
            standing = one
        both, led, leads = 0, 0, 0
        for place in range(starts[other], starts[other] + sizes[other]):
            if _holds(some, shingles[place]):
                both += 1
                led += _holds(leading, shingles[place])
                leads += place - starts[other] < lead
        counts[pair, 0], counts[pair, 1], counts[pair, 2] = both, sizes[one], sizes[other]
        counts[pair, 3], counts[pair, 4] = led, leads
    return counts


@njit(cache=True, nogil=True)
def _holds(table: Any, value: Any) -> bool:
    mask = np.uint64(len(table) - 1)
    slot = (value >> np.uint64(20)) & mask
    while table[slot] != 0 and table[slot] != value:
        slot = (slot + np.uint64(1)) & mask
    return bool(table[slot] == value)


@njit(cache=True, nogil=True)
def _cleared(table: Any, count: int) -> Any:
    """As much of the table, in zeros, as `count` values need."""
    size = twice(count)
    for slot in range(size):
        table[slot] = 0
    return table[:size]
