"""Build tables by code point: the folded character, and flags for words and sentences."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from newsmill.topics.matching.spelling import fold_char

# Planes 0 to 2 of Unicode contain every script; characters above are in no phrase.
CODE_POINTS = 0x30000

IN_WORD = 1  # letter or digit of a script that puts spaces between words
DIGIT = 2  # 0 to 9
LETTER = 4  # a letter of any script
LOWER = 8
SPACE = 16
STOP = 32  # may end a sentence
CERTAIN = 64  # always ends a sentence
CLOSER = 128  # may come between a stop and the end of its sentence
OPENER = 256  # may come before an abbreviation
FOLLOWS = 512  # begins the next sentence without a space: Chinese, Japanese, Korean, full width
BLANK = 1024  # white space within a line
DECIMAL = 2048

# A byte before the first character of each word, in texts and phrases alike. Most false matches begin within a word;
# with this byte the search does not report them.
WORD_START = 1
# This byte ends each text, and replaces characters that are not searched. No phrase contains it.
NOT_SEARCHED = 0
# This bit is set in the table of folds where the folded character is part of a word.
FOLDED_IN_WORD = np.uint32(1 << 31)
# This bit is set in the table of widths where the folded character is part of a word.
WIDTH_IN_WORD = 128

_CERTAIN_CHARS = "。！？｡\n\r\u2028\u2029"
_CHARS_BY_FLAG = {
    STOP: ".!?…" + _CERTAIN_CHARS,
    CERTAIN: _CERTAIN_CHARS,
    CLOSER: "\"'”’»›)]」』）】》〉",
    OPENER: "([\"'“‘«.-",
    BLANK: " \t\u00a0",
}
# Scripts without spaces between words: Thai, Lao, Burmese, Khmer, kana, Han; and Hangul, where particles follow a word.
_UNSPACED = ((0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1100, 0x11FF), (0x1780, 0x17FF), (0x2E80, 0xA4CF), (0xA960, 0xA97F),
             (0xAC00, 0xD7FF), (0xF900, 0xFAFF), (0xFF66, 0xFFDC), (0x20000, 0x2FFFF))  # fmt: skip
# Han and Hangul: letters without case that all have the same flags.
_UNIFORM = ((0x3400, 0x4DC0), (0x4E00, 0xA000), (0xAC00, 0xD7A4), (0x20000, CODE_POINTS))
_FOLLOWING = ((0x3000, 0x30FF), (0x3400, 0x9FFF), (0xAC00, 0xD7AF), (0xFF00, 0xFFEF))


@lru_cache(maxsize=1)
def build_character_flags() -> NDArray[np.uint16]:
    """Return the flags of every code point."""
    flags = np.zeros(CODE_POINTS, np.uint16)
    for first, last in _UNIFORM:
        flags[first:last] = LETTER
    for code in _iter_other_codes():
        char = chr(code)
        if char.isalpha():
            flags[code] |= LETTER
        if char.isspace():
            flags[code] |= SPACE | OPENER
        if char.islower():
            flags[code] |= LOWER
        if char.isdecimal():
            flags[code] |= DECIMAL
        if (char.isalnum() or char == "_") and not _is_within(code, _UNSPACED):
            flags[code] |= IN_WORD
    flags[ord("0") : ord("9") + 1] |= DIGIT
    for first, last in _FOLLOWING:
        flags[first : last + 1] |= FOLLOWS
    # A full-width letter or digit counts as the letter or digit that it is folded to.
    for code in range(0xFF01, 0xFF5F):
        flags[code] |= flags[ord(fold_char(chr(code)))] & (IN_WORD | DIGIT)
    for flag, chars in _CHARS_BY_FLAG.items():
        for char in chars:
            flags[ord(char)] |= flag
    return flags


@lru_cache(maxsize=1)
def build_character_folds() -> NDArray[np.uint32]:
    """Return the folded code point of every code point, with FOLDED_IN_WORD; control characters become 0."""
    folds = np.arange(CODE_POINTS, dtype=np.uint32)
    for code in _iter_other_codes():
        folds[code] = ord(fold_char(chr(code)))
    # These bytes have a special meaning in text_bytes.
    folds[[NOT_SEARCHED, WORD_START]] = 0
    return np.where(build_character_flags()[folds] & IN_WORD, folds | FOLDED_IN_WORD, folds)


@lru_cache(maxsize=1)
def build_folded_widths() -> NDArray[np.uint8]:
    """Return how many bytes of UTF-8 each folded code point takes, with WIDTH_IN_WORD."""
    folds = build_character_folds()
    codes = folds & ~FOLDED_IN_WORD
    widths = 1 + (codes >= 0x80) + (codes >= 0x800) + (codes >= 0x10000)
    return np.where(folds & FOLDED_IN_WORD, widths | WIDTH_IN_WORD, widths).astype(np.uint8)


def _iter_other_codes() -> Iterator[int]:
    """Yield the code points of the first plane outside of _UNIFORM."""
    for first, last in ((0, 0x3400), (0x4DC0, 0x4E00), (0xA000, 0xAC00), (0xD7A4, 0xD800), (0xE000, 0x10000)):
        yield from range(first, last)


def _is_within(code: int, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(first <= code <= last for first, last in ranges)
