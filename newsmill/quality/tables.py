"""The tables and views of the quality package."""

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
        Column("reason", pl.String(), "Reason in snake_case; null if kept.", required=False),
        Column("detail", pl.String(), "Readable detail of the reason.", required=False),
        Column("code_version", pl.String(), "Version of newsmill that decided the verdict."),
        Column("run_id", pl.String(), "The Dagster run that decided the verdict."),
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
            "True if it passed; null if the check itself failed to run.",
            required=False,
        ),
        Column("observed", pl.String(), 'The observed values as JSON; `{"error": ...}` if the check failed to run.'),
        Column("failing_sample", pl.String(), "Up to 20 failing rows as JSON; null if none.", required=False),
        Column(
            "first_ingest_date",
            pl.Date(),
            "First ingest date of the rows checked; null if the whole table was.",
            required=False,
        ),
        Column("last_ingest_date", pl.Date(), "Last ingest date of the rows checked; null likewise.", required=False),
    ),
)

DATES = Table(
    "quality.dates",
    "one ingest date, as the last run that processed it",
    (
        Column("ingest_date", pl.Date(), "The ingest date."),
        Column(
            "input_digest",
            pl.String(),
            "Hash of paths, sizes and modification times of its files when the run read them; null if it read none.",
            required=False,
        ),
        Column("run_id", pl.String(), "The Dagster run."),
        Column("started_at", pl.Datetime("us"), "When the run began (UTC)."),
        Column(
            "finished_at",
            pl.Datetime("us"),
            "When every table had the date (UTC); null if the run has not come that far, or was killed before.",
            required=False,
        ),
    ),
)

STAGE_INPUTS = Table(
    "quality.stage_inputs",
    "one ingest date that a stage has loaded",
    (
        Column("stage", pl.String(), "The stage: `raw`, `pages`, `stories` or `topics`."),
        Column("ingest_date", pl.Date(), "The ingest date."),
        Column(
            "input_digest",
            pl.String(),
            "Hash of what it was loaded from: archive, code, libraries, settings, taxonomy. Unchanged dates are passed "
            "over.",
        ),
    ),
)

SQL_MODELS = Table(
    "quality.sql_models",
    "one SQL model, as it was built last",
    (
        Column("model", pl.String(), "Its table, e.g. `trends.topic_daily`."),
        Column("sql_digest", pl.String(), "Hash of its SQL and that of the models it reads; all rows are of this SQL."),
    ),
)

# Views over the ledger: its quarantined records, and the reconciliation of records with final verdicts.
QUARANTINE = Table(
    "quality.quarantine",
    "one quarantined record",
    (
        Column("record_id", pl.String(), "The record."),
        Column("ingest_date", pl.Date(), "Its ingest date."),
        Column("stage", pl.String(), "The stage that quarantined it: `raw`, `pages` or `stories`."),
        Column("reason", pl.String(), "Reason in snake_case."),
        Column("detail", pl.String(), "Readable detail of the reason.", required=False),
    ),
)

RECONCILIATION = Table(
    "quality.reconciliation",
    "one ingest date; if `unreconciled` is 0, `records` is the sum of `kept`, `merged` and `quarantined`",
    (
        Column("ingest_date", pl.Date(), "The ingest date."),
        Column("records", pl.Int64(), "Records ingested."),
        Column("kept", pl.Int64(), "Records whose page is the canonical member of its story."),
        Column("merged", pl.Int64(), "Records whose page is another member of a story."),
        Column("quarantined", pl.Int64(), "Records quarantined with a reason."),
        Column(
            "unreconciled",
            pl.Int64(),
            "Records that do not have exactly one of these verdicts; 0 if the date reconciles.",
        ),
    ),
)

QUARANTINE_VIEW = """
create or replace view quality.quarantine as
select record_id, ingest_date, stage, reason, detail from quality.ledger where verdict = 'quarantined'
"""

# One record of an ingest date, with the number of its rows in raw.records and of its final verdicts; both should be 1.
# A union rather than a join, so that DuckDB pushes a filter on the ingest date into both tables.
VERDICT_COUNTS = """
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
from ({VERDICT_COUNTS})
group by ingest_date
"""  # noqa: S608
