"""A check result in Dagster: passed, failed with its rows, or failed to run."""

from __future__ import annotations

import dagster as dg
import pytest

from assets.checks import to_asset_check_result
from newsmill.quality.checks import CheckResult

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
    assert converted.description == "Why it matters."
    assert "r1" in str(converted.metadata["failing_samples"].value)


def test_a_check_that_failed_to_run_is_an_error_and_not_bad_data() -> None:
    converted = to_asset_check_result(result(None, severity="warn", error="no such column"), KEY)
    assert not converted.passed
    assert converted.severity == dg.AssetCheckSeverity.ERROR
    assert converted.description == "The check itself failed to run."
    assert converted.metadata["error"].value == "no such column"
