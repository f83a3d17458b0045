"""Running suites: results, errors and failing samples."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from typing import Any

import duckdb
import pytest
from healthy_database import FIRST, SECOND

from newsmill.errors import UserError
from newsmill.quality.checks import CheckResult, results_frame, run_suite
from newsmill.quality.suites import Expectation, Suite
from newsmill.quality.tables import CHECK_RESULTS


def expect(name: str, expectation: str, **kwargs: Any) -> Expectation:
    return Expectation(name, expectation, "error", "Because.", kwargs)


def rows_query(name: str, query: str) -> Expectation:
    return expect(name, "UnexpectedRowsExpectation", unexpected_rows_query=query)


def run(
    con: duckdb.DuckDBPyConnection,
    *expectations: Expectation,
    table: str = "raw.records",
    dates: list[dt.date] | None = None,
) -> list[CheckResult]:
    return run_suite(con, Suite(table, True, expectations), dates)


NO_SITE = rows_query("no_site", "select * from {batch} where site is null")
BROKEN = rows_query("broken", "select * frm {batch}")
NO_COLUMN = expect("no_column", "ExpectColumnValuesToNotBeNull", column="nope")
URLS = expect("urls", "ExpectColumnValuesToNotBeNull", column="url")


def test_a_broken_query_is_an_error_rather_than_a_failure(con: duckdb.DuckDBPyConnection) -> None:
    broken, no_column, urls = run(con, BROKEN, NO_COLUMN, URLS)
    assert (broken.success, broken.failing_sample) == (None, [])
    assert broken.error is not None
    assert "syntax error" in broken.error
    assert no_column.success is None
    assert no_column.error is not None
    assert '"nope"' in no_column.error
    assert (urls.success, urls.error) == (True, None)


def test_an_expectation_that_cannot_run_does_not_affect_others(con: duckdb.DuckDBPyConnection) -> None:
    texts = expect("texts", "ExpectColumnValuesToBeInSet", column="byte_size", value_set=["many"])
    sizes = expect("sizes", "ExpectColumnValuesToBeBetween", column="byte_size", max_value=1010)
    results = run(con, texts, URLS, sizes)
    assert [result.success for result in results] == [None, True, False]
    assert "Could not convert string 'many'" in (results[0].error or "")
    assert len(results[2].failing_sample) == 14


def test_a_failing_query_without_sample_still_fails(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("update raw.records set url = null")
    alias_of_great_expectations = rows_query("named", "select * from {batch} where subselect.url is null")
    [result] = run(con, alias_of_great_expectations)
    assert (result.success, list(result.failing_sample[0])) == (False, ["no_sample"])


def test_a_missing_table_is_an_error_of_every_expectation(con: duckdb.DuckDBPyConnection) -> None:
    results = run(con, URLS, NO_SITE, table="trends.not_built_yet")
    assert [result.success for result in results] == [None, None]
    assert all("not_built_yet" in (result.error or "") for result in results)


def test_a_table_without_ingest_dates_cannot_be_checked_by_date(con: duckdb.DuckDBPyConnection) -> None:
    [result] = run(con, URLS, table="trends.topic_daily", dates=[FIRST])
    assert "ingest_date" in (result.error or "")


def test_rejected_arguments_are_a_user_error(con: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(UserError, match=r"raw\.records, expectation sizes, field kwargs"):
        run(con, expect("sizes", "ExpectColumnValuesToBeBetween", column="byte_size"))


def test_results_are_in_suite_order_with_observed_values(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("update raw.records set url = null where byte_size = 1003")
    rows = expect("rows", "ExpectTableRowCountToBeBetween", min_value=1)
    results = run(con, rows, NO_SITE, URLS, dates=[FIRST])
    assert [(result.name, json.loads(result.observed)) for result in results] == [
        ("rows", {"observed_value": 20}),
        ("no_site", {"observed_value": 0}),
        ("urls", {"element_count": 20, "unexpected_count": 1, "unexpected_percent": 5.0}),
    ]
    assert results[2].why == "Because."


def test_the_same_expectation_under_two_names_gives_two_results(con: duckdb.DuckDBPyConnection) -> None:
    again = expect("urls_again", "ExpectColumnValuesToNotBeNull", column="url")
    assert [result.name for result in run(con, URLS, again)] == ["urls", "urls_again"]


def test_only_the_runs_dates_are_checked(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("update raw.records set url = null where ingest_date = ?", [SECOND])
    verdicts = {
        name: run(con, URLS, dates=dates)[0].success
        for name, dates in {"first": [FIRST], "both": [FIRST, SECOND], "none": [], "all": None}.items()
    }
    assert verdicts == {"first": True, "both": False, "none": True, "all": False}


def test_a_suite_not_by_date_checks_the_whole_table(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("update raw.records set url = null where ingest_date = ?", [SECOND])
    [result] = run_suite(con, Suite("raw.records", False, (URLS,)), [FIRST])
    assert result.success is False


def test_mostly_tolerates_some_failing_rows(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("update raw.records set url = null where byte_size = 1003")
    [result] = run(con, expect("urls", "ExpectColumnValuesToNotBeNull", column="url", mostly=0.9))
    assert (result.success, result.failing_sample) == (True, [])
    assert json.loads(result.observed)["unexpected_count"] == 1


@pytest.mark.parametrize("expectation", [rows_query("texts", "select * from {batch} where text like 'x%'"), NO_COLUMN])
def test_a_sample_has_twenty_rows_with_truncated_texts(
    con: duckdb.DuckDBPyConnection, expectation: Expectation
) -> None:
    con.execute("update clean.pages set text = repeat('x', 10000), author = null")
    authors = expect("authors", "ExpectColumnValuesToNotBeNull", column="author")
    checked = authors if expectation is NO_COLUMN else expectation
    [result] = run(con, checked, table="clean.pages")
    assert [len(row["text"]) for row in result.failing_sample] == [200] * 20
    assert result.failing_sample[0]["text"].endswith("x…")
    assert next(iter(result.failing_sample[0])) == "record_id"


def test_a_sample_of_any_types_is_valid_json(con: duckdb.DuckDBPyConnection) -> None:
    odd = rows_query(
        "odd",
        """select 'nan'::double as nan, 1.50::decimal(9, 2) as money, '\\x00\\xFF'::blob as bytes, [1, null] as list,
        timestamp '2026-03-01 06:00:00' as seen, true as yes, null as nothing from {batch} limit 1""",
    )
    [result] = run(con, odd)
    assert json.loads(json.dumps(result.failing_sample, allow_nan=False)) == [
        {
            "nan": "nan",
            "money": 1.5,
            "bytes": "b'\\x00\\xff'",
            "list": "[1, None]",
            "seen": "2026-03-01T06:00:00",
            "yes": True,
            "nothing": None,
        }
    ]


def test_queries_can_escape_braces_and_join_the_batch_with_itself(
    con: duckdb.DuckDBPyConnection,
) -> None:
    query = """select a.record_id from {batch} a join {batch} b using (record_id)
               where not regexp_full_match(a.record_id, '[0-9a-f]{{32}}')"""
    [result] = run(con, rows_query("hex", query))
    assert (result.success, result.error) == (True, None)


def test_results_frame_contains_success_errors_and_samples(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("update raw.records set site = null where byte_size = 1003")
    at = dt.datetime(2026, 3, 3, 2, 0)
    frame = results_frame(run(con, URLS, NO_SITE, BROKEN), "run-1", at)
    assert frame.schema == CHECK_RESULTS.schema
    assert frame["success"].to_list() == [True, False, None]
    assert frame.select("run_id", "checked_at", "table_name").unique().row(0) == ("run-1", at, "raw.records")
    assert "syntax error" in json.loads(frame["observed"][2])["error"]
    assert frame["failing_sample"][0] is None
    assert json.loads(frame["failing_sample"][1])[0]["url"] == "https://news.example/3"


def test_no_results_give_an_empty_frame() -> None:
    assert results_frame([], "run-1", dt.datetime(2026, 3, 3)).schema == CHECK_RESULTS.schema


def test_great_expectations_still_needs_eager_fetching(
    con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If this fails, `fetch_eagerly` is no longer needed."""
    from newsmill.quality import gx

    monkeypatch.setattr(gx, "fetch_eagerly", lambda _: contextlib.nullcontext())
    assert run(con, URLS)[0].success is None
