"""The SQL layers: every model of dbt_like_sql is an asset, every test of its schema.yml an asset check."""

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg
import duckdb

from assets.checks import keep, shown
from assets.metadata import asset_key, column_schema, count_partitions, table_evidence
from assets.run_context import PARTITION_TAG, RANGE_START_TAG, RETRIES, WRITER, WRITER_POOL, ingest_dates
from newsmill import stages
from newsmill.quality.checks import CheckResult
from newsmill.quality.tables import LEDGER
from newsmill.settings import Settings
from newsmill.warehouse.connection import open_writer
from newsmill.warehouse.schema import source_columns
from newsmill.warehouse.sql_models import Model, ModelTest, Project, build_model, column_lineage, run_test
from newsmill.warehouse.staleness import dates_tagged_otherwise

Variables = Mapping[str, Any]


def model_assets(project: Project) -> list[dg.AssetsDefinition]:
    """An asset a model, in dependency order. A model's tests run with it, but those of `later_tests`."""
    return [_model_asset(project, model) for model in project.models]


def later_tests(project: Project) -> list[dg.AssetChecksDefinition]:
    """The tests that also read models which may be built after their own: relationships, mostly."""
    return [_test_checks(project, model, later) for model in project.models if (later := _tests(project, model)[1])]


def _tests(project: Project, model: Model) -> tuple[list[ModelTest], list[ModelTest]]:
    """The model's tests: those that can run as soon as it is built, and those that can't."""
    own = [test for test in project.tests if test.model == model.name]
    above = _above(project, model)
    return [t for t in own if above.issuperset(t.depends_on)], [t for t in own if not above.issuperset(t.depends_on)]


def _above(project: Project, model: Model) -> set[str]:
    """The model and all it is derived from: what is sure to stand once it is built."""
    by_name = {each.name: each for each in project.models}
    found, waiting = set[str](), [model.name]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += by_name[name].depends_on
    return found


def _model_asset(project: Project, model: Model) -> dg.AssetsDefinition:
    tables = {each.name: each.table for each in project.models}
    tests, _ = _tests(project, model)
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

    @dg.multi_asset(
        name=model.table.replace(".", "__"),
        specs=[spec],
        check_specs=[dg.AssetCheckSpec(test.name, asset=key, description=test.description) for test in tests],
        **WRITER,
    )
    def build(
        context: dg.AssetExecutionContext, settings: dg.ResourceParam[Settings]
    ) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
        variables = _variables(context.run.tags, settings)
        with open_writer(settings.database) as con:
            build_model(con, project, model, _with_repairs(con, model, variables))
            if model.partitioned:
                count_partitions(context, con, model.table, variables["ingest_dates"])
            yield dg.MaterializeResult(asset_key=key, metadata=table_evidence(con, model.table))
            results = [_checked(con, project, test, model.table, variables) for test in tests]
            keep(con, results, context.run.run_id)
        for result in results:
            yield shown(result, key)

    return build


def _test_checks(project: Project, model: Model, tests: list[ModelTest]) -> dg.AssetChecksDefinition:
    tables = {each.name: each.table for each in project.models}
    key = asset_key(model.table)
    specs = [
        dg.AssetCheckSpec(
            test.name,
            asset=key,
            description=test.description,
            additional_deps=[asset_key(tables[name]) for name in test.depends_on if name != model.name],
        )
        for test in tests
    ]

    @dg.multi_asset_check(
        name=f"test_{model.table.replace('.', '__')}", specs=specs, pool=WRITER_POOL, retry_policy=RETRIES
    )
    def run(
        context: dg.AssetCheckExecutionContext, settings: dg.ResourceParam[Settings]
    ) -> Iterator[dg.AssetCheckResult]:
        variables = _variables(context.run.tags, settings)
        with open_writer(settings.database) as con:
            results = [_checked(con, project, test, model.table, variables) for test in tests]
            keep(con, results, context.run.run_id)
        for result in results:
            yield shown(result, key)

    return run


def _variables(tags: Mapping[str, str], settings: Settings) -> Variables:
    dates = ingest_dates(tags, stages.archive_of(settings).dates())
    # No dates would mean all of them: a night that brought nothing is about itself.
    named = tags.get(PARTITION_TAG) or tags.get(RANGE_START_TAG)
    return {"ingest_dates": dates or ([dt.date.fromisoformat(named)] if named else [])}


def _with_repairs(con: duckdb.DuckDBPyConnection, model: Model, variables: Variables) -> Variables:
    """With the dates that were tagged anew since passages of theirs came to stand, or had ceased to."""
    dates = variables["ingest_dates"]
    if not (model.partitioned and dates):
        return variables
    return {**variables, "ingest_dates": [*dates, *dates_tagged_otherwise(con)]}


def _lineage(project: Project, model: Model) -> dict[str, Any]:
    lineage = column_lineage(project, model, source_columns())
    deps = {
        column: [dg.TableColumnDep(asset_key(table), name) for table, name in parents]
        for column, parents in lineage.items()
    }
    return {"dagster/column_lineage": dg.TableColumnLineage(deps)}


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
