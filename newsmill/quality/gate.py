"""The gate before publication: while a check of severity `error` fails, the last good copy stays.

A failing result counts until newer ones of the same check cover its ingest dates; one of a whole table, until the check
is made on the whole table again.
"""

from __future__ import annotations

import datetime as dt
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


# A result about a whole table counts until a newer one of the same check about it replaces it. A result about some
# ingest dates is replaced where newer results cover all of those dates that still have records.
UNREPLACED = """
from quality.check_results as result
where success is not true and case
    when first_ingest_date is null then not exists (
        from quality.check_results as newer
        where (newer.table_name, newer.expectation) = (result.table_name, result.expectation)
          and newer.checked_at > result.checked_at and newer.first_ingest_date is null)
    else exists (
        from (select distinct ingest_date from raw.records) as archived
        where archived.ingest_date between result.first_ingest_date and result.last_ingest_date
          and not exists (
            from quality.check_results as newer
            where (newer.table_name, newer.expectation) = (result.table_name, result.expectation)
              and newer.checked_at > result.checked_at
              and (newer.first_ingest_date is null
                   or archived.ingest_date between newer.first_ingest_date and newer.last_ingest_date)))
    end
"""


def failing_checks(con: Connection) -> pl.DataFrame:
    """Return the checks that fail, errors first, with the newest result of each that no newer one replaces.

    Columns: `severity`, `table_name`, `expectation`, `observed`, `failing_sample`, `checked_at`, `run_id`.
    """
    return con.execute(
        f"""
        select severity, table_name, expectation, observed, failing_sample, checked_at, run_id from ({UNREPLACED})
        qualify row_number() over (partition by table_name, expectation order by checked_at desc) = 1
        order by severity, table_name, expectation
        """  # noqa: S608
    ).pl()


def delete_old_results(con: Connection, before: dt.datetime) -> None:
    """Delete the results checked before a time (UTC), except those that still count and the newest of each check."""
    con.execute(
        f"""
        delete from quality.check_results
        where checked_at < $before
          and rowid not in (select result.rowid {UNREPLACED})
          and rowid not in (
            select arg_max(rowid, checked_at) from quality.check_results group by table_name, expectation)
        """,  # noqa: S608
        {"before": before},
    )


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
