"""Stories room: the temporary tables and views that planning works with, all named plan_*, gone when it is done.

plan_came is the fingerprints of the dates as they were worked out; plan_gone the rows of stories.fingerprints that they
replace. Once it is known which passages stand (passages.py), plan_fingerprints is what comes in their place, and
plan_pages all fingerprints as they will be.
plan_involved holds the texts of all pages that come or go, plan_known those of them that have bands as things stand,
plan_coming and plan_going the texts that get bands or lose them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import duckdb
import polars as pl

from newsmill.stories.tables import FINGERPRINTS

Connection = duckdb.DuckDBPyConnection

# How the database works meanwhile. All it reads it reads once: what it keeps of that is only ever new memory to be
# filled. Where few pages come or go, threads cost in waiting for one another what they gain. `python -m
# benchmarks.stories growth` measures both.
FEW_PAGES = 10_000
OF_FEW: dict[str, str | int] = {"memory_limit": "128MiB", "threads": 1}
OF_MANY: dict[str, str | int] = {"memory_limit": "512MiB"}

CAME = """
create or replace temp table plan_dates as select unnest($dates::date[]) as ingest_date;
create or replace temp table plan_removed as select unnest($removed::varchar[]) as record_id;
create or replace temp table plan_gone as from stories.fingerprints where ingest_date in (from plan_dates);
insert into plan_gone
from (from stories.fingerprints where record_id in (from plan_removed)) where ingest_date not in (from plan_dates)
"""

# Mostly a night only adds; then no record has to be read to know that it stays.
PAGES = """
create or replace temp view plan_pages as
from stories.fingerprints {staying} union all by name from plan_fingerprints
"""
STAYING = "where record_id not in (select record_id from plan_gone)"

# The rows that stand of the texts involved are few; whatever is asked of them is asked of a copy.
INVOLVED = """
create or replace temp table plan_involved as
select text_hash from plan_gone union select text_hash from plan_fingerprints;
create or replace temp table plan_stood as
select record_id, text_hash from stories.fingerprints where near and text_hash in (from plan_involved);
create or replace temp table plan_known as select distinct text_hash from plan_stood;
create or replace temp table plan_coming as
select distinct text_hash from plan_fingerprints where near and text_hash not in (from plan_known);
create or replace temp table plan_going as
select text_hash from plan_known
except select text_hash from plan_stood where record_id not in (select record_id from plan_gone)
except select text_hash from plan_fingerprints where near
"""

NAMES = """
select 'view ' || view_name from duckdb_views() where temporary and starts_with(view_name, 'plan_')
union all
select 'table ' || table_name from duckdb_tables() where temporary and starts_with(table_name, 'plan_')
"""


@contextmanager
def scratch_tables(
    con: Connection, dates: Sequence[dt.date], fingerprints: pl.DataFrame, removed: Sequence[str]
) -> Iterator[None]:
    """plan_dates, plan_removed, plan_came, plan_gone, and whatever else is made meanwhile."""
    settings = OF_FEW if fingerprints.height + len(removed) <= FEW_PAGES else OF_MANY
    before = {name: con.execute(f"select current_setting('{name}')").fetchall()[0][0] for name in settings}
    try:
        _set(con, settings)
        for statement in CAME.split(";"):
            con.execute(statement, _used(statement, {"dates": list(dates), "removed": list(removed)}))
        store(con, "plan_came", FINGERPRINTS.conform(fingerprints))
        yield
    finally:
        for (name,) in con.execute(NAMES).fetchall():
            con.execute(f"drop {name}")
        _set(con, before)


def replace_pages(con: Connection, fingerprints: pl.DataFrame) -> None:
    """Makes plan_fingerprints, plan_pages, plan_involved, plan_known, plan_coming and plan_going."""
    store(con, "plan_fingerprints", FINGERPRINTS.conform(fingerprints))
    going = con.execute("from plan_gone limit 1").fetchall()
    con.execute(PAGES.format(staying=STAYING if going else ""))
    for statement in INVOLVED.split(";"):
        con.execute(statement)


def store(con: Connection, name: str, frame: pl.DataFrame) -> None:
    """The frame as a temporary table."""
    con.register("stored_frame", frame.to_arrow())
    con.execute(f"create or replace temp table {name} as from stored_frame")
    con.unregister("stored_frame")


def _set(con: Connection, settings: dict[str, str | int]) -> None:
    for name, value in settings.items():
        con.execute(f"set {name} = '{value}'")


def _used(statement: str, parameters: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in parameters.items() if f"${name}" in statement}
