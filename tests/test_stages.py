"""The stages together, on the shipped sample: any order gives the same tables, a rerun replaces."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest
from pipeline_runs import differing, run_input, settings_for, tables_of

from newsmill.quality.ledger import reconcile
from newsmill.warehouse.connection import open_writer

DAYS = [dt.date(2026, 10, 13), dt.date(2026, 10, 14), dt.date(2026, 10, 15)]


@pytest.fixture(scope="module")
def three_days(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an input of three days of the sample, those with the burst."""
    sample = Path(__file__).resolve().parent.parent / "sample" / "input"
    folder = tmp_path_factory.mktemp("three-days")
    for day in DAYS:
        shutil.copytree(sample / day.isoformat(), folder / day.isoformat())
    return folder


def process(input_folder: Path, home: Path, runs: Sequence[Sequence[dt.date]]) -> dict[str, pl.DataFrame]:
    settings = settings_for(input_folder, home)
    for dates in runs:
        run_input(settings, dates)
    return tables_of(settings.database)


@pytest.fixture(scope="module")
def one_run(three_days: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, pl.DataFrame]:
    """Return the tables after one run over all three days, to compare others with."""
    return process(three_days, tmp_path_factory.mktemp("one-run"), [DAYS])


def test_the_days_have_rows(one_run: dict[str, pl.DataFrame]) -> None:
    for table in ("clean.pages", "clean.teasers", "stories.members", "topics.mentions", "trends.topic_daily"):
        assert one_run[table].height > 0, table


def test_reversed_runs_leave_identical_tables(
    three_days: Path, one_run: dict[str, pl.DataFrame], tmp_path: Path
) -> None:
    reversed_runs = process(three_days, tmp_path, [[day] for day in reversed(DAYS)])
    assert differing(one_run, reversed_runs) == []


def test_rerunning_a_partition_leaves_identical_tables(
    three_days: Path, one_run: dict[str, pl.DataFrame], tmp_path: Path
) -> None:
    rerun = process(three_days, tmp_path, [[DAYS[0]], [DAYS[1]], [DAYS[1]], [DAYS[2]], [DAYS[0]]])
    assert differing(one_run, rerun) == []


def test_late_files_leave_the_same_tables_as_files_in_time(
    three_days: Path, one_run: dict[str, pl.DataFrame], tmp_path: Path
) -> None:
    slow = tmp_path / "input"
    shutil.copytree(three_days, slow)
    late = sorted((slow / DAYS[1].isoformat()).glob("*.html"))[::2]
    for file in late:
        file.rename(tmp_path / file.name)
    settings = settings_for(slow, tmp_path / "home")
    run_input(settings, DAYS)
    for file in late:
        shutil.move(tmp_path / file.name, file)
    run_input(settings, [DAYS[1]])
    assert differing(one_run, tables_of(settings.database)) == []


def test_the_archive_alone_rebuilds_the_tables(
    three_days: Path, one_run: dict[str, pl.DataFrame], tmp_path: Path
) -> None:
    settings = settings_for(three_days, tmp_path / "home")
    run_input(settings, DAYS)
    settings.database.unlink()
    other = tmp_path / "other-input" / "2026-10-13"
    other.mkdir(parents=True)
    shutil.copy(three_days / "2026-10-13" / "manifest.jsonl", other)
    first = sorted((three_days / "2026-10-13").glob("*.html"))[0]
    shutil.copy(first, other)
    run_input(settings_for(tmp_path / "other-input", tmp_path / "home"), DAYS)
    assert differing(one_run, tables_of(settings.database)) == []


def test_a_crash_between_stages_leaves_the_last_good_state(
    three_days: Path, one_run: dict[str, pl.DataFrame], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_for(three_days, tmp_path)
    run_input(settings, DAYS)
    good = tables_of(settings.database)

    def crash(*_: object) -> pl.DataFrame:
        raise MemoryError

    with monkeypatch.context() as broken, pytest.raises(MemoryError):
        broken.setattr("newsmill.stages.stories.story_verdicts", crash)
        run_input(settings, [DAYS[1]])
    assert differing(good, tables_of(settings.database)) == []
    assert not (tmp_path / "staging").exists()
    assert differing(one_run, good) == []


def test_rows_staged_by_a_killed_run_are_not_loaded(
    three_days: Path, one_run: dict[str, pl.DataFrame], tmp_path: Path
) -> None:
    left = tmp_path / "staging" / "clean.pages"
    left.mkdir(parents=True)
    one_run["clean.pages"].write_parquet(left / "999999.parquet")
    settings = settings_for(three_days, tmp_path)
    run_input(settings, DAYS)
    assert differing(one_run, tables_of(settings.database)) == []
    assert not (tmp_path / "staging").exists()


def test_the_records_reconcile_on_every_date(three_days: Path, tmp_path: Path) -> None:
    settings = settings_for(three_days, tmp_path)
    run_input(settings, DAYS)
    with open_writer(settings.database) as con:
        days = reconcile(con, DAYS)
    assert [day.ingest_date for day in days] == DAYS
    assert all(day.records == day.kept + day.merged + day.quarantined and day.unreconciled == 0 for day in days)
