"""Compiled loops over a page's characters and over a model's trees. Imported only where bodies are extracted."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from newsmill.compiled import compiled, compiled_inner
from newsmill.unicode import CJK_RANGES

BUCKETS = 1 << 12  # of the hash table of phrases
CJK, DIGITS, SENTENCES, COMMAS, ENDS, CAPITAL = range(6)
MAX_LEAVES = 16  # of a tree
_ALL_LEAVES = np.uint16(0xFFFF)
# The number of a power of two is the entry at the highest five bits of its product with a de Bruijn sequence.
_DE_BRUIJN = np.uint32(0x077CB531)
_BIT_NUMBERS = np.zeros(32, np.uint8)
_BIT_NUMBERS[[(0x077CB531 << number & 0xFFFFFFFF) >> 27 for number in range(32)]] = range(32)


@compiled
def _is_cjk(code: int) -> bool:
    for first, last in CJK_RANGES:  # noqa: SIM110 - Numba compiles no generators
        if first <= code <= last:
            return True
    return False


@compiled
def _is_closing(code: int) -> bool:
    """Whether a character is a quote or bracket that can follow the mark at a sentence's end."""
    return (
        code == 0x22
        or code == 0x27
        or code == 0x29
        or code == 0x5D
        or code == 0xBB
        or code == 0x2019
        or code == 0x201D
        or code == 0xFF09
        or code == 0x300D
        or code == 0x300F
    )


@compiled
def count_characters(codes: NDArray[np.uint32], ends: NDArray[np.int64]) -> NDArray[np.float32]:
    """Count per text: CJK characters, digits, sentence ends, commas; whether it ends like a sentence; whether it starts
    with a capital letter of Latin, Greek or Cyrillic.
    """
    counts = np.zeros((len(ends), 6), np.float32)
    end = np.int64(0)
    for row in range(len(ends)):
        start, end = end, ends[row]
        for position in range(start, end):
            code = codes[position]
            if code < 0x80:
                if 0x30 <= code <= 0x39:
                    counts[row, DIGITS] += 1
                elif code == 0x2C or code == 0x3B:
                    counts[row, COMMAS] += 1
                elif (code == 0x2E or code == 0x21 or code == 0x3F) and (
                    position + 1 == end or codes[position + 1] == 0x20 or _is_closing(codes[position + 1])
                ):
                    counts[row, SENTENCES] += 1
            elif code == 0x3002 or code == 0xFF01 or code == 0xFF1F or code == 0x61F or code == 0x964 or code == 0x2026:
                counts[row, SENTENCES] += 1
            elif code == 0xFF0C or code == 0x3001 or code == 0x60C or code == 0xFF1B:
                counts[row, COMMAS] += 1
            elif _is_cjk(code):
                counts[row, CJK] += 1
        last = end - 1
        while last > start and _is_closing(codes[last]):
            last -= 1
        if last >= start:
            code = codes[last]
            counts[row, ENDS] = (
                code == 0x2E
                or code == 0x21
                or code == 0x3F
                or code == 0x3A
                or code == 0x2026
                or code == 0x3002
                or code == 0xFF01
                or code == 0xFF1F
                or code == 0xFF1A
                or code == 0x61F
                or code == 0x964
            )
            code = codes[start]
            counts[row, CAPITAL] = (
                0x41 <= code <= 0x5A or 0xC0 <= code <= 0xDE or 0x391 <= code <= 0x3A9 or 0x410 <= code <= 0x42F
            )
    return counts


@compiled
def hash_pair(first: int, second: int) -> int:
    """Return the bucket of a phrase by its first two characters."""
    return ((first * 40503) ^ (second * 60493)) & (BUCKETS - 1)


@compiled_inner
def _to_lower(code: int, lower: NDArray[np.uint16]) -> int:
    return int(lower[code]) if code < len(lower) else code


@compiled
def contains_any(
    codes: NDArray[np.uint32],
    ends: NDArray[np.int64],
    min_length: int,
    max_length: int,
    phrases: NDArray[np.uint32],
    starts: NDArray[np.int64],
    buckets: NDArray[np.int16],
    following: NDArray[np.int16],
    lower: NDArray[np.uint16],
) -> NDArray[np.bool_]:
    """Return for each text of these lengths whether it contains any phrase of two characters or more, in any case.

    Phrases are chained by the hash of their first two characters: `buckets` contains the first phrase of each
    chain or -1, `following` the next phrase in the chain. `lower` has the lower case of the characters below 0x10000.
    """
    out = np.zeros(ends.shape[0], np.bool_)
    start = 0
    for row in range(ends.shape[0]):
        end = ends[row]
        is_searched = min_length <= end - start <= max_length
        second = _to_lower(codes[start], lower) if is_searched else 0
        for position in range(start, end - 1 if is_searched else start):
            first, second = second, _to_lower(codes[position + 1], lower)
            phrase = np.int64(buckets[hash_pair(first, second)])
            while phrase >= 0:
                length = starts[phrase + 1] - starts[phrase]
                if position + length <= end:
                    same = 0
                    while same < length and _to_lower(codes[position + same], lower) == phrases[starts[phrase] + same]:
                        same += 1
                    if same == length:
                        out[row] = True
                        break
                phrase = np.int64(following[phrase])
            if out[row]:
                break
        start = end
    return out


@compiled
def sum_tree_leaves(
    features: NDArray[np.float32],
    columns: NDArray[np.uint32],
    thresholds: NDArray[np.float32],
    masks: NDArray[np.uint16],
    first_nodes: NDArray[np.int64],
    values: NDArray[np.float32],
    first_leaves: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Return for each block the sum of the leaves that it reaches in all trees; see `model.Trees`.

    `features` has a row per feature. The bits of a block are the leaves of a tree that it can still reach, the leftmost
    in the lowest bit (QuickScorer, Lucchese and others 2015): no branches, and many blocks per instruction.
    """
    count = features.shape[1]
    out = np.zeros(count)
    reachable = np.empty(count, np.uint16)
    for tree in range(len(first_leaves)):
        reachable[:] = _ALL_LEAVES
        for node in range(first_nodes[tree], first_nodes[tree + 1]):
            _remove_leaves(reachable, features[columns[node]], thresholds[node], masks[node])
        leaves = values[first_leaves[tree] :]
        for block in range(count):
            bits = np.uint32(reachable[block])
            lowest = (bits & (~bits + np.uint32(1))) * _DE_BRUIJN
            out[block] += leaves[_BIT_NUMBERS[np.uint32(lowest) >> np.uint32(27)]]
    return out


@compiled_inner
def _remove_leaves(
    reachable: NDArray[np.uint16], feature: NDArray[np.float32], threshold: np.float32, mask: np.uint16
) -> None:
    """Remove the leaves at a node's left where the feature is above the threshold."""
    for block in range(len(reachable)):
        reachable[block] &= _ALL_LEAVES if feature[block] <= threshold else mask
