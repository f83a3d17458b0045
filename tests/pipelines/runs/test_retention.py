"""Retention of Dagster's history: old runs and their files go, the state of assets, partitions and checks stays."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from newsmill.settings import Settings
from pipelines.instance import open_instance
from pipelines.runs.retention import prune_history

DAYS = dg.DailyPartitionsDefinition("2026-03-01", end_date="2026-03-10")
KEY = dg.AssetKey("one")


@dg.asset(partitions_def=DAYS)
def one() -> dg.MaterializeResult[None]:
    return dg.MaterializeResult(
        metadata={"chart": dg.MetadataValue.md(f"![a chart](data:image/svg+xml;base64,{'A' * 5000})")}
    )


@dg.asset_check(asset=one)
def holds() -> dg.AssetCheckResult:
    return dg.AssetCheckResult(passed=True)


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    with open_instance(Settings(home=tmp_path)) as opened:
        yield opened


def run(instance: dg.DagsterInstance, day: str) -> str:
    job = dg.Definitions([one], asset_checks=[holds], jobs=[dg.define_asset_job("both")]).resolve_job_def("both")
    config = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    return job.execute_in_process(instance=instance, run_config=config, partition_key=day).run_id


def later(days: float) -> dt.datetime:
    return dt.datetime.now(dt.UTC) + dt.timedelta(days=days)


def test_old_runs_go_and_what_is_materialized_stays(instance: dg.DagsterInstance) -> None:
    runs = [run(instance, day) for day in ("2026-03-01", "2026-03-02", "2026-03-02")]
    history = Path(instance.root_directory) / "history" / "runs"
    assert prune_history(instance, 30, later(29)) == 0
    assert prune_history(instance, 30, later(31)) == 2
    assert [record.run_id for record in instance.get_runs()] == [runs[2]], "the last run stays"
    assert [(history / f"{run_id}.db").exists() for run_id in runs] == [False, False, True]
    assert instance.get_materialized_partitions(KEY) == {"2026-03-01", "2026-03-02"}
    fetched = instance.fetch_materializations(dg.AssetRecordsFilter(KEY, asset_partitions=["2026-03-01"]), limit=1)
    [record] = fetched.records
    assert record.asset_materialization is not None
    assert record.asset_materialization.metadata["chart"] == dg.MetadataValue.md("(chart deleted)")
    event = instance.get_latest_materialization_event(KEY)
    assert event is not None and event.run_id == runs[2]
    [check] = instance.event_log_storage.get_latest_asset_check_execution_by_key(
        [dg.AssetCheckKey(KEY, "holds")]
    ).values()
    assert check.run_id == runs[2]
    assert all(instance.get_run_by_id(run_id) is None for run_id in runs[:2])


def test_the_history_does_not_grow_with_the_runs_that_are_deleted(instance: dg.DagsterInstance) -> None:
    index = Path(instance.root_directory) / "history" / "runs" / "index.db"

    def events() -> int:
        with instance.event_log_storage.index_connection() as con:
            return int(con.exec_driver_sql("select count(*) from event_logs").scalar())

    run(instance, "2026-03-01")
    run(instance, "2026-03-01")
    prune_history(instance, 1, later(2))
    before = events()
    for _ in range(3):
        run(instance, "2026-03-01")
        prune_history(instance, 1, later(2))
    assert events() == before
    assert index.is_file()


def test_an_unfinished_run_is_never_deleted(instance: dg.DagsterInstance) -> None:
    unfinished = instance.create_run_for_job(
        dg.Definitions([one], jobs=[dg.define_asset_job("both")]).resolve_job_def("both"),
        status=dg.DagsterRunStatus.STARTED,
    )
    run(instance, "2026-03-01")
    assert prune_history(instance, 1, later(365)) == 0
    assert instance.get_run_by_id(unfinished.run_id) is not None
