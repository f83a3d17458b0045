"""Kernels that find where sentences begin and end, in Latin script and in Chinese, Japanese and Korean."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from newsmill.compiled import compiled, compiled_inner
from newsmill.topics.matching.characters import (
    BLANK,
    CERTAIN,
    CLOSER,
    DECIMAL,
    FOLLOWS,
    LETTER,
    LOWER,
    OPENER,
    SPACE,
    STOP,
)  # fmt: skip
from newsmill.topics.matching.hits import Codes, Flags, Rows
from newsmill.topics.matching.text_bytes import double_rows

# A "sentence" of a page without punctuation is cut at this length, so that evidence is readable.
MAX_SENTENCE_CHARS = 600
MAX_ABBREVIATION_CHARS = 6
MAX_STARTER_CHARS = 12

Hashes = NDArray[np.uint64]
# Sorted hashes of abbreviations, of words that begin a sentence after one, of words that follow an ordinal.
SentenceWords = tuple[Hashes, Hashes, Hashes]


@compiled
def find_sentences(codes: Codes, marks: Flags, count: int, words: SentenceWords, spans: Rows) -> tuple[int, Rows]:
    """Write start and end of each sentence, without white space around it, to `spans`.

    Return the number of sentences, and `spans` or the larger array that replaced it.
    """
    number = 0
    start = 0
    at = 0
    while at < count:
        if not marks[at] & STOP:
            at += 1
            continue
        first = at
        certain = False
        while at < count and marks[at] & STOP:
            certain = certain or (marks[at] & CERTAIN) != 0
            at += 1
        while at < count and marks[at] & CLOSER:
            at += 1
        if (
            at + 1 < count
            and (codes[at] == 0x20 or codes[at] == 0xA0 or codes[at] == 0x202F)
            and (codes[at + 1] == 0xBB or codes[at + 1] == 0x203A)
        ):
            at += 2
        if not certain:
            if at < count and not marks[at] & (SPACE | FOLLOWS):
                continue
            if codes[first] == 0x2E and _continues(codes, marks, count, first, at, words):
                continue
        spans, number = _add_pieces(codes, marks, start, at, spans, number)
        start = at
    spans, number = _add_pieces(codes, marks, start, count, spans, number)
    return number, spans


@compiled_inner
def _add_pieces(codes: Codes, marks: Flags, start: int, end: int, spans: Rows, number: int) -> tuple[Rows, int]:
    """Add a span without white space around it, cut at a space where it is too long."""
    while start < end:
        stop = end
        if end - start > MAX_SENTENCE_CHARS:
            stop = start + MAX_SENTENCE_CHARS
            for at in range(start + MAX_SENTENCE_CHARS - 1, start + MAX_SENTENCE_CHARS // 2 - 1, -1):
                if codes[at] == 32:
                    stop = at
                    break
        left, right = start, stop
        while left < right and marks[left] & SPACE:
            left += 1
        while right > left and marks[right - 1] & SPACE:
            right -= 1
        if left < right:
            if number == len(spans):
                spans = double_rows(spans)
            spans[number, 0] = left
            spans[number, 1] = right
            number += 1
        start = stop
    return spans, number


@compiled_inner
def _continues(codes: Codes, marks: Flags, count: int, stop: int, end: int, words: SentenceWords) -> bool:
    """Return whether a sentence continues after a full stop."""
    abbreviations, starters, months = words
    following = end
    while following < count and following < end + 40 and marks[following] & BLANK:
        following += 1
    if following < count and marks[following] & LOWER:
        return True
    first = stop
    while first > 0 and stop - first <= MAX_ABBREVIATION_CHARS and not marks[first - 1] & OPENER:
        first -= 1
    length = stop - first
    if (length == 1 and marks[first] & LETTER) or (
        1 < length <= MAX_ABBREVIATION_CHARS and _contains(abbreviations, hash_word(codes, first, stop))
    ):
        last = following
        while last < count and last - following < MAX_STARTER_CHARS and marks[last] & LETTER:
            last += 1
        begins = last < count and marks[last] & SPACE and _contains(starters, hash_word(codes, following, last))
        return not begins
    if 1 <= length <= 2 and (first == 0 or marks[first - 1] & SPACE):
        for at in range(first, stop):
            if not marks[at] & DECIMAL:
                return False
        last = following
        while last < count and last - following < MAX_STARTER_CHARS and marks[last] & LETTER:
            last += 1
            if _contains(months, hash_word(codes, following, last)):
                return True
    return False


@compiled_inner
def _contains(hashes: Hashes, wanted: np.uint64) -> bool:
    low, high = 0, len(hashes)
    while low < high:
        middle = (low + high) // 2
        if hashes[middle] < wanted:
            low = middle + 1
        else:
            high = middle
    return bool(low < len(hashes) and hashes[low] == wanted)


@compiled
def hash_word(codes: Codes, start: int, end: int) -> np.uint64:
    """Return a 64-bit hash of code points; it is only compared with the hashes of a few known words."""
    mixed = np.uint64(end - start)
    for at in range(start, end):
        mixed = (mixed ^ np.uint64(codes[at])) * np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(29)
    return mixed
