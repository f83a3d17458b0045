"""Texts to mentions: hands the texts' bytes to the kernels, and what they find back as frames."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from newsmill.topics.characters import character_flags
from newsmill.topics.kernels.match import tag
from newsmill.topics.kernels.sentences import split, word_hash
from newsmill.topics.kernels.trie import decode
from newsmill.topics.lexicon import Lexicon

# After these a full stop ends no sentence: initials and letters (U.S., z.B.), titles, what precedes a name or number.
ABBREVIATIONS = (
    "Mr Mrs Ms Mx Dr Drs Prof Sr Jr St Gen Lt Col Maj Capt Sgt Adm Cmdr Sen Sens Rep Reps Gov Hon Rev Pres Sec Inc Corp"
    " Co Ltd LLC Bros vs cf ca al No Nos Nr Art Abs Fig Vol pp approx est etc usw bzw bspw vgl ggf inkl zzgl evtl sog"
    " Mio Mrd Tsd Str Hr Fr Mme Mlle MM env éd Sra Dra Ud Uds EE UU Jan Feb Aug Sept Oct Nov Dec"
)
# "Inc." or "U.S." may well end a sentence: it does where one of these stands next.
STARTERS = (
    "The This These That It Its He She They We In On At But And However Meanwhile According Der Die Das Es Le La Les Il"
    " Elle"
)
# "Am 3." does not end a sentence before these.
AFTER_ORDINALS = (
    "Januar Jänner Februar März April Mai Juni Juli August September Oktober November Dezember Jahrhundert Quartal"
)
MENTION_COLUMNS = ("unit", "topic", "char_start", "char_end", "start", "end", "score")


def tag_texts(
    texts: pl.Series, headed: pl.Series, blanks: pl.Series, lexicon: Lexicon, limit: int
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The mentions in texts, and the entities that they name.

    Args:
        texts: no nulls.
        headed: whether the text before is a text's headline.
        blanks: lists of {start, end} in characters by text, not to be searched; null or empty where all is.
        limit: characters of a text that are searched.

    Returns:
        `unit` (row of the text), `topic` (number), `char_start`, `char_end` of the sentence, `start`, `end` of the
        deciding phrase, `score`; and `unit`, `topic`, `entity` (number), a row each time it is named.
    """
    data, offsets = _bytes(texts)
    mentions, named = tag(
        data,
        offsets,
        headed.to_numpy(),
        limit,
        _spans(blanks),
        lexicon.characters,
        lexicon.trie,
        lexicon.spellings,
        lexicon.meanings,
        _words(),
    )
    return (
        pl.DataFrame(mentions, MENTION_COLUMNS, orient="row").with_columns((pl.col("score") / 1000).round(3)),
        pl.DataFrame(named, ("unit", "topic", "entity"), orient="row"),
    )


def split_sentences(text: str) -> list[tuple[int, int]]:
    """Start and end (exclusive) of each sentence, in characters, without the white space around it."""
    data = np.frombuffer(text.encode() or b"\n", np.uint8)
    codes = np.empty(len(data), np.uint32)
    count = decode(data, 0, len(text.encode()), len(data), codes)
    flags = character_flags()
    marks = flags[np.minimum(codes[:count], len(flags) - 1)]
    number, spans = split(codes, marks, count, _words(), np.empty((256, 2), np.int32))
    return [(start, end) for start, end in spans[:number].tolist()]


def _bytes(texts: pl.Series) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """The texts' UTF-8, one after the other, and where each begins."""
    array: Any = texts.to_arrow().cast("large_string")
    _, offsets, data = array.buffers()
    whole = np.frombuffer(data, np.uint8) if data is not None and data.size else np.zeros(1, np.uint8)
    return whole, np.frombuffer(offsets, np.int64)[array.offset : array.offset + len(array) + 1]


def _spans(blanks: pl.Series) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    counts = blanks.list.len().fill_null(0).to_numpy()
    spans = blanks.explode().drop_nulls().struct
    firsts = np.concatenate(([0], np.cumsum(counts, dtype=np.int64)))
    return firsts, spans.field("start").cast(pl.Int64).to_numpy(), spans.field("end").cast(pl.Int64).to_numpy()


@lru_cache(maxsize=1)
def _words() -> tuple[NDArray[np.uint64], ...]:
    return tuple(
        np.sort(np.array([_hash(word) for word in words.split()], np.uint64))
        for words in (ABBREVIATIONS, STARTERS, AFTER_ORDINALS)
    )


def _hash(word: str) -> int:
    codes = np.array([ord(char) for char in word], np.uint32)
    return int(word_hash(codes, 0, len(codes)))
