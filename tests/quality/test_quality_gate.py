"""The gate before publication: failing error checks block it, everything else does not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import duckdb
import pytest

from newsmill.quality.gate import (
    CheckId,
    PublicationBlockedError,
    delete_old_results,
    failing_checks,
    require_passing_checks,
)
from newsmill.warehouse.schema import create_schema

DEFINED = {CheckId("clean.pages", "kind_known"), CheckId("clean.pages", "dated_share")}


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(":memory:") as connection:
        create_schema(connection)
        yield connection


def add_result(
    con: duckdb.DuckDBPyConnection,
    check: str,
    severity: str,
    success: bool | None,
    minute: int,
    dates: tuple[str | None, str | None] = (None, None),
) -> None:
    con.execute(
        "insert into quality.check_results by name select 'run' as run_id, "
        "timestamp '2026-03-01' + to_minutes(?) as checked_at, 'clean.pages' as table_name, ? as expectation, "
        "? as severity, ? as success, '{}' as observed, ?::date as first_ingest_date, ?::date as last_ingest_date",
        [minute, check, severity, success, *dates],
    )


def add_records(con: duckdb.DuckDBPyConnection, *dates: str) -> None:
    con.execute("insert into raw.records by name select unnest($dates)::date as ingest_date", {"dates": dates})


def test_no_results_and_passing_checks_block_nothing(con: duckdb.DuckDBPyConnection) -> None:
    require_passing_checks(con, DEFINED)
    add_result(con, "kind_known", "error", True, 1)
    require_passing_checks(con, DEFINED)


@pytest.mark.parametrize("success", [False, None], ids=["failed", "could not run"])
def test_a_failing_error_check_blocks(con: duckdb.DuckDBPyConnection, success: bool | None) -> None:
    add_result(con, "kind_known", "error", success, 1)
    with pytest.raises(PublicationBlockedError, match=r"clean\.pages kind_known"):
        require_passing_checks(con, DEFINED)


def test_the_newest_result_counts(con: duckdb.DuckDBPyConnection) -> None:
    add_result(con, "kind_known", "error", False, 1)
    add_result(con, "kind_known", "error", True, 2)
    require_passing_checks(con, DEFINED)
    assert failing_checks(con).is_empty()


def test_a_failure_of_a_whole_table_blocks_until_the_whole_table_passes(con: duckdb.DuckDBPyConnection) -> None:
    add_records(con, "2026-03-01")
    add_result(con, "kind_known", "error", False, 1)
    add_result(con, "kind_known", "error", True, 2, ("2026-03-01", "2026-03-01"))
    with pytest.raises(PublicationBlockedError, match="kind_known"):
        require_passing_checks(con, DEFINED)
    add_result(con, "kind_known", "error", True, 3)
    require_passing_checks(con, DEFINED)


def test_a_warning_does_not_block(con: duckdb.DuckDBPyConnection) -> None:
    add_result(con, "dated_share", "warn", False, 1)
    require_passing_checks(con, DEFINED)
    assert failing_checks(con)["expectation"].to_list() == ["dated_share"]


def test_a_check_that_was_removed_does_not_block(con: duckdb.DuckDBPyConnection) -> None:
    add_result(con, "old_check", "error", False, 1)
    require_passing_checks(con, DEFINED)


FIRST, SECOND = ("2026-03-01", "2026-03-01"), ("2026-03-02", "2026-03-02")
BOTH = ("2026-03-01", "2026-03-02")


def test_a_pass_on_another_ingest_date_replaces_nothing(con: duckdb.DuckDBPyConnection) -> None:
    add_records(con, *BOTH)
    add_result(con, "kind_known", "error", False, 1, FIRST)
    add_result(con, "kind_known", "error", True, 2, SECOND)
    assert failing_checks(con)["expectation"].to_list() == ["kind_known"]
    with pytest.raises(PublicationBlockedError):
        require_passing_checks(con, DEFINED)


@pytest.mark.parametrize("passes", [[BOTH], [SECOND, FIRST], [(None, None)]], ids=["range", "each date", "whole table"])
def test_newer_passes_on_all_its_ingest_dates_replace_a_failure(
    con: duckdb.DuckDBPyConnection, passes: list[tuple[str | None, str | None]]
) -> None:
    add_records(con, *BOTH)
    add_result(con, "kind_known", "error", False, 1, BOTH)
    for minute, dates in enumerate(passes, start=2):
        add_result(con, "kind_known", "error", True, minute, dates)
    require_passing_checks(con, DEFINED)


def test_a_failure_on_an_ingest_date_without_records_does_not_block(con: duckdb.DuckDBPyConnection) -> None:
    add_records(con, "2026-03-02")
    add_result(con, "kind_known", "error", False, 1, FIRST)
    require_passing_checks(con, DEFINED)


def test_old_results_go_except_those_that_count_and_the_newest(con: duckdb.DuckDBPyConnection) -> None:
    add_records(con, *BOTH)
    add_result(con, "kind_known", "error", False, 1, FIRST)  # still fails: the pass is of another date
    add_result(con, "kind_known", "error", True, 2, SECOND)
    add_result(con, "kind_known", "error", True, 3, SECOND)
    add_result(con, "dated_share", "warn", False, 1)
    add_result(con, "dated_share", "warn", True, 2)
    add_result(con, "dated_share", "warn", True, 9)
    failing = failing_checks(con)
    delete_old_results(con, dt.datetime(2026, 3, 1, 0, 5))
    left = con.execute("select expectation, minute(checked_at) from quality.check_results order by all").fetchall()
    assert left == [("dated_share", 9), ("kind_known", 1), ("kind_known", 3)]
    assert failing_checks(con).equals(failing)
