"""Where sentences begin and end, in Latin script and in Chinese, Japanese and Korean."""

from __future__ import annotations

from typing import Any

import numpy as np

from newsmill.topics.characters import BLANK, CERTAIN, CLOSER, DECIMAL, FOLLOWS, LETTER, LOWER, OPENER, SPACE, STOP
from newsmill.topics.kernels import inner, outer
from newsmill.topics.kernels.trie import doubled

# A "sentence" of a page without punctuation is cut here, so that evidence stays readable.
MAX_SENTENCE = 600
MAX_ABBREVIATION = 6
MAX_STARTER = 12


@outer
def split(codes: Any, marks: Any, count: int, words: Any, spans: Any) -> Any:
    """Start and end of each sentence, without white space around it, in `spans`; returns how many and the spans' store.

    Args:
        words: hashes of abbreviations, of words that begin a sentence after one, of what follows an ordinal.
    """
    number = 0
    start = 0
    place = 0
    while place < count:
        if not marks[place] & STOP:
            place += 1
            continue
        first = place
        certain = False
        while place < count and marks[place] & STOP:
            certain = certain or (marks[place] & CERTAIN) != 0
            place += 1
        while place < count and marks[place] & CLOSER:
            place += 1
        if (
            place + 1 < count
            and (codes[place] == 0x20 or codes[place] == 0xA0 or codes[place] == 0x202F)
            and (codes[place + 1] == 0xBB or codes[place + 1] == 0x203A)
        ):
            place += 2
        if not certain:
            if place < count and not marks[place] & (SPACE | FOLLOWS):
                continue
            if codes[first] == 0x2E and _goes_on(codes, marks, count, first, place, words):
                continue
        spans, number = _add_pieces(codes, marks, start, place, spans, number)
        start = place
    spans, number = _add_pieces(codes, marks, start, count, spans, number)
    return number, spans


@inner
def _add_pieces(codes: Any, marks: Any, start: int, end: int, spans: Any, number: int) -> Any:
    """Add the span without white space around it, cut at a space where it is too long."""
    while start < end:
        stop = end
        if end - start > MAX_SENTENCE:
            stop = start + MAX_SENTENCE
            for place in range(start + MAX_SENTENCE - 1, start + MAX_SENTENCE // 2 - 1, -1):
                if codes[place] == 32:
                    stop = place
                    break
        left, right = start, stop
        while left < right and marks[left] & SPACE:
            left += 1
        while right > left and marks[right - 1] & SPACE:
            right -= 1
        if left < right:
            if number == len(spans):
                spans = doubled(spans)
            spans[number, 0] = left
            spans[number, 1] = right
            number += 1
        start = stop
    return spans, number


@inner
def _goes_on(codes: Any, marks: Any, count: int, stop: int, end: int, words: Any) -> bool:
    """Whether a sentence goes on after a full stop."""
    abbreviations, starters, months = words
    following = end
    while following < count and following < end + 40 and marks[following] & BLANK:
        following += 1
    if following < count and marks[following] & LOWER:
        return True
    first = stop
    while first > 0 and stop - first <= MAX_ABBREVIATION and not marks[first - 1] & OPENER:
        first -= 1
    length = stop - first
    if (length == 1 and marks[first] & LETTER) or (
        1 < length <= MAX_ABBREVIATION and _known(abbreviations, word_hash(codes, first, stop))
    ):
        last = following
        while last < count and last - following < MAX_STARTER and marks[last] & LETTER:
            last += 1
        begins = last < count and marks[last] & SPACE and _known(starters, word_hash(codes, following, last))
        return not begins
    if 1 <= length <= 2 and (first == 0 or marks[first - 1] & SPACE):
        for place in range(first, stop):
            if not marks[place] & DECIMAL:
                return False
        last = following
        while last < count and last - following < MAX_STARTER and marks[last] & LETTER:
            last += 1
            if _known(months, word_hash(codes, following, last)):
                return True
    return False


@inner
def _known(hashes: Any, wanted: Any) -> bool:
    low, high = 0, len(hashes)
    while low < high:
        middle = (low + high) // 2
        if hashes[middle] < wanted:
            low = middle + 1
        else:
            high = middle
    return low < len(hashes) and hashes[low] == wanted


@outer
def word_hash(codes: Any, start: int, end: int) -> Any:
    """A 64-bit mix of code points; only compared with the same mix of a few known words."""
    mixed = np.uint64(end - start)
    for place in range(start, end):
        mixed = (mixed ^ np.uint64(codes[place])) * np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(29)
    return mixed
