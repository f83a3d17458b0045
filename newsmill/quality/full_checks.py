"""Which checks a run makes on whole tables: those that no earlier run has passed so, or not within a week.

Other checks look at the ingest dates that the run has changed, so that they cost what the run brings.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from newsmill.quality.gate import CheckId
from newsmill.types import Connection

MAX_AGE = dt.timedelta(days=7)


def passed_whole(con: Connection, now: dt.datetime) -> dict[CheckId, str | None]:
    """Return the checks that passed when they were last made on their whole table, within a week.

    Args:
        now: UTC, without a zone.

    Returns:
        By check, the digest that the result has: what the check was made of.
    """
    rows = con.execute(
        """
        select table_name, expectation, json_extract_string(observed, '$.digest')
        from quality.check_results where first_ingest_date is null
        qualify row_number() over (partition by table_name, expectation order by checked_at desc) = 1
            and success and checked_at >= $since
        """,
        {"since": now - MAX_AGE},
    ).fetchall()
    return {CheckId(table, name): digest for table, name, digest in rows}


def failed_whole(con: Connection) -> set[CheckId]:
    """Return the checks that failed when they were last made on their whole table."""
    rows = con.execute(
        """
        select table_name, expectation from quality.check_results where first_ingest_date is null
        qualify row_number() over (partition by table_name, expectation order by checked_at desc) = 1
            and success is not true
        """
    ).fetchall()
    return {CheckId(table, name) for table, name in rows}


def dates_of_run(con: Connection, run_id: str) -> Collection[dt.date]:
    """Return the ingest dates on which the run has decided a verdict, also those whose pages changed their story."""
    rows = con.execute("select distinct ingest_date from quality.ledger where run_id = ?", [run_id]).fetchall()
    return [date for (date,) in rows]


def require_full_checks(con: Connection) -> None:
    """Have the next run make every check on its whole table; for rows that were changed without a run."""
    con.execute(
        "update quality.check_results set observed = json_merge_patch(observed, '{\"digest\": null}') "
        "where first_ingest_date is null and json_extract_string(observed, '$.digest') is not null"
    )
