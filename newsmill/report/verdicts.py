"""The verdicts behind the reconciliation: reasons, counts by ingest date, and the newest records."""

from __future__ import annotations

from typing import Any

from newsmill.quality.tables import VERDICT_COUNTS
from newsmill.report.formatting import cut, linkable
from newsmill.report.queries import rows
from newsmill.report.reconciliation import COUNTS, reconciliation_data
from newsmill.types import Connection, Row

REASONS = 30
# Of a date and verdict so many records, of the newest dates, and of each verdict so many in all.
RECORDS_A_DATE = 5
RECORDS = {"kept": 60, "merged": 60, "quarantined": 120}
DATES = 60
OUT_OF_VERDICT_COUNTS = 20

# The last word on each record. One that was kept has no reason: what kind of page it is says more.
FINAL = """
select l.record_id, l.ingest_date, l.verdict, l.stage,
       case l.verdict when 'kept' then p.kind else l.reason end as reason,
       case l.verdict when 'quarantined' then l.detail else p.title end as text, p.url
from quality.ledger l left join clean.pages p using (record_id, ingest_date)
where l.verdict = 'quarantined' or l.stage = 'stories'
"""


def verdict_data(con: Connection, reconciliation: list[Row], total: Row) -> dict[str, Any]:
    """The reconciliation by columns, with sums in `all`, `parts` (see `_parts`) and `newest` records (`_newest`)."""
    listed = reconciliation_data(reconciliation)
    unsettled = _out_of_balance(con) if total["unreconciled"] else []
    return listed | {
        "all": {count: total[count] for count in COUNTS},
        "parts": _parts(con, listed["date"]),
        "newest": _newest(con) + unsettled,
    }


def _parts(con: Connection, dates: list[str]) -> list[list[Any]]:
    """[verdict, stage, reason, records of all dates, and by date listed]; reason "" for all rare ones."""
    found = rows(
        con,
        f"""
        with counted as (
            select verdict, stage, reason, ingest_date, count(*) as records from ({FINAL}) group by all),
        ranked as (
            select verdict, stage, reason,
                   row_number() over (partition by verdict order by sum(records) desc, stage, reason) as place
            from counted group by verdict, stage, reason)
        select c.verdict, case when r.place <= $1 then c.stage else '' end as stage,
               case when r.place <= $1 then coalesce(c.reason, 'no_reason') else '' end as reason,
               c.ingest_date, sum(c.records)::bigint as records
        from counted c join ranked r
            on c.verdict = r.verdict and c.stage = r.stage and c.reason is not distinct from r.reason
        group by all order by all
        """,  # noqa: S608 - our own text
        REASONS,
    )
    places = {date: place for place, date in enumerate(dates)}
    parts: dict[tuple[str, str, str], list[int]] = {}
    totals: dict[tuple[str, str, str], int] = {}
    for one in found:
        key = (one["verdict"], one["stage"], one["reason"])
        totals[key] = totals.get(key, 0) + one["records"]
        by_date = parts.setdefault(key, [0] * len(dates))
        if (place := places.get(one["ingest_date"].isoformat())) is not None:
            by_date[place] = one["records"]
    return [[*key, totals[key], by_date] for key, by_date in parts.items()]


def _newest(con: Connection) -> list[list[str]]:
    """The newest of each verdict, all reasons in turn: [verdict, reason, date, url, file, title or detail, story]."""
    found = rows(
        con,
        f"""
        with newest as (
            select f.*, row_number() over (partition by ingest_date, verdict, stage, reason order by record_id) as place
            from ({FINAL}) f
            where ingest_date >= (
                select min(ingest_date) from (
                    select distinct ingest_date from quality.ledger order by ingest_date desc limit $1))),
        of_date as (
            select *, row_number() over (partition by ingest_date, verdict order by place, stage, reason, record_id)
                   as rank
            from newest qualify rank <= $2),
        numbered as (
            select *, row_number() over (partition by verdict order by ingest_date desc, rank) as number from of_date)
        select n.verdict, n.reason, n.ingest_date, coalesce(n.url, r.url) as url, r.source_path, n.text, n.record_id,
               m.story_id
        from numbered n left join raw.records r using (record_id, ingest_date)
        left join stories.members m using (record_id)
        where n.number <= case n.verdict when 'kept' then $3 when 'merged' then $4 else $5 end
        order by n.verdict, n.number
        """,  # noqa: S608 - our own text
        DATES,
        RECORDS_A_DATE,
        *(RECORDS[verdict] for verdict in ("kept", "merged", "quarantined")),
    )
    return [_record(one) for one in found]


def _out_of_balance(con: Connection) -> list[list[str]]:
    """Records that came in more than once or never, or have none or several verdicts; the newest, as above."""
    found = rows(
        con,
        f"""
        select 'unreconciled' as verdict, b.verdicts || ' verdicts' as reason, b.ingest_date, r.url, r.source_path,
               'came in ' || b.records || ' times: ' || b.kept || ' kept, ' || b.merged || ' merged, '
               || b.quarantined || ' quarantined' as text, b.record_id, null as story_id
        from ({VERDICT_COUNTS}) b left join raw.records r using (record_id, ingest_date)
        where b.records <> 1 or b.verdicts <> 1
        order by b.ingest_date desc, b.record_id limit $1
        """,  # noqa: S608 - our own text
        OUT_OF_VERDICT_COUNTS,
    )
    return [_record(one) for one in found]


def _record(one: Row) -> list[str]:
    url = one["url"] if linkable(one["url"]) else cut(one["url"])
    return [
        one["verdict"],
        one["reason"] or "no_reason",
        one["ingest_date"].isoformat(),
        url or one["record_id"],
        cut(one["source_path"]),
        cut(one["text"]),
        one["story_id"] or "",
    ]
