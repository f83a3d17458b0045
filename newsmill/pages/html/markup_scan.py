"""A compiled look over a page's markup before it is parsed. Imported only where HTML is read."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

_BLANK, _CLOSES, _EQUALS = 0x20, ord("/"), ord("=")


@njit(cache=True, nogil=True)
def look_over(
    data: NDArray[np.uint8], starts: NDArray[np.int64], long: int, many: int
) -> tuple[int, int, int, int, list[int]]:
    """Of a page's bytes and the places of `<` in them: tags, `<o` among them, elements open at most, open in sum.

    As if each tag that ends nothing began an element. Last the numbers of those `<` after which none follows for more
    than `long` bytes that could hold more than `many` attributes: these are parted by white space, strokes or, after
    an equals sign, quotes.
    """
    tags = with_o = opened = lowest = most = total = 0
    crowded = [0 for _ in range(0)]
    for number in range(len(starts)):
        start = int(starts[number])
        end = int(starts[number + 1]) if number + 1 < len(starts) else len(data)
        following = int(data[start + 1]) if start + 1 < len(data) else 0
        letter = following | 0x20  # in lower case
        closing = following == _CLOSES
        tags += closing or 0x61 <= letter <= 0x7A
        with_o += letter == 0x6F
        opened += -1 if closing else 1
        lowest = min(lowest, opened)
        most = max(most, opened - lowest)
        total += opened - lowest
        if end - start > long and _parts(data[start:end]) > many:
            crowded.append(number)
    return tags, with_o, most, total, crowded


@njit(cache=True, nogil=True)
def _parts(data: NDArray[np.uint8]) -> int:
    # Without branches, so that many bytes are looked at at once.
    parts = 0
    for place in range(1, len(data)):
        byte, before = data[place], data[place - 1]
        parts += int((byte > _BLANK) & (before <= _BLANK)) + int(byte == _EQUALS) + int(byte == _CLOSES)
    return parts
