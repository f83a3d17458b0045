"""The compiled part of language detection: count scripts, then sum n-gram weights, many texts per call.

Imports Numba (0.2 s), so it is imported where languages are detected, not before.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from newsmill.compiled import compiled, compiled_inner
from newsmill.pages.languages import profiles
from newsmill.pages.languages.profiles import KernelTables
from newsmill.pages.languages.scripts import SCRIPTS, SHARED_SCRIPTS

WINDOW_END = 0xFFFF  # the code point between two windows of a text, a noncharacter: it may be inside a word
# Columns of the result. Script: index into SCRIPTS, 0 where there are no letters. Language: index into the names of the
# tables, -1 where the script has one language or the text too few letters. Fit: nats per n-gram.
SCRIPT, SCRIPT_SHARE, LANGUAGE, PROBABILITY, FIT, CODE_SIGNS_PER_LETTER = range(6)
RESULT_COLUMNS = 6

_SHARED_COUNT, _SCRIPT_COUNT = len(SHARED_SCRIPTS), len(SCRIPTS)
_LATIN, _HAN, _KANA, _HANGUL = (SCRIPTS.index(name) for name in ("latin", "han", "kana", "hangul"))
_SPACE, _OTHER = profiles.SPACE, profiles.OTHER
_CLASS_BITS, _PLANE_SIZE, _CELLS_PER_WORD = profiles.CLASS_BITS, profiles.PLANE_SIZE, profiles.CELLS_PER_WORD
_MAX_COLUMNS = 64

# A character of a dense script carries as much as three Latin letters. Texts in it also contain Latin names and terms.
_DENSE_WEIGHT = 3.0
_MIN_KANA_SHARE = 0.08  # of kana among kana and Han: Japanese has a third or more; Chinese texts use a decorative `の`
_MIN_LETTER_SHARE = 0.125  # of letters among the characters: a text with fewer is not prose
_MIN_UNMARKED_LETTERS = 15  # a text with as many letters and no diacritic can be one written without diacritics
_DECISIVE_NATS = 15.0  # with this lead over the second language after a quarter of the text, the rest is not read
_WINDOW_START_CHARS = 64  # of a window, read before the rest
_BUFFERED_ROWS = 192  # a field of `_add_rows` holds at most 257
_CHARS_PER_CHECK = _BUFFERED_ROWS // 3  # a character ends at most three n-grams

_IS_CODE_SIGN = np.zeros(128, np.uint8)
_IS_CODE_SIGN[[ord(sign) for sign in r"{}[]<>=;|\/_#$^~*+`@"]] = 1
_IS_CODE_JOINT = np.zeros(128, np.uint8)  # between words without a space: code has it, prose does not
_IS_CODE_JOINT[[ord(sign) for sign in ".:,()"]] = 1


@compiled
def detect_batch(
    codes: NDArray[np.uint32], starts: NDArray[np.int64], min_letters: NDArray[np.int64], tables: KernelTables
) -> NDArray[np.float64]:
    """Return one row of RESULT_COLUMNS per text.

    `codes` are the code points of all texts, text i from starts[i] to starts[i + 1]. `min_letters` are the letters of a
    shared script below which its languages are not distinguished.
    """
    results = np.zeros((len(starts) - 1, RESULT_COLUMNS))
    letters = np.zeros(_SCRIPT_COUNT, np.int64)
    sums = np.zeros(_MAX_COLUMNS, np.int64)
    rows = np.zeros(_BUFFERED_ROWS, np.uint16)
    for text in range(len(starts) - 1):
        _detect(codes, starts[text], starts[text + 1], min_letters, tables, letters, sums, rows, results[text])
    return results


@compiled
def detect_uniform(
    codes: NDArray[np.uint32], min_letters: NDArray[np.int64], min_share: float, tables: KernelTables
) -> tuple[NDArray[np.float64], bool]:
    """Return the row of RESULT_COLUMNS of one text in windows, and whether all of it is in one language.

    It is where its script has at least this share, and in no window another language of the script is likelier. The
    start of a window decides if it agrees with the text.
    """
    result = np.zeros(RESULT_COLUMNS)
    letters = np.zeros(_SCRIPT_COUNT, np.int64)
    sums = np.zeros(_MAX_COLUMNS, np.int64)
    rows = np.zeros(_BUFFERED_ROWS, np.uint16)
    to_lower, unmarked = _detect(codes, 0, len(codes), min_letters, tables, letters, sums, rows, result)
    if result[SCRIPT_SHARE] < min_share:
        return result, False
    group = int(result[SCRIPT]) - 1
    if group >= _SHARED_COUNT:
        return result, True
    language = result[LANGUAGE]
    start = 0
    while start < len(codes):
        end = start
        while end < len(codes) and codes[end] != WINDOW_END:
            end += 1
        for stop in (min(start + _WINDOW_START_CHARS, end), end):
            if not _sum_weights(codes, start, stop, group, to_lower, unmarked, tables, rows, sums):
                break
            best, _ = _rank_columns(sums, group, unmarked, tables)
            if tables.language[best] == language:
                break
            if stop == end:
                return result, False
        start = end + 1
    return result, True


@compiled_inner
def _detect(
    codes: NDArray[np.uint32],
    start: int,
    end: int,
    min_letters: NDArray[np.int64],
    tables: KernelTables,
    letters: NDArray[np.int64],
    sums: NDArray[np.int64],
    rows: NDArray[np.uint16],
    result: NDArray[np.float64],
) -> tuple[bool, bool]:
    """Write a text's RESULT_COLUMNS; return whether it is read in lower case, and as text without diacritics."""
    letters[:] = 0
    half_latin, capitals, marked, code_signs = _count_letters(codes, start, end, tables, letters)
    script, share = _choose_script(letters, half_latin)
    all_letters = letters.sum()
    result[SCRIPT], result[SCRIPT_SHARE], result[LANGUAGE] = script, share, -1.0
    if all_letters:
        result[CODE_SIGNS_PER_LETTER] = code_signs / all_letters
    group = script - 1
    to_lower = 2 * capitals > letters[script]  # the profiles have no n-grams of words in capitals
    unmarked = group == 0 and marked == 0 and letters[_LATIN] >= _MIN_UNMARKED_LETTERS
    if group < 0 or group >= _SHARED_COUNT:
        return to_lower, unmarked
    if letters[script] < max(min_letters[group], _MIN_LETTER_SHARE * (end - start)):
        return to_lower, unmarked
    grams = _sum_weights(codes, start, end, group, to_lower, unmarked, tables, rows, sums)
    if grams:
        best, _ = _rank_columns(sums, group, unmarked, tables)
        result[LANGUAGE] = tables.language[best]
        result[PROBABILITY] = _compute_probability(sums, best, group, unmarked, tables)
        result[FIT] = sums[best - tables.columns[group]] / profiles.STEPS_PER_NAT / grams
    return to_lower, unmarked


@compiled_inner
def _count_letters(
    codes: NDArray[np.uint32], start: int, end: int, tables: KernelTables, letters: NDArray[np.int64]
) -> tuple[float, int, int, int]:
    """Count letters by script into `letters`.

    Returns the Latin letters with those of capitalized words counted half, the capitals, the Latin letters with
    diacritics, and the signs of code. Not counted: Latin letters in addresses or after a digit, as in keys and model
    names, and a character after two equal ones.
    """
    half_latin, weight = 0.0, 0.5
    capitals, marked, code_signs = 0, 0, 0
    in_word, after_digit, in_address = False, False, False
    for i in range(start, end):
        point = codes[i]
        script = _get_script(point, tables)
        in_address = _is_in_address(codes, start, i, script, in_address)
        if in_address:
            continue
        if script == 0:
            in_word, after_digit = False, 48 <= point < 58
            if point < 128:
                code_signs += _IS_CODE_SIGN[point]
            continue
        is_latin = script == _LATIN
        if is_latin and i > start + 1 and codes[i - 1] < 128 and _IS_CODE_JOINT[codes[i - 1]] and codes[i - 2] > 32:
            code_signs += 1
        if (is_latin and after_digit) or (i > start + 1 and codes[i - 2] == codes[i - 1] == point):
            continue
        after_digit = False
        letters[script] += 1
        is_capital = point < _PLANE_SIZE and tables.upper[tables.character[point]] != 0
        capitals += is_capital
        if is_latin:
            if not in_word:
                weight = 0.5 if is_capital else 1.0
            half_latin += weight
            marked += point > 127
        in_word = is_latin
    return half_latin, capitals, marked, code_signs


@compiled_inner
def _get_script(point: int, tables: KernelTables) -> int:
    """Return the script of a code point as an index into SCRIPTS; 0 for none."""
    if point < _PLANE_SIZE:
        return int(tables.script[point])
    return _HAN if 0x20000 <= point < 0x40000 else 0


@compiled_inner
def _is_in_address(codes: NDArray[np.uint32], start: int, i: int, script: int, was_in_address: bool) -> bool:
    """Whether the character at i belongs to an address: from `://` or `@` to a space or a letter that is not Latin."""
    point = codes[i]
    if was_in_address:
        return bool(point > 32 and point != WINDOW_END and (script == 0 or script == _LATIN))
    return bool(point == 64 or (point == 47 and i > start + 1 and codes[i - 1] == 47 and codes[i - 2] == 58))


@compiled_inner
def _choose_script(letters: NDArray[np.int64], half_latin: float) -> tuple[int, float]:
    """Return the main script of a text and its share, by weighted letters; Han among kana counts as kana.

    In a text with a dense script, Latin letters of capitalized words, which are names in any language, count half.
    """
    dense = letters[_HAN] + letters[_KANA] + letters[_HANGUL]
    best, best_weight, total = 0, 0.0, 0.0
    for script in range(1, _SCRIPT_COUNT):
        if script in (_HAN, _KANA, _HANGUL):
            continue
        weight = half_latin if script == _LATIN and dense else float(letters[script])
        total += weight
        if weight > best_weight:
            best, best_weight = script, weight
    if dense:
        weight = _DENSE_WEIGHT * dense
        total += weight
        if weight >= best_weight:
            best_weight = weight
            if letters[_HANGUL] >= letters[_KANA] and 4 * letters[_HANGUL] > letters[_HAN]:
                best = _HANGUL
            elif letters[_KANA] > _MIN_KANA_SHARE * (letters[_KANA] + letters[_HAN]):
                best = _KANA
            else:
                best = _HAN
    return best, best_weight / total if total else 0.0


@compiled_inner
def _sum_weights(
    codes: NDArray[np.uint32],
    start: int,
    end: int,
    group: int,
    to_lower: bool,
    unmarked: bool,
    tables: KernelTables,
    rows: NDArray[np.uint16],
    sums: NDArray[np.int64],
) -> int:
    """Sum the weights of a text's n-grams by column into `sums`; return the number of n-grams.

    Stops early where one language leads decisively. `rows` is a buffer for _BUFFERED_ROWS. The n-grams are those of
    langdetect's NGram: up to three characters of a word and the spaces around it, none within words in capitals.
    Letters of other scripts count as spaces. Addresses are skipped, and so is what follows a digit in keys and names.
    """
    first_slot, mask = tables.slots[group], tables.slots[group + 1] - tables.slots[group] - 1
    sums[:] = 0
    gram_count, row_count = 0, 0
    before, last = np.int64(0), np.int64(_SPACE)
    gram_chars = 1  # characters before the current one that an n-gram may include
    in_capitals, skip_word, in_address = False, False, False
    for i in range(start, end):
        point = codes[i]
        if (i - start) % _CHARS_PER_CHECK == 0:
            _add_rows(rows, row_count, group, tables, sums)
            row_count = 0
            if 4 * (i - start) >= end - start:
                _, lead = _rank_columns(sums, group, unmarked, tables)
                if lead >= _DECISIVE_NATS:
                    break
        script = 0
        is_skipped = point == WINDOW_END
        if not is_skipped:
            script = _get_script(point, tables)
            in_address = _is_in_address(codes, start, i, script, in_address)
            is_skipped = in_address or (script == _LATIN and i > start and 48 <= codes[i - 1] < 58)
        if is_skipped:
            skip_word, before, last, gram_chars, in_capitals = True, np.int64(0), np.int64(_SPACE), 1, False
            continue
        if skip_word:
            skip_word = script == group + 1
            continue
        current = np.int64(tables.character[point]) if point < _PLANE_SIZE else np.int64(_OTHER)
        if script != 0 and script != group + 1:
            current = np.int64(_SPACE)
        if to_lower:
            current = np.int64(tables.lower[current])
        if last == _SPACE:
            gram_chars, in_capitals = 1, False
            if current == _SPACE:
                continue
        if not tables.upper[current]:
            in_capitals = False
        elif tables.upper[last]:
            in_capitals = True
        if not in_capitals:
            pair = last << _CLASS_BITS | current
            for size in range(1, min(gram_chars, 2) + 2):
                if size == 1:
                    if current == _SPACE:
                        continue
                    key = current
                elif size == 2:
                    key = pair
                else:
                    key = before << 2 * _CLASS_BITS | pair
                gram_count += 1
                slot = hash_slot(int(key), mask)
                while tables.keys[first_slot + slot] != 0:
                    if tables.keys[first_slot + slot] == key:
                        rows[row_count] = tables.rows[first_slot + slot]
                        row_count += 1
                        break
                    slot = (slot + 1) & mask
        before, last, gram_chars = last, current, gram_chars + 1
    _add_rows(rows, row_count, group, tables, sums)
    return gram_count


@compiled
def hash_slot(key: int, mask: int) -> int:
    """Return the first slot of a key in a hash table of `mask + 1` slots, at most 2**17 (Fibonacci hashing)."""
    return ((key ^ key >> 15) * 2654435769 & 0xFFFFFFFF) >> 15 & mask


@compiled_inner
def _add_rows(
    rows: NDArray[np.uint16], row_count: int, group: int, tables: KernelTables, sums: NDArray[np.int64]
) -> None:
    """Add the buffered rows of weights to `sums`, eight cells per word.

    The bytes at even and at odd positions are summed in fields of two bytes each, which hold at most 257 rows of 255.
    """
    words = -(-(tables.columns[group + 1] - tables.columns[group]) // _CELLS_PER_WORD)
    field_mask = np.uint64(0x00FF00FF00FF00FF)
    for word in range(words):
        even, odd = np.uint64(0), np.uint64(0)
        for i in range(row_count):
            cells = tables.weights[tables.begins[group] + np.int64(rows[i]) * words + word]
            even += cells & field_mask
            odd += cells >> np.uint64(8) & field_mask
        for pair in range(_CELLS_PER_WORD // 2):
            shift = np.uint64(16 * pair)
            sums[_CELLS_PER_WORD * word + 2 * pair] += np.int64(even >> shift & np.uint64(0xFFFF))
            sums[_CELLS_PER_WORD * word + 2 * pair + 1] += np.int64(odd >> shift & np.uint64(0xFFFF))


@compiled_inner
def _rank_columns(sums: NDArray[np.int64], group: int, unmarked: bool, tables: KernelTables) -> tuple[int, float]:
    """Return the likeliest column, and its lead in nats over the best column of another language."""
    begin = tables.columns[group]
    best, best_nats, second_nats = begin, -np.inf, -np.inf
    for column in range(begin, tables.columns[group + 1]):
        if tables.unmarked[column] and not unmarked:
            continue
        nats = sums[column - begin] / profiles.STEPS_PER_NAT / profiles.TEMPERATURE + tables.prior[column]
        if nats > best_nats:
            if tables.language[column] != tables.language[best] or best_nats == -np.inf:
                second_nats = best_nats
            best, best_nats = column, nats
        elif nats > second_nats and tables.language[column] != tables.language[best]:
            second_nats = nats
    return best, best_nats - second_nats


@compiled_inner
def _compute_probability(sums: NDArray[np.int64], best: int, group: int, unmarked: bool, tables: KernelTables) -> float:
    """Return the probability of the best column's language among the languages of its script."""
    begin = tables.columns[group]
    best_nats = sums[best - begin] / profiles.STEPS_PER_NAT / profiles.TEMPERATURE + tables.prior[best]
    of_language, total = 0.0, 0.0
    for column in range(begin, tables.columns[group + 1]):
        if tables.unmarked[column] and not unmarked:
            continue
        nats = sums[column - begin] / profiles.STEPS_PER_NAT / profiles.TEMPERATURE + tables.prior[column]
        odds = np.exp(nats - best_nats)
        total += odds
        if tables.language[column] == tables.language[best]:
            of_language += odds
    return of_language / total
