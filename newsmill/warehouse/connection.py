"""Connections to the DuckDB files: one writer, which waits for its lock, and readers of the published copy."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TypeVar

import duckdb
from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_exponential

from newsmill.errors import UserError
from newsmill.types import Connection
from newsmill.warehouse.memory import DEFAULT_LIMIT_BYTES
from newsmill.warehouse.schema import (
    PUBLISHED,
    create_schema,
    find_schema_mismatch,
    require_matching_schema,
    stored_columns,
)

T = TypeVar("T")

# newsmill's own processes wait for the lock of the home. What still holds the file is another program, such as a SQL
# client, and does not let go by itself.
LOCK_TIMEOUT_SECONDS = 5.0

# DuckDB's messages. A damaged file has "block" in its message, so "lock" alone does not identify a lock.
MISSING_OBJECT = re.compile("does not exist|not found|does not have a column")
LOCKED = re.compile("Could not set lock")
LOCK_HOLDER = re.compile(r"lock is held in (.+?) \(PID (\d+)\)")
DAMAGED = re.compile("Corrupt|checksum|not a valid DuckDB database|Could not read enough bytes|replaying WAL|WAL file")

# DuckDB's built-in extensions are enough; it must not download others.
CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    # DuckDB spills the rest to disk beside the file, so memory does not grow with the archive.
    "memory_limit": f"{DEFAULT_LIMIT_BYTES} bytes",
}

# Verifying stories reads single texts. To read one compressed text DuckDB decompresses its block of two thousand, which
# takes forty times as long; uncompressed, the file is about two fifths larger.
UNCOMPRESSED_TEXTS = "set disabled_compression_methods = 'fsst,zstd'"


@contextmanager
def open_writer(
    database: Path, timeout: float = LOCK_TIMEOUT_SECONDS, *, has_schema: bool = False
) -> Iterator[Connection]:
    """Open the writer's connection and create missing tables and views; wait up to `timeout` seconds for the lock.

    Args:
        has_schema: the caller has opened the file before, so tables and views are in place.

    Raises:
        UserError: when the file can't be created, is damaged, was created by another version of newsmill, or is held
            by another program.
    """
    try:
        database.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(str(database.parent), str(error), "choose a home folder that is writable") from error
    con = retry_while_locked(database, partial(duckdb.connect, str(database), config=CONFIG), timeout)
    try:
        con.execute("set timezone = 'UTC'; set enable_progress_bar = false")
        con.execute(UNCOMPRESSED_TEXTS)
        if not has_schema:
            create_schema(con)
        yield con
    except duckdb.Error as error:
        if is_damage(error):
            raise database_error(database, error) from error
        raise
    finally:
        con.close()


def create_database(database: Path, timeout: float = LOCK_TIMEOUT_SECONDS) -> None:
    """Create the writer's file where it is missing, and its missing tables and views.

    Raises:
        UserError: see `open_writer`.
    """
    with open_writer(database, timeout):
        pass  # opening it creates them


def retry_while_locked(database: Path, connect: Callable[[], T], timeout: float) -> T:
    """Return what `connect` returns; call it again for up to `timeout` seconds while another process holds the lock.

    Raises:
        UserError: when the file can't be opened, is damaged, or is held by another program.
    """
    attempts = Retrying(
        retry=retry_if_exception(is_lock),
        stop=stop_after_delay(timeout),
        wait=wait_exponential(multiplier=0.05, max=2.0),
        reraise=True,
    )
    try:
        return attempts(connect)
    except duckdb.Error as error:
        raise database_error(database, error) from error


def require_own_version(database: Path) -> None:
    """Refuse a writer's file that this version of newsmill can't write, before a run begins; a missing file passes.

    Raises:
        UserError: when another version of newsmill created the file, it is damaged, or another program holds it.
    """
    if not database.is_file():
        return
    connect = partial(duckdb.connect, str(database), read_only=True, config=CONFIG)
    with retry_while_locked(database, connect, LOCK_TIMEOUT_SECONDS) as con:
        require_matching_schema(con)


@contextmanager
def open_reader(database: Path) -> Iterator[Connection]:
    """Open a read-only connection to the published copy.

    Raises:
        UserError: when nothing is published, the copy is damaged or held by another program, or another version of
            newsmill published it. newsmill's own tables show that when the file is opened; a missing SQL model shows
            it when a query reads it, and so does damage within a table.
    """
    if not database.is_file():
        raise UserError(str(database), "nothing is published there", "run `newsmill run` with this --home first")
    try:
        con = duckdb.connect(str(database), read_only=True, config=CONFIG)
    except duckdb.Error as error:
        raise published_copy_error(database, error) from error
    try:
        con.execute("set timezone = 'UTC'")
        if mismatch := find_schema_mismatch(stored_columns(con), PUBLISHED):
            raise _other_version_error(database, mismatch)
        yield con
    except (duckdb.CatalogException, duckdb.BinderException) as error:
        if not MISSING_OBJECT.search(str(error)):
            raise
        raise _other_version_error(database, str(error).splitlines()[0]) from error
    except duckdb.Error as error:
        if not is_damage(error):
            raise
        raise published_copy_error(database, error) from error
    finally:
        con.close()


class DamagedDatabaseError(UserError):
    """The writer's file is damaged."""


def is_damage(error: duckdb.Error) -> bool:
    """Return whether DuckDB reports a damaged file."""
    return DAMAGED.search(str(error)) is not None


def is_lock(error: BaseException) -> bool:
    """Return whether DuckDB reports that another program holds the file."""
    return isinstance(error, duckdb.IOException) and LOCKED.search(str(error)) is not None


def database_error(database: Path, error: duckdb.Error) -> UserError:
    """Return the error for a writer's file that DuckDB can't open or read."""
    if is_lock(error):
        hint = f"close it in that program; to look at the data, open published/{database.name} read-only"
        return UserError(str(database), f"held open by {find_lock_holder(error)}", hint)
    if is_damage(error):
        hint = "`newsmill rebuild` sets it aside and rebuilds it from the archive"
        return DamagedDatabaseError(str(database), f"damaged ({_first_line(error)})", hint)
    return UserError(str(database), _first_line(error), "check the permissions of the file and the disk")


def published_copy_error(database: Path, error: duckdb.Error) -> UserError:
    """Return the error for a published copy that DuckDB can't open or read."""
    if is_lock(error):
        hint = "close it there, or open it there read-only"
        return UserError(str(database), f"held open for writing by {find_lock_holder(error)}", hint)
    if is_damage(error):
        return UserError(str(database), f"damaged ({_first_line(error)})", "`newsmill run` publishes it again")
    return UserError(str(database), _first_line(error), "check the permissions of the file and the disk")


def find_lock_holder(error: BaseException) -> str:
    """Return the program and process that hold the file, from DuckDB's message."""
    holder = LOCK_HOLDER.search(str(error))
    return f"{holder[1]}, process {holder[2]}" if holder else "another program"


def _first_line(error: BaseException) -> str:
    return str(error).splitlines()[0]


def _other_version_error(database: Path, mismatch: str) -> UserError:
    hint = "`newsmill run` publishes it again, or reports that `newsmill rebuild` is needed first"
    return UserError(str(database), f"published by another version of newsmill: {mismatch}", hint)


@contextmanager
def transaction(con: Connection) -> Iterator[None]:
    """Commit everything that the block does, or nothing of it."""
    con.begin()
    try:
        yield
    except BaseException:
        con.rollback()
        raise
    con.commit()
