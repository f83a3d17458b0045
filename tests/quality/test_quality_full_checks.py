"""Which checks a run makes on whole tables."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import duckdb
import pytest

from newsmill.quality.full_checks import MAX_AGE, dates_of_run, failed_whole, passed_whole, require_full_checks
from newsmill.quality.gate import CheckId
from newsmill.warehouse.schema import create_schema

NOW = dt.datetime(2026, 3, 20)
PASSED = CheckId("t", "passed")


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(":memory:") as connection:
        create_schema(connection)
        yield connection


def add(
    con: duckdb.DuckDBPyConnection, name: str, success: bool | None, days_ago: float, date: dt.date | None = None
) -> None:
    con.execute(
        "insert into quality.check_results by name select 't' as table_name, ? as expectation, ? as success, "
        """'{"failures": 0, "digest": "d"}' as observed, ? as checked_at, ?::date as first_ingest_date""",
        [name, success, NOW - dt.timedelta(days=days_ago), date],
    )


def test_a_check_that_passed_within_a_week_need_not_be_made_on_the_whole_table(con: duckdb.DuckDBPyConnection) -> None:
    add(con, "passed", False, 3)
    add(con, "passed", True, 2)
    add(con, "passed", True, 1, dt.date(2026, 3, 1))
    add(con, "passed long ago", True, MAX_AGE.days + 1)
    add(con, "passed for a date", True, 1, dt.date(2026, 3, 1))
    add(con, "failed since", True, 2)
    add(con, "failed since", False, 1)
    add(con, "could not run", None, 1)
    assert passed_whole(con, NOW) == {PASSED: "d"}
    assert failed_whole(con) == {CheckId("t", "failed since"), CheckId("t", "could not run")}


def test_after_other_changes_every_check_is_made_on_the_whole_table(con: duckdb.DuckDBPyConnection) -> None:
    add(con, "passed", True, 1)
    require_full_checks(con)
    assert passed_whole(con, NOW) == {PASSED: None}
    assert con.execute("select observed from quality.check_results").fetchall() == [('{"failures":0}',)]


def test_the_dates_of_a_run_are_those_of_its_verdicts(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(
        "insert into quality.ledger by name select unnest(['this', 'this', 'other']) as run_id, "
        "unnest([date '2026-03-01', date '2026-03-01', date '2026-03-02']) as ingest_date"
    )
    assert dates_of_run(con, "this") == [dt.date(2026, 3, 1)]
