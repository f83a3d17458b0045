"""Rebuild: a new database from the archive, in place of one that another version of newsmill made.

Archive, labels and tombstones are files of the home, which every run reads. What only the old database knows is carried
over: results of checks, and ids that once named a story. The old one stays beside the new until someone deletes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from newsmill import stages
from newsmill.errors import UserError
from newsmill.quality.tables import CHECK_RESULTS
from newsmill.settings import Settings
from newsmill.sql import quote_literal
from newsmill.stories.tables import MEMBERS, MERGES
from newsmill.table import Table
from newsmill.topics.taxonomy import Taxonomy
from newsmill.types import Connection
from newsmill.warehouse.connection import open_writer, retry_while_locked, transaction
from newsmill.warehouse.publish import DATABASE, remove_draft

PATIENCE_SECONDS = 5.0

# A story is named after its first member, so an old id still says which record that was.
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
    """Where the old database lies, and how many results of checks were carried over from it."""

    path: Path
    check_results: int


def old_database(settings: Settings) -> Path:
    """Where a rebuild leaves the database that it replaces."""
    return settings.database.with_name(f"{DATABASE}.old")


def back_up_database(settings: Settings, *, replace_old: bool = False) -> BackedUp | None:
    """Put a database without records in place of the old one, which is moved beside it; None where there is none.

    Raises:
        UserError: when one was set aside before and is not to be replaced, or the database can't be opened or stays
            locked by another process; nothing is changed then.
    """
    database, old = settings.database, old_database(settings)
    if old.exists() and not replace_old:
        hint = f"delete it, or say --replace-old; or move it back to {DATABASE} if it is the better one"
        raise UserError(str(old), "a database that was set aside before is still there", hint)
    if not database.is_file():
        return None
    draft = settings.home / f".{DATABASE}.draft"
    remove_draft(draft)
    try:
        with open_writer(draft) as con:
            retry_while_locked(
                database, lambda: con.execute(f"attach {quote_literal(str(database))} as old"), PATIENCE_SECONDS
            )
            carried = _carry(con, CHECK_RESULTS)
            # The lock is ours until both are renamed, and without a log nothing is written to either by its old name.
            con.execute("force checkpoint old; force checkpoint")
            database.replace(old)
            draft.replace(database)
    finally:
        remove_draft(draft)
    return BackedUp(old, carried)


def redirect_old_story_ids(settings: Settings, taxonomy: Taxonomy, old: Path) -> int:
    """Let ids that named a story in the old database and name none now lead to the one that their record is in.

    Publishes anew where there are such; returns how many.
    """
    with open_writer(settings.database) as con:
        con.execute(f"attach {quote_literal(str(old))} as old (read_only)")
        ids = [
            f"select story_id::varchar as story_id, {date} as ingest_date from old.{table.name}"  # noqa: S608
            for table, date in ((MERGES, "ingest_date"), (MEMBERS, "null::date"))
            if {"story_id", "ingest_date"}.issubset(_shared(con, table))
        ]
        led = 0
        if ids:
            with transaction(con):
                [(led,)] = con.execute(REDIRECTS.format(ids=" union ".join(ids))).fetchall()
        con.execute("detach old")
        if led:
            stages.publish(con, settings, taxonomy, checks=())
    return int(led)


def _carry(con: Connection, table: Table) -> int:
    """Copy the old rows of a table, as far as their columns are still those; returns how many."""
    columns = _shared(con, table)
    if not columns:
        return 0
    cast = ", ".join(f"try_cast({name} as {sql_type}) as {name}" for name, sql_type in columns.items())
    [(rows,)] = con.execute(f"insert into {table.name} by name select {cast} from old.{table.name}").fetchall()  # noqa: S608
    return int(rows)


def _shared(con: Connection, table: Table) -> dict[str, str]:
    """The columns that the table has here and in the old database, with the types they have here."""
    stored = con.execute(
        "select column_name from duckdb_columns() where database_name = 'old' and schema_name || '.' || table_name = ?",
        [table.name],
    ).fetchall()
    names = {name for (name,) in stored}
    return {column.name: column.sql_type for column in table.columns if column.name in names}
