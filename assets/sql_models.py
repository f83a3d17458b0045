"""The SQL layers: every model of dbt_like_sql is an asset, every test of its `.yml` files and `tests/` a check."""

import datetime as dt
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import dagster as dg

from assets.checks import store_results, to_asset_check_result
from assets.metadata import add_partition_row_counts, asset_key, column_schema, table_metadata
from assets.resources import SettingsResource, WriterResource
from assets.run_context import FULL_CHECKS_TAG, WRITER, WRITER_POOL, Context, dates_to_check, partition_dates
from newsmill import stages
from newsmill.quality.checks import CheckResult
from newsmill.quality.full_checks import dates_of_run, passed_whole
from newsmill.quality.gate import CheckId
from newsmill.quality.tables import LEDGER
from newsmill.types import Connection
from newsmill.warehouse.schema import source_columns
from newsmill.warehouse.sql_models import Model, ModelTest, Project, build_model, column_lineage, digest_test, run_test
from newsmill.warehouse.staleness import dates_with_stale_tags

Variables = Mapping[str, Any]


def model_assets(project: Project, *, with_lineage: bool) -> list[dg.AssetsDefinition]:
    """Return the assets of the models, one step for each layer; their tests run with them, except the deferred ones.

    A step of Dagster costs as much CPU time as building ten models.

    Args:
        with_lineage: state the columns that each column is computed from; the UI shows them.
    """
    return [_layer_assets(project, models, with_lineage=with_lineage) for models in _layers(project).values()]


def deferred_tests(project: Project) -> dg.AssetChecksDefinition:
    """Return the tests that also read models of later layers; mostly relationships."""
    tests = [test for models in _layers(project).values() for test in _split_tests(project, models)[1]]

    @dg.multi_asset_check(
        name="sql_tests", specs=_check_specs(project, tests, deferred=True), can_subset=True, pool=WRITER_POOL
    )
    def run(
        context: dg.AssetCheckExecutionContext, settings: SettingsResource, writer: WriterResource
    ) -> Iterator[dg.AssetCheckResult]:
        with writer.connect() as con:
            variables = _variables(context, con, settings)
            yield from _run_tests(context, con, project, tests, variables)

    return run


def _layers(project: Project) -> dict[str, list[Model]]:
    """Return the models by the schema of their tables, in dependency order."""
    layers: dict[str, list[Model]] = {}
    for model in project.models:
        layers.setdefault(model.table.split(".")[0], []).append(model)
    return layers


def _split_tests(project: Project, models: Sequence[Model]) -> tuple[list[ModelTest], list[ModelTest]]:
    """Return the models' tests that can run as soon as the models are built, and those that can't."""
    names = {model.name for model in models}
    tests = [test for test in project.tests if test.model in names]
    built = _with_upstream(project, names)
    return (
        [test for test in tests if built.issuperset(test.depends_on)],
        [test for test in tests if not built.issuperset(test.depends_on)],
    )


def _with_upstream(project: Project, names: Collection[str]) -> set[str]:
    """Return the names of the models and of all models upstream of them."""
    by_name = {each.name: each for each in project.models}
    found, waiting = set[str](), list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += by_name[name].depends_on
    return found


def _layer_assets(project: Project, models: Sequence[Model], *, with_lineage: bool) -> dg.AssetsDefinition:
    tests, _ = _split_tests(project, models)
    layer = models[0].table.split(".")[0]

    @dg.multi_asset(
        name=f"{layer}_models",
        specs=[_spec(project, model, with_lineage=with_lineage) for model in models],
        check_specs=_check_specs(project, tests),
        can_subset=True,
        **WRITER,
    )
    def build(
        context: dg.AssetExecutionContext, settings: SettingsResource, writer: WriterResource
    ) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
        with writer.connect() as con:
            variables = _variables(context, con, settings)
            for model in models:
                key = asset_key(model.table)
                if key in context.selected_asset_keys:
                    build_model(con, project, model, _with_stale_dates(con, model, variables))
                    if model.partitioned:
                        add_partition_row_counts(context, con, model.table, variables["ingest_dates"])
                    yield dg.MaterializeResult(asset_key=key, metadata=table_metadata(con, model.table))
            yield from _run_tests(context, con, project, tests, variables)

    return build


def _spec(project: Project, model: Model, *, with_lineage: bool) -> dg.AssetSpec:
    tables = {each.name: each.table for each in project.models}
    # The ledger's blocking check is upstream of every model that reads a source table.
    sources = {*model.sources, LEDGER.name} if model.sources else set()
    upstream = sorted(sources | {tables[name] for name in model.depends_on})
    return dg.AssetSpec(
        asset_key(model.table),
        deps=[asset_key(name) for name in upstream],
        description=model.description,
        metadata={
            **column_schema([(c.name, c.data_type, c.description, False) for c in model.columns]),
            **(_lineage(project, model) if with_lineage else {}),
            "dagster/code_references": dg.CodeReferencesMetadataValue(
                code_references=[
                    dg.LocalFileCodeReference(file_path=str(model.path.resolve()), line_number=1, label="SQL model")
                ]
            ),
            "sql": dg.MetadataValue.md(f"```sql\n{model.path.read_text(encoding='utf-8')}\n```"),
        },
    )


def _check_specs(project: Project, tests: Sequence[ModelTest], *, deferred: bool = False) -> list[dg.AssetCheckSpec]:
    """Return the tests as checks of their models; a deferred one waits for every model that it reads."""
    tables = {each.name: each.table for each in project.models}
    return [
        dg.AssetCheckSpec(
            test.name,
            asset=asset_key(tables[test.model]),
            description=test.description,
            additional_deps=[asset_key(tables[name]) for name in test.depends_on if name != test.model]
            if deferred
            else None,
        )
        for test in tests
    ]


def _run_tests(
    context: Context, con: Connection, project: Project, tests: Sequence[ModelTest], variables: Variables
) -> Iterator[dg.AssetCheckResult]:
    """Run the selected tests, store their results and yield them.

    A test passes on the run's dates alone if it passed on the whole table within a week, made of the same SQL.
    """
    tables = {each.name: each.table for each in project.models}
    selected = {(check.asset_key, check.name) for check in context.selected_asset_check_keys}
    chosen = [test for test in tests if (asset_key(tables[test.model]), test.name) in selected]
    dates = variables["ingest_dates"]
    is_full = not dates or FULL_CHECKS_TAG in context.run.tags
    passed = {} if is_full else passed_whole(con, dt.datetime.now(dt.UTC).replace(tzinfo=None))
    changed = sorted({*dates, *dates_of_run(con, context.run.run_id), *dates_with_stale_tags(con)}) if passed else []
    results = []
    for test in chosen:
        table, digest = tables[test.model], digest_test(project, test)
        result = None
        if test.by_date and passed.get(CheckId(table, test.name)) == digest:
            restricted = {**variables, "ingest_dates": changed}
            result = replace(
                _run(con, project, test, table, digest, restricted),
                first_ingest_date=min(dates),
                last_ingest_date=max(dates),
            )
        if result is None or not result.success:
            # A failure blocks until the whole table passes.
            result = _run(con, project, test, table, digest, {**variables, "ingest_dates": []})
        results.append(result)
    store_results(con, results, context.run.run_id)
    for result in results:
        yield to_asset_check_result(result, asset_key(result.table))


def _variables(context: Context, con: Connection, settings: SettingsResource) -> Variables:
    dates = dates_to_check(context, con, settings.load())
    # An empty list means all dates, so a run without archived dates passes its partitions.
    return {"ingest_dates": dates or partition_dates(context) or []}


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


def _run(
    con: Connection, project: Project, test: ModelTest, table: str, digest: str, variables: Variables
) -> CheckResult:
    result = run_test(con, project, test, variables)
    return CheckResult(
        table=table,
        name=test.name,
        severity=test.severity,
        success=result.failures == 0,
        observed=json.dumps({"failures": result.failures, "sql": result.sql, "digest": digest}),
        error=None,
        why=test.description,
        failing_sample=[{name: str(value) for name, value in row.items()} for row in result.sample],
    )
