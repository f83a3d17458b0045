"""One pass over texts: where each pattern stands, in characters of the original, on word boundaries."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from newsmill.topics.lexicon import Lexicon
from newsmill.topics.spelling import fold_all

Bytes = NDArray[np.uint8]


def find_hits(texts: pl.Series, lexicon: Lexicon) -> pl.DataFrame:
    """Every pattern found in every text.

    Returns `unit` (row of the text, from 0), `start`, `end` (characters, end exclusive), `byte`, `byte_end` (in UTF-8),
    `pattern`, `contexts`; sorted by unit and start.
    """
    folded = fold_all(texts)
    found = pl.DataFrame(
        {
            "unit": pl.int_range(len(folded), eager=True, dtype=pl.UInt32),
            "byte": folded.str.find_many(lexicon.texts, ascii_case_insensitive=True, overlapping=True),
            "matched": folded.str.extract_many(lexicon.texts, ascii_case_insensitive=True, overlapping=True),
        }
    )
    found = found.explode("byte", "matched", empty_as_null=False).with_columns(
        key=pl.col("matched").str.to_lowercase(), byte_end=pl.col("byte") + pl.col("matched").str.len_bytes()
    )
    hits = _with_capitals(found.join(lexicon.patterns, on="key", how="inner", maintain_order="left"))
    buffer, firsts = _one_buffer(folded)
    units = hits["unit"].to_numpy()
    begin = firsts[units] + hits["byte"].to_numpy()
    end = firsts[units] + hits["byte_end"].to_numpy()
    starts_word, ends_word = _word_edges(buffer, begin, end)
    # Characters before a byte: the bytes before it that don't continue one.
    characters = np.concatenate(([0], np.cumsum((buffer & 0xC0) != 0x80, dtype=np.int64)))
    first_characters = characters[firsts[units]]
    return (
        hits.with_columns(
            start=pl.Series(characters[begin] - first_characters, dtype=pl.Int32),
            end=pl.Series(characters[end] - first_characters, dtype=pl.Int32),
            starts_word=pl.Series(starts_word),
            ends_word=pl.Series(ends_word),
        )
        .filter(pl.col("starts_word") | pl.col("open_left"), pl.col("ends_word") | pl.col("open_right"))
        .select("unit", "start", "end", "byte", "byte_end", "pattern", "contexts")
        .unique(["unit", "start", "end", "pattern"], maintain_order=True)
        .sort("unit", "start", "end", "pattern")
    )


def _with_capitals(hits: pl.DataFrame) -> pl.DataFrame:
    """The hits that have a capital wherever their phrase has one."""
    pairs = hits.select("matched", "exact").drop_nulls("exact").unique()
    agree = [
        all(asked == found or not asked.isupper() for asked, found in zip(exact, matched, strict=True))
        for matched, exact in pairs.rows()
    ]
    wrong = pairs.filter(~pl.Series(agree, dtype=pl.Boolean))
    return hits.join(wrong, on=["matched", "exact"], how="anti", maintain_order="left")


def _one_buffer(texts: pl.Series) -> tuple[Bytes, NDArray[np.int64]]:
    """All texts' bytes, a newline after each, and where each text begins."""
    encoded = "\n".join([*texts, ""]).encode() or b"\n"
    lengths = texts.str.len_bytes().to_numpy().astype(np.int64) + 1
    return np.frombuffer(encoded, np.uint8), np.cumsum(lengths) - lengths


def _word_edges(
    buffer: Bytes, begin: NDArray[np.int64], end: NDArray[np.int64]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Whether a word can begin at `begin` and end before `end`.

    Between Latin (Greek, Cyrillic) letters and digits there is no edge; beside Chinese, Japanese and Korean there
    always is. A digit after a letter may begin anew, as in Sora2.
    """
    last, following = buffer[end - 1], buffer[end]
    starts_within = _begins_letter(buffer[begin]) & _ends_letter(buffer, begin)
    ends_within = _ends_letter(buffer, end) & _begins_letter(following)
    return ~starts_within, ~ends_within | (_is_digit(following) & ~_is_digit(last))


def _begins_letter(byte: Bytes) -> NDArray[np.bool_]:
    """Whether a letter or digit of an alphabet begins with the byte: ASCII, or the lead of two bytes."""
    return _is_ascii_letter(byte) | ((byte >= 0xC3) & (byte < 0xE0))


def _ends_letter(buffer: Bytes, place: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether a letter or digit of an alphabet ends right before the place; before the first is the last newline."""
    byte, byte_before = buffer[place - 1], buffer[place - 2]
    return _is_ascii_letter(byte) | ((byte >= 0x80) & (byte < 0xC0) & (byte_before >= 0xC3) & (byte_before < 0xE0))


def _is_ascii_letter(byte: Bytes) -> NDArray[np.bool_]:
    lower = byte | 0x20
    is_letter: NDArray[np.bool_] = ((lower >= 0x61) & (lower <= 0x7A)) | (byte == 0x5F)
    return is_letter | _is_digit(byte)


def _is_digit(byte: Bytes) -> NDArray[np.bool_]:
    return (byte >= 0x30) & (byte <= 0x39)
