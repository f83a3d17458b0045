"""The tables of the quality room. The ledger has the last word on where a record went."""

import polars as pl

from newsmill.table import Column, Table

LEDGER = Table(
    "quality.ledger",
    "one record at one stage",
    (
        Column("record_id", pl.String(), "The record."),
        Column("ingest_date", pl.Date(), "Its ingest date."),
        Column("stage", pl.String(), "`raw`, `pages` or `stories`."),
        Column("verdict", pl.String(), "`kept`, `merged` or `quarantined`."),
        Column("reason", pl.String(), "Why, in snake_case; null where kept.", required=False),
        Column("detail", pl.String(), "What exactly, for a person.", required=False),
        Column("code_version", pl.String(), "Version of newsmill that judged."),
        Column("run_id", pl.String(), "The Dagster run that judged."),
    ),
)

CHECK_RESULTS = Table(
    "quality.check_results",
    "one expectation in one run",
    (
        Column("run_id", pl.String(), "The Dagster run."),
        Column("checked_at", pl.Datetime("us"), "When it was checked (UTC)."),
        Column("table_name", pl.String(), "The table checked."),
        Column("expectation", pl.String(), "The expectation's name in its suite."),
        Column("severity", pl.String(), "`error` or `warn`."),
        Column(
            "success",
            pl.Boolean(),
            "True where it held; null where the check itself failed to run.",
            required=False,
        ),
        Column("observed", pl.String(), "What was observed, as JSON; or the error where the check failed to run."),
        Column("failing_sample", pl.String(), "Up to 20 failing rows as JSON; null where none.", required=False),
    ),
)

# Views over the ledger: quarantine is what it says, and the books are its sums.
QUARANTINE_VIEW = """
create or replace view quality.quarantine as
select record_id, ingest_date, stage, reason, detail from quality.ledger where verdict = 'quarantined'
"""

BOOKS_VIEW = """
create or replace view quality.books as
with verdicts as (
    select record_id, ingest_date,
           count(*) filter (verdict = 'quarantined') as quarantined,
           count(*) filter (stage = 'stories' and verdict = 'merged') as merged,
           count(*) filter (stage = 'stories' and verdict = 'kept') as kept
    from quality.ledger group by all)
select coalesce(r.ingest_date, v.ingest_date) as ingest_date,
       count(r.record_id) as records,
       coalesce(sum(v.kept), 0)::bigint as kept,
       coalesce(sum(v.merged), 0)::bigint as merged,
       coalesce(sum(v.quarantined), 0)::bigint as quarantined,
       count(*) filter (r.record_id is null or coalesce(v.kept + v.merged + v.quarantined, 0) <> 1) as out_of_balance
from raw.records r full join verdicts v using (record_id)
group by 1
"""
