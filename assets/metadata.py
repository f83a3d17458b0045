"""The metadata of assets in the UI: columns, row counts, quarantine reasons, a small chart."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import dagster as dg

from assets.run_context import ingest_dates
from newsmill.report.preview import chart_markdown, table_markdown
from newsmill.stages import Stage
from newsmill.table import Table
from newsmill.types import Connection


def asset_key(table: str) -> dg.AssetKey:
    """Return the asset key of a table: `clean.pages` is the asset `clean/pages`."""
    return dg.AssetKey(table.split("."))


def table_spec(table: Table, deps: Sequence[str] = ()) -> dg.AssetSpec:
    """Return the asset of a table, with its grain, its columns and the tables it is computed from."""
    return dg.AssetSpec(
        asset_key(table.name),
        deps=[asset_key(name) for name in deps],
        description=table.description,
        metadata={**column_schema([(c.name, c.sql_type, c.text, c.required) for c in table.columns])},
    )


def stage_specs(stage: Stage) -> list[dg.AssetSpec]:
    """Return the assets that a stage fills, with the tables that it reads as their dependencies."""
    return [table_spec(table, [read.name for read in stage.reads]) for table in stage.fills]


def column_schema(columns: Sequence[tuple[str, str, str, bool]]) -> dict[str, dg.TableMetadataValue | Any]:
    """Return the metadata for columns given as (name, type, description, required)."""
    table_columns = [
        dg.TableColumn(name, type_, description, dg.TableColumnConstraints(nullable=not required))
        for name, type_, description, required in columns
    ]
    return {"dagster/column_schema": dg.TableSchema(table_columns)}


def table_metadata(con: Connection, table: str) -> dict[str, Any]:
    """Return the row count and the name of a table.

    Rows are not shown: Dagster keeps metadata forever, and `newsmill forget` has to erase pages everywhere.
    """
    [(rows,)] = con.execute(f"select count(*) from {table}").fetchall()  # noqa: S608
    return {"dagster/row_count": rows, "dagster/table_name": table}


def add_partition_row_counts(
    context: dg.AssetExecutionContext, con: Connection, table: str, dates: Sequence[dt.date]
) -> None:
    """Add the row count of each partition of the run to the table's asset. Other dates are not partitions of it."""
    dates = ingest_dates(context, dates)
    counts = con.execute(
        f"select ingest_date, count(*) from {table} where list_contains(?, ingest_date) group by all",  # noqa: S608
        [list(dates)],
    ).fetchall()
    for date, rows in counts:
        context.add_asset_metadata(
            {"dagster/partition_row_count": rows}, asset_key=asset_key(table), partition_key=date.isoformat()
        )


def chart_metadata(con: Connection, query: str, x: str, y: str, color: str | None, title: str) -> dict[str, Any]:
    """Return a small chart of a query's rows; nothing where the query has no rows."""
    frame = con.execute(query).pl()
    if frame.is_empty():
        return {}
    return {title: dg.MetadataValue.md(chart_markdown(frame, x, y, color, title))}


def quarantine_metadata(con: Connection, stage: str, dates: Sequence[dt.date]) -> dict[str, Any]:
    """Return how many records of the dates a stage quarantined, by reason."""
    reasons = con.execute(
        """
        select reason, count(*) as records
        from quality.quarantine where stage = ? and list_contains(?, ingest_date)
        group by reason order by records desc, reason
        """,
        [stage, list(dates)],
    ).pl()
    return {
        "quarantined": int(reasons["records"].sum()),
        "quarantine_reasons": dg.MetadataValue.md(table_markdown(reasons, reasons.height)),
    }
