"""The SQL layers: every model of dbt_like_sql is an asset, every test of its schema.yml an asset check."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg
import duckdb

from assets.checks import keep, shown
from assets.evidence import asset_key, column_schema, table_evidence
from assets.run import WRITER, ingest_dates
from newsmill import mill
from newsmill.quality.checks import CheckResult
from newsmill.quality.tables import LEDGER
from newsmill.settings import Settings
from newsmill.warehouse.connection import open_writer
from newsmill.warehouse.models import Model, ModelTest, Project, build_model, column_lineage, run_test
from newsmill.warehouse.schema import source_columns

Variables = Mapping[str, Any]


def model_assets(project: Project) -> list[dg.AssetsDefinition]:
    """An asset a model, in dependency order."""
    tables = {model.name: model.table for model in project.models}
    return [_model_asset(project, model, tables) for model in project.models]


def _model_asset(project: Project, model: Model, tables: Mapping[str, str]) -> dg.AssetsDefinition:
    tests = [test for test in project.tests if test.model == model.name]
    key = asset_key(model.table)
    # Nothing is derived before the books balance: their check blocks every model that reads the source tables.
    sources = {*model.sources, LEDGER.name} if model.sources else set()
    upstream = sorted(sources | {tables[name] for name in model.depends_on})
    spec = dg.AssetSpec(
        key,
        deps=[asset_key(name) for name in upstream],
        description=model.description,
        metadata={
            **column_schema([(c.name, c.data_type, c.description, False) for c in model.columns]),
            **_lineage(project, model),
            "sql": dg.MetadataValue.md(f"```sql\n{model.path.read_text(encoding='utf-8')}\n```"),
        },
    )
    checks = [_check_spec(test, key) for test in tests]

    @dg.multi_asset(name=model.table.replace(".", "__"), specs=[spec], check_specs=checks, **WRITER)
    def build(
        context: dg.AssetExecutionContext, settings: dg.ResourceParam[Settings]
    ) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
        dates = ingest_dates(context.run.tags, mill.archive_of(settings).dates())
        variables = {"ingest_dates": [date.isoformat() for date in dates]}
        with open_writer(settings.database) as con:
            build_model(con, project, model, variables)
            yield dg.MaterializeResult(asset_key=key, metadata=table_evidence(con, model.table))
            results = [_checked(con, project, test, model.table, variables) for test in tests]
            keep(con, results, context.run_id)
        for result in results:
            yield shown(result, key)

    return build


def _lineage(project: Project, model: Model) -> dict[str, Any]:
    lineage = column_lineage(project, model, source_columns())
    deps = {
        column: [dg.TableColumnDep(asset_key(table), name) for table, name in parents]
        for column, parents in lineage.items()
    }
    return {"dagster/column_lineage": dg.TableColumnLineage(deps)}


def _check_spec(test: ModelTest, key: dg.AssetKey) -> dg.AssetCheckSpec:
    return dg.AssetCheckSpec(test.name, asset=key, description=test.description)


def _checked(
    con: duckdb.DuckDBPyConnection, project: Project, test: ModelTest, table: str, variables: Variables
) -> CheckResult:
    result = run_test(con, project, test, variables)
    return CheckResult(
        table=table,
        name=test.name,
        severity=test.severity,
        success=result.failures == 0,
        observed=json.dumps({"failures": result.failures, "sql": result.sql}),
        error=None,
        why=test.description,
        failing_sample=[{name: str(value) for name, value in row.items()} for row in result.sample],
    )
