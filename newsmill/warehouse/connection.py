"""How the DuckDB files are opened: one writer that waits its turn, readers that never do."""

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
from newsmill.warehouse.schema import TABLES, VIEWS, create_schema, other_version, require_own_columns, stored_columns

T = TypeVar("T")

# Another process may hold the file for the length of a landing; runs that bypass the queue wait this long for it.
WRITER_PATIENCE_SECONDS = 120.0

# How DuckDB says that a table or a column is missing.
NOT_THERE = re.compile("does not exist|not found|does not have a column")

# Extensions come linked in; asking the network for more is not ours to do.
CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    # What does not fit is spilled beside the file: memory is bounded by this, whatever the archive holds.
    "memory_limit": "1GiB",
}

# Stories are verified by reading a few texts here and there. Compressed, each costs its two thousand neighbours too,
# forty times the time; in exchange the file is some two fifths larger.
UNCOMPRESSED = "set disabled_compression_methods = 'fsst,zstd'"


@contextmanager
def open_writer(database: Path, patience: float = WRITER_PATIENCE_SECONDS) -> Iterator[duckdb.DuckDBPyConnection]:
    """The writer's connection, with every table and view in place; waits up to `patience` seconds for the lock.

    Raises:
        UserError: when the file can't be made, is no DuckDB file, was made by another version of newsmill, or stays
            locked by another process.
    """
    try:
        database.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(str(database.parent), str(error), "choose a home folder that can be written") from error
    con = patiently(database, partial(duckdb.connect, str(database), config=CONFIG), patience)
    try:
        con.execute("set timezone = 'UTC'; set enable_progress_bar = false")
        con.execute(UNCOMPRESSED)
        create_schema(con)
        yield con
    finally:
        con.close()


def patiently(database: Path, opening: Callable[[], T], patience: float) -> T:
    """What `opening` the writer's file returns; waits up to `patience` seconds for the lock.

    Raises:
        UserError: when the file can't be opened, or stays locked by another process.
    """
    attempts = Retrying(
        retry=retry_if_exception(_is_lock),
        stop=stop_after_delay(patience),
        wait=wait_exponential(multiplier=0.05, max=2.0),
        reraise=True,
    )
    try:
        return attempts(opening)
    except duckdb.Error as error:
        held = "wait for the other run to end or close what holds it; analysts open published/newsmill.duckdb"
        hint = held if _is_lock(error) else "move it away; `newsmill rebuild` builds it anew from the archive"
        raise UserError(str(database), str(error).splitlines()[0], hint) from error


def require_own_version(database: Path) -> None:
    """Refuse a writer's file that another version made, before a run begins; one that is being written goes unread.

    Raises:
        UserError: as `open_writer`, for that alone.
    """
    if not database.is_file():
        return
    try:
        con = duckdb.connect(str(database), read_only=True, config=CONFIG)
    except duckdb.Error:
        return
    with con:
        require_own_columns(con)


def _is_lock(error: BaseException) -> bool:
    return isinstance(error, duckdb.IOException) and "lock" in str(error)


@contextmanager
def open_reader(database: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A read-only connection to the published copy.

    Raises:
        UserError: when nothing has been published there yet, or another version of newsmill published it: at once
            where its own tables show that, else when a query names what those that SQL makes don't have.
    """
    if not database.is_file():
        raise UserError(str(database), "nothing is published there", "run `newsmill run` with this --home first")
    con = duckdb.connect(str(database), read_only=True, config=CONFIG)
    try:
        con.execute("set timezone = 'UTC'")
        if told := other_version(stored_columns(con), (*TABLES, *(view for view, _ in VIEWS))):
            raise _published_otherwise(database, told)
        yield con
    except (duckdb.CatalogException, duckdb.BinderException) as error:
        if not NOT_THERE.search(str(error)):
            raise
        raise _published_otherwise(database, str(error).splitlines()[0]) from error
    finally:
        con.close()


def _published_otherwise(database: Path, told: str) -> UserError:
    hint = "`newsmill run` publishes it anew, or says that `newsmill rebuild` is needed first"
    return UserError(str(database), f"published by another version of newsmill: {told}", hint)


@contextmanager
def transaction(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """All that happens in the block lands, or none of it."""
    con.begin()
    try:
        yield
    except BaseException:
        con.rollback()
        raise
    con.commit()
