"""What each character is to the search: what it is folded to, and whether words and sentences begin or end at it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from newsmill.topics.spelling import folded

# Planes 0 to 2 of Unicode, all that is written in; what lies above is in no phrase.
CODE_POINTS = 0x30000

IN_WORD = 1  # letter or digit of a script that puts spaces between words
DIGIT = 2  # 0 to 9
LETTER = 4  # a letter of any script
LOWER = 8
SPACE = 16
STOP = 32  # may end a sentence
CERTAIN = 64  # ends a sentence wherever it stands
CLOSER = 128  # may stand between a stop and the end of its sentence
OPENER = 256  # may stand before an abbreviation
FOLLOWS = 512  # begins the next sentence without a space: Chinese, Japanese, Korean, full width
BLANK = 1024  # white space within a line
DECIMAL = 2048

_certain = "。！？｡\n\r\u2028\u2029"
_members = {
    STOP: ".!?…" + _certain,
    CERTAIN: _certain,
    CLOSER: "\"'”’»›)]」』）】》〉",
    OPENER: "([\"'“‘«.-",
    BLANK: " \t\u00a0",
}
# Scripts without spaces between words: Thai, Lao, Burmese, Khmer, kana, Han; and Hangul, where particles follow a word.
_unspaced = ((0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1100, 0x11FF), (0x1780, 0x17FF), (0x2E80, 0xA4CF), (0xA960, 0xA97F),
             (0xAC00, 0xD7FF), (0xF900, 0xFAFF), (0xFF66, 0xFFDC), (0x20000, 0x2FFFF))  # fmt: skip
# Han and Hangul: letters without case, all alike.
_uniform = ((0x3400, 0x4DC0), (0x4E00, 0xA000), (0xAC00, 0xD7A4), (0x20000, CODE_POINTS))
_follows = ((0x3000, 0x30FF), (0x3400, 0x9FFF), (0xAC00, 0xD7AF), (0xFF00, 0xFFEF))


@lru_cache(maxsize=1)
def character_flags() -> NDArray[np.uint16]:
    """The flags of every code point."""
    flags = np.zeros(CODE_POINTS, np.uint16)
    for first, last in _uniform:
        flags[first:last] = LETTER
    for code in _various():
        char = chr(code)
        if char.isalpha():
            flags[code] |= LETTER
        if char.isspace():
            flags[code] |= SPACE | OPENER
        if char.islower():
            flags[code] |= LOWER
        if char.isdecimal():
            flags[code] |= DECIMAL
        if (char.isalnum() or char == "_") and not _within(code, _unspaced):
            flags[code] |= IN_WORD
    flags[ord("0") : ord("9") + 1] |= DIGIT
    for first, last in _follows:
        flags[first : last + 1] |= FOLLOWS
    # A full-width letter or digit is one of an alphabet once it is folded.
    for code in range(0xFF01, 0xFF5F):
        flags[code] |= flags[ord(folded(chr(code)))] & (IN_WORD | DIGIT)
    for flag, chars in _members.items():
        for char in chars:
            flags[ord(char)] |= flag
    return flags


@lru_cache(maxsize=1)
def character_folds() -> NDArray[np.uint32]:
    """What every code point is folded to, case included."""
    folds = np.arange(CODE_POINTS, dtype=np.uint32)
    for code in _various():
        folds[code] = ord(folded(chr(code)))
    return folds


def _various() -> Iterator[int]:
    """The code points of the first plane that are not all alike."""
    for first, last in ((0, 0x3400), (0x4DC0, 0x4E00), (0xA000, 0xAC00), (0xD7A4, 0xD800), (0xE000, 0x10000)):
        yield from range(first, last)


def _within(code: int, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(first <= code <= last for first, last in ranges)
