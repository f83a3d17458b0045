"""The tables of the warehouse, made from what each room states in its `tables.py`."""

from __future__ import annotations

import duckdb

from newsmill.pages.tables import PAGES, REPEATS, TEASERS
from newsmill.quality.tables import BOOKS_VIEW, CHECK_RESULTS, LEDGER, QUARANTINE_VIEW
from newsmill.sources.tables import RECORDS
from newsmill.stories.tables import BANDS, EDGES, FINGERPRINTS, MEMBERS
from newsmill.table import Table
from newsmill.topics.tables import MENTIONS, PAGE_TOPICS

TABLES: tuple[Table, ...] = (
    RECORDS,
    PAGES,
    TEASERS,
    REPEATS,
    MEMBERS,
    FINGERPRINTS,
    BANDS,
    EDGES,
    MENTIONS,
    PAGE_TOPICS,
    LEDGER,
    CHECK_RESULTS,
)
VIEWS = (QUARANTINE_VIEW, BOOKS_VIEW)


def source_columns() -> dict[str, dict[str, str]]:
    """The SQL type of every column of every table, by name: what SQL models may read."""
    return {table.name: {column.name: column.sql_type for column in table.columns} for table in TABLES}


def quoted(text: str) -> str:
    """A SQL string literal; for statements such as COMMENT ON that take no parameters."""
    return "'" + text.replace("'", "''") + "'"


def create_schema(con: duckdb.DuckDBPyConnection) -> None:
    """Make what is missing: schemas, tables, columns added since, comments, views. Does nothing twice."""
    present = {
        (f"{schema}.{table}", column)
        for schema, table, column in con.execute(
            "select schema_name, table_name, column_name from duckdb_columns() where not internal"
        ).fetchall()
    }
    for table in TABLES:
        missing = [column for column in table.columns if (table.name, column.name) not in present]
        if not missing:
            continue
        con.execute(f"create schema if not exists {table.name.split('.')[0]}")
        if len(missing) == len(table.columns):
            columns = ", ".join(f"{c.name} {c.sql_type}" for c in table.columns)
            con.execute(f"create table {table.name} ({columns})")
            con.execute(f"comment on table {table.name} is {quoted('A row is ' + table.grain + '.')}")
        else:
            for column in missing:
                con.execute(f"alter table {table.name} add column {column.name} {column.sql_type}")
        for column in missing:
            con.execute(f"comment on column {table.name}.{column.name} is {quoted(column.text)}")
    for view in VIEWS:
        con.execute(view)
