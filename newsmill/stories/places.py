"""Stories room: where texts meet. A place is an LSH bucket, a passage, or a URL.

Rows of places are text_hash, place (64 bits) and words (what the place says of a text; null where it says nothing).
Whatever is asked of the tables is asked for some places or some texts; the rest is passed over.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import duckdb
import numpy as np
import polars as pl

Connection = duckdb.DuckDBPyConnection

# A passage of fewer words is as likely a standing phrase.
TELLING_WORDS = 8

ROWS = pl.Schema({"text_hash": pl.UInt64, "place": pl.UInt64, "words": pl.Int32})


# What depends on a text alone is there from the first page that tells it to the last.
COMING_TEXTS = """
select text_hash from plan_fingerprints where near except select text_hash from stories.fingerprints where near
"""
GOING_TEXTS = """
select text_hash from plan_gone where near except select text_hash from plan_pages where near
"""


@dataclass(frozen=True)
class Meeting:
    """One way to meet.

    Attributes:
        at_places: rows as things stand, at the places in `asked` (place).
        of_texts: rows as things stand, of the texts in `asked` (text_hash).
        coming: rows as things will be, of the texts involved, from the fingerprints that land.
        involved: the only texts whose places may have changed; and those of them that have places now.
    """

    at_places: str
    of_texts: str
    coming: Callable[[Connection, pl.DataFrame], pl.DataFrame]
    involved: tuple[str, str] = ("from plan_involved", "from plan_known")

    def at(self, con: Connection, places: pl.Series) -> pl.DataFrame:
        return _ask(con, self.at_places, pl.DataFrame({"place": places}))

    def of(self, con: Connection, texts: pl.Series) -> pl.DataFrame:
        return _ask(con, self.of_texts, pl.DataFrame({"text_hash": texts}))


def often(values: pl.Series, times: int) -> pl.Series:
    """Of each value (64 bits) whether it is there at least so many times, or, now and then, merely may be."""
    from newsmill.stories.kernels import sketch

    slots = np.zeros(1 << max(10, (4 * len(values)).bit_length()), np.uint8)
    return pl.Series(sketch.seen_often(values.to_numpy(), times, slots), dtype=pl.Boolean)


def _ask(con: Connection, query: str, asked: pl.DataFrame) -> pl.DataFrame:
    if asked.is_empty():
        return ROWS.to_frame()
    con.register("asked", asked.to_arrow())
    rows = _typed(con.execute(query).pl())
    con.unregister("asked")
    return rows


def _typed(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.select(pl.col(name).cast(dtype) for name, dtype in ROWS.items())


def _coming_buckets(con: Connection, landing: pl.DataFrame) -> pl.DataFrame:
    new = con.execute(COMING_TEXTS).pl()
    told = landing.filter("near").unique("text_hash").join(new, on="text_hash", how="semi")
    return _typed(told.select("text_hash", place="buckets").explode("place").with_columns(words=None))


def _coming_passages(con: Connection, landing: pl.DataFrame) -> pl.DataFrame:
    """Of the pages that land, those that bring a wording bring its passages; the others' are in stories.passages."""
    told = (
        landing.filter("near", pl.col("passages").list.len() > 0)
        .unique(["text_hash", "wording", "site"])
        .select("text_hash", "site", "passages")
        .explode("passages")
        .unnest("passages")
        .filter(pl.col("words") >= TELLING_WORDS)
    )
    standing = con.execute("from plan_standing").pl()
    if standing.height:
        told = told.join(standing, on=["site", "passage"], how="anti")
    others = con.execute(
        f"""
        with pages as (
            select distinct text_hash, wording, site
            from plan_pages semi join plan_involved using (text_hash)
            where near and wording not in (select wording from plan_came where sketch is not null)
        )
        select distinct text_hash, passage as place, words
        from pages join (from stories.passages where words >= {TELLING_WORDS}) using (wording)
        anti join plan_standing using (site, passage)
        """  # noqa: S608
    ).pl()
    rows = told.select("text_hash", place="passage", words="words")
    return pl.concat([_typed(rows), _typed(others)])


def _coming_urls(con: Connection, landing: pl.DataFrame) -> pl.DataFrame:
    rows = con.execute(
        """
        select distinct text_hash, hash(url) as place, null::int as words
        from plan_pages semi join plan_involved using (text_hash) where near
        """
    ).pl()
    return _typed(rows)


BUCKETS = Meeting(
    at_places="""
    select text_hash, bucket as place, null::int as words from stories.bands where bucket in (select place from asked)
    """,
    of_texts="""
    select text_hash, bucket as place, null::int as words from stories.bands semi join asked using (text_hash)
    """,
    coming=_coming_buckets,
    involved=(f"({COMING_TEXTS}) union ({GOING_TEXTS})", GOING_TEXTS),
)

PASSAGES = Meeting(
    at_places=f"""
    select distinct text_hash, passage as place, words
    from (
        from plan_held_before semi join asked on place = passage
        union all
        from stories.passages
        where passage in (select place from asked anti join plan_told on place = passage)
    )
    join (from stories.fingerprints where near) using (wording)
    anti join stories.standing using (site, passage)
    where words >= {TELLING_WORDS}
    """,  # noqa: S608
    of_texts=f"""
    select distinct text_hash, passage as place, words
    from (from stories.fingerprints where near and text_hash in (select text_hash from asked))
    join (from stories.passages where words >= {TELLING_WORDS}) using (wording)
    anti join stories.standing using (site, passage)
    """,  # noqa: S608
    coming=_coming_passages,
)

# DuckDB's own hash is good enough for a place of the moment: it reaches no table.
URLS = Meeting(
    at_places="""
    select distinct text_hash, hash(url) as place, null::int as words
    from stories.fingerprints where near and hash(url) in (select place from asked)
    """,
    of_texts="""
    select distinct text_hash, hash(url) as place, null::int as words
    from stories.fingerprints where near and text_hash in (select text_hash from asked)
    """,
    coming=_coming_urls,
)
