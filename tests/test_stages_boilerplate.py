"""Boilerplate of a site contains no mentions, in any order of loading."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest
from pipeline_runs import differing, settings_for, tables_of

from newsmill import stages
from newsmill.settings import Settings
from newsmill.stories.thresholds import DEFAULT_THRESHOLDS
from newsmill.warehouse.connection import open_writer
from newsmill.warehouse.sql_models import load_project
from newsmill.warehouse.staleness import dates_to_retag, dates_with_stale_tags

DAYS = [dt.date(2026, 3, 1), dt.date(2026, 3, 2)]
PAGES_PER_DAY = DEFAULT_THRESHOLDS.min_boilerplate_urls - 1
BOILERPLATE = "Read our guide to Runway and every other text-to-video model before you subscribe to this paper."
NOUNS = ("harbour", "council", "river", "bridge", "market", "school", "engine", "winter", "garden", "letter", "signal")


def article(number: int) -> str:
    sentences = [
        f"The {NOUNS[(number * 7 + i * i) % 11]} of ward {number} lost {i} of its {i + number} old trees."
        for i in range(9)
    ]
    return "".join(f"<p>{sentence}</p>" for sentence in [*sentences, BOILERPLATE])


@pytest.fixture(scope="module")
def two_days(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write two days of one site: only both together have enough pages for the sentence to be boilerplate."""
    root = tmp_path_factory.mktemp("boilerplate")
    for day, date in enumerate(DAYS):
        folder = root / date.isoformat()
        folder.mkdir()
        lines = []
        for number in range(day * PAGES_PER_DAY, (day + 1) * PAGES_PER_DAY):
            page = f"<html lang='en'><head><title>News of ward {number}</title></head><body><article>{article(number)}"
            (folder / f"{number}.html").write_text(f"{page}</article></body></html>", encoding="utf-8")
            url = f"https://site.example/ward/{number}"
            lines.append(json.dumps({"file": f"{number}.html", "url": url, "fetched_at": f"{date}T08:00:00Z"}))
        (folder / "manifest.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return root


def run_to_topics(settings: Settings, dates: Sequence[dt.date]) -> None:
    """Run the stages up to topics, as the daily job does; the SQL models have their own tests."""
    stages.archive_input(settings, dates)
    with open_writer(settings.database) as con:
        stages.run_dates(con, stages.Run(settings, "test"), dates)


def processed(input_folder: Path, home: Path, runs: Sequence[Sequence[dt.date]]) -> dict[str, pl.DataFrame]:
    settings = settings_for(input_folder, home)
    for dates in runs:
        run_to_topics(settings, dates)
    return tables_of(settings.database)


def test_topics_are_the_same_in_any_order(two_days: Path, tmp_path: Path) -> None:
    first = processed(two_days, tmp_path / "by-day", [DAYS[:1]])
    assert first["topics.mentions"]["sentence"].unique().to_list() == [BOILERPLATE]
    assert first["topics.page_topics"].height == PAGES_PER_DAY
    by_day = processed(two_days, tmp_path / "by-day", [[date] for date in DAYS[1:]])
    assert by_day["clean.boilerplate_spans"]["record_id"].n_unique() == 2 * PAGES_PER_DAY
    assert by_day["topics.mentions"].is_empty()
    assert by_day["topics.retag_queue"].is_empty()
    assert differing(by_day, processed(two_days, tmp_path / "at-once", [DAYS])) == []
    assert differing(by_day, processed(two_days, tmp_path / "reversed", [[date] for date in reversed(DAYS)])) == []


@pytest.mark.slow
def test_a_run_that_ended_before_the_topics_is_completed_by_the_next(two_days: Path, tmp_path: Path) -> None:
    settings = settings_for(two_days, tmp_path)
    run, project = stages.Run(settings, "test"), load_project(settings.models)
    run_to_topics(settings, DAYS[:1])
    with open_writer(settings.database) as con:
        stages.build_derived(con, project, DAYS[:1])
        assert con.execute("select count(*) from trends.topic_pages").fetchall() == [(PAGES_PER_DAY,)]
    stages.archive_input(settings, DAYS[1:])
    before_topics = [stages.RAW_STAGE, stages.PAGES_STAGE, stages.STORIES_STAGE]
    with open_writer(settings.database) as con:
        stages.run_dates(con, run, DAYS[1:], before_topics)
        assert dates_to_retag(con) == DAYS
    with open_writer(settings.database) as con:
        stages.TOPICS_STAGE.run(con, run, [])
        assert dates_with_stale_tags(con) == DAYS[:1]
        stages.build_derived(con, project, DAYS[1:])
    tables = tables_of(settings.database)
    assert tables["topics.mentions"].is_empty()
    assert tables["trends.topic_pages"].is_empty()
    assert tables["trends.topic_daily"]["pages"].sum() == 0
