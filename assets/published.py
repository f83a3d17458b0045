"""What analysts open: the read-only copy of the database, and the report beside it."""

import datetime as dt
from collections.abc import Sequence

import dagster as dg

from assets.run_context import WRITER
from newsmill.report.build import build_report
from newsmill.settings import Settings
from newsmill.topics.taxonomy import load_taxonomy
from newsmill.warehouse.connection import open_reader, open_writer
from newsmill.warehouse.publish import DATABASE, publish_database, publish_report

# Of the steps that are ready the checks go first, so that the copy and the report hold their results.
LAST = {"dagster/priority": "-1"}

DATABASE_KEY = dg.AssetKey(["published", "database"])
REPORT_KEY = dg.AssetKey(["published", "report"])


def database_asset(tables: Sequence[dg.AssetKey]) -> dg.AssetsDefinition:
    """The published copy, made once the given tables stand."""
    spec = dg.AssetSpec(
        DATABASE_KEY,
        deps=tables,
        description="A copy of the whole database, swapped in by one rename: readers never wait, nor are waited for.",
    )

    @dg.multi_asset(name="published_database", specs=[spec], op_tags=LAST, **WRITER)
    def database(settings: dg.ResourceParam[Settings]) -> dg.MaterializeResult[None]:
        with open_writer(settings.database) as con:
            path = publish_database(con, settings.published)
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
            description="The report for people who would rather look than read, made from the published copy.",
        )
    ],
    op_tags=LAST,
    **WRITER,
)
def report(settings: dg.ResourceParam[Settings]) -> dg.MaterializeResult[None]:
    names = load_taxonomy(settings.topics).names
    with open_reader(settings.published / DATABASE) as con:
        html = build_report(con, dt.datetime.now(dt.UTC).replace(tzinfo=None), names)
    path = publish_report(html, settings.published)
    return dg.MaterializeResult(
        asset_key=REPORT_KEY,
        metadata={
            # `newsmill dev` serves it: browsers open no file: link from the UI's pages.
            "open_it": dg.MetadataValue.url(settings.report_url),
            "path": dg.MetadataValue.path(str(path.resolve())),
            "bytes": path.stat().st_size,
        },
    )
