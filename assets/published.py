"""What analysts open: the read-only copy of the database, and the report beside it."""

import datetime as dt

import dagster as dg

from assets.run import WRITER
from newsmill.report.build import build_report
from newsmill.settings import Settings
from newsmill.topics.taxonomy import load_taxonomy
from newsmill.warehouse.connection import open_reader, open_writer
from newsmill.warehouse.publish import DATABASE, publish_database, publish_report

PREFIX = ["published"]
WHOLE = {name: value for name, value in WRITER.items() if name != "backfill_policy"}


def database_asset(tables: list[dg.AssetKey]) -> dg.AssetsDefinition:
    """The published copy, made once the given tables stand."""

    @dg.asset(key=[*PREFIX, "database"], deps=tables, **WHOLE)
    def database(settings: dg.ResourceParam[Settings]) -> dg.MaterializeResult[None]:
        """A copy of the whole database, swapped in by one rename: readers never wait and are never waited for."""
        with open_writer(settings.database) as con:
            path = publish_database(con, settings.published)
        return dg.MaterializeResult(
            metadata={
                "path": dg.MetadataValue.path(str(path.resolve())),
                "bytes": path.stat().st_size,
                "open_it": dg.MetadataValue.md(f'`duckdb -readonly {path.resolve()}` or `newsmill query "select ..."`'),
            }
        )

    return database


@dg.asset(key=[*PREFIX, "report"], deps=[dg.AssetKey([*PREFIX, "database"])], **WHOLE)
def report(settings: dg.ResourceParam[Settings]) -> dg.MaterializeResult[None]:
    """The report for people who would rather look than read, made from the published copy."""
    names = load_taxonomy(settings.topics).names
    with open_reader(settings.published / DATABASE) as con:
        html = build_report(con, dt.datetime.now(dt.UTC).replace(tzinfo=None), names)
    path = publish_report(html, settings.published)
    # `newsmill dev` serves it: browsers open no file: link from the UI's pages.
    return dg.MaterializeResult(
        metadata={
            "open_it": dg.MetadataValue.url(settings.report_url),
            "path": dg.MetadataValue.path(str(path.resolve())),
            "bytes": path.stat().st_size,
        }
    )
