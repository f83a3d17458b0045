"""Build arrays by code point for the Numba functions: folded characters, and their roles in words.

NFKC normalization and case folding are looked up character by character. Characters that normalization may combine
with the one before (combining marks, jamo) are flagged, so that texts with such characters are normalized first.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from newsmill.unicode import BLANKS, CJK_STOPS, CLOSERS, LINE_ENDS, STOPS

# Scripts written without spaces: each character is a word.
UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
IN_WORD = rf"^(?:[{UNSPACED}]|[\p{{L}}\p{{N}}\p{{M}}])$"
# Soft hyphens, joiners, zero-width spaces, variation selectors: invisible to readers.
INVISIBLE = r"^\p{Default_Ignorable_Code_Point}$"

# No word character has a code point above the last assigned letter (CJK extension H), except the invisible tags.
CODE_POINTS = 0x32400
# Normalization and folding do not change these ranges; looking up each character would take twenty times as long.
UNCHANGED_RANGES = (
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xAC00, 0xD7A3),
    (0xE000, 0xF8FF),
    (0x20000, 0x2F7FF),
    (0x2FA20, 0x323FF),
)
SURROGATES = (0xD800, 0xDFFF)

# Character classes, by their role in words and sentences.
SEPARATOR, LETTER, IDEOGRAPH, IGNORABLE, LINE_END, FULL_STOP, STOP, CLOSER, BLANK = range(9)

# An entry of `folded` with this bit set refers to `expansions`: an index (low 24 bits) and a length (7 bits).
EXPANDED = 0x80000000


@dataclass(frozen=True)
class CharTables:
    """Arrays by code point (`ascii_folded`: by byte).

    Attributes:
        ascii_folded: the folded ASCII letter or digit; 0 for any other byte.
        folded: the folded code point, or EXPANDED | length << 24 | index in `expansions`.
        expansions: code points of characters that fold to several.
        classes: the character class (SEPARATOR to BLANK).
        combines: whether normalization may combine the character with the one before it.
    """

    ascii_folded: NDArray[np.uint8]
    folded: NDArray[np.uint32]
    expansions: NDArray[np.uint32]
    classes: NDArray[np.uint8]
    combines: NDArray[np.bool_]


@cache
def load_char_tables() -> CharTables:
    """Return the arrays, computed once per process in about 50 ms."""
    folded = np.arange(CODE_POINTS, dtype=np.uint32)
    expansions: list[int] = []
    unchanged = np.zeros(CODE_POINTS, np.bool_)
    for first, last in (*UNCHANGED_RANGES, SURROGATES):
        unchanged[first : last + 1] = True
    for code in np.flatnonzero(~unchanged).tolist():
        character = chr(code)
        normalized = unicodedata.normalize("NFKC", character).casefold()
        if normalized == character:
            continue
        if len(normalized) == 1:
            folded[code] = ord(normalized)
        else:
            folded[code] = EXPANDED | len(normalized) << 24 | len(expansions)
            expansions.extend(map(ord, normalized))
    combines = np.zeros(CODE_POINTS, np.bool_)
    combines[sorted(_find_combining_code_points())] = True
    classes = _classify_characters()
    ascii_folded = np.zeros(256, np.uint8)
    ascii_folded[:128] = np.where(classes[:128] == LETTER, folded[:128], 0)
    return CharTables(ascii_folded, folded, np.array(expansions, np.uint32), classes, combines)


def normalize_combining(text: str) -> str:
    """Apply NFKC only to characters that normalization would combine; the others are folded one by one later."""
    if unicodedata.is_normalized("NFC", text) and not _HALFWIDTH_MARKS.search(text):
        return text
    return _compile_combining_clusters().sub(_normalize_match, text)


def to_original_offset(text: str, offset: int) -> int:
    """Return the offset in `text` of the character at `offset` of `normalize_combining(text)`."""
    shift = 0
    if normalize_combining(text) is not text:
        for cluster in _compile_combining_clusters().finditer(text):
            removed = len(cluster[0]) - len(_normalize_match(cluster))
            if cluster.end() - shift - removed > offset:
                break
            shift += removed
    return min(len(text), offset + shift)


# Voicing marks of halfwidth kana, which NFKC combines and NFC does not.
_HALFWIDTH_MARKS = re.compile("[\uff9e\uff9f]")


def _normalize_match(cluster: re.Match[str]) -> str:
    return unicodedata.normalize("NFKC", cluster[0])


@cache
def _find_combining_code_points() -> frozenset[int]:
    """Return the code points that normalization combines with, or reorders after, the one before."""
    combining = {*range(0x1160, 0x1200), 0xFF9E, 0xFF9F}
    for code in (*range(0x300, 0x3400), *range(0xA000, 0xAC00), *range(0xFB00, 0x1F000)):
        character = chr(code)
        parts = unicodedata.decomposition(character).split()
        if unicodedata.combining(character):
            combining.add(code)
        elif len(parts) == 2 and not parts[0].startswith("<"):
            combining.add(int(parts[1], 16))
    return frozenset(combining)


@cache
def _compile_combining_clusters() -> re.Pattern[str]:
    """Return a pattern of a character and those that combine with it: at most 64, so that the cost is linear."""
    inside = "".join(rf"\U{code:08x}" for code in sorted(_find_combining_code_points()))
    return re.compile(f"[^{inside}]?[{inside}]{{1,64}}")


def _classify_characters() -> NDArray[np.uint8]:
    classes = np.full(CODE_POINTS, SEPARATOR, np.uint8)
    codes = [code for code in range(CODE_POINTS) if not SURROGATES[0] <= code <= SURROGATES[1]]
    characters = pl.DataFrame({"code": codes, "character": [chr(code) for code in codes]})
    for pattern, char_class in ((IN_WORD, LETTER), (rf"^[{UNSPACED}]$", IDEOGRAPH), (INVISIBLE, IGNORABLE)):
        classes[characters.filter(pl.col("character").str.contains(pattern))["code"].to_numpy()] = char_class
    for members, char_class in (
        (LINE_ENDS, LINE_END),
        (CJK_STOPS, FULL_STOP),
        (STOPS, STOP),
        (CLOSERS, CLOSER),
        (BLANKS, BLANK),
    ):
        classes[[ord(character) for character in members]] = char_class
    return classes
