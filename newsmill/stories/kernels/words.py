"""One pass over all texts of a batch: words as 64-bit hashes, and passages, which are sentences."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from newsmill.stories.letters import (
    ALONE,
    BLANK,
    CLOSER,
    CODE_POINTS,
    EXPANDED,
    FULL_STOP,
    LETTER,
    LINE_END,
    SEPARATOR,
    STOP,
    UNSEEN,
)

ODD = np.uint64(0x9E3779B97F4A7C15)
ONE = np.uint64(0xFF51AFD7ED558CCD)
TWO = np.uint64(0xC4CEB9FE1A85EC53)
HALF = np.uint64(33)
START = np.uint64(0x243F6A8885A308D3)
LAST = np.uint64(1)
FIVE_WORDS = 5


@njit(cache=True, nogil=True)
def mix(value: Any) -> Any:
    """The finaliser of MurmurHash3 (public domain): every bit in depends on every bit out."""
    value = (value ^ (value >> HALF)) * ONE
    value = (value ^ (value >> HALF)) * TWO
    return value ^ (value >> HALF)


@njit(cache=True, nogil=True)
def follow(state: Any, value: Any) -> Any:
    """The state of a hash after one more value."""
    state = (state ^ value) * ODD
    return state ^ (state >> HALF)


@njit(cache=True, nogil=True)
def with_joins(codes: Any, ends: Any, joins: Any) -> Any:
    """Of each text, whether it has a character that normalisation joins to the one before it."""
    told = np.zeros(len(ends), np.bool_)
    place = 0
    for text in range(len(ends)):
        while place < ends[text]:
            if codes[place] < CODE_POINTS and joins[codes[place]]:
                told[text] = True
                place = ends[text]
            else:
                place += 1
    return told


@njit(cache=True, nogil=True)
def read_words(codes: Any, ends: Any, folded: Any, more: Any, kinds: Any) -> Any:
    """The words and passages of texts that lie one after another in `codes`.

    A word's hash follows its folded code points; a passage's follows its words. A passage ends at a line end, at a
    full stop of CJK, or at stops and closing marks with white space behind them.

    Returns:
        The words; where each text's words end; passages without words left out: hash, first word, first character and
        end (characters of the text); where each text's passages end.
    """
    room = 16
    for place in range(len(codes)):
        code = codes[place]
        room += (folded[code] >> 24) & 0x7F if code < CODE_POINTS and folded[code] & EXPANDED else 1
    words, found = np.empty(room, np.uint64), 0
    word_ends, passage_ends = np.empty(len(ends), np.int64), np.empty(len(ends), np.int64)
    stops = len(ends) + 1
    for place in range(len(codes)):
        stops += codes[place] < CODE_POINTS and LINE_END <= kinds[codes[place]] <= STOP
    hashes, firsts = np.empty(stops, np.uint64), np.empty(stops, np.int64)
    spans, passages = np.empty((stops, 2), np.int64), 0
    begin = 0
    for text in range(len(ends)):
        end = ends[text]
        place = begin
        while place < end:
            # One passage a turn.
            first_word, passage = found, START
            first, last = -1, place
            state, letters = START, 0
            over = False
            while place < end and not over:
                code = codes[place]
                kind = SEPARATOR
                fold: Any = np.uint32(code)
                if code < CODE_POINTS:
                    kind = kinds[code]
                    fold = folded[code]
                place += 1
                if kind == LETTER and fold < EXPANDED:
                    state = follow(state, np.uint64(fold))
                    letters += 1
                    if first < 0:
                        first = place - 1
                    last = place
                    continue
                if kind == UNSEEN:
                    continue
                length = 1
                if fold & EXPANDED:
                    length = (fold >> 24) & 0x7F
                for step in range(length):
                    # What a character stands for may be letters, marks or both: `½` is `1`, `⁄`, `2`.
                    into = more[(fold & 0xFFFFFF) + step] if fold & EXPANDED else fold
                    sort = SEPARATOR
                    if into < CODE_POINTS:
                        sort = kinds[into]
                    if sort == UNSEEN:
                        continue
                    if sort == LETTER:
                        state = follow(state, np.uint64(into))
                        letters += 1
                        if first < 0:
                            first = place - 1
                        last = place
                        continue
                    if letters > 0:
                        words[found] = mix(state)
                        passage = follow(passage, words[found])
                        found += 1
                        state, letters = START, 0
                    if sort == ALONE:
                        words[found] = mix(follow(START, np.uint64(into)))
                        passage = follow(passage, words[found])
                        found += 1
                        if first < 0:
                            first = place - 1
                        last = place
                if kind == LINE_END:
                    over = True
                elif kind in (FULL_STOP, STOP):
                    certain = kind == FULL_STOP
                    ahead = place
                    while (
                        ahead < end
                        and codes[ahead] < CODE_POINTS
                        and (
                            kinds[codes[ahead]] == FULL_STOP
                            or kinds[codes[ahead]] == STOP
                            or kinds[codes[ahead]] == CLOSER
                        )
                    ):
                        certain = certain or kinds[codes[ahead]] == FULL_STOP
                        ahead += 1
                    blank = ahead == end or codes[ahead] >= CODE_POINTS or kinds[codes[ahead]] in (BLANK, LINE_END)
                    if certain or blank:
                        over = True
                        place = ahead
                        if first >= 0:
                            last = ahead
            if letters > 0:
                words[found] = mix(state)
                passage = follow(passage, words[found])
                found += 1
            if found > first_word:
                hashes[passages] = mix(passage)
                firsts[passages] = first_word
                spans[passages, 0], spans[passages, 1] = first - begin, last - begin
                passages += 1
        word_ends[text], passage_ends[text] = found, passages
        begin = end
    return (
        words[:found].copy(),
        word_ends,
        hashes[:passages].copy(),
        firsts[:passages].copy(),
        spans[:passages].copy(),
        passage_ends,
    )


@njit(cache=True, nogil=True)
def five_words(words: Any, begin: int, end: int, into: Any) -> int:
    """The hash of every five words in a row, repeats among them; of fewer words, of all; never 0. Returns how many."""
    count = max(1, end - begin - FIVE_WORDS + 1)
    for place in range(count):
        state = START
        for word in range(begin + place, min(end, begin + place + FIVE_WORDS)):
            state = (state + words[word]) * ODD
        into[place] = mix(state) | LAST
    return count


@njit(cache=True, nogil=True)
def distinct(values: Any, count: int, table: Any) -> int:
    """Move the distinct ones of the first `count` values to the front; returns how many.

    Args:
        table: zeros, a power of two at least twice `count`; filled with the values afterwards. Zero is no value.
    """
    mask = np.uint64(len(table) - 1)
    kept = 0
    for place in range(count):
        value = values[place]
        slot = (value >> np.uint64(20)) & mask
        while table[slot] != 0 and table[slot] != value:
            slot = (slot + np.uint64(1)) & mask
        if table[slot] == 0:
            table[slot] = value
            values[kept] = value
            kept += 1
    return kept
