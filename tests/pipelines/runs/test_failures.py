"""What failed in a run: the user's own error with its hint, what the machine lacks, or the innermost message."""

from __future__ import annotations

import errno
import os

import dagster as dg
import pytest

from newsmill.errors import UserError
from newsmill.settings import Settings
from pipelines.cli.run import exit_code, print_outcomes
from pipelines.outcome import Outcome
from pipelines.runs.failures import RunError, run_errors


def errors_of(error: Exception, cause: Exception | None = None) -> list[RunError]:
    @dg.asset
    def step() -> None:
        raise error from cause

    return run_errors(dg.materialize([step], raise_on_error=False).all_events)


def test_an_error_for_the_user_keeps_its_hint_whatever_caused_it() -> None:
    held = UserError("newsmill.duckdb", "held by another program", "close it; open published/newsmill.duckdb")
    [error] = errors_of(held, OSError("Conflicting lock is held"))
    assert error == RunError(f"step: {held}", is_for_user=True)


def test_what_the_machine_lacks_is_for_the_user() -> None:
    [error] = errors_of(RuntimeError("failed"), OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))
    assert error.is_for_user and error.text.startswith("step: the disk is full")
    assert "\n" not in error.text


def test_other_errors_show_their_innermost_message() -> None:
    [error] = errors_of(RuntimeError("outer"), ValueError("inner"))
    assert not error.is_for_user and "inner" in error.text


def test_a_failed_run_prints_no_totals_of_an_earlier_one(
    own_home: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    failed = Outcome(
        "run", success=False, errors=("clean_pages: the disk is full",), failed_checks=(), is_for_user=True
    )
    print_outcomes(own_home, [failed], 1.0)
    printed = capsys.readouterr()
    assert "records =" not in printed.out + printed.err
    assert "the disk is full" in printed.err and "not published; the copy of 2" in printed.err
    assert exit_code([failed]) == 2
    assert exit_code([Outcome("run", success=False, errors=("x",), failed_checks=())]) == 1
    assert exit_code([Outcome("run", success=True, errors=(), failed_checks=())]) == 0
