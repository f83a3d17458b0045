"""The reconciliation of the report: what came in and where it went, what was set aside, and which checks failed."""

from __future__ import annotations

from typing import Any

from newsmill.report.queries import row, rows
from newsmill.types import Connection, Row

COUNTS = ("records", "kept", "merged", "quarantined", "unreconciled")


def reconciliation(con: Connection, limit: int) -> tuple[list[Row], Row]:
    """The last ingest dates, newest first, and the sums over all of them (with `dates`, how many there are)."""
    listed = rows(con, "select * from quality.reconciliation order by ingest_date desc limit ?", limit)
    total = row(
        con,
        """
        select count(*) as dates, coalesce(sum(records), 0)::bigint as records, coalesce(sum(kept), 0)::bigint as kept,
               coalesce(sum(merged), 0)::bigint as merged, coalesce(sum(quarantined), 0)::bigint as quarantined,
               coalesce(sum(unreconciled), 0)::bigint as unreconciled
        from quality.reconciliation
        """,
    )
    return listed, total


def reconciliation_data(listed: list[Row]) -> dict[str, Any]:
    """By columns, oldest first: `date` and `COUNTS`."""
    oldest_first = listed[::-1]
    return {"date": [one["ingest_date"].isoformat() for one in oldest_first]} | {
        count: [one[count] for one in oldest_first] for count in COUNTS
    }


def quarantine(con: Connection, reasons: int, examples: int) -> list[Row]:
    """Stage and reason with `records`, `first_date`, `last_date` and their newest `examples` (URL, file, detail)."""
    listed = rows(
        con,
        """
        select stage, reason, count(*) as records, min(ingest_date) as first_date, max(ingest_date) as last_date
        from quality.quarantine group by stage, reason order by records desc, stage, reason limit ?
        """,
        reasons,
    )
    samples = rows(
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
    for reason in listed:
        key = (reason["stage"], reason["reason"])
        reason["examples"] = [sample for sample in samples if (sample["stage"], sample["reason"]) == key]
    return listed


def last_checks(con: Connection, limit: int) -> tuple[Row, list[Row]]:
    """The last run that checked anything (`run_id`, `checked_at`, counts by outcome), and what did not hold in it."""
    summary = row(
        con,
        """
        select any_value(run_id) as run_id, max(checked_at) as checked_at, count(*) as checks,
               count(*) filter (success) as held,
               count(*) filter (not success and severity = 'error') as failed,
               count(*) filter (not success and severity <> 'error') as warned,
               count(*) filter (success is null) as errored
        from quality.check_results
        where run_id = (select run_id from quality.check_results order by checked_at desc, run_id limit 1)
        """,
    )
    failing = rows(
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
