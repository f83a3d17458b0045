"""Dagster's event log with its connections kept open: the same files and events, and no more open than it should."""

from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster._core.storage.event_log import SqliteEventLogStorage
from sqlalchemy import Engine, create_engine

from newsmill.settings import Settings
from pipelines.event_log import PersistentEventLog, event_log_override
from pipelines.instance import dagster_home, open_instance


@dg.asset
def one() -> None: ...


@dg.asset_check(asset=one)
def holds() -> dg.AssetCheckResult:
    return dg.AssetCheckResult(passed=True)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    return Settings(home=tmp_path)


def run(instance: dg.DagsterInstance) -> str:
    job = dg.Definitions([one], asset_checks=[holds], jobs=[dg.define_asset_job("both")]).resolve_job_def("both")
    config = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    return job.execute_in_process(instance=instance, run_config=config).run_id


def test_stock_dagster_reads_the_same_events(home: Settings) -> None:
    with open_instance(home) as instance:
        assert isinstance(instance.event_log_storage, PersistentEventLog)
        run_id = run(instance)
        logged = [entry.to_json() for entry in instance.all_logs(run_id)]
    with dg.DagsterInstance.from_config(str(dagster_home(home))) as plain:
        assert not isinstance(plain.event_log_storage, PersistentEventLog)
        assert [entry.to_json() for entry in plain.all_logs(run_id)] == logged
        assert plain.get_latest_materialization_event(dg.AssetKey("one")) is not None
    assert len(logged) > 5


def test_an_event_does_not_reopen_the_database(home: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_instance(home) as instance:
        opened: list[str] = []

        def counted(url: str, **options: Any) -> Engine:
            opened.append(Path(url).stem)
            return create_engine(url, **options)

        monkeypatch.setattr("pipelines.event_log.create_engine", counted)
        run_id = run(instance)
        assert run_id in opened and len(opened) == len(set(opened))


def test_a_table_is_looked_for_until_it_exists(home: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_instance(home) as instance:
        log = instance.event_log_storage
        assert isinstance(log, PersistentEventLog)
        assert not log.has_table("later")
        with log.index_connection() as connection:
            connection.exec_driver_sql("create table later (a int)")
        assert log.has_table("later")
        monkeypatch.setattr(SqliteEventLogStorage, "has_table", lambda *_: pytest.fail("looked again"))
        assert log.has_table("later")


def test_only_the_databases_of_the_latest_runs_stay_open(home: Settings) -> None:
    with open_instance(home) as instance:
        log = instance.event_log_storage
        assert isinstance(log, PersistentEventLog)
        for number in range(10):
            with log.run_connection(f"run{number}"):
                pass
        assert log._engines is not None
        assert list(log._engines)[-1] == "run9" and len(log._engines) == 8


def test_a_configured_storage_is_not_overridden(home: Settings) -> None:
    folder = dagster_home(home)
    assert event_log_override(folder)
    (folder / "dagster.yaml").write_text(f"storage: {{sqlite: {{base_dir: '{folder / 'elsewhere'}'}}}}", "utf-8")
    assert event_log_override(folder) == {}
    with open_instance(home) as instance:
        assert not isinstance(instance.event_log_storage, PersistentEventLog)
