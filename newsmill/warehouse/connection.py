"""How the DuckDB files are opened: one writer that waits its turn, readers that never do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_exponential

from newsmill.errors import UserError
from newsmill.warehouse.schema import create_schema

# Another process may hold the file for the length of a landing; runs that bypass the queue wait this long for it.
WRITER_PATIENCE_SECONDS = 120.0

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
        UserError: when the file can't be made, is no DuckDB file, or stays locked by another process.
    """
    try:
        database.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(str(database.parent), str(error), "choose a home folder that can be written") from error
    attempts = Retrying(
        retry=retry_if_exception(_is_lock),
        stop=stop_after_delay(patience),
        wait=wait_exponential(multiplier=0.05, max=2.0),
        reraise=True,
    )
    try:
        con: duckdb.DuckDBPyConnection = attempts(duckdb.connect, str(database), config=CONFIG)
    except duckdb.Error as error:
        held = "wait for the other run to end or close what holds it; analysts open published/newsmill.duckdb"
        mend = held if _is_lock(error) else "move it away; a run builds it anew from the archive"
        raise UserError(str(database), str(error).splitlines()[0], mend) from error
    try:
        con.execute("set timezone = 'UTC'; set enable_progress_bar = false")
        con.execute(UNCOMPRESSED)
        create_schema(con)
        yield con
    finally:
        con.close()


def _is_lock(error: BaseException) -> bool:
    return isinstance(error, duckdb.IOException) and "lock" in str(error)


@contextmanager
def open_reader(database: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A read-only connection to the published copy.

    Raises:
        UserError: when nothing has been published there yet.
    """
    if not database.is_file():
        raise UserError(str(database), "nothing is published there", "run `newsmill run` with this --home first")
    con = duckdb.connect(str(database), read_only=True, config=CONFIG)
    try:
        con.execute("set timezone = 'UTC'")
        yield con
    finally:
        con.close()


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
