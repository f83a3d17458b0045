"""Verdicts of the ledger for the reconciliation: counts by reason and ingest date, and the newest records."""

from __future__ import annotations

from typing import Any

from newsmill.quality.tables import VERDICT_COUNTS
from newsmill.report.formatting import is_linkable, shorten
from newsmill.report.queries import read_rows
from newsmill.report.sections.reconciliation import COUNTS
from newsmill.types import Connection, Row

MAX_REASONS = 30
# Newest records: at most this many for a date and verdict, for a verdict, and from this many ingest dates.
MAX_RECORDS_PER_DATE = 5
MAX_RECORDS = {"kept": 60, "merged": 60, "quarantined": 120}
MAX_DATES = 60
MAX_UNRECONCILED = 20

# The final verdict of each record. A kept record has no reason; its kind of page is shown instead.
FINAL_VERDICTS = """
select l.record_id, l.ingest_date, l.verdict, l.stage,
       case l.verdict when 'kept' then p.kind else l.reason end as reason,
       case l.verdict when 'quarantined' then l.detail else p.title end as text, p.url
from quality.ledger l left join clean.pages p using (record_id, ingest_date)
where l.verdict = 'quarantined' or l.stage = 'stories'
"""


def reconciliation_data(con: Connection, dates: list[Row], total: Row) -> dict[str, Any]:
    """Return the reconciliation by column, oldest date first.

    `date` and `COUNTS` are lists; `totals` are the sums over all dates; `reasons` see `_count_reasons`;
    `newest_records` see `_newest_records`.
    """
    oldest_first = dates[::-1]
    isodates = [row["ingest_date"].isoformat() for row in oldest_first]
    unreconciled = _unreconciled_records(con) if total["unreconciled"] else []
    return {
        "date": isodates,
        **{count: [row[count] for row in oldest_first] for count in COUNTS},
        "totals": {count: total[count] for count in COUNTS},
        "reasons": _count_reasons(con, isodates),
        "newest_records": _newest_records(con) + unreconciled,
    }


def _count_reasons(con: Connection, dates: list[str]) -> list[list[Any]]:
    """Return [verdict, stage, reason, records of all dates, [records by date]]; rare reasons are summed as ""."""
    rows = read_rows(
        con,
        f"""
        with counts as (
            select verdict, stage, reason, ingest_date, count(*) as records from ({FINAL_VERDICTS}) group by all),
        ranks as (
            select verdict, stage, reason,
                   row_number() over (partition by verdict order by sum(records) desc, stage, reason) as rank
            from counts group by verdict, stage, reason)
        select c.verdict, case when r.rank <= $1 then c.stage else '' end as stage,
               case when r.rank <= $1 then coalesce(c.reason, 'no_reason') else '' end as reason,
               c.ingest_date, sum(c.records)::bigint as records
        from counts c join ranks r
            on c.verdict = r.verdict and c.stage = r.stage and c.reason is not distinct from r.reason
        group by all order by all
        """,  # noqa: S608 - the query is a constant of this module
        MAX_REASONS,
    )
    date_index = {date: index for index, date in enumerate(dates)}
    by_date: dict[tuple[str, str, str], list[int]] = {}
    totals: dict[tuple[str, str, str], int] = {}
    for row in rows:
        key = (row["verdict"], row["stage"], row["reason"])
        totals[key] = totals.get(key, 0) + row["records"]
        counts = by_date.setdefault(key, [0] * len(dates))
        index = date_index.get(row["ingest_date"].isoformat())
        if index is not None:
            counts[index] = row["records"]
    return [[*key, totals[key], counts] for key, counts in by_date.items()]


def _newest_records(con: Connection) -> list[list[str]]:
    """Return the newest records of each verdict, all reasons in turn.

    A record is [verdict, reason, ingest date, URL, file, title or detail, story].
    """
    rows = read_rows(
        con,
        f"""
        with newest as (
            select f.*, row_number() over (partition by ingest_date, verdict, stage, reason order by record_id)
                   as reason_rank
            from ({FINAL_VERDICTS}) f
            where ingest_date >= (
                select min(ingest_date) from (
                    select distinct ingest_date from quality.ledger order by ingest_date desc limit $1))),
        of_date as (
            select *, row_number() over (
                partition by ingest_date, verdict order by reason_rank, stage, reason, record_id) as rank
            from newest qualify rank <= $2),
        numbered as (
            select *, row_number() over (partition by verdict order by ingest_date desc, rank) as number from of_date)
        select n.verdict, n.reason, n.ingest_date, coalesce(n.url, r.url) as url, r.source_path, n.text, n.record_id,
               m.story_id
        from numbered n left join raw.records r using (record_id, ingest_date)
        left join stories.members m using (record_id)
        where n.number <= case n.verdict when 'kept' then $3 when 'merged' then $4 else $5 end
        order by n.verdict, n.number
        """,  # noqa: S608 - the query is a constant of this module
        MAX_DATES,
        MAX_RECORDS_PER_DATE,
        *(MAX_RECORDS[verdict] for verdict in ("kept", "merged", "quarantined")),
    )
    return [_build_record(row) for row in rows]


def _unreconciled_records(con: Connection) -> list[list[str]]:
    """Return the newest records that are not in raw.records exactly once or do not have exactly one verdict."""
    rows = read_rows(
        con,
        f"""
        select 'unreconciled' as verdict, b.verdicts || ' verdicts' as reason, b.ingest_date, r.url, r.source_path,
               b.records || ' in raw.records, ' || b.kept || ' kept, ' || b.merged || ' merged, '
               || b.quarantined || ' quarantined' as text, b.record_id, null as story_id
        from ({VERDICT_COUNTS}) b left join raw.records r using (record_id, ingest_date)
        where b.records <> 1 or b.verdicts <> 1
        order by b.ingest_date desc, b.record_id limit $1
        """,  # noqa: S608 - the query is a constant of this module
        MAX_UNRECONCILED,
    )
    return [_build_record(row) for row in rows]


def _build_record(row: Row) -> list[str]:
    url = row["url"] if is_linkable(row["url"]) else shorten(row["url"])
    return [
        row["verdict"],
        row["reason"] or "no_reason",
        row["ingest_date"].isoformat(),
        url or row["record_id"],
        shorten(row["source_path"]),
        shorten(row["text"]),
        row["story_id"] or "",
    ]
