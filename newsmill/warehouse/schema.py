"""The tables of the warehouse, made from what each room states in its `tables.py`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import duckdb

from newsmill.errors import UserError
from newsmill.pages.tables import PAGES, REPEATS, TEASERS
from newsmill.quality.tables import (
    CHECK_RESULTS,
    LEDGER,
    QUARANTINE,
    QUARANTINE_VIEW,
    RECONCILIATION,
    RECONCILIATION_VIEW,
)
from newsmill.sources.tables import FORGOTTEN, RECORDS
from newsmill.stories.tables import TABLES as STORIES
from newsmill.table import Table
from newsmill.topics.tables import ENTITIES, LABELS, MENTIONS, PAGE_TOPICS, RETAG_QUEUE

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
    RETAG_QUEUE,
    LEDGER,
    FORGOTTEN,
    CHECK_RESULTS,
)
VIEWS = ((QUARANTINE, QUARANTINE_VIEW), (RECONCILIATION, RECONCILIATION_VIEW))


def source_columns() -> dict[str, dict[str, str]]:
    """The SQL type of every column of every table, by name: what SQL models may read."""
    return {table.name: {column.name: column.sql_type for column in table.columns} for table in TABLES}


def quoted(text: str) -> str:
    """A SQL string literal; for statements such as COMMENT ON that take no parameters."""
    return "'" + text.replace("'", "''") + "'"


@dataclass(frozen=True)
class StoredColumn:
    """A column as it stands in a database: its SQL type, and what its comment says."""

    sql_type: str
    comment: str | None


Stored = dict[str, dict[str, StoredColumn]]


def stored_columns(con: duckdb.DuckDBPyConnection) -> Stored:
    """The columns of every table and view of the database, by table and by name."""
    tables: Stored = {}
    for table, name, sql_type, comment in con.execute(
        "select schema_name || '.' || table_name, column_name, data_type, comment from duckdb_columns() "
        "where not internal and database_name = current_database()"
    ).fetchall():
        tables.setdefault(table, {})[name] = StoredColumn(sql_type, comment)
    return tables


def other_version(stored: Stored, tables: Iterable[Table]) -> str | None:
    """What shows that another version of newsmill made the tables, missing ones among them; None where nothing does."""
    told = [difference for table in tables for difference in _differences(table, stored.get(table.name))]
    return None if not told else told[0] + (f", and {len(told) - 1} more such" if told[1:] else "")


def _differences(table: Table, stored: dict[str, StoredColumn] | None) -> Iterator[str]:
    if stored is None:
        yield f"{table.name} is missing"
        return
    for column in table.columns:
        if column.name not in stored:
            yield f"{table.name}.{column.name} is missing"
        elif (found := stored[column.name].sql_type) != column.sql_type:
            yield f"{table.name}.{column.name} is {found} instead of {column.sql_type}"
    for name in stored:
        if name not in table.schema:
            yield f"{table.name}.{name} is unknown here"


def require_own_columns(con: duckdb.DuckDBPyConnection) -> Stored:
    """The stored columns, where every table that is there has those that are stated.

    Raises:
        UserError: when another version of newsmill made the database.
    """
    stored = stored_columns(con)
    if told := other_version(stored, [table for table in TABLES if table.name in stored]):
        [(path,)] = con.execute(
            "select coalesce(path, database_name) from duckdb_databases() where database_name = current_database()"
        ).fetchall()
        hint = "`newsmill rebuild` builds it anew from the archive; labels and what was forgotten are kept"
        raise UserError(path, f"made by another version of newsmill: {told}", hint)
    return stored


def create_schema(con: duckdb.DuckDBPyConnection) -> None:
    """Make what is missing: schemas, tables, comments as they read today, views.

    Raises:
        UserError: as `require_own_columns`; nothing is changed then.
    """
    stored = require_own_columns(con)
    for table in TABLES:
        columns = stored.get(table.name)
        if columns is None:
            _create(con, table)
        for column in table.columns:
            if columns is None or columns[column.name].comment != column.text:
                con.execute(f"comment on column {table.name}.{column.name} is {quoted(column.text)}")
    for view, sql in VIEWS:
        con.execute(sql)
        con.execute(f"comment on view {view.name} is {quoted(_grain(view))}")
        for column in view.columns:
            con.execute(f"comment on column {view.name}.{column.name} is {quoted(column.text)}")


def _create(con: duckdb.DuckDBPyConnection, table: Table) -> None:
    columns = ", ".join(f"{c.name} {c.sql_type}" for c in table.columns)
    con.execute(f"create schema if not exists {table.name.split('.')[0]}")
    con.execute(f"create table {table.name} ({columns})")
    con.execute(f"comment on table {table.name} is {quoted(_grain(table))}")


def _grain(table: Table) -> str:
    return f"A row is {table.grain}."
