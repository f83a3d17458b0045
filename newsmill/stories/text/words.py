"""Split texts into words and passages, and compute the hash that defines when two texts are the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
import xxhash
from numpy.typing import NDArray

from newsmill.stories.text.char_tables import load_char_tables, normalize_combining, to_original_offset


@dataclass(frozen=True)
class Passages:
    """The passages (sentences) of some texts, in order; passages without words are left out.

    Attributes:
        hashes: a hash of each passage's words.
        first_words: the index in Words.words of its first word; one entry more at the end.
        spans: first character and end (exclusive), in the text after `normalize_combining`.
        ends: where each text's passages end.
    """

    hashes: NDArray[np.uint64]
    first_words: NDArray[np.int64]
    spans: NDArray[np.int64]
    ends: NDArray[np.int64]

    @property
    def word_counts(self) -> NDArray[np.int64]:
        """The number of words of each passage."""
        return np.diff(self.first_words)

    @property
    def texts(self) -> NDArray[np.int64]:
        """The index of each passage's text."""
        return np.repeat(np.arange(len(self.ends)), np.diff(self.ends, prepend=0))


@dataclass(frozen=True)
class Words:
    """The words of some texts as 64-bit hashes, after NFKC and case folding; `ends` as in Passages.

    A word is a run of letters, digits and marks; in scripts written without spaces (Han, kana, Thai, Lao, Khmer,
    Burmese) it is one character, so that line breaks and spacing don't matter. Punctuation, symbols and invisible
    characters are dropped. The hash is computed from the code points; word_kernel.py specifies it.
    """

    words: NDArray[np.uint64]
    ends: NDArray[np.int64]
    passages: Passages

    @property
    def counts(self) -> NDArray[np.int64]:
        """The number of words of each text."""
        return np.diff(self.ends, prepend=0)

    def drop_passages(self, dropped: NDArray[np.bool_]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
        """Return words and ends without the words of the dropped passages."""
        keep = np.repeat(~dropped, self.passages.word_counts)
        kept = np.concatenate(([0], np.cumsum(keep)))
        return self.words[keep], kept[self.ends]


def read_words(texts: pl.Series | Sequence[str | None]) -> Words:
    """Return the words and passages of the texts; a missing text has none."""
    from newsmill.stories.text import word_kernel

    tables = load_char_tables()
    filled = pl.Series(texts, dtype=pl.String).fill_null("")
    data, ends = _encode_utf8(filled)
    combining = np.flatnonzero(word_kernel.has_combining(data, ends, tables.combines)).tolist()
    normalized = {
        index: text for index in combining if (text := normalize_combining(original := filled[index])) is not original
    }
    if normalized:
        data, ends = _encode_utf8(filled.scatter(list(normalized), list(normalized.values())))
    # Words are at least a byte apart, but a character of two or more bytes may fold to several words.
    max_words = len(ends) + len(data) // 2 + 2 * int(np.count_nonzero(data & 0x80)) + 1
    words, word_ends, hashes, first_words, *spans, passage_ends = word_kernel.scan_words(
        data, ends, max_words, tables.ascii_folded, tables.folded, tables.expansions, tables.classes
    )
    passages = Passages(hashes, np.append(first_words, len(words)), np.column_stack(spans), passage_ends)
    return Words(words, word_ends, passages)


def _encode_utf8(texts: pl.Series) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return the bytes of the texts (no nulls) one after another, and where each ends."""
    _, offsets, data = texts.to_arrow(compat_level=pl.CompatLevel.oldest()).buffers()
    ends = np.frombuffer(offsets, np.int64)[1:]
    return np.frombuffer(data, np.uint8, ends[-1] if len(ends) else 0), ends


def hash_texts(words: NDArray[np.uint64], ends: NDArray[np.int64], urls: Sequence[str]) -> NDArray[np.uint64]:
    """Return xxh3-64 of each text's words (little-endian, 8 bytes each), or of its URL (UTF-8) if it has no words.

    So two pages without words have the same hash only if they are fetches of one URL.
    """
    data = memoryview(words.astype("<u8").tobytes())
    digest = xxhash.xxh3_64_intdigest
    hashes = np.empty(len(ends), np.uint64)
    begin = 0
    for text, end in enumerate(ends.tolist()):
        hashes[text] = digest(data[8 * begin : 8 * end]) if end > begin else digest(urls[text].encode())
        begin = end
    return hashes


def to_original_span(text: str, start: int, end: int) -> tuple[int, int]:
    """Convert a span of `normalize_combining(text)` to characters of the text itself."""
    return to_original_offset(text, start), to_original_offset(text, end)
