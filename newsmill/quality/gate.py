"""The gate before publication: while a check of severity `error` fails, the last good copy stays."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

import polars as pl

from newsmill.errors import UserError
from newsmill.types import Connection

MAX_NAMED_CHECKS = 5


class CheckId(NamedTuple):
    """The table that a check belongs to, and the check's name."""

    table: str
    name: str


class PublicationBlockedError(UserError):
    """Checks of severity `error` fail, so nothing is published."""


def failing_checks(con: Connection) -> pl.DataFrame:
    """Return the checks whose newest result is not a pass, errors first.

    Columns: `severity`, `table_name`, `expectation`, `observed`, `failing_sample`, `checked_at`, `run_id`.
    """
    return con.execute(
        """
        with newest as (
            from quality.check_results
            qualify row_number() over (partition by table_name, expectation order by checked_at desc) = 1)
        select severity, table_name, expectation, observed, failing_sample, checked_at, run_id
        from newest where success is not true order by severity, table_name, expectation
        """
    ).pl()


def require_passing_checks(con: Connection, defined: Collection[CheckId]) -> None:
    """Refuse to publish while a check of severity `error` fails.

    Args:
        defined: the checks there are today. Results of checks that were removed since do not count.

    Raises:
        PublicationBlockedError: naming the checks that fail.
    """
    errors = failing_checks(con).filter(severity="error")
    failing = [
        CheckId(table, name)
        for table, name in errors.select("table_name", "expectation").iter_rows()
        if CheckId(table, name) in defined
    ]
    if failing:
        names = ", ".join(f"{check.table} {check.name}" for check in failing[:MAX_NAMED_CHECKS])
        more = f" and {len(failing) - MAX_NAMED_CHECKS} more" if len(failing) > MAX_NAMED_CHECKS else ""
        raise PublicationBlockedError(
            "publication blocked",
            f"checks of severity error fail: {names}{more}; the last good copy stays published",
            "fix the rows that `newsmill status` shows, or the check, and run again",
        )
