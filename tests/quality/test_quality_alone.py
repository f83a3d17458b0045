"""What a run of checks does beside checking: nothing. First of the room's files, so that the import is watched too."""

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


def urls_hold(con: duckdb.DuckDBPyConnection) -> bool | None:
    [result] = run_suite(con, Suite("raw.records", True, (URLS,)), None)
    return result.success


# Not all of `socket.`: importing urllib3 asks whether there is IPv6 by binding a local port.
OUTSIDE = ("socket.connect", "socket.getaddrinfo", "socket.sendto", "subprocess.", "os.mkdir", "os.rename", "os.remove")


@contextlib.contextmanager
def watched() -> Iterator[list[str]]:
    """What the interpreter reports of connections made and files or folders written within the block."""
    seen: list[str] = []
    watching = True

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        if watching and (event.startswith(OUTSIDE) or (event == "open" and set(str(arguments[1])) & set("wax+"))):
            seen.append(f"{event} {arguments}")

    sys.addaudithook(watch)  # There is no taking it away again, hence the flag.
    try:
        yield seen
    finally:
        watching = False


def test_a_run_opens_no_connection_and_writes_no_file(
    con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.setenv("GX_CLOUD_ACCESS_TOKEN", "token")
    monkeypatch.setenv("GX_CLOUD_ORGANIZATION_ID", "organization")
    with watched() as seen:
        assert urls_hold(con)
    assert seen == []


def test_the_watch_sees_what_it_is_there_for(tmp_path: Path) -> None:
    with socket.socket() as unconnected, watched() as seen, contextlib.suppress(OSError):
        (tmp_path / "written").write_text("x")
        unconnected.connect(("127.0.0.1", 1))
    assert [line.split()[0] for line in seen] == ["open", "socket.connect"]


def test_the_callers_connection_is_left_as_it_was(con: duckdb.DuckDBPyConnection) -> None:
    con.begin()
    con.execute("update raw.records set url = null")
    half_read = con.execute("select 1 union all select 2 order by 1")
    assert half_read.fetchone() == (1,)
    held = urls_hold(con)
    assert half_read.fetchone() == (2,)
    con.commit()
    assert held is True, "what is not committed is not seen"
    assert urls_hold(con) is False


def test_the_file_is_free_once_the_caller_closes_it(tmp_path: Path) -> None:
    path = tmp_path / "con.duckdb"
    con = duckdb.connect(str(path))
    con.execute("create schema raw; create table raw.records as select 'u' as url, date '2026-03-01' as ingest_date")
    assert urls_hold(con)
    con.close()
    # As long as anything holds the file, opening it with other settings is refused.
    with duckdb.connect(str(path), read_only=True) as published:
        assert published.execute("select view_name from duckdb_views() where not internal").fetchall() == []
        assert urls_hold(published)


def test_cursors_are_closed_though_great_expectations_holds_on_to_them(con: duckdb.DuckDBPyConnection) -> None:
    from newsmill.quality.gx import Cursors

    with Cursors(con, "select 1 as one") as cursors:
        cursor = cursors.cursor()
        assert cursor.execute("from newsmill_batch").fetchall() == [(1,)]
    with pytest.raises(duckdb.ConnectionException):
        cursor.execute("select 1")


def test_only_the_given_engine_is_buffered() -> None:
    import sqlalchemy
    from sqlalchemy.engine.cursor import FullyBufferedCursorFetchStrategy

    from newsmill.quality.gx import buffered

    ours, other = sqlalchemy.create_engine("sqlite://"), sqlalchemy.create_engine("sqlite://")
    with buffered(ours), ours.connect() as one, other.connect() as two:
        results = [con.execute(sqlalchemy.text("select 1")) for con in (one, two)]
        strategies = [isinstance(result.cursor_strategy, FullyBufferedCursorFetchStrategy) for result in results]
    other.dispose()
    assert strategies == [True, False]


def test_suites_are_read_without_great_expectations() -> None:
    code = """
import sys
import newsmill.quality.checks, newsmill.quality.ledger
from newsmill.quality.suites import load_suites
assert load_suites()
print(sorted({"great_expectations", "sqlalchemy", "pandas"} & sys.modules.keys()))
"""
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "[]\n"
