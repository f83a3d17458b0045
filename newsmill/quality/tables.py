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
        Column("observed", pl.String(), 'What was observed, as JSON; `{"error": ...}` where it failed to run.'),
        Column("failing_sample", pl.String(), "Up to 20 failing rows as JSON; null where none.", required=False),
    ),
)

# Views over the ledger: quarantine is what it says, and the books are its sums.
QUARANTINE = Table(
    "quality.quarantine",
    "one record set aside",
    (
        Column("record_id", pl.String(), "The record."),
        Column("ingest_date", pl.Date(), "Its ingest date."),
        Column("stage", pl.String(), "The stage that set it aside: `raw`, `pages` or `stories`."),
        Column("reason", pl.String(), "Why, in snake_case."),
        Column("detail", pl.String(), "What exactly, for a person.", required=False),
    ),
)

RECONCILIATION = Table(
    "quality.reconciliation",
    "one ingest date: `records` is the sum of `kept`, `merged` and `quarantined`, and `unreconciled` is 0",
    (
        Column("ingest_date", pl.Date(), "The ingest date."),
        Column("records", pl.Int64(), "Records that came in."),
        Column("kept", pl.Int64(), "Records that became a page and stand for their story, or are alone in it."),
        Column("merged", pl.Int64(), "Records whose page went into the story of another."),
        Column("quarantined", pl.Int64(), "Records set aside with a reason."),
        Column("unreconciled", pl.Int64(), "Records without exactly one such verdict; 0 where the books balance."),
    ),
)

QUARANTINE_VIEW = """
create or replace view quality.quarantine as
select record_id, ingest_date, stage, reason, detail from quality.ledger where verdict = 'quarantined'
"""

# One record of an ingest date: how often it stands in raw.records, and its final verdicts; all is well with 1 and 1.
# A union rather than a join, so that a filter on the ingest date reaches both tables.
BALANCE = """
select record_id, ingest_date, sum(record) as records, sum(kept) as kept, sum(merged) as merged,
       sum(quarantined) as quarantined, sum(kept) + sum(merged) + sum(quarantined) as verdicts
from (
    select record_id, ingest_date, 1 as record, 0 as kept, 0 as merged, 0 as quarantined from raw.records
    union all
    select record_id, ingest_date, 0, (stage = 'stories' and verdict = 'kept')::int,
           (stage = 'stories' and verdict = 'merged')::int, (verdict = 'quarantined')::int
    from quality.ledger)
group by record_id, ingest_date
"""

RECONCILIATION_VIEW = f"""
create or replace view quality.reconciliation as
select ingest_date, sum(records)::bigint as records, sum(kept)::bigint as kept, sum(merged)::bigint as merged,
       sum(quarantined)::bigint as quarantined,
       count(*) filter (records <> 1 or verdicts <> 1) as unreconciled
from ({BALANCE})
group by ingest_date
"""  # noqa: S608
