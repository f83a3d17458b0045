"""Compiled loops that compute features of a block from the blocks beside and around it."""

from __future__ import annotations

from math import log1p

import numpy as np
from numpy.typing import NDArray

from newsmill.compiled import compiled

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]
Columns = NDArray[np.int32]

LEVELS = 5  # of ancestors
_VOTE_DECAY = 0.6  # of a block's vote, per level
_LIKELY, _SURE = 0.3, 0.8  # probabilities


@compiled
def find_ancestor_spans(starts: Ints, holders: Ints, parents: Columns, ends: Columns) -> tuple[Ints, Ints]:
    """Return the blocks in each block's ancestors as arrays over (level, block): the first block, and the end.

    Level 0 is the block's holder, level 1 the holder's parent, and so on.
    """
    blocks_before = np.zeros(len(parents) + 1, np.int64)  # that start before each node
    block = 0
    for node in range(len(parents) + 1):
        while block < len(starts) and starts[block] < node:
            block += 1
        blocks_before[node] = block
    first, last = np.empty((LEVELS, len(holders)), np.int64), np.empty((LEVELS, len(holders)), np.int64)
    for block in range(len(holders)):
        node = holders[block]
        for level in range(LEVELS):
            first[level, block], last[level, block] = blocks_before[node], blocks_before[ends[node]]
            node = max(parents[node], np.int64(0))
    return first, last


@compiled
def find_best_span(first: Ints, last: Ints, in_flow: NDArray[np.bool_], mass: NDArray[np.float64]) -> tuple[int, int]:
    """Return the blocks (first, end) of the element with the most votes; the earliest of equals.

    Every block votes with its mass for its ancestors, with a decay per level (as readability does). So the winner
    contains most of the mass in few levels.
    """
    count = len(mass)
    slots = 16
    while slots < 2 * LEVELS * count:
        slots *= 2
    keys, votes = np.full(slots, -1, np.int64), np.zeros(slots)
    best, most = -1, 0.0
    for block in range(count):
        weight = mass[block]
        if weight <= 0:
            continue
        for level in range(1 if in_flow[block] else 0, LEVELS):
            key = first[level, block] * (count + 1) + last[level, block]
            slot = (key * 40503) & (slots - 1)
            while keys[slot] >= 0 and keys[slot] != key:
                slot = (slot + 1) & (slots - 1)
            keys[slot] = key
            votes[slot] += weight
            weight *= _VOTE_DECAY
    for slot in range(slots):
        if keys[slot] >= 0 and (votes[slot] > most or (votes[slot] == most and keys[slot] < best)):
            best, most = keys[slot], votes[slot]
    return (0, count) if best < 0 else (best // (count + 1), best % (count + 1))


@compiled
def _put_shifted(out: Floats, row: int, values: NDArray[np.float64], step: int) -> None:
    """Write a row: the value `step` blocks before (after, where negative); -1 where there is none."""
    for block in range(len(values)):
        other = block - step
        out[row, block] = values[other] if 0 <= other < len(values) else -1


@compiled
def _put_relation_to_best(out: Floats, row: int, first: Ints, last: Ints, best_first: int, best_last: int) -> None:
    """Write three rows: whether a block is in the best span, how many of its ancestors lack it, its position there."""
    for block in range(out.shape[1]):
        out[row, block] = best_first <= block < best_last
        hops = 0
        for level in range(LEVELS):
            hops += first[level, block] > best_first or last[level, block] < best_last
        out[row + 1, block] = hops
        out[row + 2, block] = min(max((block - best_first) / max(best_last - best_first, 1), -1), 2)


@compiled
def put_surroundings(
    out: Floats,
    row: int,
    widths: NDArray[np.float64],
    links: NDArray[np.float64],
    prose: NDArray[np.float64],
    tags: Ints,
    holder_parents: Columns,
    paths: Ints,
    first: Ints,
    last: Ints,
    in_flow: NDArray[np.bool_],
    cjk: float,
) -> int:
    """Write the rows `width_before1` to `page_cjk` of `features.COLUMNS`; return the row after the last."""
    count = len(widths)
    log_widths = np.log1p(widths)
    for values in (log_widths, links):
        for step in (1, 2, -1, -2):
            _put_shifted(out, row, values, step)
            row += 1
    for step in (1, -1):
        for block in range(count):
            other = block - step
            out[row, block] = 0 <= other < count and holder_parents[other] == holder_parents[block]
        row += 1
    for step in (1, -1):
        _put_shifted(out, row, tags.astype(np.float64), step)
        row += 1
    prose_before, width_before, linked_before = np.zeros(count + 1), np.zeros(count + 1), np.zeros(count + 1)
    for block in range(count):
        prose_before[block + 1] = prose_before[block] + prose[block]
        width_before[block + 1] = width_before[block] + widths[block]
        linked_before[block + 1] = linked_before[block] + widths[block] * links[block]
    total = max(prose_before[count], 1.0)
    for level in (1, 2, 3):
        for block in range(count):
            start, end = first[level, block], last[level, block]
            mass_inside = prose_before[end] - prose_before[start]
            out[row, block] = mass_inside / total
            linked = linked_before[end] - linked_before[start]
            out[row + 1, block] = linked / max(width_before[end] - width_before[start], 1.0)
            out[row + 2, block] = log1p(end - start)
            out[row + 3, block] = log1p(mass_inside)
        row += 4
    sums = np.zeros((int(np.max(paths)) + 1, 4))
    for block in range(count):
        path_sums = sums[paths[block]]
        path_sums[0] += prose[block]
        path_sums[1] += 1
        path_sums[2] += links[block]
        path_sums[3] += widths[block]
    for block in range(count):
        path_sums = sums[paths[block]]
        out[row, block] = path_sums[0] / total
        out[row + 1, block] = log1p(path_sums[1])
        out[row + 2, block] = path_sums[2] / path_sums[1]
        out[row + 3, block] = log1p(path_sums[3] / path_sums[1])
    row += 4
    best_first, best_last = find_best_span(first, last, in_flow, prose)
    _put_relation_to_best(out, row, first, last, best_first, best_last)
    row += 3
    page_values = (log1p(total), log1p(count), linked_before[count] / max(width_before[count], 1.0), cjk)
    for value in page_values:
        out[row] = value
        row += 1
    return row


@compiled
def put_context_rows(
    out: Floats,
    probabilities: NDArray[np.float64],
    weights: NDArray[np.float64],
    paths: Ints,
    first: Ints,
    last: Ints,
    in_flow: NDArray[np.bool_],
) -> int:
    """Write the rows of `features.CONTEXT_COLUMNS`; return their number."""
    count = len(probabilities)
    mass = weights * probabilities
    weight_before, mass_before = np.zeros(count + 1), np.zeros(count + 1)
    for block in range(count):
        weight_before[block + 1] = weight_before[block] + weights[block]
        mass_before[block + 1] = mass_before[block] + mass[block]
    total = max(mass_before[count], 1.0)
    out[0] = probabilities
    row = 1
    for step in (1, 2, 3, -1, -2, -3):
        _put_shifted(out, row, probabilities, step)
        row += 1
    for level in range(1, LEVELS):
        for block in range(count):
            start, end = first[level, block], last[level, block]
            mass_inside = mass_before[end] - mass_before[start]
            out[row, block] = mass_inside / max(weight_before[end] - weight_before[start], 1.0)
            out[row + LEVELS - 1, block] = mass_inside / total
        row += 1
    row += LEVELS - 1
    sums = np.zeros((int(np.max(paths)) + 1, 2))
    likely, sure = np.zeros(count), 0.0
    for block in range(count):
        sums[paths[block], 0] += mass[block]
        sums[paths[block], 1] += weights[block]
        likely[block] = mass[block] if probabilities[block] > _LIKELY else 0.0
        sure += mass[block] if probabilities[block] > _SURE else 0.0
    for block in range(count):
        out[row, block] = sums[paths[block], 0] / max(sums[paths[block], 1], 1.0)
    row += 1
    best_first, best_last = find_best_span(first, last, in_flow, likely)
    _put_relation_to_best(out, row, first, last, best_first, best_last)
    for block in range(count):
        out[row + 3, block] = min(max(best_first - block, 0), 30)
        out[row + 4, block] = min(max(block - best_last + 1, 0), 30)
    row += 5
    out[row] = log1p(total)
    out[row + 1] = sure / total
    return row + 2
