"""Which dates the sensor starts: by the state of the home, and by how the date's runs ended."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.storage.tags import SENSOR_NAME_TAG
from dagster._core.utils import make_new_run_id

from newsmill import stages
from newsmill.settings import Settings, load_settings
from newsmill.sources.scanning.scan import Scan
from newsmill.warehouse.connection import open_writer
from newsmill.warehouse.publish import publish_database
from pipelines.instance import open_instance
from pipelines.runs.alive import KILLED_TAG
from pipelines.runs.wanted import INPUT_TAG, RANGE_END_TAG, RANGE_START_TAG, due_attempts, wanted_dates

Status = dg.DagsterRunStatus
DAY = dt.date(2026, 3, 2)
WANTED = {DAY: "digest"}
SENSOR = {SENSOR_NAME_TAG: "new_files", INPUT_TAG: "files"}


@dg.job
def job() -> None: ...


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    with open_instance(Settings(home=tmp_path)) as opened:
        yield opened


def add_runs(instance: dg.DagsterInstance, *runs: tuple[Status, dict[str, str]]) -> None:
    """Add runs of DAY, the oldest first."""
    for status, tags in runs:
        instance.create_run_for_job(
            job, run_id=make_new_run_id(), status=status, tags={"dagster/partition": DAY.isoformat(), **tags}
        )


def is_due(instance: dg.DagsterInstance, seen: str | None = "digest", after_seconds: float = 1) -> bool:
    records = instance.get_run_records()
    now = dt.datetime.now(dt.UTC).timestamp() + after_seconds
    before = {} if seen is None else {DAY.isoformat(): seen}
    return bool(due_attempts(WANTED, before, records, 3, now))


def test_a_date_without_runs_is_due(instance: dg.DagsterInstance) -> None:
    assert is_due(instance) and is_due(instance, None)


@pytest.mark.parametrize("status", [Status.STARTED, Status.STARTING, Status.NOT_STARTED])
def test_a_date_is_not_due_while_a_run_of_it_is_in_progress(instance: dg.DagsterInstance, status: Status) -> None:
    tags = {RANGE_START_TAG: "2026-03-01", RANGE_END_TAG: "2026-03-05", "dagster/partition": ""}
    add_runs(instance, (status, tags))
    assert not is_due(instance, "older digest")


def test_a_failed_run_is_retried_later_and_later_and_at_last_not(instance: dg.DagsterInstance) -> None:
    add_runs(instance, (Status.FAILURE, SENSOR))
    assert not is_due(instance, after_seconds=30) and is_due(instance, after_seconds=61)
    add_runs(instance, (Status.FAILURE, SENSOR))
    assert not is_due(instance, after_seconds=61) and is_due(instance, after_seconds=241)
    add_runs(instance, (Status.FAILURE, SENSOR))
    assert not is_due(instance, after_seconds=1e9)
    assert is_due(instance, "older digest"), "its files have changed"


def test_a_canceled_run_is_not_retried_until_its_files_change(instance: dg.DagsterInstance) -> None:
    add_runs(instance, (Status.CANCELED, {}))
    assert not is_due(instance, after_seconds=1e9) and not is_due(instance, None)
    assert is_due(instance, "older digest")


def test_a_killed_run_is_retried_at_once_and_seldom_where_it_always_dies(instance: dg.DagsterInstance) -> None:
    add_runs(instance, *[(Status.FAILURE, {KILLED_TAG: "true"})] * 6)
    assert is_due(instance)
    add_runs(instance, *[(Status.FAILURE, {KILLED_TAG: "true"})] * 4)
    assert not is_due(instance) and is_due(instance, after_seconds=3601)


def test_a_successful_run_that_left_its_date_wanted_is_not_repeated(instance: dg.DagsterInstance) -> None:
    add_runs(instance, (Status.SUCCESS, SENSOR))
    assert not is_due(instance)
    assert is_due(instance, "older digest"), "its files have changed since"
    add_runs(instance, (Status.SUCCESS, {}))
    assert is_due(instance), "a run of some assets, from the UI"


def publish(settings: Settings, finish: bool = True) -> None:
    found = stages.scan_input(settings)
    digests = stages.file_digests(found.files)
    with open_writer(settings.database) as con:
        stages.begin_dates(con, "run", list(digests), digests, stages.open_archive(settings).dates())
        if finish:
            stages.finish_dates(con, "run")
        (settings.published / "newsmill.duckdb").unlink()
        publish_database(con, settings.published)


def test_finished_dates_are_wanted_again_when_a_file_changes(own_home: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "input"
    for day in ("2026-03-01", "2026-03-02"):
        (folder / day).mkdir(parents=True)
        (folder / day / "page.html").write_text("<p>A page.</p>")
    settings = load_settings(input=folder, home=own_home.home)
    publish(settings)
    assert wanted_dates(settings, stages.scan_input(settings)) == {}
    (folder / "2026-03-02" / "page.html").write_text("<p>Another page.</p>")
    assert list(wanted_dates(settings, stages.scan_input(settings))) == [DAY]


def test_archived_dates_that_no_run_has_finished_are_wanted_without_their_files(own_home: Settings) -> None:
    assert wanted_dates(own_home, stages.scan_input(own_home)) == {}  # a home from before dates were recorded
    publish(own_home, finish=False)
    assert list(wanted_dates(own_home, Scan())) == [dt.date(2026, 3, 1), DAY]
    publish(own_home)
    assert wanted_dates(own_home, Scan()) == {}


def test_everything_is_wanted_before_the_first_run(tmp_path: Path) -> None:
    (tmp_path / "input" / "2026-03-02").mkdir(parents=True)
    (tmp_path / "input" / "2026-03-02" / "page.html").write_text("<p>A page.</p>")
    settings = load_settings(input=tmp_path / "input", home=tmp_path / "home")
    assert list(wanted_dates(settings, stages.scan_input(settings))) == [DAY]
    stages.archive_input(settings, None)
    assert list(wanted_dates(settings, Scan())) == [DAY]
