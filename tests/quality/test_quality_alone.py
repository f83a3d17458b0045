"""A run of checks has no side effects. The first test file of the package, so that it also observes the import."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from newsmill.quality.checks import run_suite
from newsmill.quality.suites import Expectation, Suite

URLS = Expectation("urls", "ExpectColumnValuesToNotBeNull", "error", "Because.", {"column": "url"})


def urls_pass(con: duckdb.DuckDBPyConnection) -> bool | None:
    [result] = run_suite(con, Suite("raw.records", True, (URLS,)), None)
    return result.success


# Not all of `socket.`: importing urllib3 binds a local port to find out whether IPv6 is available.
SIDE_EFFECTS = (
    "socket.connect",
    "socket.getaddrinfo",
    "socket.sendto",
    "subprocess.",
    "os.mkdir",
    "os.rename",
    "os.remove",
)


@contextlib.contextmanager
def record_side_effects() -> Iterator[list[str]]:
    """Record the connections opened and the files and folders written within the block."""
    seen: list[str] = []
    recording = True

    def record(event: str, arguments: tuple[Any, ...]) -> None:
        if recording and (event.startswith(SIDE_EFFECTS) or (event == "open" and set(str(arguments[1])) & set("wax+"))):
            seen.append(f"{event} {arguments}")

    sys.addaudithook(record)  # An audit hook can't be removed, hence the flag.
    try:
        yield seen
    finally:
        recording = False


def test_a_run_opens_no_connection_and_writes_no_file(
    con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.setenv("GX_CLOUD_ACCESS_TOKEN", "token")
    monkeypatch.setenv("GX_CLOUD_ORGANIZATION_ID", "organization")
    with record_side_effects() as seen:
        assert urls_pass(con)
    assert seen == []


def test_the_recorder_records_connections_and_files(tmp_path: Path) -> None:
    with socket.socket() as unconnected, record_side_effects() as seen, contextlib.suppress(OSError):
        (tmp_path / "written").write_text("x")
        unconnected.connect(("127.0.0.1", 1))
    assert [line.split()[0] for line in seen] == ["open", "socket.connect"]


def test_open_queries_and_transactions_of_the_caller_are_not_affected(con: duckdb.DuckDBPyConnection) -> None:
    con.begin()
    con.execute("update raw.records set url = null")
    half_read = con.execute("select 1 union all select 2 order by 1")
    assert half_read.fetchone() == (1,)
    passed = urls_pass(con)
    assert half_read.fetchone() == (2,)
    con.commit()
    assert passed is True, "uncommitted rows are not checked"
    assert urls_pass(con) is False


def test_the_file_is_unlocked_once_the_caller_closes_it(tmp_path: Path) -> None:
    path = tmp_path / "con.duckdb"
    con = duckdb.connect(str(path))
    con.execute("create schema raw; create table raw.records as select 'u' as url, date '2026-03-01' as ingest_date")
    assert urls_pass(con)
    con.close()
    # DuckDB refuses to open the file with other settings as long as a connection is open.
    with duckdb.connect(str(path), read_only=True) as published:
        assert published.execute("select view_name from duckdb_views() where not internal").fetchall() == []
        assert urls_pass(published)


def test_cursors_are_closed_although_great_expectations_keeps_references(con: duckdb.DuckDBPyConnection) -> None:
    from newsmill.quality.gx import Cursors

    with Cursors(con, "select 1 as one") as cursors:
        cursor = cursors.cursor()
        assert cursor.execute("from newsmill_batch").fetchall() == [(1,)]
    with pytest.raises(duckdb.ConnectionException):
        cursor.execute("select 1")


def test_fetch_eagerly_affects_only_the_given_engine() -> None:
    import sqlalchemy
    from sqlalchemy.engine.cursor import FullyBufferedCursorFetchStrategy

    from newsmill.quality.gx import fetch_eagerly

    ours, other = sqlalchemy.create_engine("sqlite://"), sqlalchemy.create_engine("sqlite://")
    with fetch_eagerly(ours), ours.connect() as eager, other.connect() as lazy:
        results = [con.execute(sqlalchemy.text("select 1")) for con in (eager, lazy)]
        strategies = [isinstance(result.cursor_strategy, FullyBufferedCursorFetchStrategy) for result in results]
    other.dispose()
    assert strategies == [True, False]


def test_suites_are_read_without_importing_great_expectations() -> None:
    code = """
import sys
import newsmill.quality.checks, newsmill.quality.ledger
from newsmill.quality.suites import load_suites
assert load_suites()
print(sorted({"great_expectations", "sqlalchemy", "pandas"} & sys.modules.keys()))
"""
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "[]\n"
