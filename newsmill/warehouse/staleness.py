"""Staleness: the ingest dates whose tables no longer match the tables they were computed from."""

from __future__ import annotations

import datetime as dt

from newsmill.types import Connection

# The columns that `trends.topic_pages` copies from `topics.page_topics`.
TAG = ("record_id", "topic", "strength", "teaser_only", "taxonomy_version")


def dates_to_retag(con: Connection) -> list[dt.date]:
    """Return the ingest dates whose boilerplate has changed since they were tagged, in order."""
    return [date for (date,) in con.execute("select ingest_date from topics.retag_queue order by all").fetchall()]


def dates_with_stale_tags(con: Connection) -> list[dt.date]:
    """Return the ingest dates whose tags differ from those that `trends.topic_pages` was built from.

    In order. Empty where that table is missing or has other columns: the whole table is rebuilt then.
    """
    columns = con.execute("select column_name from duckdb_columns() where table_name = 'topic_pages'").fetchall()
    if not {"ingest_date", *TAG}.issubset(name for (name,) in columns):
        return []
    # DuckDB's `hash` may change with its version. It is only compared within this query and never stored.
    state = f"bit_xor(hash({', '.join(TAG)}))"
    return [
        date
        for (date,) in con.execute(
            f"""
            select ingest_date
            from (select ingest_date, {state} as state from topics.page_topics group by all)
            full join (select ingest_date, {state} as derived from trends.topic_pages group by all)
            using (ingest_date)
            where state is distinct from derived order by all
            """  # noqa: S608
        ).fetchall()
    ]
