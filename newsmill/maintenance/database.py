"""The writer's database in maintenance: opened only where a run has made it, and compacted after erasing rows."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import duckdb

from newsmill.errors import UserError
from newsmill.home_lock import hold_home
from newsmill.machine import require_resources
from newsmill.settings import Settings
from newsmill.types import Connection
from newsmill.warehouse.connection import CONFIG, LOCK_TIMEOUT_SECONDS, open_writer, retry_while_locked
from newsmill.warehouse.file_copy import copy_file
from newsmill.warehouse.memory import with_enough_memory
from newsmill.warehouse.publish import DATABASE, write_rows


@contextmanager
def open_processed(settings: Settings, command: str) -> Iterator[Connection]:
    """Hold the home's lock and open its database for writing; a run must have created it.

    Args:
        command: the name of the command, for others that wait.

    Raises:
        UserError: when there is none, or it stays locked; nothing is created then.
    """
    require_database(settings)
    require_resources()
    with (
        hold_home(settings.home, command, settings.lock_patience_seconds),
        open_writer(settings.database) as con,
    ):
        yield con


def compact(con: Connection, settings: Settings) -> None:
    """Replace the file by a copy of its rows, in one rename, and close the connection, which is to the old file.

    DuckDB keeps deleted rows in the blocks of its file until it needs the space; the copy never had them.
    """
    draft = settings.home / f".{DATABASE}.draft"
    with_enough_memory(con, partial(write_rows, con, draft))
    # Until the rename the lock is ours, and without a log nothing is written to the old file any more.
    con.execute("force checkpoint")
    draft.replace(settings.database)
    con.close()


@contextmanager
def copied_database(settings: Settings, command: str) -> Iterator[Path]:
    """Copy the writer's database into a temporary folder, and remove that after the block; the home is not changed.

    Args:
        command: the name of the command, for others that wait while it copies.

    Raises:
        UserError: when there is none, it is damaged, or it stays locked.
    """
    require_database(settings)
    database = settings.database
    connect = partial(duckdb.connect, str(database), read_only=True, config=CONFIG)
    with tempfile.TemporaryDirectory(prefix="newsmill-") as folder:
        with (
            hold_home(settings.home, command, settings.lock_patience_seconds),
            retry_while_locked(database, connect, LOCK_TIMEOUT_SECONDS),
        ):
            for file in (database, database.with_name(f"{database.name}.wal")):
                if file.exists():
                    copy_file(file, Path(folder) / file.name)
        yield Path(folder) / database.name


def require_database(settings: Settings) -> None:
    """Check that a run has created the database.

    Raises:
        UserError: when there is none.
    """
    if not settings.database.is_file():
        raise UserError(str(settings.database), "no database", "run `newsmill run` with this --home first")


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC).replace(tzinfo=None)
