"""DuckDB's memory limit: small by default, and raised for an operation that runs out of memory."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import duckdb

from newsmill.errors import UserError
from newsmill.types import Connection

T = TypeVar("T")

# DuckDB keeps blocks in memory up to its limit, so a small limit keeps a run small. It spills larger sorts and joins to
# disk, but not every operator can: some fail at a limit that their input exceeds.
DEFAULT_LIMIT_BYTES = 2**30
# What is left is for Python, Polars and the page workers.
MACHINE_SHARE = 0.7

CGROUP_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))


def with_enough_memory(con: Connection, work: Callable[[], T]) -> T:
    """Return what `work` returns; if DuckDB runs out of memory, double the connection's limit and run it again.

    `work` must leave nothing behind when it fails, as a transaction does.

    Raises:
        UserError: when it runs out of memory at the most that the machine has.
    """
    while True:
        try:
            return work()
        except duckdb.OutOfMemoryException as error:
            if raise_limit(con):
                continue
            problem = f"out of memory: {str(error).splitlines()[0]}"
            hint = "process fewer ingest dates at a time (--date, --since), or use a machine with more memory"
            raise UserError("database", problem, hint) from error


def raise_limit(con: Connection) -> bool:
    """Double the memory limit; return False where it is already the most that the machine has."""
    [(limit,)] = con.execute("select parse_formatted_bytes(current_setting('memory_limit'))").fetchall()
    most = max(int(machine_memory_bytes() * MACHINE_SHARE), DEFAULT_LIMIT_BYTES)
    # DuckDB rounds the limit that it reports.
    if limit > most * 0.95:
        return False
    con.execute(f"set memory_limit = '{min(2 * limit, most)} bytes'")
    return True


def machine_memory_bytes() -> int:
    """Return the memory of the machine, or of the container or control group where that has less."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    for path in CGROUP_LIMITS:
        with suppress(OSError, ValueError):  # missing, or `max`
            total = min(total, int(path.read_text()))
    return total
