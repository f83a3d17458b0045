"""Phrases in a text: a trie of their spellings, walked from every place where one may begin."""

from __future__ import annotations

from typing import Any

import numpy as np

from newsmill.topics.characters import DIGIT, IN_WORD
from newsmill.topics.kernels import inner, outer


@inner
def _slot(keys: Any, key: int) -> int:
    """Where a key stands in the open-addressed table, or the empty slot where it would."""
    mask = len(keys) - 1
    slot = (np.uint64(key) * np.uint64(0x9E3779B97F4A7C15) >> np.uint64(40)) & np.uint64(mask)
    place: Any = np.int64(slot)
    while keys[place] != -1 and keys[place] != key:
        place = (place + 1) & mask
    return int(place)


@outer
def build_trie(symbols: Any, firsts: Any, anywhere: Any, keys: Any, values: Any, first_spelling: Any,
               next_spelling: Any) -> int:  # fmt: skip
    """Fill the trie of the spellings; returns the number of states.

    State 0 is the root at the edge of a word, state 1 the root within one, for spellings open to the left (`anywhere`).
    """
    states = 2
    for spelling in range(len(firsts) - 1):
        for root in range(2 if anywhere[spelling] else 1):
            state = root
            for place in range(firsts[spelling], firsts[spelling + 1]):
                slot = _slot(keys, state * 65536 + symbols[place])
                if keys[slot] == -1:
                    keys[slot] = state * 65536 + symbols[place]
                    values[slot] = states
                    states += 1
                state = values[slot]
            next_spelling[2 * spelling + root] = first_spelling[state]
            first_spelling[state] = 2 * spelling + root
    return states


@outer
def pack_trie(states: Any, symbols: Any, children: Any, first_spelling: Any, symbol_count: int) -> Any:
    """The trie as a double array: the child of cell c by symbol s is cell base[c] + s, if its check is c.

    Aoe, "An efficient digital search algorithm by using a double-array structure" (1989). The edges come by state; the
    roots stay cells 0 and 1.

    Returns:
        base, check and first spelling by cell.
    """
    size = 2 * len(first_spelling) + 2 * symbol_count + 4
    nothing = np.empty(0, np.int32)
    base, check, first = _longer(nothing, 0, size), _longer(nothing, -1, size), _longer(nothing, -1, size)
    cell_of = np.zeros(len(first_spelling), np.int32)
    cell_of[1] = 1
    check[0], check[1] = -2, -2
    free = 2
    edge = 0
    while edge < len(states):
        end = edge
        while end < len(states) and states[end] == states[edge]:
            end += 1
        while check[free] != -1:
            free += 1
        start = free - int(symbols[edge])
        if start < 1:
            start = 1
        while True:
            if start + symbol_count >= size:
                size *= 2
                base, check, first = _longer(base, 0, size), _longer(check, -1, size), _longer(first, -1, size)
            if _fits(check, symbols, edge, end, start):
                break
            start += 1
        cell = cell_of[states[edge]]
        base[cell] = start
        for number in range(edge, end):
            child = start + symbols[number]
            check[child] = cell
            cell_of[children[number]] = child
            first[child] = first_spelling[children[number]]
        edge = end
    return base, check, first


@inner
def _fits(check: Any, symbols: Any, edge: int, end: int, start: int) -> bool:
    for number in range(edge, end):  # noqa: SIM110 - Numba compiles no generator expression
        if check[start + symbols[number]] != -1:
            return False
    return True


@inner
def _longer(row: Any, filler: int, size: int) -> Any:
    longer = np.empty(size, np.int32)
    for place in range(size):
        longer[place] = row[place] if place < len(row) else filler
    return longer


@outer
def decode(data: Any, start: int, end: int, limit: int, codes: Any) -> int:
    """The code points of valid UTF-8, at most `limit`; returns how many."""
    count = 0
    place = start
    while place < end and count < limit:
        byte: Any = np.uint32(data[place])
        if byte < 0x80:
            codes[count] = byte
            place += 1
        elif byte < 0xE0:
            codes[count] = ((byte & 0x1F) << 6) | (data[place + 1] & 0x3F)
            place += 2
        elif byte < 0xF0:
            second: Any = np.uint32(data[place + 1] & 0x3F)
            codes[count] = ((byte & 0x0F) << 12) | (second << 6) | (data[place + 2] & 0x3F)
            place += 3
        else:
            second = np.uint32(data[place + 1] & 0x3F)
            third: Any = np.uint32(data[place + 2] & 0x3F)
            codes[count] = ((byte & 0x07) << 18) | (second << 12) | (third << 6) | (data[place + 3] & 0x3F)
            place += 4
        count += 1
    return count


@inner
def _has_capitals(
    codes: Any, start: int, spelling: int, capital_firsts: Any, capital_places: Any, capitals: Any
) -> bool:
    """Whether the text has a capital wherever the spelling has one."""
    for number in range(capital_firsts[spelling], capital_firsts[spelling + 1]):
        code = codes[start + capital_places[number]]
        if 0xFF01 <= code <= 0xFF5E:
            code -= 0xFEE0
        if code != capitals[number]:
            return False
    return True


@inner
def find_phrases(codes: Any, marks: Any, symbols: Any, count: int, trie: Any, spellings: Any, starts: Any,
                 hits: Any) -> Any:  # fmt: skip
    """Every phrase in a text: rows of start, end, pattern in `hits`, by start; returns how many and the rows' store."""
    base, check, first_spelling, next_spelling, pairs = trie
    patterns, open_right, capital_firsts, capital_places, capitals = spellings
    found = 0
    for candidate in range(_starts(marks, symbols, count, pairs, starts)):
        start = starts[candidate]
        cell = 1 if start > 0 and marks[start] & marks[start - 1] & IN_WORD else 0
        child = base[cell] + np.int64(symbols[start])
        place = start
        while check[child] == cell:
            cell = child
            place += 1
            entry = first_spelling[cell]
            if entry >= 0:
                # A digit after a letter may begin anew, as in Sora2.
                goes_on = (
                    place < count
                    and marks[place] & IN_WORD
                    and marks[place - 1] & IN_WORD
                    and not (marks[place] & DIGIT and not marks[place - 1] & DIGIT)
                )
                while entry >= 0:
                    spelling = entry // 2
                    if (not goes_on or open_right[spelling]) and _has_capitals(
                        codes, start, spelling, capital_firsts, capital_places, capitals
                    ):
                        if found == len(hits):
                            hits = doubled(hits)
                        hits[found, 0] = start
                        hits[found, 1] = place
                        hits[found, 2] = patterns[spelling]
                        found += 1
                    entry = next_spelling[entry]
            if place == count or symbols[place] == 0:
                break
            child = base[cell] + np.int64(symbols[place])
    return found, hits


@inner
def _starts(marks: Any, symbols: Any, count: int, pairs: Any, starts: Any) -> int:
    """Where a phrase may begin by its first two characters, in `starts`; returns how many.

    Without branches: most places begin none, and a processor that guesses wrongly loses more than this costs.
    """
    found: Any = np.int64(0)
    before = np.uint16(0)
    for place in range(count):
        mark = marks[place]
        within = np.int64(mark & before & IN_WORD)
        following = np.int64(symbols[place + 1]) if place + 1 < count else np.int64(0)
        starts[found] = place
        found += (np.int64(pairs[np.int64(symbols[place]), following]) >> within) & np.int64(1)
        before = mark
    return int(found)


@inner
def doubled(rows: Any) -> Any:
    """The rows, with room for as many more. Copied one by one: a slice assignment takes a second to compile."""
    larger = np.empty((2 * rows.shape[0], rows.shape[1]), rows.dtype)
    for row in range(rows.shape[0]):
        for column in range(rows.shape[1]):
            larger[row, column] = rows[row, column]
    return larger
