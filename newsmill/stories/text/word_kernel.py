"""Numba: hash the words and passages (sentences) of a batch in one pass over its UTF-8 bytes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from newsmill.compiled import compiled
from newsmill.stories.text.char_tables import (
    BLANK,
    CLOSER,
    CODE_POINTS,
    EXPANDED,
    FULL_STOP,
    IDEOGRAPH,
    IGNORABLE,
    LETTER,
    LINE_END,
    SEPARATOR,
    STOP,
)

# Constants of the specified hashes: changing one changes every stored hash.
GOLDEN_GAMMA = np.uint64(0x9E3779B97F4A7C15)
MURMUR_C1 = np.uint64(0xFF51AFD7ED558CCD)
MURMUR_C2 = np.uint64(0xC4CEB9FE1A85EC53)
SHIFT = np.uint64(33)
SEED = np.uint64(0x243F6A8885A308D3)

SPACE = 0x20
# The smallest first byte of a multi-byte character; and the bits that no ASCII byte has, of eight bytes at once.
MULTIBYTE_LEAD = 0xC0
NOT_ASCII = np.uint64(0x8080808080808080)

ScannedWords = tuple[
    NDArray[np.uint64],
    NDArray[np.int64],
    NDArray[np.uint64],
    NDArray[np.int64],
    NDArray[np.int64],
    NDArray[np.int64],
    NDArray[np.int64],
]


@compiled
def mix(value: np.uint64) -> np.uint64:
    """Finalize a hash as MurmurHash3 does (public domain): every output bit depends on every input bit."""
    value = (value ^ (value >> SHIFT)) * MURMUR_C1
    value = (value ^ (value >> SHIFT)) * MURMUR_C2
    return value ^ (value >> SHIFT)


@compiled
def hash_step(state: np.uint64, value: np.uint64) -> np.uint64:
    """Return the state of a hash after one more value."""
    state = (state ^ value) * GOLDEN_GAMMA
    return state ^ (state >> SHIFT)


@compiled
def decode_code_point(data: NDArray[np.uint8], index: int) -> tuple[np.uint32, int]:
    """Return the code point and the length in bytes of the UTF-8 character that starts at `index`."""
    first = np.uint32(data[index])
    if first < 0x80:
        return first, 1
    second = np.uint32(data[index + 1]) & np.uint32(0x3F)
    if first < 0xE0:
        return (first & np.uint32(0x1F)) << np.uint32(6) | second, 2
    third = np.uint32(data[index + 2]) & np.uint32(0x3F)
    if first < 0xF0:
        return (first & np.uint32(0x0F)) << np.uint32(12) | second << np.uint32(6) | third, 3
    fourth = np.uint32(data[index + 3]) & np.uint32(0x3F)
    head = (first & np.uint32(0x07)) << np.uint32(18) | second << np.uint32(12)
    return head | third << np.uint32(6) | fourth, 4


@compiled
def get_char_class(code: np.uint32, classes: NDArray[np.uint8]) -> int:
    """Return the character class of a code point."""
    return classes[code] if code < CODE_POINTS else SEPARATOR


@compiled
def has_combining(data: NDArray[np.uint8], ends: NDArray[np.int64], combines: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return for each text whether it has a character that normalization combines with the one before it."""
    found = np.zeros(len(ends), np.bool_)
    # Read eight bytes at a time: most are all ASCII, which never combines.
    whole = len(data) // 8
    eights = data[: 8 * whole].view(np.uint64)
    text = 0
    for eight in range(whole + 1):
        if eight < whole and eights[eight] & NOT_ASCII == 0:
            continue
        for index in range(8 * eight, min(8 * eight + 8, len(data))):
            if data[index] >= MULTIBYTE_LEAD:
                code, _ = decode_code_point(data, index)
                if code < CODE_POINTS and combines[code]:
                    while ends[text] <= index:
                        text += 1
                    found[text] = True
    return found


@compiled
def scan_words(
    data: NDArray[np.uint8],
    ends: NDArray[np.int64],
    max_words: int,
    ascii_folded: NDArray[np.uint8],
    folded: NDArray[np.uint32],
    expansions: NDArray[np.uint32],
    classes: NDArray[np.uint8],
) -> ScannedWords:
    """Hash the words and passages of texts stored one after another in `data` as UTF-8.

    A word's hash is computed from its folded code points, a passage's from its words. A passage ends at a line end, at
    a CJK full stop, or at stops and closing marks followed by white space.

    Args:
        ends: where each text ends in `data`.
        max_words: an upper bound of the number of words.
        ascii_folded, folded, expansions, classes: as in char_tables.CharTables.

    Returns:
        The word hashes; where each text's words end; of each passage that has words its hash, first word, first
        character and end (characters of the text); where each text's passages end.
    """
    words, word_count = np.empty(max_words, np.uint64), 0
    word_ends, passage_ends = np.empty(len(ends), np.int64), np.empty(len(ends), np.int64)
    capacity = len(ends) + len(data) // 64
    hashes, first_words = np.empty(capacity, np.uint64), np.empty(capacity, np.int64)
    starts, stops, passage_count = np.empty(capacity, np.int64), np.empty(capacity, np.int64), 0
    begin = 0
    for text in range(len(ends)):
        end = ends[text]
        index = begin
        # A byte index less this offset is a character index of the text.
        char_offset = begin
        while index < end:
            # One passage per iteration.
            first_word, passage = word_count, SEED
            first, last = -1, index - char_offset
            state, letters = SEED, 0
            is_over = False
            while index < end and not is_over:
                letter = ascii_folded[data[index]]
                if letter:
                    if first < 0:
                        first = index - char_offset
                    while letter:
                        state = hash_step(state, np.uint64(letter))
                        index += 1
                        letter = ascii_folded[data[index]] if index < end else np.uint8(0)
                    letters += 1
                    last = index - char_offset
                    continue
                if data[index] == SPACE:
                    if letters > 0:
                        words[word_count] = mix(state)
                        passage = hash_step(passage, words[word_count])
                        word_count += 1
                        state, letters = SEED, 0
                    index += 1
                    continue
                code, size = decode_code_point(data, index)
                char_class = get_char_class(code, classes)
                fold = folded[code] if code < CODE_POINTS else code
                char_offset += size - 1
                index += size
                if char_class == IGNORABLE:
                    continue
                length = 1
                if fold & EXPANDED:
                    length = int((fold >> 24) & 0x7F)
                for step in range(length):
                    # A character may fold to letters, marks or both: `½` to `1`, `⁄`, `2`.
                    folded_code = expansions[(fold & 0xFFFFFF) + step] if fold & EXPANDED else fold
                    folded_class = get_char_class(folded_code, classes)
                    if folded_class == IGNORABLE:
                        continue
                    if folded_class == LETTER:
                        state = hash_step(state, np.uint64(folded_code))
                        letters += 1
                    elif letters > 0:
                        words[word_count] = mix(state)
                        passage = hash_step(passage, words[word_count])
                        word_count += 1
                        state, letters = SEED, 0
                    if folded_class == IDEOGRAPH:
                        words[word_count] = mix(hash_step(SEED, np.uint64(folded_code)))
                        passage = hash_step(passage, words[word_count])
                        word_count += 1
                    if folded_class in (LETTER, IDEOGRAPH):
                        if first < 0:
                            first = index - char_offset - 1
                        last = index - char_offset
                if char_class == LINE_END:
                    is_over = True
                elif char_class in (FULL_STOP, STOP):
                    has_full_stop = char_class == FULL_STOP
                    ahead, ahead_offset = index, 0
                    is_blank = True
                    while ahead < end:
                        code, size = decode_code_point(data, ahead)
                        char_class = get_char_class(code, classes)
                        if char_class != FULL_STOP and char_class != STOP and char_class != CLOSER:
                            is_blank = bool(code >= CODE_POINTS) or char_class in (BLANK, LINE_END)
                            break
                        has_full_stop = has_full_stop or char_class == FULL_STOP
                        ahead += size
                        ahead_offset += size - 1
                    if has_full_stop or is_blank:
                        is_over = True
                        index = ahead
                        char_offset += ahead_offset
                        if first >= 0:
                            last = index - char_offset
            if letters > 0:
                words[word_count] = mix(state)
                passage = hash_step(passage, words[word_count])
                word_count += 1
            if word_count > first_word:
                if passage_count == capacity:
                    hashes = np.concatenate((hashes, np.empty(capacity, np.uint64)))
                    first_words = np.concatenate((first_words, np.empty(capacity, np.int64)))
                    starts = np.concatenate((starts, np.empty(capacity, np.int64)))
                    stops = np.concatenate((stops, np.empty(capacity, np.int64)))
                    capacity *= 2
                hashes[passage_count] = mix(passage)
                first_words[passage_count] = first_word
                starts[passage_count], stops[passage_count] = first, last
                passage_count += 1
        word_ends[text], passage_ends[text] = word_count, passage_count
        begin = end
    return (
        words[:word_count],
        word_ends,
        hashes[:passage_count],
        first_words[:passage_count],
        starts[:passage_count],
        stops[:passage_count],
        passage_ends,
    )
