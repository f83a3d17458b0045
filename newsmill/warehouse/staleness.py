"""Repairs: the ingest dates whose tables no longer fit those that they were made from."""

from __future__ import annotations

import datetime as dt

import duckdb

Connection = duckdb.DuckDBPyConnection

# What a table that is derived from tags has of each.
TAG = ("record_id", "topic", "strength", "teaser_only", "taxonomy_version")


def dates_to_tag(con: Connection) -> list[dt.date]:
    """Return the ingest dates whose boilerplate has changed since they were tagged, in order."""
    return [date for (date,) in con.execute("select ingest_date from topics.retag_queue order by all").fetchall()]


def dates_tagged_otherwise(con: Connection) -> list[dt.date]:
    """The ingest dates whose tags are not what `intermediate.int_topic_pages` was derived from, in order.

    None where that table is not there, or has other columns: it is built anew as a whole then.
    """
    columns = con.execute("select column_name from duckdb_columns() where table_name = 'int_topic_pages'").fetchall()
    if not {"ingest_date", *TAG}.issubset(name for (name,) in columns):
        return []
    # DuckDB's own hash may change with its version: it is compared within one query, and reaches no table.
    state = f"bit_xor(hash({', '.join(TAG)}))"
    return [
        date
        for (date,) in con.execute(
            f"""
            select ingest_date
            from (select ingest_date, {state} as state from topics.page_topics group by all)
            full join (select ingest_date, {state} as derived from intermediate.int_topic_pages group by all)
            using (ingest_date)
            where state is distinct from derived order by all
            """  # noqa: S608
        ).fetchall()
    ]
