"""How facts are written into the page: as JSON, and numbers by place as short text, for what is saved holds stories."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

LETTERS = 26


def dumped(value: object) -> str:
    """JSON that can stand in a script element: no `<` means no tag and no comment."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def packed(values: Mapping[int, int] | Iterable[int]) -> str:
    """Each number but 0 as how many zeros stand before it, in letters, and itself in digits, unless it is 1.

    Letters are digits to the base 26, a lower-case one the last. The page's facts.js reads it.

    >>> packed([3, 0, 0, 1, 12])
    'a3ca12'
    """
    found = values.items() if isinstance(values, Mapping) else enumerate(values)
    text, following = [], 0
    for place, value in sorted(found):
        if value:
            text.append(f"{_letters(place - following)}{'' if value == 1 else value}")
            following = place + 1
    return "".join(text)


def _letters(number: int) -> str:
    number, last = divmod(number, LETTERS)
    text = chr(ord("a") + last)
    while number:
        number, digit = divmod(number, LETTERS)
        text = chr(ord("A") + digit) + text
    return text
