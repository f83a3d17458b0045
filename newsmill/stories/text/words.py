"""Stories room: texts as words and passages; what counts as the same text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
import xxhash
from numpy.typing import NDArray

from newsmill.stories.text.char_tables import composed, letters, original_offset

# Shorter sentences are left to the text around them: they tell neither a story nor a standing phrase.
PASSAGE_WORDS = 5


@dataclass(frozen=True)
class Passages:
    """The passages of some texts in order, those of fewer than PASSAGE_WORDS words among them.

    Attributes:
        hashes: a hash of each one's words.
        firsts: its first word, as a place in Words.words, with one entry more at the end.
        spans: first character and end, in the text as `composed`.
        ends: where each text's passages end.
    """

    hashes: NDArray[np.uint64]
    firsts: NDArray[np.int64]
    spans: NDArray[np.int64]
    ends: NDArray[np.int64]

    @property
    def sizes(self) -> NDArray[np.int64]:
        """How many words each has."""
        return np.diff(self.firsts)

    @property
    def texts(self) -> NDArray[np.int64]:
        """Which text each is of."""
        return np.repeat(np.arange(len(self.ends)), np.diff(self.ends, prepend=0))

    def first_times(self) -> NDArray[np.bool_]:
        """Of each whether it is the first of its words in its text."""
        from newsmill.stories.text import shingles

        first: NDArray[np.bool_] = shingles.first_times(self.hashes, self.ends)
        return first


@dataclass(frozen=True)
class Words:
    """Some texts as words: a 64-bit hash each, of the word after NFKC and case folding; `ends` as in Passages.

    A word is a run of letters, digits and marks; in scripts written without spaces (Han, kana, Thai, Lao, Khmer,
    Burmese) it is one character, so that line breaks and spacing between them don't matter. Punctuation, symbols and
    what no reader sees are dropped. The hash mixes the code points; kernels/words.py states how.
    """

    words: NDArray[np.uint64]
    ends: NDArray[np.int64]
    passages: Passages

    @property
    def counts(self) -> NDArray[np.int64]:
        """How many words each text has."""
        return np.diff(self.ends, prepend=0)

    def without(self, dropped: NDArray[np.bool_]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
        """Words and ends with the words of the dropped passages left out."""
        keep = np.repeat(~dropped, self.passages.sizes)
        kept = np.concatenate(([0], np.cumsum(keep)))
        return self.words[keep], kept[self.ends]


def read_words(texts: pl.Series | Sequence[str | None]) -> Words:
    """The words and passages of the texts; a missing text has none."""
    from newsmill.stories.text import word_kernel as kernel

    of = letters()
    plain = pl.Series(texts, dtype=pl.String).fill_null("")
    data, ends = _utf8(plain)
    joined = np.flatnonzero(kernel.with_joins(data, ends, of.joins)).tolist()
    moved = {text: whole for text in joined if (whole := composed(was := plain[text])) is not was}
    if moved:
        data, ends = _utf8(plain.scatter(list(moved), list(moved.values())))
    # Two words have a byte between them, but that a character of two bytes or more may stand for several.
    room = len(ends) + len(data) // 2 + 2 * int(np.count_nonzero(data & 0x80)) + 1
    words, word_ends, hashes, firsts, *spans, passage_ends = kernel.read_words(
        data, ends, room, of.plain, of.folded, of.more, of.kind
    )
    return Words(
        words, word_ends, Passages(hashes, np.append(firsts, len(words)), np.column_stack(spans), passage_ends)
    )


def _utf8(texts: pl.Series) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """The bytes of the texts, none of them null, one after another, and where each ends."""
    _, offsets, data = texts.to_arrow(compat_level=pl.CompatLevel.oldest()).buffers()
    ends = np.frombuffer(offsets, np.int64)[1:]
    return np.frombuffer(data, np.uint8, ends[-1] if len(ends) else 0), ends


def hash_texts(words: NDArray[np.uint64], ends: NDArray[np.int64], urls: Sequence[str]) -> NDArray[np.uint64]:
    """xxh3-64 of each text's words (little-endian, 8 bytes each); of its URL (UTF-8) where the text has no words.

    So two pages without words are the same only as two fetches of one URL.
    """
    data = memoryview(words.astype("<u8").tobytes())
    digest = xxhash.xxh3_64_intdigest
    hashes = np.empty(len(ends), np.uint64)
    begin = 0
    for text, end in enumerate(ends.tolist()):
        hashes[text] = digest(data[8 * begin : 8 * end]) if end > begin else digest(urls[text].encode())
        begin = end
    return hashes


def passage_span(text: str, start: int, end: int) -> tuple[int, int]:
    """A span of the text as `composed`, in characters of the text itself."""
    return original_offset(text, start), original_offset(text, end)
