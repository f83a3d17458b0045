"""The stories layer: near-duplicate pages form stories; then every record has its verdict and the ledger reconciles."""

from collections.abc import Iterator

import dagster as dg

from assets.metadata import add_partition_row_counts, asset_key, chart_metadata, stage_specs, table_metadata, table_spec
from assets.resources import SettingsResource, WriterResource
from assets.run_context import WRITER, dates_to_load
from newsmill import stages
from newsmill.quality.ledger import reconcile, unreconciled_records
from newsmill.quality.tables import LEDGER
from newsmill.report.preview import table_markdown
from newsmill.stories.tables import MEMBERS

MAX_SAMPLE_ROWS = 20
RECONCILE = dg.AssetCheckSpec(
    "records_reconcile",
    asset=asset_key(LEDGER.name),
    description="Every record ends in exactly one of kept, merged, quarantined.",
    blocking=True,
)


@dg.multi_asset(name="stories_members", specs=stage_specs(stages.STORIES_STAGE), **WRITER)
def members(
    context: dg.AssetExecutionContext, settings: SettingsResource, writer: WriterResource
) -> Iterator[dg.MaterializeResult[None]]:
    """Cluster the pages of the run's ingest dates with all other pages."""
    options = settings.load()
    with writer.connect() as con:
        dates = dates_to_load(context, con, options)
        affected = stages.STORIES_STAGE.run_changed(con, stages.Run(options, context.run.run_id), dates)
        add_partition_row_counts(context, con, MEMBERS.name, dates)
        yield dg.MaterializeResult(
            asset_key=asset_key(MEMBERS.name),
            metadata={
                **table_metadata(con, MEMBERS.name),
                "pages_reclustered": affected,
                **chart_metadata(
                    con,
                    "select ingest_date, relation, count(*) as pages from stories.members group by all order by all",
                    "ingest_date",
                    "pages",
                    "relation",
                    "pages by relation",
                ),
            },
        )


@dg.multi_asset(name="quality_ledger", specs=[table_spec(LEDGER, [MEMBERS.name])], check_specs=[RECONCILE], **WRITER)
def ledger(
    context: dg.AssetExecutionContext, settings: SettingsResource, writer: WriterResource
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    """Reconcile the ledger of the run's ingest dates: the stages wrote it, the check proves that nothing is missing."""
    options = settings.load()
    with writer.connect() as con:
        dates = dates_to_load(context, con, options)
        add_partition_row_counts(context, con, LEDGER.name, dates)
        yield dg.MaterializeResult(
            asset_key=asset_key(LEDGER.name),
            metadata={
                **table_metadata(con, LEDGER.name),
                **chart_metadata(
                    con,
                    """
                    unpivot (select ingest_date, kept, merged, quarantined from quality.reconciliation)
                    on kept, merged, quarantined into name verdict value records
                    """,
                    "ingest_date",
                    "records",
                    "verdict",
                    "records by verdict",
                ),
            },
        )
        days = reconcile(con, dates)
        sample = unreconciled_records(con, dates, MAX_SAMPLE_ROWS)
        yield dg.AssetCheckResult(
            check_name=RECONCILE.name,
            asset_key=RECONCILE.asset_key,
            passed=all(day.unreconciled == 0 for day in days),
            metadata={
                "records": sum(day.records for day in days),
                "kept": sum(day.kept for day in days),
                "merged": sum(day.merged for day in days),
                "quarantined": sum(day.quarantined for day in days),
                "unreconciled": sum(day.unreconciled for day in days),
                "failing_samples": dg.MetadataValue.md(table_markdown(sample, MAX_SAMPLE_ROWS)),
            },
        )
