"""The result of a run, as the command line shows it; without importing Dagster, which takes a second."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FailedCheck:
    """An asset check that did not pass."""

    asset: str
    name: str
    severity: str
    description: str


@dataclass(frozen=True)
class Outcome:
    """The result of a run."""

    run_id: str
    success: bool
    errors: tuple[str, ...]
    failed_checks: tuple[FailedCheck, ...]
    is_for_user: bool = False  # all errors are of a kind that the user can fix

    @property
    def is_clean(self) -> bool:
        """The run succeeded and no check of severity error failed."""
        return self.success and all(check.severity != "ERROR" for check in self.failed_checks)
