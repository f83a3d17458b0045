"""The SQL layers: every model of dbt_like_sql is an asset, every test of its `.yml` files and `tests/` a check."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg

from assets.checks import store_results, to_asset_check_result
from assets.metadata import add_partition_row_counts, asset_key, column_schema, table_metadata
from assets.resources import SettingsResource, WriterResource
from assets.run_context import WRITER, WRITER_POOL, Context, ingest_dates, partition_dates
from newsmill import stages
from newsmill.quality.checks import CheckResult
from newsmill.quality.tables import LEDGER
from newsmill.types import Connection
from newsmill.warehouse.schema import source_columns
from newsmill.warehouse.sql_models import Model, ModelTest, Project, build_model, column_lineage, run_test
from newsmill.warehouse.staleness import dates_with_stale_tags

Variables = Mapping[str, Any]


def model_assets(project: Project) -> list[dg.AssetsDefinition]:
    """Return an asset for each model, in dependency order. A model's tests run with it, except the deferred ones."""
    return [_model_asset(project, model) for model in project.models]


def deferred_tests(project: Project) -> list[dg.AssetChecksDefinition]:
    """Return the tests that also read models which may be built after their own; mostly relationships."""
    split = [(model, _split_tests(project, model)[1]) for model in project.models]
    return [_test_checks(project, model, deferred) for model, deferred in split if deferred]


def _split_tests(project: Project, model: Model) -> tuple[list[ModelTest], list[ModelTest]]:
    """Return the model's tests that can run as soon as it is built, and those that can't."""
    tests = [test for test in project.tests if test.model == model.name]
    built = _with_upstream(project, model)
    return (
        [test for test in tests if built.issuperset(test.depends_on)],
        [test for test in tests if not built.issuperset(test.depends_on)],
    )


def _with_upstream(project: Project, model: Model) -> set[str]:
    """Return the names of the model and of all models upstream of it."""
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
    tests, _ = _split_tests(project, model)
    key = asset_key(model.table)
    # The ledger's blocking check is upstream of every model that reads a source table.
    sources = {*model.sources, LEDGER.name} if model.sources else set()
    upstream = sorted(sources | {tables[name] for name in model.depends_on})
    spec = dg.AssetSpec(
        key,
        deps=[asset_key(name) for name in upstream],
        description=model.description,
        metadata={
            **column_schema([(c.name, c.data_type, c.description, False) for c in model.columns]),
            **_lineage(project, model),
            "dagster/code_references": dg.CodeReferencesMetadataValue(
                code_references=[
                    dg.LocalFileCodeReference(file_path=str(model.path.resolve()), line_number=1, label="SQL model")
                ]
            ),
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
        context: dg.AssetExecutionContext, settings: SettingsResource, writer: WriterResource
    ) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
        variables = _variables(context, settings)
        with writer.connect() as con:
            build_model(con, project, model, _with_stale_dates(con, model, variables))
            if model.partitioned:
                add_partition_row_counts(context, con, model.table, variables["ingest_dates"])
            yield dg.MaterializeResult(asset_key=key, metadata=table_metadata(con, model.table))
            results = [_run(con, project, test, model.table, variables) for test in tests]
            store_results(con, results, context.run.run_id)
        for result in results:
            yield to_asset_check_result(result, key)

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

    @dg.multi_asset_check(name=f"test_{model.table.replace('.', '__')}", specs=specs, pool=WRITER_POOL)
    def run(
        context: dg.AssetCheckExecutionContext, settings: SettingsResource, writer: WriterResource
    ) -> Iterator[dg.AssetCheckResult]:
        variables = _variables(context, settings)
        with writer.connect() as con:
            results = [_run(con, project, test, model.table, variables) for test in tests]
            store_results(con, results, context.run.run_id)
        for result in results:
            yield to_asset_check_result(result, key)

    return run


def _variables(context: Context, settings: SettingsResource) -> Variables:
    archived = ingest_dates(context, stages.open_archive(settings.load()).dates())
    # An empty list means all dates, so a run without archived dates passes its partitions.
    return {"ingest_dates": archived or partition_dates(context) or []}


def _with_stale_dates(con: Connection, model: Model, variables: Variables) -> Variables:
    """Add the dates that earlier runs left unfinished, and those whose tags changed since the models were built."""
    dates = variables["ingest_dates"]
    if not (model.partitioned and dates):
        return variables
    return {**variables, "ingest_dates": [*dates, *stages.unfinished_dates(con), *dates_with_stale_tags(con)]}


def _lineage(project: Project, model: Model) -> dict[str, Any]:
    lineage = column_lineage(project, model, source_columns())
    deps = {
        column: [dg.TableColumnDep(asset_key(table), name) for table, name in parents]
        for column, parents in lineage.items()
    }
    return {"dagster/column_lineage": dg.TableColumnLineage(deps)}


def _run(con: Connection, project: Project, test: ModelTest, table: str, variables: Variables) -> CheckResult:
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
