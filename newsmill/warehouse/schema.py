"""The tables of the warehouse, made from what each room states in its `tables.py`."""

from __future__ import annotations

import duckdb

from newsmill.pages.tables import PAGES, REPEATS, TEASERS
from newsmill.quality.tables import BOOKS, BOOKS_VIEW, CHECK_RESULTS, LEDGER, QUARANTINE, QUARANTINE_VIEW
from newsmill.sources.tables import FORGOTTEN, RECORDS
from newsmill.stories.tables import TABLES as STORIES
from newsmill.table import Column, Table
from newsmill.topics.tables import ENTITIES, LABELS, MENTIONS, PAGE_TOPICS, TO_TAG

TABLES: tuple[Table, ...] = (
    RECORDS,
    PAGES,
    TEASERS,
    REPEATS,
    *STORIES,
    MENTIONS,
    PAGE_TOPICS,
    ENTITIES,
    LABELS,
    TO_TAG,
    LEDGER,
    FORGOTTEN,
    CHECK_RESULTS,
)
VIEWS = ((QUARANTINE, QUARANTINE_VIEW), (BOOKS, BOOKS_VIEW))


def source_columns() -> dict[str, dict[str, str]]:
    """The SQL type of every column of every table, by name: what SQL models may read."""
    return {table.name: {column.name: column.sql_type for column in table.columns} for table in TABLES}


def quoted(text: str) -> str:
    """A SQL string literal; for statements such as COMMENT ON that take no parameters."""
    return "'" + text.replace("'", "''") + "'"


def create_schema(con: duckdb.DuckDBPyConnection) -> None:
    """Make what is missing: schemas, tables, columns added since, comments as they read today, views."""
    present = {
        (f"{schema}.{table}", column): comment
        for schema, table, column, comment in con.execute(
            "select schema_name, table_name, column_name, comment from duckdb_columns() where not internal"
        ).fetchall()
    }
    for table in TABLES:
        missing = [column for column in table.columns if (table.name, column.name) not in present]
        if missing:
            _create(con, table, missing)
        for column in table.columns:
            if present.get((table.name, column.name)) != column.text:
                con.execute(f"comment on column {table.name}.{column.name} is {quoted(column.text)}")
    for view, sql in VIEWS:
        con.execute(sql)
        con.execute(f"comment on view {view.name} is {quoted(_grain(view))}")
        for column in view.columns:
            con.execute(f"comment on column {view.name}.{column.name} is {quoted(column.text)}")


def _create(con: duckdb.DuckDBPyConnection, table: Table, missing: list[Column]) -> None:
    if len(missing) == len(table.columns):
        columns = ", ".join(f"{c.name} {c.sql_type}" for c in table.columns)
        con.execute(f"create schema if not exists {table.name.split('.')[0]}")
        con.execute(f"create table {table.name} ({columns})")
        con.execute(f"comment on table {table.name} is {quoted(_grain(table))}")
    else:
        for column in missing:
            con.execute(f"alter table {table.name} add column {column.name} {column.sql_type}")


def _grain(table: Table) -> str:
    return f"A row is {table.grain}."
