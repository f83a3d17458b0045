"""Running a suite in DuckDB: which expectations pass, which fail and on which rows, and which can't run."""

from __future__ import annotations

import datetime as dt
import json
import math
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from types import ModuleType
from typing import TYPE_CHECKING, Any

import duckdb
import polars as pl

from newsmill.deferred_import import defer_import
from newsmill.errors import UserError
from newsmill.quality.suites import Expectation, Suite
from newsmill.quality.tables import CHECK_RESULTS
from newsmill.sql import date_list
from newsmill.types import Connection
from newsmill.warehouse.memory import raise_limit

if TYPE_CHECKING:
    from newsmill.quality.gx import Cursors

SAMPLE_ROWS = 20
MAX_VALUE_CHARS = 200
MAX_ERROR_CHARS = 2000
# How DuckDB's message begins, which Great Expectations reports as an error of the expectation.
OUT_OF_MEMORY = "Out of Memory Error"

# The columns that identify a failing row, and how many rows a message names.
FILE_KEYS = ("source_path", "reason")
KEYS = ("record_id", "url", "site", "story_id", "topic", "entity", "day", "week", "start_day", "ingest_date")
NAMED_ROWS = 3
DERIVED_SCHEMAS = ("staging", "intermediate", "trends", "analyst")

# The keys of a Great Expectations result that people need; the others are queries and lists of values.
OBSERVED = ("observed_value", "element_count", "unexpected_count", "unexpected_percent", "missing_count")


@dataclass(frozen=True)
class CheckResult:
    """The result of one expectation. If it failed to run, `error` is set and `success` is None.

    The ingest dates are those of the rows checked; None where the whole table was.
    """

    table: str
    name: str
    severity: str
    success: bool | None
    observed: str
    error: str | None
    why: str
    failing_sample: list[dict[str, Any]] = field(default_factory=list)
    first_ingest_date: dt.date | None = None
    last_ingest_date: dt.date | None = None


def run_suite(con: Connection, suite: Suite, dates: Sequence[dt.date] | None) -> list[CheckResult]:
    """Check a table, or its rows of the ingest dates for a suite `by_date`; results are in suite order.

    The checks see committed rows only: they run on cursors of `con`, outside any open transaction of `con`.

    Raises:
        UserError: when Great Expectations rejects an expectation's arguments.
    """
    built = {expectation.name: _build(suite, expectation) for expectation in suite.expectations}
    results = _results(con, suite, dates, built)
    while any(OUT_OF_MEMORY in (result.error or "") for result in results) and raise_limit(con):
        results = _results(con, suite, dates, built)
    if suite.by_date and dates:
        results = [replace(result, first_ingest_date=min(dates), last_ingest_date=max(dates)) for result in results]
    return results


def _results(
    con: Connection, suite: Suite, dates: Sequence[dt.date] | None, built: Mapping[str, Any]
) -> list[CheckResult]:
    with _gx().Cursors(con, _rows(suite, dates)) as cursors:
        try:
            cursors.cursor()
        except duckdb.Error as error:
            return [_result(suite, expectation, None, error=str(error)) for expectation in suite.expectations]
        outcomes = _outcomes(cursors, built)
        return [_to_result(suite, each, outcomes[each.name], cursors) for each in suite.expectations]


def describe_failure(result: CheckResult) -> str:
    """Return what a check that did not pass says: the rule, the first failing rows, and what to do."""
    if result.error is not None:
        return f"The check itself failed to run: {result.error}"
    rows = result.failing_sample
    named = [_name_row(row) for row in rows[:NAMED_ROWS]]
    more = f" and {len(rows) - NAMED_ROWS} more in `newsmill status`" if len(rows) > NAMED_ROWS else ""
    return f"{result.why} Failing: {'; '.join(named) or result.observed}{more}. {_advise(result)}"


def _name_row(row: Mapping[str, Any]) -> str:
    keys = KEYS if row.get("record_id") or not row.get("source_path") else FILE_KEYS
    named = ", ".join(f"{key} {row[key]}" for key in keys if row.get(key) is not None)
    return named or ", ".join(f"{key} {value}" for key, value in list(row.items())[:NAMED_ROWS])


def _advise(result: CheckResult) -> str:
    row = result.failing_sample[0] if result.failing_sample else {}
    if row.get("record_id"):
        return f"`newsmill explain {row['record_id']}` shows the page and its archived source."
    if row.get("source_path"):
        return f"`newsmill explain {shlex.quote(row['source_path'])}` shows the file and its reason."
    if row.get("topic") and row.get("day"):
        return f"`newsmill explain trend {row['topic']} {row['day']}` shows the pages behind it."
    if result.table.split(".")[0] in DERIVED_SCHEMAS and result.severity == "error":
        return "`newsmill rebuild` computes the tables again from the archive."
    return "`newsmill status` shows the rows."


def results_frame(results: Sequence[CheckResult], run_id: str, checked_at: dt.datetime) -> pl.DataFrame:
    """Return the results as rows of `quality.check_results`; `checked_at` is UTC, without a zone."""
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
            "first_ingest_date": [result.first_ingest_date for result in results],
            "last_ingest_date": [result.last_ingest_date for result in results],
        },
        schema=CHECK_RESULTS.schema,
    )


def _rows(suite: Suite, dates: Sequence[dt.date] | None) -> str:
    if not suite.by_date or dates is None:
        return f"select * from {suite.table}"  # noqa: S608
    # Literals, because a view takes no parameters.
    return f"select * from {suite.table} where ingest_date in ({date_list(dates)})"  # noqa: S608


def _result(suite: Suite, expectation: Expectation, success: bool | None, **fields: Any) -> CheckResult:
    fields = {"observed": "{}", "error": None} | fields
    return CheckResult(suite.table, expectation.name, expectation.severity, success, why=expectation.why, **fields)


def _gx() -> ModuleType:
    """Import Great Expectations, which takes seconds; of those, SciPy's statistics, which no suite needs, one."""
    defer_import("scipy", "stats")
    from newsmill.quality import gx

    return gx


def _build(suite: Suite, expectation: Expectation) -> Any:
    try:
        return _gx().build(expectation)
    except ValueError as error:
        where = f"suite {suite.table}, expectation {expectation.name}, field kwargs"
        raise UserError(where, " ".join(str(error).split()), f"see {expectation.expectation}") from error


def _outcomes(cursors: Cursors, built: Mapping[str, Any]) -> dict[str, Any]:
    """Return Great Expectations' results by expectation name; failed map expectations include failing rows."""
    gx = _gx()
    with gx.open_batch(cursors) as batch:
        outcomes: dict[str, Any] = gx.validate(batch, list(built.values()))
        # Failing rows are fetched in a second pass, because most runs have no failed expectation.
        failed = [
            name for name, result in outcomes.items() if not result.success and "unexpected_count" in result.result
        ]
        if failed:
            outcomes |= gx.validate(batch, [built[name] for name in failed], sample_rows=SAMPLE_ROWS)
        return outcomes


def _to_result(suite: Suite, expectation: Expectation, outcome: Any, cursors: Cursors) -> CheckResult:
    error = _error(outcome.exception_info)
    if error is not None:
        return _result(suite, expectation, None, error=error)
    observed = {key: _plain(outcome.result[key]) for key in OBSERVED if key in outcome.result}
    details = {"observed": json.dumps(observed, ensure_ascii=False)}
    if outcome.success:
        return _result(suite, expectation, True, **details)
    try:
        rows = outcome.result.get("unexpected_rows") or _queried_rows(expectation, cursors)
    except duckdb.Error as query_error:
        rows = [{"no_sample": str(query_error)}]
    sample = [{name: _plain(value) for name, value in row.items()} for row in rows]
    return _result(suite, expectation, False, failing_sample=sample, **details)


def _error(info: Mapping[Any, Any]) -> str | None:
    """Return the error message; Great Expectations reports it once per expectation or once per failed metric."""
    for entry in [info] if "raised_exception" in info else info.values():
        if entry["raised_exception"]:
            return _truncate(str(entry["exception_message"]), MAX_ERROR_CHARS)
    return None


def _queried_rows(expectation: Expectation, cursors: Cursors) -> list[dict[str, Any]]:
    query = expectation.kwargs.get("unexpected_rows_query")
    if query is None:
        return []
    cursor = cursors.cursor()
    cursor.execute(f"from ({query.format(batch=_gx().BATCH)}) limit {SAMPLE_ROWS}")
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _plain(value: Any) -> Any:
    """Return the value as a JSON value; long texts are truncated."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float | Decimal):
        return float(value) if math.isfinite(value) else str(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    return _truncate(str(value), MAX_VALUE_CHARS)


def _truncate(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
