"""The tables of the warehouse, created from the `tables.py` of each package."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from newsmill.errors import UserError
from newsmill.pages.tables import PAGES, REPEATS, TEASERS
from newsmill.quality.tables import (
    CHECK_RESULTS,
    DATES,
    LEDGER,
    QUARANTINE,
    QUARANTINE_VIEW,
    RECONCILIATION,
    RECONCILIATION_VIEW,
    SQL_MODELS,
    STAGE_INPUTS,
)
from newsmill.sources.tables import FILES, FORGOTTEN, RECORDS
from newsmill.sql import quote_literal
from newsmill.stories.tables import BANDS, FINGERPRINTS, PASSAGES
from newsmill.stories.tables import TABLES as STORIES
from newsmill.table import Table
from newsmill.topics.tables import ENTITIES, LABELS, MENTIONS, PAGE_TOPICS, RETAG_QUEUE
from newsmill.types import Connection

TABLES: tuple[Table, ...] = (
    FILES,
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
    DATES,
    STAGE_INPUTS,
    SQL_MODELS,
    CHECK_RESULTS,
)
# Hashes of all pages that clustering compares new pages with; half of the other tables' size, and of no use to readers.
UNPUBLISHED: tuple[Table, ...] = (FINGERPRINTS, BANDS, PASSAGES)
# Views over tables, with the SQL that creates them.
VIEWS = ((QUARANTINE, QUARANTINE_VIEW), (RECONCILIATION, RECONCILIATION_VIEW))
# What the published copy has; a table missing there means that another version of newsmill published it.
PUBLISHED: tuple[Table, ...] = (*(table for table in TABLES if table not in UNPUBLISHED), *(view for view, _ in VIEWS))


def source_columns() -> dict[str, dict[str, str]]:
    """Return the SQL type of every column of every table, by name: the sources that SQL models may read."""
    return {table.name: {column.name: column.sql_type for column in table.columns} for table in TABLES}


@dataclass(frozen=True)
class StoredColumn:
    """A column as stored in a database: its SQL type and its comment."""

    sql_type: str
    comment: str | None


Relation = Literal["table", "view"]
Stored = dict[str, dict[str, StoredColumn]]


def stored_columns(con: Connection) -> Stored:
    """Return the columns of every table and view of the database, by table and by column name."""
    tables: Stored = {}
    for table, name, sql_type, comment in con.execute(
        "select schema_name || '.' || table_name, column_name, data_type, comment from duckdb_columns() "
        "where not internal and database_name = current_database()"
    ).fetchall():
        tables.setdefault(table, {})[name] = StoredColumn(sql_type, comment)
    return tables


def find_schema_mismatch(stored: Stored, tables: Iterable[Table]) -> str | None:
    """Return how the stored tables differ from those given: the first difference and the number of others, or None.

    A mismatch means that another version of newsmill created them.
    """
    mismatches = [mismatch for table in tables for mismatch in _mismatches(table, stored.get(table.name))]
    if not mismatches:
        return None
    return mismatches[0] + (f" (differences in all: {len(mismatches)})" if mismatches[1:] else "")


def _mismatches(table: Table, stored: dict[str, StoredColumn] | None) -> Iterator[str]:
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
            yield f"{table.name}.{name} is unknown to this version"


def require_matching_schema(con: Connection) -> Stored:
    """Return the stored columns if every stored table has the columns that `tables.py` defines.

    Raises:
        UserError: when another version of newsmill created the database, or it is a published copy.
    """
    stored = stored_columns(con)
    # Where there are pages, a missing table of UNPUBLISHED must not be created: it would be empty.
    required = UNPUBLISHED if PAGES.name in stored else ()
    checked = [table for table in TABLES if table.name in stored or table in required]
    if mismatch := find_schema_mismatch(stored, checked):
        [(path,)] = con.execute(
            "select coalesce(path, database_name) from duckdb_databases() where database_name = current_database()"
        ).fetchall()
        hint = "`newsmill rebuild` rebuilds it from the archive; labels and tombstones are kept"
        raise UserError(path, f"created by another version of newsmill: {mismatch}", hint)
    return stored


def create_schema(con: Connection) -> None:
    """Create missing schemas and tables, replace the views, and update comments that have changed.

    Raises:
        UserError: as `require_matching_schema`; nothing is changed then.
    """
    stored = require_matching_schema(con)
    for table in TABLES:
        columns = stored.get(table.name)
        if columns is None:
            create_table(con, table)
        else:
            changed = {name: text for name, text in table.descriptions.items() if columns[name].comment != text}
            set_column_comments(con, table.name, changed)
    for view, sql in VIEWS:
        con.execute(sql)
        set_comments(con, "view", view.name, view.description, view.descriptions)


def create_table(con: Connection, table: Table) -> None:
    """Create the table with its comments, or replace it by an empty one."""
    columns = ", ".join(f"{column.name} {column.sql_type}" for column in table.columns)
    con.execute(f"create schema if not exists {table.name.split('.')[0]}")
    con.execute(f"create or replace table {table.name} ({columns})")
    set_comments(con, "table", table.name, table.description, table.descriptions)


def set_comments(con: Connection, kind: Relation, name: str, description: str, columns: Mapping[str, str]) -> None:
    """Store the description of a table or view and of its columns, where people who query the file read them."""
    con.execute(f"comment on {kind} {name} is {quote_literal(description)}")
    set_column_comments(con, name, columns)


def set_column_comments(con: Connection, table: str, columns: Mapping[str, str]) -> None:
    """Store descriptions of columns, given by column name."""
    for column, description in columns.items():
        con.execute(f'comment on column {table}."{column}" is {quote_literal(description)}')
