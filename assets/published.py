"""What analysts open: the read-only copy of the database, and the report beside it."""

import datetime as dt
from collections.abc import Collection, Sequence

import dagster as dg

from assets.resources import SettingsResource, WriterResource
from assets.run_context import WRITER
from newsmill import stages
from newsmill.quality.gate import CheckId, PublicationBlockedError, delete_old_results
from newsmill.topics.taxonomy import load_taxonomy

# Ready checks run first, so that they can block the publication, and the copy and the report hold their results.
LAST = {"dagster/priority": "-1"}

DATABASE_KEY = dg.AssetKey(["published", "database"])
REPORT_KEY = dg.AssetKey(["published", "report"])


def database_asset(tables: Sequence[dg.AssetKey], checks: Collection[CheckId]) -> dg.AssetsDefinition:
    """Return the published copy, downstream of the given tables and blocked by the given checks."""
    spec = dg.AssetSpec(
        DATABASE_KEY,
        deps=tables,
        description=(
            "A copy of the database without the hashes that clustering needs, swapped in atomically: readers are "
            "never blocked. "
            "While a check of severity error fails, the last good copy stays."
        ),
    )

    @dg.multi_asset(name="published_database", specs=[spec], op_tags=LAST, **WRITER)
    def database(
        context: dg.AssetExecutionContext, settings: SettingsResource, writer: WriterResource
    ) -> dg.MaterializeResult[None]:
        with writer.connect() as con:
            stages.finish_dates(con, context.run.run_id)  # all tables are upstream
            if keep := settings.load().keep_run_days:
                delete_old_results(con, dt.datetime.now(dt.UTC).replace(tzinfo=None) - dt.timedelta(days=keep))
            try:
                path = stages.publish_copy(con, settings.load(), checks)
            except PublicationBlockedError as error:
                raise dg.Failure(str(error), allow_retries=False) from error
        return dg.MaterializeResult(
            asset_key=DATABASE_KEY,
            metadata={
                "path": dg.MetadataValue.path(str(path.resolve())),
                "bytes": path.stat().st_size,
                "open_it": dg.MetadataValue.md(f'`duckdb -readonly {path.resolve()}` or `newsmill query "select ..."`'),
            },
        )

    return database


@dg.multi_asset(
    name="published_report",
    specs=[
        dg.AssetSpec(
            REPORT_KEY,
            deps=[DATABASE_KEY],
            description="The report, a single HTML file made from the published copy.",
        )
    ],
    op_tags=LAST,
    **WRITER,
)
def report(settings: SettingsResource) -> dg.MaterializeResult[None]:
    options = settings.load()
    path = stages.publish_report(options, load_taxonomy(options.topics).names)
    return dg.MaterializeResult(
        asset_key=REPORT_KEY,
        metadata={
            # `newsmill dev` serves it: browsers do not open file: links from the UI's pages.
            "open_it": dg.MetadataValue.url(options.report_url),
            "path": dg.MetadataValue.path(str(path.resolve())),
            "bytes": path.stat().st_size,
        },
    )
