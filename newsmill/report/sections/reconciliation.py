"""Records by ingest date and verdict, quarantine by reason, and the last checks."""

from __future__ import annotations

from newsmill.report.queries import read_row, read_rows
from newsmill.types import Connection, Row

COUNTS = ("records", "kept", "merged", "quarantined", "unreconciled")


def read_reconciliation(con: Connection, limit: int) -> tuple[list[Row], Row]:
    """Return the last ingest dates, newest first, and the sums over all dates (`dates` is the number of dates)."""
    # Each query of the view counts the verdicts of all records.
    dates = read_rows(con, "select * from quality.reconciliation order by ingest_date desc")
    total = {"dates": len(dates), **{count: sum(row[count] for row in dates) for count in COUNTS}}
    return dates[:limit], total


def read_quarantine(con: Connection, reasons: int, examples: int) -> list[Row]:
    """Return the most frequent stages and reasons with `records`, `first_date`, `last_date` and newest `examples`."""
    groups = read_rows(
        con,
        """
        select stage, reason, count(*) as records, min(ingest_date) as first_date, max(ingest_date) as last_date
        from quality.quarantine group by stage, reason order by records desc, stage, reason limit ?
        """,
        reasons,
    )
    samples = read_rows(
        con,
        """
        with newest as (
            select record_id, ingest_date, stage, reason, detail from quality.quarantine
            qualify row_number() over (partition by stage, reason order by ingest_date desc, record_id) <= ?)
        select n.*, r.url, r.source_path, r.byte_size
        from newest n left join raw.records r using (record_id)
        order by n.ingest_date desc, n.record_id
        """,
        examples,
    )
    for group in groups:
        key = (group["stage"], group["reason"])
        group["examples"] = [sample for sample in samples if (sample["stage"], sample["reason"]) == key]
    return groups


def last_checks(con: Connection, limit: int) -> tuple[Row, list[Row]]:
    """Return the last run with checks (`run_id`, `checked_at`, counts by outcome) and its checks that did not pass."""
    summary = read_row(
        con,
        """
        select any_value(run_id) as run_id, max(checked_at) as checked_at, count(*) as checks,
               count(*) filter (success) as passed,
               count(*) filter (not success and severity = 'error') as failed,
               count(*) filter (not success and severity <> 'error') as warned,
               count(*) filter (success is null) as errored
        from quality.check_results
        where run_id = (select run_id from quality.check_results order by checked_at desc, run_id limit 1)
        """,
    )
    failing = read_rows(
        con,
        """
        select table_name, expectation, severity, success, observed, failing_sample from quality.check_results
        where run_id = ? and success is distinct from true
        order by severity, success nulls first, table_name, expectation limit ?
        """,
        summary["run_id"],
        limit,
    )
    return summary, failing
