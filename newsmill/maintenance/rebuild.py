"""Rebuild: a new database from the archive replaces the old one, for example of another version of newsmill.

Archive, labels and tombstones are files of the home that every run reads. Check results and redirects of old story ids
are only in the old database and are copied from it. The old database stays as a backup until the user deletes it.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import duckdb

from newsmill import stages
from newsmill.errors import UserError
from newsmill.maintenance.verify import read_database
from newsmill.quality.tables import CHECK_RESULTS
from newsmill.settings import Settings
from newsmill.sql import quote_literal
from newsmill.stories.tables import MEMBERS, MERGES
from newsmill.table import Table
from newsmill.topics.taxonomy import Taxonomy
from newsmill.types import Connection
from newsmill.warehouse.connection import (
    CONFIG,
    LOCK_TIMEOUT_SECONDS,
    DamagedDatabaseError,
    open_writer,
    retry_while_locked,
    transaction,
)
from newsmill.warehouse.publish import DATABASE, remove_draft

DAMAGED_ENDING = ".damaged"

# A story id names its first member, so an old id leads to the record and from there to its story now.
REDIRECTS = """
insert into stories.merges by name
select old.story_id, now.story_id as merged_into,
       coalesce(max(old.ingest_date), (select max(ingest_date) from raw.records)) as ingest_date
from ({ids}) old join stories.members now on old.story_id = 's' || now.record_id
where old.story_id <> now.story_id and old.story_id not in (select story_id from stories.merges)
group by all
"""


@dataclass(frozen=True)
class BackedUp:
    """The backup of the old database, and the number of check results copied from it."""

    path: Path
    check_results: int


def old_database(settings: Settings) -> Path:
    """Return the path of the backup that a rebuild leaves."""
    return settings.database.with_name(f"{DATABASE}.old")


def back_up_database(settings: Settings, *, replace_old: bool = False) -> BackedUp | None:
    """Move the database to its backup path and put an empty one in its place; return None where there is none.

    A damaged database is set aside; the published copy, which has the history, then serves as the old one.

    Raises:
        UserError: when an earlier backup exists and may not be replaced, or another program holds the database;
            nothing is changed then.
    """
    database, old = settings.database, old_database(settings)
    if old.exists() and not replace_old:
        hint = f"delete it or pass --replace-old; or move it back to {DATABASE} to restore it"
        raise UserError(str(old), "the backup of an earlier rebuild still exists", hint)
    set_aside_damage(settings)
    if not database.is_file():
        return None
    draft = settings.home / f".{DATABASE}.draft"
    remove_draft(draft)
    try:
        with open_writer(draft) as con:
            retry_while_locked(
                database, lambda: con.execute(f"attach {quote_literal(str(database))} as old"), LOCK_TIMEOUT_SECONDS
            )
            copied = _copy_rows(con, CHECK_RESULTS)
            # This process holds the lock until both are renamed; after the checkpoint no log is written by an old name.
            con.execute("force checkpoint old; force checkpoint")
            database.replace(old)
            draft.replace(database)
    finally:
        remove_draft(draft)
    return BackedUp(old, copied)


def set_aside_damage(settings: Settings) -> None:
    """Move a damaged database away. Where it is damaged or missing, a copy of the published one takes its place.

    The published copy has the history (check results, old story ids) up to the last publication.

    Raises:
        UserError: when another program holds the database.
    """
    database, published = settings.database, settings.published / DATABASE
    if database.is_file() and _is_whole(database):
        return
    for path in (database, database.with_name(f"{DATABASE}.wal")):
        if path.exists():
            path.replace(path.with_name(path.name + DAMAGED_ENDING))
    if published.is_file() and read_database(published)[2] is None:
        shutil.copyfile(published, database)


def _is_whole(database: Path) -> bool:
    connect = partial(duckdb.connect, str(database), config=CONFIG)
    try:
        retry_while_locked(database, connect, LOCK_TIMEOUT_SECONDS).close()  # replays its log
    except DamagedDatabaseError:
        return False
    return read_database(database)[2] is None


def redirect_old_story_ids(settings: Settings, taxonomy: Taxonomy, old: Path) -> int:
    """Redirect story ids of the old database that no longer exist to the story of their record; return how many.

    Publishes again where there are any.
    """
    with open_writer(settings.database) as con:
        con.execute(f"attach {quote_literal(str(old))} as old (read_only)")
        ids = [
            f"select story_id::varchar as story_id, {date} as ingest_date from old.{table.name}"  # noqa: S608
            for table, date in ((MERGES, "ingest_date"), (MEMBERS, "null::date"))
            if {"story_id", "ingest_date"}.issubset(_shared_columns(con, table))
        ]
        redirected = 0
        if ids:
            with transaction(con):
                [(redirected,)] = con.execute(REDIRECTS.format(ids=" union ".join(ids))).fetchall()
        con.execute("detach old")
        if redirected:
            stages.publish(con, settings, taxonomy, checks=())
    return int(redirected)


def _copy_rows(con: Connection, table: Table) -> int:
    """Copy the old rows of a table, for the columns that still exist; return the number of rows."""
    columns = _shared_columns(con, table)
    if not columns:
        return 0
    cast = ", ".join(f"try_cast({name} as {sql_type}) as {name}" for name, sql_type in columns.items())
    [(rows,)] = con.execute(f"insert into {table.name} by name select {cast} from old.{table.name}").fetchall()  # noqa: S608
    return int(rows)


def _shared_columns(con: Connection, table: Table) -> dict[str, str]:
    """Return the columns that the table has in both databases, with their types in the new one."""
    stored = con.execute(
        "select column_name from duckdb_columns() where database_name = 'old' and schema_name || '.' || table_name = ?",
        [table.name],
    ).fetchall()
    names = {name for (name,) in stored}
    return {column.name: column.sql_type for column in table.columns if column.name in names}
