"""The compiled part of telling languages: scripts are counted, then n-grams weighed, many texts a call.

Imports Numba, and only `native` imports this, once a machine: there it becomes machine code that is kept.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from newsmill.pages.languages import profiles
from newsmill.pages.languages.profiles import FOUND, SEEN, SUMS
from newsmill.pages.languages.scripts import GROUPS, SCRIPTS

CUT = 0xFFFF  # the code point between two windows of a text, a noncharacter: a word may have been cut there

# Nothing is allocated and nothing raises, so that the machine code calls no part of Numba.
_options: dict[str, Any] = {"_nrt": False, "error_model": "numpy", "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
_compiled = njit(**_options)
_space, _other = profiles.SPACE, profiles.OTHER
_bits, _steps, _plane = profiles.BITS, float(profiles.STEPS), profiles.PLANE
_groups, _scripts = len(GROUPS), len(SCRIPTS)
_latin, _han, _kana, _hangul = (SCRIPTS.index(name) for name in ("latin", "han", "kana", "hangul"))
_lanes = profiles.LANES

# A character of a dense script says as much as three Latin letters; names and terms in Latin stand in all their texts.
_density = 3.0
_kana_share = 0.08  # of kana among kana and Han: Japanese has a third or more, Chinese borrows a `の` for its charm
_least_share = 0.125  # of letters among the characters; where there are fewer, they are not what the text is about
_least_plain = 15  # letters from which on a text without any mark may be one written without them

_temperature = profiles.TEMPERATURE
_decided = 15.0  # nats; so far ahead of the second, past a quarter of the text, the rest is not read
_check = SEEN // 3  # characters between two looks at who is ahead; each has three n-grams at most
_code = np.zeros(128, np.uint8)
_code[[ord(sign) for sign in r"{}[]<>=;|\/_#$^~*+`@"]] = 1
_joint = np.zeros(128, np.uint8)  # code has them between words without a space, prose has not
_joint[[ord(sign) for sign in ".:,()"]] = 1


@_compiled
def tell(  # type: ignore[no-untyped-def]
    count, codes, starts, least, script_of, character, lower, upper, keys, rows, slots, weights, begins, columns,
    language, unmarked, prior, letters, sums, seen, found
):  # fmt: skip
    """Fills `found`, one row of FOUND cells a text. All arrays are flat, for Numba pointers.

    `codes` are the code points of all texts, text i from starts[i] to starts[i + 1]; `least` the letters a group's
    script must have for its languages to be told apart. The columns of `found`: script (index into SCRIPTS, 0: no
    letters); its share of what the text says; language, index into the names of the tables, -1 where the script has
    one language or too few letters; its probability; fit, nats an n-gram; signs of code a letter. `letters`, `sums`
    and `seen` are to work in, as long as there are SCRIPTS, SUMS and SEEN.
    """
    for text in range(count):
        first, end = starts[text], starts[text + 1]
        for number in range(_scripts):
            letters[number] = 0
        half_latin, capitals, marked, code = _count(codes, first, end, script_of, character, upper, letters)
        script, share = _main_script(letters, half_latin)
        every = 0
        for number in range(_scripts):
            every += letters[number]
        row = text * FOUND
        found[row], found[row + 1], found[row + 2] = script, share, -1.0
        found[row + 3], found[row + 4] = 0.0, 0.0
        found[row + 5] = code / every if every else 0.0
        group = script - 1
        if group < 0 or group >= _groups or letters[script] < max(least[group], _least_share * (end - first)):
            continue
        small = 2 * capitals > letters[script]  # n-grams of words in capitals are not in the profiles
        plain = group == 0 and marked == 0 and letters[_latin] >= _least_plain
        grams = _weigh(
            codes, first, end, group, small, plain, script_of, character, lower, upper, keys, rows, slots, weights,
            begins, columns, language, unmarked, prior, seen, sums
        )  # fmt: skip
        if grams:
            begin, stop = columns[group], columns[group + 1]
            best, _ = _best_two(sums, begin, stop, language, unmarked, prior, plain)
            found[row + 2] = language[best]
            found[row + 3] = _probability(sums, best, begin, stop, language, unmarked, prior, plain)
            found[row + 4] = sums[best - begin] / _steps / grams


@_compiled
def _count(codes, first, end, script_of, character, upper, letters):  # type: ignore[no-untyped-def]
    """Letters by script; Latin ones, those of capitalised words half; capitals; letters with marks; signs of code.

    Latin letters in addresses or that hang on a digit, as in keys and model names, are none; nor is the third of the
    same in a row."""
    half_latin, weight = 0.0, 0.5
    capitals, marked, code = 0, 0, 0
    in_word, after_digit, in_address = False, False, False
    for i in range(first, end):
        point = codes[i]
        number = _script_at(point, script_of)
        in_address = _still_address(codes, first, i, number, in_address)
        if in_address:
            continue
        if number == 0:
            in_word, after_digit = False, 48 <= point < 58
            if point < 128:
                code += _code[point]
            continue
        if number == _latin and i > first + 1 and codes[i - 1] < 128 and _joint[codes[i - 1]] and codes[i - 2] > 32:
            code += 1
        if (number == _latin and after_digit) or (i > first + 1 and codes[i - 2] == codes[i - 1] == point):
            continue
        after_digit = False
        letters[number] += 1
        capital = point < _plane and upper[character[point]] != 0
        capitals += capital
        if number == _latin:
            if not in_word:
                weight = 0.5 if capital else 1.0
            half_latin += weight
            marked += point > 127
        in_word = number == _latin
    return half_latin, capitals, marked, code


@_compiled
def _script_at(point, script_of):  # type: ignore[no-untyped-def]
    if point < _plane:
        return np.int64(script_of[point])
    return _han if 0x20000 <= point < 0x40000 else 0


@_compiled
def _still_address(codes, first, i, number, before):  # type: ignore[no-untyped-def]
    """Whether the character at i is of an address: what follows `://` or `@`, up to a space or a letter not Latin."""
    point = codes[i]
    if before:
        return point > 32 and point != CUT and (number == 0 or number == _latin)
    return point == 64 or (point == 47 and i > first + 1 and codes[i - 1] == 47 and codes[i - 2] == 58)


@_compiled
def _main_script(letters, half_latin):  # type: ignore[no-untyped-def]
    """The script that carries the text, and its share of what is said; Han amid kana counts as kana.

    In a text of a dense script, Latin letters of capitalised words, names in no one's language, count half.
    """
    dense = letters[_han] + letters[_kana] + letters[_hangul]
    best, most, total = 0, 0.0, 0.0
    for number in range(1, _scripts):
        weight = float(letters[number])
        if number in (_han, _kana, _hangul):
            continue
        if number == _latin and dense:
            weight = half_latin
        total += weight
        if weight > most:
            best, most = number, weight
    if dense:
        weight = _density * dense
        total += weight
        if weight >= most:
            most = weight
            if letters[_hangul] >= letters[_kana] and 4 * letters[_hangul] > letters[_han]:
                best = _hangul
            elif letters[_kana] > _kana_share * (letters[_kana] + letters[_han]):
                best = _kana
            else:
                best = _han
    return best, most / total if total else 0.0


@_compiled
def _weigh(  # type: ignore[no-untyped-def]
    codes, first, end, group, small, plain, script_of, character, lower, upper, keys, rows, slots, weights, begins,
    columns, language, unmarked, prior, seen, sums
):  # fmt: skip
    """Sums the weights of langdetect's n-grams by column, and gives their number; ends early where all is decided.

    As in langdetect's NGram: up to three characters of a word and the spaces about it, none while capitals follow
    each other. Letters of other scripts are spaces; addresses, and what hangs on a digit, as in keys and model names,
    are no words.
    """
    slot, mask = slots[group], slots[group + 1] - slots[group] - 1
    for column in range(SUMS):
        sums[column] = 0
    grams, known = 0, 0
    before: Any = np.int64(0)
    last: Any = np.int64(_space)
    held = 1
    capital, cut, in_address = False, False, False
    for i in range(first, end):
        point = codes[i]
        if (i - first) % _check == 0:
            _add(weights, begins[group], columns[group + 1] - columns[group], seen, known, sums)
            known = 0
            if 4 * (i - first) >= end - first:
                _, ahead = _best_two(sums, columns[group], columns[group + 1], language, unmarked, prior, plain)
                if ahead >= _decided:
                    break
        if point == CUT:
            cut, before, last, held, capital = True, np.int64(0), np.int64(_space), 1, False
            continue
        number = _script_at(point, script_of)
        this = np.int64(character[point]) if point < _plane else np.int64(_other)
        if number != 0 and number != group + 1:
            this = np.int64(_space)
        in_address = _still_address(codes, first, i, number, in_address)
        if in_address or (number == _latin and i > first and 48 <= codes[i - 1] < 58):
            cut, before, last, held, capital = True, np.int64(0), np.int64(_space), 1, False
            continue
        if cut:
            cut = number == group + 1
            continue
        if small:
            this = np.int64(lower[this])
        if last == _space:
            held, capital = 1, False
            if this == _space:
                continue
        if not upper[this]:
            capital = False
        elif upper[last]:
            capital = True
        if not capital:
            pair = last << _bits | this
            for size in range(1, min(held, 2) + 2):
                if size == 1:
                    if this == _space:
                        continue
                    key = this
                elif size == 2:
                    key = pair
                else:
                    key = before << 2 * _bits | pair
                grams += 1
                place = slot_of(key, mask)
                while keys[slot + place] != 0:
                    if keys[slot + place] == key:
                        seen[known] = rows[slot + place]
                        known += 1
                        break
                    place = (place + 1) & mask
        before, last, held = last, this, held + 1
    _add(weights, begins[group], columns[group + 1] - columns[group], seen, known, sums)
    return grams


@_compiled
def slot_of(key, mask):  # type: ignore[no-untyped-def]
    """Where the search for a key begins in a hash table of `mask + 1` slots, at most 2**17 (Fibonacci hashing)."""
    return ((key ^ key >> 15) * 2654435769 & 0xFFFFFFFF) >> 15 & mask


@_compiled
def _add(weights, begin, width, seen, known, sums):  # type: ignore[no-untyped-def]
    """Adds the rows seen, eight cells a word: bytes at even and at odd places, in fields of two bytes each.

    257 rows of 255 are the most that a field holds.
    """
    words = -(-width // _lanes)
    fields = np.uint64(0x00FF00FF00FF00FF)
    for word in range(words):
        even, odd = np.uint64(0), np.uint64(0)
        for place in range(known):
            cells = weights[begin + np.int64(seen[place]) * words + word]
            even += cells & fields
            odd += cells >> np.uint64(8) & fields
        for pair in range(_lanes // 2):
            shift = np.uint64(16 * pair)
            sums[_lanes * word + 2 * pair] += np.int64(even >> shift & np.uint64(0xFFFF))
            sums[_lanes * word + 2 * pair + 1] += np.int64(odd >> shift & np.uint64(0xFFFF))


@_compiled
def _best_two(sums, begin, stop, language, unmarked, prior, plain):  # type: ignore[no-untyped-def]
    """The likeliest column, and how far ahead of the best column of another language it is."""
    best, most, second = begin, -np.inf, -np.inf
    for column in range(begin, stop):
        if unmarked[column] and not plain:
            continue
        nats = sums[column - begin] / _steps / _temperature + prior[column]
        if nats > most:
            if language[column] != language[best] or most == -np.inf:
                second = most
            best, most = column, nats
        elif nats > second and language[column] != language[best]:
            second = nats
    return best, most - second


@_compiled
def _probability(sums, best, begin, stop, language, unmarked, prior, plain):  # type: ignore[no-untyped-def]
    """Of the best column's language, among those of its script."""
    most = sums[best - begin] / _steps / _temperature + prior[best]
    own, total = 0.0, 0.0
    for column in range(begin, stop):
        if unmarked[column] and not plain:
            continue
        part = np.exp(sums[column - begin] / _steps / _temperature + prior[column] - most)
        total += part
        if language[column] == language[best]:
            own += part
    return own / total
