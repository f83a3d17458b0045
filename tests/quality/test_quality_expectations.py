"""Every expectation of the shipped suites passes on the healthy database and fails on its damage in damage.yaml."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from healthy_database import FIRST, SECOND

from newsmill.quality.checks import CheckResult, run_suite
from newsmill.quality.suites import Suite, load_suites

SUITES = {suite.table: suite for suite in load_suites()}
DAMAGE: dict[str, dict[str, dict[str, Any]]] = yaml.safe_load(
    (Path(__file__).parent / "damage.yaml").read_text(encoding="utf-8")
)
CASES = [(table, name) for table, damages in DAMAGE.items() for name in damages]
# An ingest date without records or pages gives a warning.
FAIL_WHEN_EMPTY = ("date_has_records", "date_has_pages")


def check(con: duckdb.DuckDBPyConnection, table: str, name: str) -> CheckResult:
    [expectation] = [expectation for expectation in SUITES[table].expectations if expectation.name == name]
    [result] = run_suite(con, Suite(table, SUITES[table].by_date, (expectation,)), [FIRST, SECOND])
    return result


def test_every_expectation_has_a_case() -> None:
    assert {(table, name) for table, suite in SUITES.items() for name in suite.check_names} == set(CASES)


@pytest.mark.parametrize("table", SUITES)
def test_passes_on_healthy_tables(con: duckdb.DuckDBPyConnection, table: str) -> None:
    results = run_suite(con, SUITES[table], [FIRST, SECOND])
    assert [(result.name, result.success) for result in results] == [(name, True) for name in SUITES[table].check_names]
    assert all(result.failing_sample == [] for result in results)


@pytest.mark.parametrize(("table", "name"), CASES)
def test_fails_on_damage(con: duckdb.DuckDBPyConnection, table: str, name: str) -> None:
    case = DAMAGE[table][name]
    con.execute(case["damage"])
    result = check(con, table, name)
    assert (result.success, result.error) == (False, None)
    if "shows" in case:
        assert result.failing_sample[0] | case["shows"] == result.failing_sample[0]
    else:
        assert result.failing_sample == []


@pytest.mark.parametrize("table", SUITES)
def test_an_empty_table_is_not_an_error(con: duckdb.DuckDBPyConnection, table: str) -> None:
    for each in SUITES:
        con.execute(f"delete from {each}")
    failing = [result.name for result in run_suite(con, SUITES[table], [FIRST]) if result.success is not True]
    assert failing == [name for name in SUITES[table].check_names if name in FAIL_WHEN_EMPTY]


@pytest.mark.parametrize("kind", ["front", "feed_item"])
def test_fronts_and_feed_items_may_have_no_text(con: duckdb.DuckDBPyConnection, kind: str) -> None:
    con.execute("update clean.pages set text = '', kind = ? where record_id = printf('%032x', 3)", [kind])
    assert check(con, "clean.pages", "text_present").success


def test_the_canonical_check_includes_members_of_other_dates(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("update stories.members set is_canonical = true where record_id = printf('%032x', 20)")
    [expectation] = [each for each in SUITES["stories.members"].expectations if each.name == "one_canonical_per_story"]
    [result] = run_suite(con, Suite("stories.members", True, (expectation,)), [SECOND])
    assert result.failing_sample == [{"story_id": f"{2:032x}", "members": 2, "canonical_members": 2}]
