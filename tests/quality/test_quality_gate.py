"""The gate before publication: failing error checks block it, everything else does not."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from newsmill.quality.gate import CheckId, PublicationBlockedError, failing_checks, require_passing_checks
from newsmill.warehouse.schema import create_schema

DEFINED = {CheckId("clean.pages", "kind_known"), CheckId("clean.pages", "dated_share")}


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(":memory:") as connection:
        create_schema(connection)
        yield connection


def add_result(con: duckdb.DuckDBPyConnection, check: str, severity: str, success: bool | None, minute: int) -> None:
    con.execute(
        "insert into quality.check_results by name select 'run' as run_id, "
        "timestamp '2026-03-01' + to_minutes(?) as checked_at, 'clean.pages' as table_name, ? as expectation, "
        "? as severity, ? as success, '{}' as observed",
        [minute, check, severity, success],
    )


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


def test_a_warning_does_not_block(con: duckdb.DuckDBPyConnection) -> None:
    add_result(con, "dated_share", "warn", False, 1)
    require_passing_checks(con, DEFINED)
    assert failing_checks(con)["expectation"].to_list() == ["dated_share"]


def test_a_check_that_was_removed_does_not_block(con: duckdb.DuckDBPyConnection) -> None:
    add_result(con, "old_check", "error", False, 1)
    require_passing_checks(con, DEFINED)
