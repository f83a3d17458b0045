"""Stories room: which texts may be one story, told from the places where they meet.

Two texts that share a place are a candidate pair. In a crowded place all pairs would be too many: there a pair counts
only if one of the two is among the place's CROWDED smallest text hashes. That is a rule about the set of texts there,
so it doesn't matter in which order they came, and it costs a text at most CROWDED pairs a place. Who is among the
smallest changes as texts come and go; such texts are looked at anew with the others.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import polars as pl

from newsmill.stories.blocking import PASSAGES, Meeting, often

# Three thousand versions of one text, all alike, get some 120 edges each at 16 and 300 at 64; either way one story.
CROWDED = 16
# A text that holds most of another shares whole sentences with it, of at least this share of the shorter's words.
SHARED_WORDS = 0.25

UNMEASURED = "select distinct unnest([text_a, text_b]) as text_hash from stories.edges where similarity is null"

WORD_COUNTS = """
select text_hash, any_value(word_count) as word_count
from plan_pages where near and text_hash in (select text_hash from asked) group by text_hash
"""


@dataclass(frozen=True)
class Candidates:
    """`changed`: texts whose pairs may have changed; `pairs` (text_a, text_b): all that they are in now."""

    changed: pl.Series
    pairs: pl.DataFrame


def find_candidates(con: duckdb.DuckDBPyConnection, meeting: Meeting, landing: pl.DataFrame) -> Candidates:
    """The candidate pairs, by one way to meet, of the texts that come or go and of those that they push out."""
    involved, known = (con.execute(query).pl()["text_hash"] for query in meeting.involved)
    leaving = meeting.of(con, known)
    coming = meeting.coming(con, landing)
    there = meeting.at(con, pl.concat([coming["place"], leaving["place"]]))
    # Most places are one text's alone, and make no pair.
    met = often(pl.concat([there["place"], coming["place"]]), 2)
    before = there.filter(met.head(there.height))
    come = coming.filter(met.tail(coming.height))
    after = pl.concat([_without(before, involved), come.unique(["text_hash", "place"]) if meeting.repeats else come])
    unmeasured = con.execute(UNMEASURED).pl()["text_hash"]
    changed = pl.concat([_moved(leaving, coming), unmeasured, _moved_in_crowds(before, after)]).unique()
    pushed = changed.filter(~changed.is_in(involved.implode()))
    if len(pushed):
        known = pl.concat([coming["place"], leaving["place"]])
        more = meeting.of(con, pushed)["place"].unique()
        after = pl.concat([after, _without(meeting.at(con, more.filter(~more.is_in(known.implode()))), involved)])
    pairs = _pairs(after, changed)
    if meeting is PASSAGES:
        pairs = _telling(con, pairs)
    return Candidates(changed, pairs.select("text_a", "text_b"))


def _pairs(rows: pl.DataFrame, changed: pl.Series) -> pl.DataFrame:
    """text_a, text_b, and the words of the places where the two meet."""
    crowded = pl.col("place").is_in(_crowds(rows).implode())
    shared = rows.with_columns(pl.col("text_hash").is_in(changed.implode()).alias("changed"))
    smallest = pl.concat([shared.filter(~crowded), shared.filter(crowded).filter(_smallest())])
    one, other = pl.col("text_hash"), pl.col("text_hash_right")
    # The smallest with whoever else is there: each pair that counts has one of them on the left.
    met = (
        smallest.join(shared, on="place")
        .filter(one != other, pl.col("changed") | pl.col("changed_right"))
        .select(
            pl.min_horizontal(one, other).alias("text_a"),
            pl.max_horizontal(one, other).alias("text_b"),
            "place",
            "words",
        )
    )
    return met.unique(["text_a", "text_b", "place"]).group_by("text_a", "text_b").agg(pl.col("words").sum())


def _telling(con: duckdb.DuckDBPyConnection, pairs: pl.DataFrame) -> pl.DataFrame:
    """Those of the pairs that share a good part of the shorter text."""
    con.register(
        "asked", pl.DataFrame({"text_hash": pl.concat([pairs["text_a"], pairs["text_b"]]).unique()}).to_arrow()
    )
    sizes = con.execute(WORD_COUNTS).pl()
    con.unregister("asked")
    return (
        pairs.join(sizes.select(text_a="text_hash", words_a="word_count"), on="text_a")
        .join(sizes.select(text_b="text_hash", words_b="word_count"), on="text_b")
        .filter(pl.col("words") >= SHARED_WORDS * pl.min_horizontal("words_a", "words_b"))
    )


def _moved(leaving: pl.DataFrame, coming: pl.DataFrame) -> pl.Series:
    """The texts that leave a place or come to one."""
    if leaving.is_empty():
        # A text's rows mostly follow one another.
        return coming.filter(pl.col("text_hash").ne_missing(pl.col("text_hash").shift()))["text_hash"].unique()
    keys = ["text_hash", "place"]
    gone, come = leaving.join(coming, on=keys, how="anti"), coming.join(leaving, on=keys, how="anti")
    return pl.concat([gone["text_hash"], come["text_hash"]]).unique()


def _moved_in_crowds(before: pl.DataFrame, after: pl.DataFrame) -> pl.Series:
    """The texts that begin or cease to be among the smallest of a crowded place."""
    crowds = pl.concat([_crowds(before), _crowds(after)]).unique()
    one, other = (
        rows.filter(pl.col("place").is_in(crowds.implode())).filter(_smallest()).select("text_hash", "place")
        for rows in (before, after)
    )
    moved = pl.concat([one.join(other, on=one.columns, how="anti"), other.join(one, on=one.columns, how="anti")])
    return moved["text_hash"].unique()


def _crowds(rows: pl.DataFrame) -> pl.Series:
    return (
        rows.filter(often(rows["place"], CROWDED + 1)).group_by("place").len().filter(pl.col("len") > CROWDED)["place"]
    )


def _smallest() -> pl.Expr:
    return pl.col("text_hash").rank("ordinal").over("place") <= CROWDED


def _without(rows: pl.DataFrame, texts: pl.Series) -> pl.DataFrame:
    return rows.filter(~pl.col("text_hash").is_in(texts.implode()))
