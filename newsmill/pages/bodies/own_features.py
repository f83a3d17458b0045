"""Compiled loops that write the features of a block itself: its text, its names, its position."""

from __future__ import annotations

from math import log1p

import numpy as np
from numpy.typing import NDArray

from newsmill.compiled import compiled
from newsmill.pages.bodies.kernels import CAPITAL, COMMAS, DIGITS, ENDS, SENTENCES

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]

NOT_FOUND = -1  # instead of a block
IS_UI_LABEL, IS_RELATED_HEADING = 1, 2  # bits of `labels`
_MAX_BEFORE, _MAX_AFTER, _NOT_AFTER = -20, 60, -30  # blocks between a block and the headline or the title


@compiled
def put_appearance(
    out: Floats,
    widths: Doubles,
    links: Doubles,
    lengths: Ints,
    characters: Floats,
    labels: Ints,
    calls: NDArray[np.bool_],
) -> int:
    """Write the first rows of `features.COLUMNS`: features of the text itself. Return their number."""
    for block in range(len(widths)):
        out[0, block] = log1p(widths[block])
        out[1, block] = links[block]
        out[2, block] = characters[block, SENTENCES]
        out[3, block] = characters[block, COMMAS]
        out[4, block] = characters[block, ENDS]
        out[5, block] = characters[block, CAPITAL]
        out[6, block] = characters[block, DIGITS] / max(lengths[block], 1)
        out[7, block] = labels[block] & IS_UI_LABEL != 0
        out[8, block] = labels[block] & IS_RELATED_HEADING != 0
        out[9, block] = calls[block]
    return 10


@compiled
def put_flags(out: Floats, row: int, bits: Ints, count: int) -> None:
    """Write `count` rows from `row` on: the flags of every block, lowest bit first."""
    for bit in range(count):
        for block in range(len(bits)):
            out[row + bit, block] = (bits[block] >> bit) & 1


@compiled
def put_position(
    out: Floats,
    row: int,
    widths: Doubles,
    headline: int,
    title: int,
    depths: Ints,
    numbers: Ints,
    in_other: NDArray[np.bool_],
) -> int:
    """Write the rows `position` to `in_other` of `features.COLUMNS`; return the row after the last.

    `headline` and `title` are blocks or NOT_FOUND. `numbers` are equal for equal texts.
    """
    count = len(widths)
    total = 0.0
    for block in range(count):
        total += widths[block]
    running = 0.0
    seen = np.zeros(count, np.int64)
    for block in range(count):
        running += widths[block]
        out[row, block] = block / count
        out[row + 1, block] = (running - widths[block]) / max(total, 1.0)
        out[row + 2, block] = log1p(total - running + widths[block])
        out[row + 3, block] = _NOT_AFTER if headline < 0 else min(max(block - headline, _MAX_BEFORE), _MAX_AFTER)
        out[row + 4, block] = _NOT_AFTER if title < 0 else min(max(block - title, _MAX_BEFORE), _MAX_AFTER)
        out[row + 5, block] = depths[block]
        out[row + 6, block] = seen[numbers[block]]
        out[row + 8, block] = in_other[block]
        seen[numbers[block]] += 1
    for block in range(count):
        out[row + 7, block] = seen[numbers[block]]
    return row + 9
