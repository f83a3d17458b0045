"""How a check result is shown in Dagster: passed, failed with its rows, or failed to run."""

from __future__ import annotations

import dagster as dg
import pytest

from assets.checks import shown
from newsmill.quality.checks import CheckResult

KEY = dg.AssetKey(["clean", "pages"])


def result(success: bool | None, *, severity: str = "error", error: str | None = None) -> CheckResult:
    sample = [{"record_id": "r1", "kind": "<b>pamphlet</b>"}] if success is False else []
    return CheckResult(
        "clean.pages", "kind_known", severity, success, '{"unexpected_count": 1}', error, "Why it matters.", sample
    )


def test_what_held_has_passed() -> None:
    told = shown(result(True), KEY)
    assert told.passed
    assert "failing_samples" not in told.metadata
    assert told.metadata["unexpected_count"].value == 1


@pytest.mark.parametrize(
    ("severity", "expected"), [("error", dg.AssetCheckSeverity.ERROR), ("warn", dg.AssetCheckSeverity.WARN)]
)
def test_what_did_not_hold_shows_its_rows_and_severity(severity: str, expected: dg.AssetCheckSeverity) -> None:
    told = shown(result(False, severity=severity), KEY)
    assert not told.passed
    assert told.severity == expected
    assert told.description == "Why it matters."
    assert "r1" in str(told.metadata["failing_samples"].value)


def test_what_failed_to_run_is_an_error_and_not_bad_data() -> None:
    told = shown(result(None, severity="warn", error="no such column"), KEY)
    assert not told.passed
    assert told.severity == dg.AssetCheckSeverity.ERROR
    assert told.description == "The check itself failed to run."
    assert told.metadata["error"].value == "no such column"
