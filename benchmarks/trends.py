"""Cost of a daily run of the trend models on a large warehouse, and what the bursts find in simulated series.

python -m benchmarks.trends [--pages 500000] [--years 40]
"""

from __future__ import annotations

import datetime as dt
import tempfile
import time
from pathlib import Path
from typing import Annotated, Any

import polars as pl
import polars.selectors as cs
import typer

from benchmarks.simulate_trends import NOISES, Size, detect_planted, false_bursts_a_year, noise_conditions
from newsmill import stages
from newsmill.settings import load_settings
from newsmill.types import Connection
from newsmill.warehouse.connection import open_writer
from newsmill.warehouse.sql_models import build_model, load_project
from pipelines.cli.show import print_table

FIRST = dt.date(2025, 1, 1)
DAYS = 400
PAGES_A_STORY = 2.5
SIZES: tuple[tuple[Size, int], ...] = (
    ("as_rare", 1),
    ("as_rare", 3),
    ("observed", 1),
    ("on_top", 1),
    ("on_top", 2),
    ("on_top", 3),
    ("on_top", 5),
)

# Pages of some ingest dates, drawn by md5 so that every run draws the same; a third of them have topics.
DAILY = """
create or replace temp table drawn_pages as
select md5('record' || i)::varchar as record_id,
       (date '{first}' + (i // {by_day})::integer) as ingest_date,
       'site' || (md5_number_lower('site' || i) % 1000)::integer || '.example' as site,
       -- Copies come within some days of their story.
       md5('story' || greatest(0, (i - (md5_number_lower('back' || i) % {back})::bigint) // {members})) as story_id,
       (md5_number_lower('age' || i) % 4)::integer as age,
       (md5_number_lower('topic' || i) % 24)::integer as draw
from range({start}, {end}) r(i);
insert into raw.records by name
select record_id, ingest_date, 'https://' || site || '/' || record_id as url, site,
       ingest_date + interval 12 hour as fetched_at from drawn_pages;
insert into clean.pages by name
select record_id, ingest_date, 'article' as kind, 'https://' || site || '/' || record_id as url, site,
       'A title of ' || record_id as title, ingest_date - to_days(age) + interval 9 hour as published_at,
       'en' as language, 'newsmill' as extracted_by, '0.1.0' as code_version from drawn_pages;
insert into stories.members by name
select record_id, ingest_date, story_id, false as is_canonical, 'copy' as relation from drawn_pages;
-- One canonical page a story: its first record.
update stories.members set is_canonical = record_id in (
    select min(record_id) from stories.members m
    where m.story_id in (select story_id from drawn_pages) group by m.story_id)
where story_id in (select story_id from drawn_pages);
insert into topics.page_topics by name
select record_id, ingest_date, 'topic_' || unnest(generate_series(draw, draw + draw % 3)) as topic, 1.0 as score,
       'main' as strength, draw = 5 as teaser_only, 'aaaaaaaaaaaa' as taxonomy_version from drawn_pages where draw < 8;
insert into topics.entities by name
select record_id, ingest_date, 'Entity ' || (md5_number_lower('entity' || record_id) % 150)::integer as entity,
       'model' as kind, topic, 'body' as place, 1 as count, taxonomy_version from topics.page_topics
where record_id in (select record_id from drawn_pages);
"""


def main(
    pages: Annotated[
        int, typer.Option(min=DAYS, help="Pages of the warehouse; a daily run adds one 400th of them.")
    ] = 500_000,
    years: Annotated[int, typer.Option(min=1, help="Simulated topic-years of each noise.")] = 40,
) -> None:
    """Print CPU seconds by model, and bursts by noise."""
    with tempfile.TemporaryDirectory() as folder:
        print_table(*_measure_models(Path(folder), pages))
    print_table(*_measure_false_bursts(years))
    print_table(*_measure_found_bursts(years))


def _measure_false_bursts(years: int) -> tuple[pl.DataFrame, str]:
    rows = []
    for noise in NOISES:
        rates = {
            name: false_bursts_a_year(variant, years, days, missing)
            for name, variant, days, missing in noise_conditions(noise)
        }
        rows.append({"noise": noise.name} | rates)
    frame = pl.DataFrame(rows)
    return frame.with_columns(cs.float().round(2)), f"False bursts a topic-year in {years} years of each noise"


def _measure_found_bursts(years: int) -> tuple[pl.DataFrame, str]:
    """Return the shares found, and after the slash those found by an oracle that knows the distribution."""
    rows = []
    for noise in NOISES:
        row: dict[str, str | float] = {"noise": noise.name, "exceedances": round(noise.exceedances_a_year(), 2)}
        for size, days in SIZES:
            detection = detect_planted(noise, years, days, size)
            row[f"{size}, {days} d"] = f"{100 * detection.share:.1f}/{100 * detection.oracle_share:.1f}"
        row["as one"] = f"{100 * detection.found_as_one / max(1, detection.found):.1f}"
        rows.append(row)
    return pl.DataFrame(rows), (
        f"Bursts of 4 sigma planted in {years} years of each noise: % found / % found by an oracle that knows the "
        "distribution; exceedances: days a year on which plain noise is 4 standard deviations up; as one: % of the "
        "found bursts of the last column that are one burst"
    )


def _measure_models(folder: Path, pages: int) -> tuple[pl.DataFrame, str]:
    settings = load_settings(home=folder)
    project = load_project(settings.models)
    by_day = pages // DAYS
    with open_writer(settings.database) as con:
        _add_pages(con, 0, pages - by_day, by_day)
        whole = _build(con, project, [])
        _add_pages(con, pages - by_day, pages, by_day)
        daily = _build(con, project, [(FIRST + dt.timedelta(days=DAYS - 1)).isoformat()])
        [(rows,)] = con.execute("select count(*) from trends.topic_pages").fetchall()
    total = [("all", *(sum(seconds[i] for seconds in times.values()) for times in (daily, whole) for i in (0, 1)))]
    model_rows = [(name, *daily[name], *whole[name]) for name in whole] + total
    frame = pl.DataFrame(model_rows, ["model", "daily_cpu", "daily_wall", "whole_cpu", "whole_wall"], orient="row")
    frame = frame.filter((pl.col("daily_cpu") > 0.02) | (pl.col("model") == "all")).with_columns(
        pl.selectors.float().round(2), ratio=(pl.col("daily_cpu") / pl.col("whole_cpu")).round(2)
    )
    return (
        frame,
        f"Seconds of a daily run of {by_day:,} pages on {pages:,} ({rows:,} pages with topics), and of a full build",
    )


def _add_pages(con: Connection, start: int, end: int, by_day: int) -> None:
    con.execute(
        DAILY.format(first=FIRST, start=start, end=end, by_day=by_day, back=3 * by_day, members=int(PAGES_A_STORY))
    )


def _build(con: Connection, project: Any, dates: list[str]) -> dict[str, tuple[float, float]]:
    seconds = {}
    for model in project.models:
        cpu, wall = time.process_time(), time.perf_counter()
        build_model(con, project, model, {"ingest_dates": dates})
        seconds[model.name] = (time.process_time() - cpu, time.perf_counter() - wall)
    cpu, wall = time.process_time(), time.perf_counter()
    stages.load_bursts(con)
    seconds["topic_bursts"] = (time.process_time() - cpu, time.perf_counter() - wall)
    return seconds


if __name__ == "__main__":
    typer.run(main)
