"""Stories room: what counts as the same text, and what two texts share."""

from __future__ import annotations

import unicodedata

import numpy as np
import polars as pl
import xxhash
from numpy.typing import NDArray

SHINGLE_WORDS = 5

# Scripts written without spaces: there a character is a word.
UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
WORD = rf"[{UNSPACED}]|[\p{{L}}\p{{N}}\p{{M}}--[{UNSPACED}]]+"
# Soft hyphens, joiners, zero-width spaces, variation selectors: seen by no reader.
INVISIBLE = r"\p{Default_Ignorable_Code_Point}"

SPACE = ord(" ")


def normalise(texts: pl.Series) -> pl.Series:
    """The texts as words joined by single spaces: NFKC, casefolded, without punctuation; "" where none is left.

    A word is a run of letters, digits and marks; in scripts written without spaces (Han, kana, Thai, Lao, Khmer,
    Burmese) it is one character, so that line breaks and spacing between them don't matter. Symbols are dropped.
    """
    folded = pl.Series(
        texts.name,
        [unicodedata.normalize("NFKC", text).casefold() for text in texts.fill_null("")],
        dtype=pl.String,
    )
    return folded.str.replace_all(INVISIBLE, "").str.extract_all(WORD).list.join(" ")


def count_words(normalised: pl.Series) -> pl.Series:
    """How many words each normalised text has."""
    return normalised.str.count_matches(" ", literal=True).cast(pl.Int32) + (normalised != "").cast(pl.Int32)


def shingles(normalised: str) -> NDArray[np.uint64]:
    """The distinct xxh3-64 hashes, sorted, of every five words in a row (UTF-8, single spaces between).

    A text of fewer words is one shingle.
    """
    data = normalised.encode()
    spaces = np.flatnonzero(np.frombuffer(data, np.uint8) == SPACE)
    starts = [0, *(spaces + 1).tolist()]
    ends = [*spaces.tolist(), len(data)][SHINGLE_WORDS - 1 :] or [len(data)]
    hashes = [xxhash.xxh3_64_intdigest(data[start:end]) for start, end in zip(starts, ends, strict=False)]
    return np.unique(np.array(hashes, np.uint64))


def jaccard(one: NDArray[np.uint64], other: NDArray[np.uint64]) -> float:
    """Shared shingles over all shingles of two texts, 0 to 1."""
    shared = np.intersect1d(one, other, assume_unique=True).size
    return float(shared / (one.size + other.size - shared))
