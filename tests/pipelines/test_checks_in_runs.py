"""Checks in a run: a failed reconciliation stops derived tables; a failing expectation shows its rows."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from assets.checks import suite_checks
from assets.run_context import FULL_CHECKS_TAG
from newsmill.quality.suites import Suite, load_suites
from newsmill.settings import Settings, load_settings
from newsmill.warehouse.connection import open_writer
from pipelines.code_location import code_location, resources

DAY = "2026-10-13"


@pytest.fixture
def own_home(home: Path, tmp_path: Path) -> Settings:
    """Return a copy of the processed home, for a test to damage."""
    shutil.copytree(home, tmp_path / "home", ignore=shutil.ignore_patterns("dagster"))
    return load_settings(home=tmp_path / "home", workers=1)


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as ephemeral:
        yield ephemeral


def damage(settings: Settings, statement: str) -> None:
    with duckdb.connect(str(settings.database)) as con:
        con.execute(statement)


def run_derived(settings: Settings, instance: dg.DagsterInstance, **tags: str) -> dg.ExecuteInProcessResult:
    """Run the part of the daily job that follows the stages: ledger, models, publication."""
    location = code_location(settings)
    stages = {"raw", "clean", "stories", "topics"}
    derived = [spec.key for spec in location.resolve_all_asset_specs() if spec.key.path[0] not in stages]
    return location.resolve_job_def("daily").execute_in_process(
        instance=instance, partition_key=DAY, asset_selection=derived, raise_on_error=False, tags=tags
    )


def test_a_failed_reconciliation_stops_derived_tables_and_names_the_record(
    own_home: Settings, instance: dg.DagsterInstance
) -> None:
    with duckdb.connect(str(own_home.database)) as con:
        [(lost,)] = con.execute(
            f"select min(record_id) from quality.ledger where stage = 'stories' and ingest_date = '{DAY}'"
        ).fetchall()
    damage(own_home, f"delete from quality.ledger where stage = 'stories' and record_id = '{lost}'")
    published = (own_home.published / "newsmill.duckdb").stat().st_mtime_ns
    result = run_derived(own_home, instance)
    assert not result.success
    ledger = dg.AssetKey(["quality", "ledger"])
    [reconciliation] = [e for e in result.get_asset_check_evaluations() if e.asset_key == ledger]
    assert not reconciliation.passed
    assert reconciliation.metadata["unreconciled"].value == 1
    assert lost in str(reconciliation.metadata["failing_samples"].value)
    materialized = {event.asset_key.path[0] for event in result.get_asset_materialization_events() if event.asset_key}
    assert materialized == {"quality"}
    assert (own_home.published / "newsmill.duckdb").stat().st_mtime_ns == published


def checks_of(suite: Suite, settings: Settings, instance: dg.DagsterInstance) -> dict[str, dg.AssetCheckEvaluation]:
    job = dg.define_asset_job("checks", dg.AssetSelection.all_asset_checks())
    location = dg.Definitions(asset_checks=[suite_checks([suite])], jobs=[job], resources=resources(settings))
    result = location.resolve_job_def("checks").execute_in_process(instance=instance)
    return {evaluation.check_name: evaluation for evaluation in result.get_asset_check_evaluations()}


def test_a_failing_expectation_shows_its_rows_and_is_stored(own_home: Settings, instance: dg.DagsterInstance) -> None:
    with duckdb.connect(str(own_home.database)) as con:
        [(damaged,)] = con.execute("select min(record_id) from clean.pages").fetchall()
    damage(own_home, f"update clean.pages set kind = 'pamphlet' where record_id = '{damaged}'")
    [suite] = [suite for suite in load_suites() if suite.table == "clean.pages"]
    results = checks_of(suite, own_home, instance)
    failing = results["kind_known"]
    assert not failing.passed
    assert failing.severity == dg.AssetCheckSeverity.ERROR
    assert damaged in str(failing.metadata["failing_samples"].value)
    assert failing.metadata["unexpected_count"].value == 1
    assert [name for name, evaluation in results.items() if not evaluation.passed] == ["kind_known"]
    with duckdb.connect(str(own_home.database)) as con:
        rows = con.execute(
            "select severity, success, failing_sample from quality.check_results where expectation = 'kind_known' "
            "order by checked_at desc limit 1"
        ).fetchall()
    [(severity, success, sample)] = rows
    assert (severity, success) == ("error", False)
    assert damaged in sample


def test_a_failing_error_check_blocks_publication_and_the_last_good_copy_stays(
    own_home: Settings, instance: dg.DagsterInstance
) -> None:
    copy, page = own_home.published / "newsmill.duckdb", own_home.published / "report.html"
    before = (copy.stat().st_mtime_ns, page.stat().st_mtime_ns)
    damage(own_home, f"update topics.mentions set phrase = 'zyxwomble' where ingest_date = date '{DAY}'")
    suites = [suite for suite in load_suites() if suite.table == "topics.mentions"]
    [results] = [checks_of(suite, own_home, instance) for suite in suites]
    assert not results["phrase_in_sentence"].passed
    run = run_derived(own_home, instance)
    assert not run.success
    failed = {event.step_key: event.step_failure_data.error.message for event in run.get_step_failure_events()}
    assert set(failed) == {"published_database"}
    assert "topics.mentions phrase_in_sentence" in failed["published_database"]
    assert (copy.stat().st_mtime_ns, page.stat().st_mtime_ns) == before


def test_a_failing_warn_check_does_not_block_publication(own_home: Settings, instance: dg.DagsterInstance) -> None:
    before = (own_home.published / "newsmill.duckdb").stat().st_mtime_ns
    with duckdb.connect(str(own_home.database)) as con:
        con.execute(
            "insert into quality.check_results by name select 'r' as run_id, now()::timestamp as checked_at, "
            "'clean.pages' as table_name, 'dated_share' as expectation, 'warn' as severity, false as success, "
            "'{}' as observed"
        )
    assert run_derived(own_home, instance).success
    assert (own_home.published / "newsmill.duckdb").stat().st_mtime_ns != before


@pytest.mark.slow
def test_a_daily_run_checks_its_dates_and_a_full_check_blocks_until_the_table_is_fixed(
    own_home: Settings, instance: dg.DagsterInstance
) -> None:
    check = "accepted_values_stg_pages_kind"

    def last_result() -> tuple[object, ...]:
        with open_writer(own_home.database) as con:
            query = "select success, first_ingest_date is null from quality.check_results where expectation = ? "
            [row] = con.execute(query + "order by checked_at desc limit 1", [check]).fetchall()
        return row

    def change(statement: str) -> None:
        with open_writer(own_home.database) as con:
            con.execute(statement)

    with open_writer(own_home.database) as con:
        [(kind, record)] = con.execute(
            f"select kind, min(record_id) from clean.pages where ingest_date <> '{DAY}' group by kind limit 1"
        ).fetchall()
    assert last_result() == (True, True)
    change(f"update clean.pages set kind = 'other' where record_id = '{record}'")
    assert run_derived(own_home, instance).success
    assert last_result() == (True, False)
    assert not run_derived(own_home, instance, **{FULL_CHECKS_TAG: "true"}).success
    assert last_result() == (False, True)
    assert not run_derived(own_home, instance).success
    change(f"update clean.pages set kind = '{kind}' where record_id = '{record}'")
    assert run_derived(own_home, instance).success
    assert last_result() == (True, True)
