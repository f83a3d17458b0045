"""Running a suite inside DuckDB: what held, what did not and on which rows, and what failed to run."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import duckdb
import polars as pl

from newsmill.errors import UserError
from newsmill.quality.suites import Expectation, Suite
from newsmill.quality.tables import CHECK_RESULTS
from newsmill.sql import date_list
from newsmill.types import Connection

if TYPE_CHECKING:
    from newsmill.quality.gx import Cursors

SAMPLE_ROWS = 20
SAMPLE_CHARACTERS = 200
ERROR_CHARACTERS = 2000

# What a person wants to know of a result; the rest of it is queries and lists of values.
OBSERVED = ("observed_value", "element_count", "unexpected_count", "unexpected_percent", "missing_count")


@dataclass(frozen=True)
class CheckResult:
    """One expectation's outcome. `success` is None and `error` set where it failed to run: no verdict on the data."""

    table: str
    name: str
    severity: str
    success: bool | None
    observed: str
    error: str | None
    why: str
    failing_sample: list[dict[str, Any]] = field(default_factory=list)


def run_suite(con: Connection, suite: Suite, dates: Sequence[dt.date] | None) -> list[CheckResult]:
    """Check a table, or its rows of the ingest dates where the suite says so, in one validation; in suite order.

    Sees what is committed: the work runs on cursors of `con`, outside a transaction that `con` may have open.

    Raises:
        UserError: when Great Expectations refuses an expectation's arguments.
    """
    from newsmill.quality import gx

    built = {expectation.name: _build(suite, expectation) for expectation in suite.expectations}
    with gx.Cursors(con, _rows(suite, dates)) as cursors:
        try:
            cursors.cursor()
        except duckdb.Error as error:
            return [_result(suite, expectation, None, error=str(error)) for expectation in suite.expectations]
        outcomes = _outcomes(cursors, built)
        return [_judge(suite, expectation, outcomes[expectation.name], cursors) for expectation in suite.expectations]


def results_frame(results: Sequence[CheckResult], run_id: str, checked_at: dt.datetime) -> pl.DataFrame:
    """The results as rows of `quality.check_results`; `checked_at` in UTC, without a zone."""
    return pl.DataFrame(
        {
            "run_id": [run_id for _ in results],
            "checked_at": [checked_at for _ in results],
            "table_name": [result.table for result in results],
            "expectation": [result.name for result in results],
            "severity": [result.severity for result in results],
            "success": [result.success for result in results],
            "observed": [
                result.observed if result.error is None else json.dumps({"error": result.error}, ensure_ascii=False)
                for result in results
            ],
            "failing_sample": [
                json.dumps(result.failing_sample, ensure_ascii=False) if result.failing_sample else None
                for result in results
            ],
        },
        schema=CHECK_RESULTS.schema,
    )


def _rows(suite: Suite, dates: Sequence[dt.date] | None) -> str:
    if not suite.by_date or dates is None:
        return f"select * from {suite.table}"  # noqa: S608
    # Literals, because a view takes no parameters.
    return f"select * from {suite.table} where ingest_date in ({date_list(dates)})"  # noqa: S608


def _result(suite: Suite, expectation: Expectation, success: bool | None, **found: Any) -> CheckResult:
    found = {"observed": "{}", "error": None} | found
    return CheckResult(suite.table, expectation.name, expectation.severity, success, why=expectation.why, **found)


def _build(suite: Suite, expectation: Expectation) -> Any:
    from newsmill.quality import gx

    try:
        return gx.build(expectation)
    except ValueError as error:
        where = f"suite {suite.table}, expectation {expectation.name}, field kwargs"
        raise UserError(where, " ".join(str(error).split()), f"see {expectation.expectation}") from error


def _outcomes(cursors: Cursors, built: Mapping[str, Any]) -> dict[str, Any]:
    """Great Expectations' results by the expectations' names; of map expectations that failed, with failing rows."""
    from newsmill.quality import gx

    with gx.opened(cursors) as batch:
        outcomes = gx.validate(batch, list(built.values()))
        # Rows are asked for on a second pass, by the few that failed: most nights there is none.
        failed = [name for name, one in outcomes.items() if not one.success and "unexpected_count" in one.result]
        if failed:
            outcomes |= gx.validate(batch, [built[name] for name in failed], sample_rows=SAMPLE_ROWS)
        return outcomes


def _judge(suite: Suite, expectation: Expectation, outcome: Any, cursors: Cursors) -> CheckResult:
    error = _error(outcome.exception_info)
    if error is not None:
        return _result(suite, expectation, None, error=error)
    observed = {key: _plain(outcome.result[key]) for key in OBSERVED if key in outcome.result}
    found = {"observed": json.dumps(observed, ensure_ascii=False)}
    if outcome.success:
        return _result(suite, expectation, True, **found)
    try:
        rows = outcome.result.get("unexpected_rows") or _queried_rows(expectation, cursors)
    except duckdb.Error as refused:
        rows = [{"no_sample": str(refused)}]
    sample = [{name: _plain(value) for name, value in row.items()} for row in rows]
    return _result(suite, expectation, False, failing_sample=sample, **found)


def _error(info: Mapping[Any, Any]) -> str | None:
    """Great Expectations tells of exceptions once for the expectation, or once for each metric that failed."""
    for entry in [info] if "raised_exception" in info else info.values():
        if entry["raised_exception"]:
            return _cut(str(entry["exception_message"]), ERROR_CHARACTERS)
    return None


def _queried_rows(expectation: Expectation, cursors: Cursors) -> list[dict[str, Any]]:
    from newsmill.quality import gx

    query = expectation.kwargs.get("unexpected_rows_query")
    if query is None:
        return []
    cursor = cursors.cursor()
    cursor.execute(f"from ({query.format(batch=gx.BATCH)}) limit {SAMPLE_ROWS}")
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _plain(value: Any) -> Any:
    """The value as JSON can hold it; long texts cut."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float | Decimal):
        return float(value) if math.isfinite(value) else str(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    return _cut(str(value), SAMPLE_CHARACTERS)


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
