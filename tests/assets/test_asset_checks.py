"""A check result in Dagster: passed, failed with its rows, or failed to run."""

from __future__ import annotations

import dagster as dg
import pytest

from assets.checks import to_asset_check_result
from newsmill.quality.checks import CheckResult, describe_failure

KEY = dg.AssetKey(["clean", "pages"])


def result(success: bool | None, *, severity: str = "error", error: str | None = None) -> CheckResult:
    sample = [{"record_id": "r1", "kind": "<b>pamphlet</b>"}] if success is False else []
    return CheckResult(
        "clean.pages", "kind_known", severity, success, '{"unexpected_count": 1}', error, "Why it matters.", sample
    )


def test_a_success_passes() -> None:
    converted = to_asset_check_result(result(True), KEY)
    assert converted.passed
    assert "failing_samples" not in converted.metadata
    assert converted.metadata["unexpected_count"].value == 1


@pytest.mark.parametrize(
    ("severity", "expected"), [("error", dg.AssetCheckSeverity.ERROR), ("warn", dg.AssetCheckSeverity.WARN)]
)
def test_a_failure_shows_its_rows_and_severity(severity: str, expected: dg.AssetCheckSeverity) -> None:
    converted = to_asset_check_result(result(False, severity=severity), KEY)
    assert not converted.passed
    assert converted.severity == expected
    assert converted.description == (
        "Why it matters. Failing: record_id r1. `newsmill explain r1` shows the page and its archived source."
    )
    assert "r1" in str(converted.metadata["failing_samples"].value)


def test_a_check_that_failed_to_run_is_an_error_and_not_bad_data() -> None:
    converted = to_asset_check_result(result(None, severity="warn", error="no such column"), KEY)
    assert not converted.passed
    assert converted.severity == dg.AssetCheckSeverity.ERROR
    assert converted.description == "The check itself failed to run: no such column"
    assert converted.metadata["error"].value == "no such column"


def test_a_failure_names_topic_and_day_and_how_to_look_at_them() -> None:
    rows = [{"topic": "ai_regulation", "day": f"2026-03-0{day}", "stories": 9} for day in range(1, 6)]
    failed = CheckResult("trends.topic_daily", "counts", "error", False, "{}", None, "Counts agree.", rows)
    assert describe_failure(failed) == (
        "Counts agree. Failing: topic ai_regulation, day 2026-03-01; topic ai_regulation, day 2026-03-02; "
        "topic ai_regulation, day 2026-03-03 and 2 more in `newsmill status`. "
        "`newsmill explain trend ai_regulation 2026-03-01` shows the pages behind it."
    )


def test_a_failure_of_a_whole_table_says_how_to_compute_it_again() -> None:
    rows = [{"pages": 3, "members": 4}]
    failed = CheckResult("trends.story_spread", "pages_add_up", "error", False, "{}", None, "Sums agree.", rows)
    assert describe_failure(failed) == (
        "Sums agree. Failing: pages 3, members 4. `newsmill rebuild` computes the tables again from the archive."
    )


def test_a_failing_row_of_a_file_is_named_by_its_path() -> None:
    rows = [{"source_path": "2026-03-01/a b.csv", "reason": "unknown_ending", "ingest_date": "2026-03-01"}]
    failed = CheckResult("raw.files", "skipped_share", "warn", False, "{}", None, "Many.", rows)
    assert describe_failure(failed) == (
        "Many. Failing: source_path 2026-03-01/a b.csv, reason unknown_ending. "
        "`newsmill explain '2026-03-01/a b.csv'` shows the file and its reason."
    )
