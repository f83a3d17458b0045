"""Find mentions in texts: search their bytes, run the kernels, and return frames."""

from __future__ import annotations

from functools import lru_cache
from threading import Lock
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from newsmill.topics.matching.characters import build_character_flags, build_character_folds, build_folded_widths
from newsmill.topics.matching.hits import Matches
from newsmill.topics.matching.lexicon import Lexicon
from newsmill.topics.matching.scoring import find_mentions_in_texts
from newsmill.topics.matching.sentences import Hashes, SentenceWords, find_sentences, hash_word
from newsmill.topics.matching.text_bytes import Spans, decode, fold_texts

# After these a full stop does not end a sentence: initials (U.S., z.B.), titles, words before a name or number.
ABBREVIATIONS = (
    "Mr Mrs Ms Mx Dr Drs Prof Sr Jr St Gen Lt Col Maj Capt Sgt Adm Cmdr Sen Sens Rep Reps Gov Hon Rev Pres Sec Inc Corp"
    " Co Ltd LLC Bros vs cf ca al No Nos Nr Art Abs Fig Vol pp approx est etc usw bzw bspw vgl ggf inkl zzgl evtl sog"
    " Mio Mrd Tsd Str Hr Fr Mme Mlle MM env éd Sra Dra Ud Uds EE UU Jan Feb Aug Sept Oct Nov Dec"
)
# "Inc." or "U.S." ends a sentence if one of these follows.
STARTERS = (
    "The This These That It Its He She They We In On At But And However Meanwhile According Der Die Das Es Le La Les Il"
    " Elle"
)
# "Am 3." does not end a sentence before these.
AFTER_ORDINALS = (
    "Januar Jänner Februar März April Mai Juni Juli August September Oktober November Dezember Jahrhundert Quartal"
)
MENTION_COLUMNS = ("unit", "topic", "char_start", "char_end", "start", "end", "score")
# The search takes at most 4 GiB at once.
MAX_SEARCH_BYTES = 1 << 28
# One scan at a time: a database has one work space.
_SEARCH_LOCK = Lock()


def tag_texts(
    texts: pl.Series, is_headed: pl.Series, boilerplate: pl.Series, lexicon: Lexicon, limit: int
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the mentions in texts, and the entities that they name.

    Args:
        texts: without nulls.
        is_headed: by text, whether the previous text is its headline.
        boilerplate: lists of {start, end} in characters by text, which are not searched; may be null or empty.
        limit: how many characters of a text are searched.

    Returns:
        `unit` (row of the text), `topic` (number), `char_start`, `char_end` of the sentence, `start`, `end` of the
        deciding phrase, `score`; and `unit`, `topic`, `entity` (number), one row per occurrence.
    """
    data, offsets = _to_bytes(texts)
    spans = _to_spans(boilerplate)
    mentions, names = find_mentions_in_texts(
        data,
        offsets,
        limit,
        spans,
        is_headed.to_numpy(),
        _search(*fold_texts(data, offsets, limit, spans, build_character_folds()), lexicon),
        build_character_flags(),
        build_folded_widths(),
        lexicon.spellings,
        lexicon.rules,
        _hash_sentence_words(),
    )
    return (
        pl.DataFrame(mentions, MENTION_COLUMNS, orient="row").with_columns((pl.col("score") / 1000).round(3)),
        pl.DataFrame(names, ("unit", "topic", "entity"), orient="row"),
    )


def split_sentences(text: str) -> list[tuple[int, int]]:
    """Return start and end (exclusive) of each sentence, in characters, without the white space around it."""
    data = np.frombuffer(text.encode() or b"\n", np.uint8)
    codes = np.empty(len(data), np.uint32)
    count = decode(data, 0, len(text.encode()), len(data), codes)
    flags = build_character_flags()
    marks = flags[np.minimum(codes[:count], len(flags) - 1)]
    number, spans = find_sentences(codes, marks, count, _hash_sentence_words(), np.empty((256, 2), np.int32))
    return [(start, end) for start, end in spans[:number].tolist()]


def _search(folded: NDArray[np.uint8], offsets: NDArray[np.int64], lexicon: Lexicon) -> Matches:
    """Find the strings of a lexicon in folded texts."""
    found: list[int] = []
    add, base = found.extend, 0

    def collect(string: int, _start: int, end: int, _flags: int, _context: object) -> None:
        add((string, base + end))

    first = 0
    with _SEARCH_LOCK:
        while first < len(offsets) - 1:
            base = int(offsets[first])
            last = int(np.searchsorted(offsets, base + MAX_SEARCH_BYTES, side="right")) - 1
            first = max(first + 1, last)
            lexicon.database.scan(folded[base : offsets[first]].tobytes(), match_event_handler=collect)
    strings, ends = np.array(found, np.int64).reshape(-1, 2).T
    firsts = np.searchsorted(ends, offsets, side="right")
    texts = np.repeat(np.arange(len(offsets) - 1), np.diff(firsts))
    return Matches(firsts, np.ascontiguousarray(strings), ends - offsets[texts])


def _to_bytes(texts: pl.Series) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return the texts in UTF-8, one after the other, and where each begins."""
    array: Any = texts.to_arrow().cast("large_string")
    _, offsets, data = array.buffers()
    whole = np.frombuffer(data, np.uint8) if data is not None and data.size else np.zeros(1, np.uint8)
    return whole, np.frombuffer(offsets, np.int64)[array.offset : array.offset + len(array) + 1]


def _to_spans(boilerplate: pl.Series) -> Spans:
    counts = boilerplate.list.len().fill_null(0).to_numpy()
    spans = boilerplate.explode().drop_nulls().struct
    firsts = np.concatenate(([0], np.cumsum(counts, dtype=np.int64)))
    return firsts, spans.field("start").cast(pl.Int64).to_numpy(), spans.field("end").cast(pl.Int64).to_numpy()


@lru_cache(maxsize=1)
def _hash_sentence_words() -> SentenceWords:
    return _hash_words(ABBREVIATIONS), _hash_words(STARTERS), _hash_words(AFTER_ORDINALS)


def _hash_words(words: str) -> Hashes:
    return np.sort(np.array([_hash(word) for word in words.split()], np.uint64))


def _hash(word: str) -> int:
    codes = np.array([ord(char) for char in word], np.uint32)
    return int(hash_word(codes, 0, len(codes)))
