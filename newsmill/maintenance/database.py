"""The writer's database in maintenance: opened only where a run has made it, and compacted after erasing rows."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from newsmill.errors import UserError
from newsmill.home_lock import hold_home
from newsmill.machine import require_resources
from newsmill.settings import Settings
from newsmill.types import Connection
from newsmill.warehouse.connection import open_writer
from newsmill.warehouse.publish import DATABASE, remove_draft


@contextmanager
def open_processed(settings: Settings, command: str) -> Iterator[Connection]:
    """Hold the home's lock and open its database for writing; a run must have created it.

    Args:
        command: the name of the command, for others that wait.

    Raises:
        UserError: when there is none, or it stays locked; nothing is created then.
    """
    if not settings.database.is_file():
        raise UserError(str(settings.database), "no database", "run `newsmill run` with this --home first")
    require_resources()
    with (
        hold_home(settings.home, command, settings.lock_patience_seconds),
        open_writer(settings.database) as con,
    ):
        yield con


def replace_by_copy(con: Connection, settings: Settings) -> None:
    """Replace the writer's file by a copy of the published one, in one rename.

    DuckDB keeps deleted rows in the blocks of its file until it needs the space; the copy never had them.
    """
    draft = settings.home / f".{DATABASE}.draft"
    remove_draft(draft)
    shutil.copyfile(settings.published / DATABASE, draft)
    # Until the rename the lock is ours, and without a log nothing is written to the old file any more.
    con.execute("force checkpoint")
    draft.replace(settings.database)


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC).replace(tzinfo=None)
