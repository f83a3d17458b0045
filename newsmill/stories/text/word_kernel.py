"""One pass over all texts of a batch: words as 64-bit hashes, and passages, which are sentences."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from newsmill.stories.text.char_tables import (
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
SPACE = 0x20
# The first byte of a character of several; of eight bytes, the bits that are set only in such characters.
LEAD = 0xC0
NOT_ASCII = np.uint64(0x8080808080808080)


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
def code_point(data: Any, place: int) -> Any:
    """The code point that begins at a place in UTF-8, and its bytes."""
    first = np.uint32(data[place])
    if first < 0x80:
        return first, 1
    second = np.uint32(data[place + 1]) & np.uint32(0x3F)
    if first < 0xE0:
        return (first & np.uint32(0x1F)) << np.uint32(6) | second, 2
    third = np.uint32(data[place + 2]) & np.uint32(0x3F)
    if first < 0xF0:
        return (first & np.uint32(0x0F)) << np.uint32(12) | second << np.uint32(6) | third, 3
    fourth = np.uint32(data[place + 3]) & np.uint32(0x3F)
    head = (first & np.uint32(0x07)) << np.uint32(18) | second << np.uint32(12)
    return head | third << np.uint32(6) | fourth, 4


@njit(cache=True, nogil=True)
def kind_of(code: Any, kinds: Any) -> Any:
    return kinds[code] if code < CODE_POINTS else SEPARATOR


@njit(cache=True, nogil=True)
def with_joins(data: Any, ends: Any, joins: Any) -> Any:
    """Of each text, whether it has a character that normalisation joins to the one before it."""
    told = np.zeros(len(ends), np.bool_)
    # Eight bytes at a time; most are all ASCII, which is never joined.
    whole = len(data) // 8
    eights = data[: 8 * whole].view(np.uint64)
    text = 0
    for eight in range(whole + 1):
        if eight < whole and eights[eight] & NOT_ASCII == 0:
            continue
        for place in range(8 * eight, min(8 * eight + 8, len(data))):
            if data[place] >= LEAD:
                code, _ = code_point(data, place)
                if code < CODE_POINTS and joins[code]:
                    while ends[text] <= place:
                        text += 1
                    told[text] = True
    return told


@njit(cache=True, nogil=True)
def read_words(data: Any, ends: Any, room: int, plain: Any, folded: Any, more: Any, kinds: Any) -> Any:
    """The words and passages of texts that lie one after another in `data`, as UTF-8.

    A word's hash follows its folded code points; a passage's follows its words. A passage ends at a line end, at a
    full stop of CJK, or at stops and closing marks with white space behind them.

    Args:
        ends: where each text ends in `data`.
        room: as many words as there may be.
        plain: by byte, what an ASCII letter or digit is folded to; 0 for all else.
        folded, more, kinds: as in letters.Letters.

    Returns:
        The words; where each text's words end; passages without words left out: hash, first word, first character,
        end (characters of the text); where each text's passages end.
    """
    words, found = np.empty(room, np.uint64), 0
    word_ends, passage_ends = np.empty(len(ends), np.int64), np.empty(len(ends), np.int64)
    held = len(ends) + len(data) // 64
    hashes, firsts = np.empty(held, np.uint64), np.empty(held, np.int64)
    starts, stops, passages = np.empty(held, np.int64), np.empty(held, np.int64), 0
    begin = 0
    for text in range(len(ends)):
        end = ends[text]
        place = begin
        # What a place has to be less by to be told in characters.
        behind = begin
        while place < end:
            # One passage a turn.
            first_word, passage = found, START
            first, last = -1, place - behind
            state, letters = START, 0
            over = False
            while place < end and not over:
                letter = plain[data[place]]
                if letter:
                    if first < 0:
                        first = place - behind
                    while letter:
                        state = follow(state, np.uint64(letter))
                        place += 1
                        letter = plain[data[place]] if place < end else np.uint8(0)
                    letters += 1
                    last = place - behind
                    continue
                if data[place] == SPACE:
                    if letters > 0:
                        words[found] = mix(state)
                        passage = follow(passage, words[found])
                        found += 1
                        state, letters = START, 0
                    place += 1
                    continue
                code, size = code_point(data, place)
                kind = kind_of(code, kinds)
                fold: Any = folded[code] if code < CODE_POINTS else code
                behind += size - 1
                place += size
                if kind == UNSEEN:
                    continue
                length = 1
                if fold & EXPANDED:
                    length = (fold >> 24) & 0x7F
                for step in range(length):
                    # What a character stands for may be letters, marks or both: `½` is `1`, `⁄`, `2`.
                    into = more[(fold & 0xFFFFFF) + step] if fold & EXPANDED else fold
                    sort = kind_of(into, kinds)
                    if sort == UNSEEN:
                        continue
                    if sort == LETTER:
                        state = follow(state, np.uint64(into))
                        letters += 1
                    elif letters > 0:
                        words[found] = mix(state)
                        passage = follow(passage, words[found])
                        found += 1
                        state, letters = START, 0
                    if sort == ALONE:
                        words[found] = mix(follow(START, np.uint64(into)))
                        passage = follow(passage, words[found])
                        found += 1
                    if sort in (LETTER, ALONE):
                        if first < 0:
                            first = place - behind - 1
                        last = place - behind
                if kind == LINE_END:
                    over = True
                elif kind in (FULL_STOP, STOP):
                    certain = kind == FULL_STOP
                    ahead, more_behind = place, 0
                    blank = True
                    while ahead < end:
                        code, size = code_point(data, ahead)
                        kind = kind_of(code, kinds)
                        if kind != FULL_STOP and kind != STOP and kind != CLOSER:
                            blank = code >= CODE_POINTS or kind in (BLANK, LINE_END)
                            break
                        certain = certain or kind == FULL_STOP
                        ahead += size
                        more_behind += size - 1
                    if certain or blank:
                        over = True
                        place = ahead
                        behind += more_behind
                        if first >= 0:
                            last = place - behind
            if letters > 0:
                words[found] = mix(state)
                passage = follow(passage, words[found])
                found += 1
            if found > first_word:
                if passages == held:
                    held *= 2
                    hashes, firsts = grown(hashes, held), grown(firsts, held)
                    starts, stops = grown(starts, held), grown(stops, held)
                hashes[passages] = mix(passage)
                firsts[passages] = first_word
                starts[passages], stops[passages] = first, last
                passages += 1
        word_ends[text], passage_ends[text] = found, passages
        begin = end
    return (
        words[:found],
        word_ends,
        hashes[:passages],
        firsts[:passages],
        starts[:passages],
        stops[:passages],
        passage_ends,
    )


@njit(cache=True, nogil=True)
def grown(values: Any, length: int) -> Any:
    """The values with room for more of them behind."""
    wider = np.empty(length, values.dtype)
    for place in range(len(values)):
        wider[place] = values[place]
    return wider
