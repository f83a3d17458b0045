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
from newsmill.warehouse.schema import (
    TABLES,
    VIEWS,
    create_schema,
    find_schema_mismatch,
    require_matching_schema,
    stored_columns,
)

T = TypeVar("T")

# Another process may hold the file while it loads a batch. Runs that bypass Dagster's queue wait this long for it.
WRITER_TIMEOUT_SECONDS = 120.0

# DuckDB's messages about a missing table or column.
MISSING_OBJECT = re.compile("does not exist|not found|does not have a column")

# DuckDB's built-in extensions are enough; it must not download others.
CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    # DuckDB spills the rest to disk beside the file, so memory does not grow with the archive.
    "memory_limit": "1GiB",
}

# Verifying stories reads single texts. To read one compressed text DuckDB decompresses its block of two thousand, which
# takes forty times as long; uncompressed, the file is about two fifths larger.
UNCOMPRESSED_TEXTS = "set disabled_compression_methods = 'fsst,zstd'"


@contextmanager
def open_writer(database: Path, timeout: float = WRITER_TIMEOUT_SECONDS) -> Iterator[Connection]:
    """Open the writer's connection and create missing tables and views; wait up to `timeout` seconds for the lock.

    Raises:
        UserError: when the file can't be created, is not a DuckDB file, was created by another version of newsmill, or
            stays locked by another process.
    """
    try:
        database.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(str(database.parent), str(error), "choose a home folder that is writable") from error
    con = retry_while_locked(database, partial(duckdb.connect, str(database), config=CONFIG), timeout)
    try:
        con.execute("set timezone = 'UTC'; set enable_progress_bar = false")
        con.execute(UNCOMPRESSED_TEXTS)
        create_schema(con)
        yield con
    finally:
        con.close()


def retry_while_locked(database: Path, connect: Callable[[], T], timeout: float) -> T:
    """Return what `connect` returns; call it again for up to `timeout` seconds while another process holds the lock.

    Raises:
        UserError: when the file can't be opened, or stays locked by another process.
    """
    attempts = Retrying(
        retry=retry_if_exception(_is_lock),
        stop=stop_after_delay(timeout),
        wait=wait_exponential(multiplier=0.05, max=2.0),
        reraise=True,
    )
    try:
        return attempts(connect)
    except duckdb.Error as error:
        locked = "wait for the other run to end, or close the program that holds it; read published/newsmill.duckdb"
        hint = locked if _is_lock(error) else "move it away; `newsmill rebuild` rebuilds it from the archive"
        raise UserError(str(database), str(error).splitlines()[0], hint) from error


def require_own_version(database: Path) -> None:
    """Refuse a writer's file that another version of newsmill created, before a run begins.

    A missing file passes, and so does one that another process is writing: that process has checked it.

    Raises:
        UserError: when another version of newsmill created the file.
    """
    if not database.is_file():
        return
    try:
        con = duckdb.connect(str(database), read_only=True, config=CONFIG)
    except duckdb.Error:
        return
    with con:
        require_matching_schema(con)


def _is_lock(error: BaseException) -> bool:
    return isinstance(error, duckdb.IOException) and "lock" in str(error)


@contextmanager
def open_reader(database: Path) -> Iterator[Connection]:
    """Open a read-only connection to the published copy.

    Raises:
        UserError: when nothing is published, or another version of newsmill published it. newsmill's own tables show
            that when the file is opened; a missing SQL model shows it when a query reads it.
    """
    if not database.is_file():
        raise UserError(str(database), "nothing is published there", "run `newsmill run` with this --home first")
    con = duckdb.connect(str(database), read_only=True, config=CONFIG)
    try:
        con.execute("set timezone = 'UTC'")
        if mismatch := find_schema_mismatch(stored_columns(con), (*TABLES, *(view for view, _ in VIEWS))):
            raise _other_version_error(database, mismatch)
        yield con
    except (duckdb.CatalogException, duckdb.BinderException) as error:
        if not MISSING_OBJECT.search(str(error)):
            raise
        raise _other_version_error(database, str(error).splitlines()[0]) from error
    finally:
        con.close()


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
