"""Which of very many values are worth a closer look; a few that are not may slip through."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from newsmill.stories.text.word_kernel import ODD

BIT = np.uint64(63)
WORD = np.uint64(6)
OTHER = np.uint64(32)
ONE = np.uint64(1)


@njit(cache=True, nogil=True)
def seen_often(values: Any, times: int, slots: Any) -> Any:
    """Of each value, whether it may be there at least so many times; surely so where it is.

    Args:
        slots: zeros, a power of two of counters; values that share one are counted together.
    """
    mask = np.uint64(len(slots) - 1)
    for place in range(len(values)):
        slot = (values[place] * ODD >> np.uint64(24)) & mask
        if slots[slot] < times:
            slots[slot] += 1
    often = np.empty(len(values), np.bool_)
    for place in range(len(values)):
        often[place] = slots[(values[place] * ODD >> np.uint64(24)) & mask] >= times
    return often


@njit(cache=True, nogil=True)
def mark(values: Any, bits: Any) -> None:
    """Sets two bits for each value, as Bloom, "Space/Time Trade-offs in Hash Coding" (1970), does.

    Args:
        bits: zeros, a power of two of 64-bit words.
    """
    mask = np.uint64(64 * len(bits) - 1)
    for place in range(len(values)):
        value = values[place] * ODD
        for slot in ((value >> OTHER) & mask, (value ^ (value >> OTHER)) & mask):
            bits[slot >> WORD] |= ONE << (slot & BIT)


@njit(cache=True, nogil=True)
def marked(values: Any, bits: Any) -> Any:
    """The places of the values whose bits are both set."""
    mask = np.uint64(64 * len(bits) - 1)
    found = np.empty(len(values), np.int64)
    count: Any = 0
    for place in range(len(values)):
        value = values[place] * ODD
        one, two = (value >> OTHER) & mask, (value ^ (value >> OTHER)) & mask
        found[count] = place
        count += np.int64((bits[one >> WORD] >> (one & BIT)) & (bits[two >> WORD] >> (two & BIT)) & ONE)
    return found[:count]
