"""Whether a phrase has around it the words it needs: close by, in its sentence, in the sentences beside it."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from newsmill.topics.taxonomy import MAX_CONTEXTS

# How many bytes may stand between a phrase and what must be close: some five words of English, ten Chinese characters.
CLOSE_BYTES = 32

Places = NDArray[np.int64]


def with_possible_contexts(spoken: pl.DataFrame, words: pl.DataFrame, units: int) -> pl.DataFrame:
    """The phrases that find the contexts they need anywhere in their text.

    Cheap, and it spares most texts the splitting into sentences.
    """
    here = _gathered(words["unit"].to_numpy(), words["contexts"].to_numpy(), units)
    wanted = (spoken["close"] | spoken["needs"] | spoken["near"]).to_numpy()
    return spoken.filter(pl.Series((here[spoken["unit"].to_numpy()] & wanted) == wanted))


def in_sentences(hits: pl.DataFrame, sentences: pl.DataFrame) -> pl.DataFrame:
    """The hits with `sentence` (row of its sentence) and its span. One that straddles two belongs to neither."""
    sentence = np.searchsorted(_places(sentences, "char_start"), _places(hits, "start"), side="right") - 1
    return hits.with_columns(
        sentence=pl.Series(sentence, dtype=pl.Int64),
        char_start=sentences["char_start"].gather(sentence),
        char_end=sentences["char_end"].gather(sentence),
    ).filter(pl.col("end") <= pl.col("char_end"))


def with_contexts(spoken: pl.DataFrame, words: pl.DataFrame, sentences: pl.DataFrame) -> pl.DataFrame:
    """The phrases whose `close`, `needs` and `near` are met. `words` are the hits that are words of a context."""
    placed = in_sentences(words.join(sentences.select("unit").unique(), on="unit", how="semi"), sentences)
    here = _gathered(placed["sentence"].to_numpy(), placed["contexts"].to_numpy(), len(sentences))
    around = _with_neighbours(here, sentences["unit"].to_numpy())
    sentence, needs, near = (spoken[name].to_numpy() for name in ("sentence", "needs", "near"))
    met = ((needs & here[sentence]) == needs) & ((near & around[sentence]) == near)
    spoken = spoken.filter(pl.Series(met))
    return spoken.filter(pl.Series(_has_close(spoken, words)))


def _gathered(place: NDArray[Any], contexts: NDArray[np.int64], length: int) -> NDArray[np.int64]:
    """The contexts found in each place, as bits."""
    bits = np.zeros(length, np.int64)
    np.bitwise_or.at(bits, place, contexts)
    return bits


def _with_neighbours(here: NDArray[np.int64], unit: NDArray[Any]) -> NDArray[np.int64]:
    """The contexts of each sentence with those of the one before and the one after in the same text."""
    around = here.copy()
    same = unit[1:] == unit[:-1]
    around[1:] |= np.where(same, here[:-1], 0)
    around[:-1] |= np.where(same, here[1:], 0)
    return around


def _has_close(spoken: pl.DataFrame, words: pl.DataFrame) -> NDArray[np.bool_]:
    """Whether each phrase has a word close by of every context it wants there."""
    wanted, met = spoken["close"].to_numpy(), np.ones(len(spoken), bool)
    begin, end = _places(spoken, "byte"), _places(spoken, "byte_end")
    for bit in (1 << place for place in range(MAX_CONTEXTS)):
        asks = (wanted & bit) != 0
        if asks.any():
            of_context = words.filter((pl.col("contexts") & bit) != 0)
            # Of the words that begin before the phrase, the one that ends last is nearest.
            ends = np.maximum.accumulate(np.append(-CLOSE_BYTES - 1, _places(of_context, "byte_end")))
            begins = np.append(_places(of_context, "byte"), np.iinfo(np.int64).max)
            following = np.searchsorted(begins, begin[asks])
            gap = np.minimum(begin[asks] - ends[following], begins[following] - end[asks])
            met[asks] &= gap <= CLOSE_BYTES
    return met


def _places(hits: pl.DataFrame, column: str) -> Places:
    """Places in all texts as one row of numbers, every text far from the next."""
    return hits.select((pl.col("unit").cast(pl.Int64) * 2**32) + pl.col(column).cast(pl.Int64)).to_series().to_numpy()
