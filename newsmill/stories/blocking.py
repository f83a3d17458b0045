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
import pyarrow as pa
from numpy.typing import NDArray

from newsmill.stories.temp_tables import store

Connection = duckdb.DuckDBPyConnection

# A passage of fewer words is as likely a standing phrase.
TELLING_WORDS = 8

ROWS = pl.Schema({"text_hash": pl.UInt64, "place": pl.UInt64, "words": pl.Int32})
# Of a long table, as many as fit the processor's cache.
ROWS_AT_ONCE = 100_000


@dataclass(frozen=True)
class Meeting:
    """One way to meet.

    Attributes:
        at: rows as things stand, at some places.
        of_texts: rows as things stand, of the texts in `asked` (text_hash).
        coming: rows as things will be, of the texts involved, from the fingerprints that land.
        involved: the only texts whose places may have changed; and those of them that have places now.
        repeats: whether `coming` may tell a row more than once.
    """

    at: Callable[[Connection, pl.Series], pl.DataFrame]
    of_texts: str
    coming: Callable[[Connection, pl.DataFrame], pl.DataFrame]
    involved: tuple[str, str] = ("from plan_involved", "from plan_known")
    repeats: bool = False

    def of(self, con: Connection, texts: pl.Series) -> pl.DataFrame:
        return _ask(con, self.of_texts, pl.DataFrame({"text_hash": texts}))


def often(values: pl.Series, times: int) -> pl.Series:
    """Of each value (64 bits) whether it is there at least so many times, or, now and then, merely may be."""
    from newsmill.stories import bloom

    slots = np.zeros(1 << max(10, (4 * len(values)).bit_length()), np.uint8)
    return pl.Series(bloom.seen_often(_numbers(values), times, slots), dtype=pl.Boolean)


def sifted(con: Connection, query: str, column: str, wanted: pl.Series) -> pl.DataFrame:
    """The rows of a query whose column (64 bits) is among the wanted values, of which there may be very many.

    A database would first sort all of them into a hash table, and probe it at twice the cost.
    """
    from newsmill.stories import bloom

    bits = np.zeros(1 << max(10, (len(wanted) // 2).bit_length()), np.uint64)
    bloom.mark(_numbers(wanted), bits)
    reader = con.execute(query).to_arrow_reader(ROWS_AT_ONCE)
    kept = [reader.schema.empty_table()]
    for batch in reader:
        places = bloom.marked(batch.column(column).to_numpy(), bits)
        if len(places):
            kept.append(pa.Table.from_batches([batch.take(pa.array(places))]))
    rows = pl.from_arrow(pa.concat_tables(kept))
    assert isinstance(rows, pl.DataFrame)
    return rows.filter(pl.col(column).is_in(wanted.implode())) if rows.height else rows


def _numbers(values: pl.Series) -> NDArray[np.uint64]:
    """The values, not to be written to, whether they are Polars' own or a copy: one type, for which kernels compile."""
    numbers = values.to_numpy().view()
    numbers.flags.writeable = False
    return numbers


def _ask(con: Connection, query: str, asked: pl.DataFrame) -> pl.DataFrame:
    if asked.is_empty():
        return ROWS.to_frame()
    con.register("asked", asked.to_arrow())
    rows = _typed(con.execute(query).pl())
    con.unregister("asked")
    return rows


def _typed(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.select(pl.col(name).cast(dtype) for name, dtype in ROWS.items())


def _at_buckets(con: Connection, places: pl.Series) -> pl.DataFrame:
    rows = sifted(con, "select text_hash, bucket as place from stories.bands", "place", places)
    return _typed(rows.with_columns(words=None))


def _coming_buckets(con: Connection, landing: pl.DataFrame) -> pl.DataFrame:
    new = con.execute("from plan_coming").pl()
    told = landing.filter("near").unique("text_hash").join(new, on="text_hash", how="semi")
    return _typed(told.select("text_hash", place="buckets").explode("place").with_columns(words=None))


def _at_passages(con: Connection, places: pl.Series) -> pl.DataFrame:
    told = con.execute("from plan_told").pl()["passage"]
    others = places.filter(~places.is_in(told.implode()))
    if len(others):
        store(con, "plan_held_besides", sifted(con, "from stories.passages", "passage", others))
    else:
        con.execute("create or replace temp table plan_held_besides as from stories.passages limit 0")
    return _ask(con, HELD_AT, pl.DataFrame({"place": places}))


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


def _at_urls(con: Connection, places: pl.Series) -> pl.DataFrame:
    return _ask(con, URLS_AT, pl.DataFrame({"place": places}))


HELD_AT = f"""
select distinct text_hash, passage as place, words
from (from plan_held_before semi join asked on place = passage union all from plan_held_besides)
join (from stories.fingerprints where near) using (wording)
anti join stories.site_boilerplate using (site, passage)
where words >= {TELLING_WORDS}
"""  # noqa: S608

# DuckDB's own hash is good enough for a place of the moment: it reaches no table.
URLS_AT = """
select distinct text_hash, hash(url) as place, null::int as words
from stories.fingerprints where near and hash(url) in (select place from asked)
"""

BUCKETS = Meeting(
    at=_at_buckets,
    of_texts="""
    select text_hash, bucket as place, null::int as words from stories.bands semi join asked using (text_hash)
    """,
    coming=_coming_buckets,
    involved=("from plan_coming union from plan_going", "from plan_going"),
)

PASSAGES = Meeting(
    at=_at_passages,
    of_texts=f"""
    select distinct text_hash, passage as place, words
    from (from stories.fingerprints where near and text_hash in (select text_hash from asked))
    join (from stories.passages where words >= {TELLING_WORDS}) using (wording)
    anti join stories.site_boilerplate using (site, passage)
    """,  # noqa: S608
    coming=_coming_passages,
    repeats=True,
)

URLS = Meeting(
    at=_at_urls,
    of_texts="""
    select distinct text_hash, hash(url) as place, null::int as words
    from stories.fingerprints where near and text_hash in (select text_hash from asked)
    """,
    coming=_coming_urls,
)
