"""Stories room: the temporary tables and views that planning works with, all named plan_*, gone when it is done.

plan_pages is the fingerprints as they will be; plan_involved the texts of all pages that come or go; plan_told the
buckets that those texts will have. A view of places (text_hash, place) before and after is made for each way to meet.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import duckdb
import polars as pl

Connection = duckdb.DuckDBPyConnection

DATES = "create or replace temp table plan_dates as select unnest($dates::date[]) as ingest_date"

PAGES = """
create or replace temp view plan_pages as
select record_id, ingest_date, text_hash, url, first_seen, fetched_at, near
from stories.fingerprints where ingest_date not in (from plan_dates)
union all
select record_id, ingest_date, text_hash, url, first_seen, fetched_at, near from plan_fingerprints
"""

INVOLVED = """
create or replace temp table plan_involved as
select text_hash from stories.fingerprints semi join plan_dates using (ingest_date)
union select text_hash from plan_fingerprints
"""

# A text that the new pages tell has their buckets; one that other pages tell keeps its own; any other has none.
TOLD = """
create or replace temp table plan_told as
with anew as (
    select text_hash, any_value(buckets) as buckets from plan_fingerprints where near group by text_hash
)
select text_hash, unnest(buckets) as bucket from anew
union all
select text_hash, bucket from stories.bands
semi join plan_involved using (text_hash)
anti join anew using (text_hash)
semi join (select text_hash from plan_pages where near) elsewhere using (text_hash)
"""

BUCKETS_BEFORE = """
create or replace temp view plan_before as select text_hash, bucket as place from stories.bands
"""

BUCKETS_AFTER = """
create or replace temp view plan_after as
select text_hash, bucket as place from stories.bands anti join plan_involved using (text_hash)
union all
select text_hash, bucket from plan_told
"""

URLS_BEFORE = """
create or replace temp view plan_before as select text_hash, url as place from stories.fingerprints where near
"""

URLS_AFTER = """
create or replace temp view plan_after as select text_hash, url as place from plan_pages where near
"""

NAMES = """
select 'view ' || view_name from duckdb_views() where temporary and starts_with(view_name, 'plan_')
union all
select 'table ' || table_name from duckdb_tables() where temporary and starts_with(table_name, 'plan_')
"""


@contextmanager
def scratch_tables(con: Connection, dates: Sequence[dt.date], fingerprints: pl.DataFrame) -> Iterator[None]:
    """plan_dates, plan_fingerprints, plan_pages, plan_involved and plan_told, and whatever else is made meanwhile."""
    try:
        con.execute(DATES, {"dates": list(dates)})
        store(con, "plan_fingerprints", fingerprints)
        for statement in (PAGES, INVOLVED, TOLD):
            con.execute(statement)
        yield
    finally:
        for (name,) in con.execute(NAMES).fetchall():
            con.execute(f"drop {name}")


def meet_in_buckets(con: Connection) -> None:
    """Makes plan_before and plan_after the LSH buckets."""
    con.execute(BUCKETS_BEFORE)
    con.execute(BUCKETS_AFTER)


def meet_at_urls(con: Connection) -> None:
    """Makes plan_before and plan_after the URLs of the pages whose near copies are looked for."""
    con.execute(URLS_BEFORE)
    con.execute(URLS_AFTER)


def store(con: Connection, name: str, frame: pl.DataFrame) -> None:
    """The frame as a temporary table."""
    con.register("stored_frame", frame.to_arrow())
    con.execute(f"create or replace temp table {name} as from stored_frame")
    con.unregister("stored_frame")
