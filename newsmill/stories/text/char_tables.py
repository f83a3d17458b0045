"""Stories room: what every character is to a word, as arrays by code point that the kernels read.

NFKC and case folding are looked up character by character. What normalisation would join with the character before it
(combining marks, jamo) is marked, so that texts with such characters are normalised as a whole first.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

# Scripts written without spaces: there a character is a word.
UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
IN_WORD = rf"^(?:[{UNSPACED}]|[\p{{L}}\p{{N}}\p{{M}}])$"
# Soft hyphens, joiners, zero-width spaces, variation selectors: seen by no reader.
INVISIBLE = r"^\p{Default_Ignorable_Code_Point}$"

# Above the last assigned letter (CJK extension H) and below the tags there is nothing that makes a word.
CODE_POINTS = 0x32400
# Normalisation and folding leave these ranges alone; looking each up would take twenty times as long.
STABLE = (
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xAC00, 0xD7A3),
    (0xE000, 0xF8FF),
    (0x20000, 0x2F7FF),
    (0x2FA20, 0x323FF),
)

# Kinds of characters, by how they take part in words and sentences.
SEPARATOR, LETTER, ALONE, UNSEEN, LINE_END, FULL_STOP, STOP, CLOSER, BLANK = range(9)
LINE_ENDS = "\n\r\x0b\x0c\x85\u2028\u2029"
FULL_STOPS = "。！？｡"
STOPS = ".!?…؟۔।॥։"
BLANKS = " \t\u00a0\u2009\u202f\u3000"
CLOSERS = "\"'”’»›)]」』）】》〉"

# From here on an entry of `folded` names its expansion: a place in `more` (low 24 bits) and a length (7 bits).
EXPANDED = 0x80000000


@dataclass(frozen=True)
class Letters:
    """By code point: `folded` (a code point, or EXPANDED | length << 24 | place in `more`), `kind`, `joins` (whether
    normalisation may join it to the character before); by byte: `plain` (what an ASCII letter is folded to, else 0)."""

    plain: NDArray[np.uint8]
    folded: NDArray[np.uint32]
    more: NDArray[np.uint32]
    kind: NDArray[np.uint8]
    joins: NDArray[np.bool_]


@cache
def letters() -> Letters:
    """The arrays; worked out once a process, some 50 ms."""
    folded = np.arange(CODE_POINTS, dtype=np.uint32)
    more: list[int] = []
    stable = np.zeros(CODE_POINTS, np.bool_)
    for first, last in (*STABLE, (0xD800, 0xDFFF)):
        stable[first : last + 1] = True
    for code in np.flatnonzero(~stable).tolist():
        character = chr(code)
        plain = unicodedata.normalize("NFKC", character).casefold()
        if plain == character:
            continue
        if len(plain) == 1:
            folded[code] = ord(plain)
        else:
            folded[code] = EXPANDED | len(plain) << 24 | len(more)
            more.extend(map(ord, plain))
    joins = np.zeros(CODE_POINTS, np.bool_)
    joins[sorted(_joined())] = True
    kinds = _kinds()
    by_byte = np.zeros(256, np.uint8)
    by_byte[:128] = np.where(kinds[:128] == LETTER, folded[:128], 0)
    return Letters(by_byte, folded, np.array(more, np.uint32), kinds, joins)


def composed(text: str) -> str:
    """NFKC, but only of the characters that normalisation would join; the others are folded one by one later."""
    if unicodedata.is_normalized("NFC", text) and not _halfwidth.search(text):
        return text
    return _clusters().sub(_normalised, text)


def original_offset(text: str, offset: int) -> int:
    """Where in the text the character stands that `composed` moved to `offset`."""
    moved = 0
    if composed(text) is not text:
        for cluster in _clusters().finditer(text):
            shorter = len(cluster[0]) - len(_normalised(cluster))
            if cluster.end() - moved - shorter > offset:
                break
            moved += shorter
    return min(len(text), offset + moved)


# Voicing marks of halfwidth kana, which only NFKC joins.
_halfwidth = re.compile("[\uff9e\uff9f]")


def _normalised(cluster: re.Match[str]) -> str:
    return unicodedata.normalize("NFKC", cluster[0])


@cache
def _joined() -> frozenset[int]:
    """Code points that normalisation joins to the one before, or sets in order with its like."""
    joined = {*range(0x1160, 0x1200), 0xFF9E, 0xFF9F}
    for code in (*range(0x300, 0x3400), *range(0xA000, 0xAC00), *range(0xFB00, 0x1F000)):
        character = chr(code)
        parts = unicodedata.decomposition(character).split()
        if unicodedata.combining(character):
            joined.add(code)
        elif len(parts) == 2 and not parts[0].startswith("<"):
            joined.add(int(parts[1], 16))
    return frozenset(joined)


@cache
def _clusters() -> re.Pattern[str]:
    """A character and those that normalisation joins to it. Bounded, so that no page costs more than another."""
    inside = "".join(rf"\U{code:08x}" for code in sorted(_joined()))
    return re.compile(f"[^{inside}]?[{inside}]{{1,64}}")


def _kinds() -> NDArray[np.uint8]:
    kinds = np.full(CODE_POINTS, SEPARATOR, np.uint8)
    codes = [code for code in range(CODE_POINTS) if not 0xD800 <= code <= 0xDFFF]
    characters = pl.DataFrame({"code": codes, "character": [chr(code) for code in codes]})
    for pattern, kind in ((IN_WORD, LETTER), (rf"^[{UNSPACED}]$", ALONE), (INVISIBLE, UNSEEN)):
        kinds[characters.filter(pl.col("character").str.contains(pattern))["code"].to_numpy()] = kind
    for some, kind in (
        (LINE_ENDS, LINE_END),
        (FULL_STOPS, FULL_STOP),
        (STOPS, STOP),
        (CLOSERS, CLOSER),
        (BLANKS, BLANK),
    ):
        kinds[[ord(character) for character in some]] = kind
    return kinds
