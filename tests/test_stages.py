"""The stages together, on the shipped sample: any order gives the same tables, a rerun replaces."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest
from pipeline_runs import differing, run_dates, settings_for, tables_of

from newsmill import stages
from newsmill.quality.ledger import reconcile
from newsmill.warehouse.connection import open_writer

DAYS = [dt.date(2026, 10, 13), dt.date(2026, 10, 14), dt.date(2026, 10, 15)]


@pytest.fixture(scope="module")
def three_days(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An input of three of the sample's days, with the burst in them."""
    sample = Path(__file__).resolve().parent.parent / "sample" / "input"
    folder = tmp_path_factory.mktemp("three-days")
    for day in DAYS:
        shutil.copytree(sample / day.isoformat(), folder / day.isoformat())
    return folder


def milled(input_folder: Path, home: Path, nights: Sequence[Sequence[dt.date]]) -> dict[str, pl.DataFrame]:
    settings = settings_for(input_folder, home)
    for dates in nights:
        run_dates(settings, dates)
    return tables_of(settings.database)


@pytest.fixture(scope="module")
def one_night(three_days: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, pl.DataFrame]:
    """The tables that one night over all three days leaves: what the others are held against."""
    return milled(three_days, tmp_path_factory.mktemp("one-night"), [DAYS])


def test_the_days_hold_something(one_night: dict[str, pl.DataFrame]) -> None:
    for table in ("clean.pages", "clean.teasers", "stories.members", "topics.mentions", "trends.topic_daily"):
        assert one_night[table].height > 0, table


def test_reversed_nights_leave_identical_tables(
    three_days: Path, one_night: dict[str, pl.DataFrame], tmp_path: Path
) -> None:
    reversed_nights = milled(three_days, tmp_path, [[day] for day in reversed(DAYS)])
    assert differing(one_night, reversed_nights) == []


def test_rerunning_a_partition_leaves_identical_tables(
    three_days: Path, one_night: dict[str, pl.DataFrame], tmp_path: Path
) -> None:
    rerun = milled(three_days, tmp_path, [[DAYS[0]], [DAYS[1]], [DAYS[1]], [DAYS[2]], [DAYS[0]]])
    assert differing(one_night, rerun) == []


def test_files_that_come_late_leave_what_they_would_have_left_in_time(
    three_days: Path, one_night: dict[str, pl.DataFrame], tmp_path: Path
) -> None:
    slow = tmp_path / "input"
    shutil.copytree(three_days, slow)
    late = sorted((slow / DAYS[1].isoformat()).glob("*.html"))[::2]
    for file in late:
        file.rename(tmp_path / file.name)
    settings = settings_for(slow, tmp_path / "home")
    run_dates(settings, DAYS)
    for file in late:
        shutil.move(tmp_path / file.name, file)
    run_dates(settings, [DAYS[1]])
    assert differing(one_night, tables_of(settings.database)) == []


def test_the_archive_alone_rebuilds_the_tables(
    three_days: Path, one_night: dict[str, pl.DataFrame], tmp_path: Path
) -> None:
    settings = settings_for(three_days, tmp_path / "home")
    run_dates(settings, DAYS)
    settings.database.unlink()
    other = tmp_path / "other-input" / "2026-10-13"
    other.mkdir(parents=True)
    shutil.copy(three_days / "2026-10-13" / "manifest.jsonl", other)
    first = sorted((three_days / "2026-10-13").glob("*.html"))[0]
    shutil.copy(first, other)
    run_dates(settings_for(tmp_path / "other-input", tmp_path / "home"), DAYS)
    assert differing(one_night, tables_of(settings.database)) == []


def test_a_crash_between_stages_leaves_the_last_good_state(
    three_days: Path, one_night: dict[str, pl.DataFrame], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_for(three_days, tmp_path)
    run_dates(settings, DAYS)
    good = tables_of(settings.database)

    def crash(*_: object) -> pl.DataFrame:
        raise MemoryError

    with monkeypatch.context() as broken, pytest.raises(MemoryError):
        broken.setattr(stages, "story_verdicts", crash)
        run_dates(settings, [DAYS[1]])
    assert differing(good, tables_of(settings.database)) == []
    assert not (tmp_path / "staging").exists()
    assert differing(one_night, good) == []


def test_what_a_killed_run_left_staged_does_not_land(
    three_days: Path, one_night: dict[str, pl.DataFrame], tmp_path: Path
) -> None:
    left = tmp_path / "staging" / "clean.pages"
    left.mkdir(parents=True)
    one_night["clean.pages"].write_parquet(left / "999999.parquet")
    settings = settings_for(three_days, tmp_path)
    run_dates(settings, DAYS)
    assert differing(one_night, tables_of(settings.database)) == []
    assert not (tmp_path / "staging").exists()


def test_the_records_reconcile_on_every_date(three_days: Path, tmp_path: Path) -> None:
    settings = settings_for(three_days, tmp_path)
    run_dates(settings, DAYS)
    with open_writer(settings.database) as con:
        days = reconcile(con, DAYS)
    assert [day.ingest_date for day in days] == DAYS
    assert all(day.records == day.kept + day.merged + day.quarantined and day.unreconciled == 0 for day in days)
