"""The stories layer: which pages say the same; and the books, balanced once every record has its verdict."""

from collections.abc import Iterator

import dagster as dg

from assets.metadata import asset_key, chart_evidence, count_partitions, table_evidence, table_spec
from assets.run_context import WRITER, ingest_dates
from newsmill import stages
from newsmill.pages.tables import PAGES
from newsmill.quality.ledger import reconcile, unbalanced_records
from newsmill.quality.tables import LEDGER
from newsmill.report.preview import table_markdown
from newsmill.settings import Settings
from newsmill.stories.tables import MEMBERS
from newsmill.warehouse.connection import open_writer

RECONCILIATION = dg.AssetCheckSpec(
    "records_reconcile",
    asset=asset_key(LEDGER.name),
    description="Every record ends in exactly one of kept, merged, quarantined.",
    blocking=True,
)


@dg.multi_asset(name="stories_members", specs=[table_spec(MEMBERS, [PAGES.name])], **WRITER)
def members(
    context: dg.AssetExecutionContext, settings: dg.ResourceParam[Settings]
) -> Iterator[dg.MaterializeResult[None]]:
    """Find the stories that the pages of the run's dates belong to."""
    dates = ingest_dates(context.run.tags, stages.archive_of(settings).dates())
    with open_writer(settings.database) as con:
        touched = sum(stages.load_stories(con, settings, date, context.run.run_id) for date in dates)
        count_partitions(context, con, MEMBERS.name, dates)
        yield dg.MaterializeResult(
            asset_key=asset_key(MEMBERS.name),
            metadata={
                **table_evidence(con, MEMBERS.name, dates),
                "pages_reclustered": touched,
                **chart_evidence(
                    con,
                    "select ingest_date, relation, count(*) as pages from stories.members group by all order by all",
                    "ingest_date",
                    "pages",
                    "relation",
                    "pages by relation",
                ),
            },
        )


@dg.multi_asset(
    name="quality_ledger", specs=[table_spec(LEDGER, [MEMBERS.name])], check_specs=[RECONCILIATION], **WRITER
)
def ledger(
    context: dg.AssetExecutionContext, settings: dg.ResourceParam[Settings]
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    """Close the books of the run's dates. The stages wrote the ledger; this proves that it balances."""
    dates = ingest_dates(context.run.tags, stages.archive_of(settings).dates())
    with open_writer(settings.database) as con:
        count_partitions(context, con, LEDGER.name, dates)
        yield dg.MaterializeResult(
            asset_key=asset_key(LEDGER.name),
            metadata={
                **table_evidence(con, LEDGER.name, dates),
                **chart_evidence(
                    con,
                    """
                    unpivot (select ingest_date, kept, merged, quarantined from quality.reconciliation)
                    on kept, merged, quarantined into name verdict value records
                    """,
                    "ingest_date",
                    "records",
                    "verdict",
                    "the books",
                ),
            },
        )
        days = reconcile(con, dates)
        yield dg.AssetCheckResult(
            check_name=RECONCILIATION.name,
            asset_key=RECONCILIATION.asset_key,
            passed=all(day.unreconciled == 0 for day in days),
            metadata={
                "records": sum(day.records for day in days),
                "kept": sum(day.kept for day in days),
                "merged": sum(day.merged for day in days),
                "quarantined": sum(day.quarantined for day in days),
                "unreconciled": sum(day.unreconciled for day in days),
                "failing_samples": dg.MetadataValue.md(table_markdown(unbalanced_records(con, dates, 20), 20)),
            },
        )
