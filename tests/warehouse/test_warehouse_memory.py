"""The memory limit follows what an operation needs, up to what the machine has."""

from __future__ import annotations

import duckdb
import pytest

from newsmill.errors import UserError
from newsmill.types import Connection
from newsmill.warehouse import memory
from newsmill.warehouse.memory import raise_limit, with_enough_memory

MIB = 2**20


@pytest.fixture
def con() -> Connection:
    # Without a folder to spill to, a large list does not fit.
    return duckdb.connect(config={"memory_limit": f"{64 * MIB} bytes", "threads": 1, "temp_directory": ""})


def large_list(con: Connection) -> int:
    [(length,)] = con.execute("select len(list(repeat('x', 50) || range)) from range(1_500_000)").fetchall()
    return int(length)


def test_an_operation_that_runs_out_of_memory_is_run_again_with_more(con: Connection) -> None:
    with pytest.raises(duckdb.OutOfMemoryException):
        large_list(con)
    assert with_enough_memory(con, lambda: large_list(con)) == 1_500_000


def test_the_limit_ends_at_the_share_of_the_machine(con: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "DEFAULT_LIMIT_BYTES", 64 * MIB)
    monkeypatch.setattr(memory, "machine_memory_bytes", lambda: 150 * MIB)
    with pytest.raises(UserError, match=r"out of memory: .*; process fewer ingest dates at a time"):
        with_enough_memory(con, lambda: large_list(con))
    assert not raise_limit(con)
    [(limit,)] = con.execute("select parse_formatted_bytes(current_setting('memory_limit'))").fetchall()
    assert 100 * MIB < limit < 106 * MIB


def test_other_errors_are_not_retried(con: Connection) -> None:
    calls = []

    def fail() -> None:
        calls.append(1)
        con.execute("from missing")

    with pytest.raises(duckdb.CatalogException):
        with_enough_memory(con, fail)
    assert len(calls) == 1
