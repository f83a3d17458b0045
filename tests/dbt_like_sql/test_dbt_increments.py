"""Incremental builds: after any sequence of runs the trends equal those of a full rebuild."""

from __future__ import annotations

import duckdb
import pytest
from hand_made_warehouse import Page, build_all, fill, marts
from hypothesis import given, settings
from hypothesis import strategies as st

from newsmill.warehouse.sql_models import Project, build_model

DATES = ["2026-01-05", "2026-01-06", "2026-01-13", "2026-01-20"]
PUBLISHED = [None, "2026-01-04 09:00", "2026-01-12 09:00", "2026-01-19 09:00"]
TOPICS = ["ai_regulation", "ai_video_models"]
TARGETS = [f"{DATES[0]}-0", f"{DATES[3]}-1", "unknown"]
TABLES = ["raw.records", "clean.pages", "clean.teasers", "stories.members", "quality.ledger", "topics.mentions"]
TABLES += ["topics.page_topics", "topics.entities"]

page = st.builds(
    dict,
    site=st.sampled_from(["a.test", "b.test", None]),
    published=st.sampled_from(PUBLISHED),
    topics=st.dictionaries(st.sampled_from(TOPICS), st.sampled_from(["main", "teaser"])),
    entities=st.sampled_from([(), ("Alpha",), ("Alpha", "Beta")]),
    code_version=st.sampled_from(["0.1.0", "0.2.0"]),
    taxonomy=st.sampled_from(["a" * 12, "b" * 12]),
    # The URL of a page of the first or of the last date, or of an unknown one.
    links=st.sampled_from([{}, *({topic: f"https://a.test/{target}" for topic in TOPICS} for target in TARGETS)]),
)
# One run: an ingest date, its pages, and the number of stories. A later run may replace the pages of the same date.
run = st.tuples(st.sampled_from(DATES), st.lists(page, max_size=4), st.integers(0, 3))


def replace_pages(con: duckdb.DuckDBPyConnection, date: str, pages: list[dict[str, object]], groups: int) -> None:
    """Replace the date's pages by these, and assign all pages to `groups` stories (0: one story per page)."""
    for table in TABLES:
        con.execute(f"delete from {table} where ingest_date = ?", [date])
    fill(con, [Page(f"{date}-{number}", date, **values) for number, values in enumerate(pages)])  # type: ignore[arg-type]
    con.execute(
        "update stories.members set story_id = 'story ' || (if($1 = 0, record_id, "
        "(right(record_id, 1)::int % greatest($1, 1))::varchar))",
        [groups],
    )


@settings(deadline=None, max_examples=6)
@given(runs=st.lists(run, min_size=1, max_size=4))
def test_incremental_builds_equal_a_full_rebuild(project: Project, runs: list[tuple[str, list, int]]) -> None:
    with duckdb.connect(config={"threads": 1}) as con:
        fill(con, [])
        for date, pages, groups in runs:
            replace_pages(con, date, pages, groups)
            build_all(con, project, date)
        incremental = marts(con, project)
        build_all(con, project, full_refresh=True)
        assert incremental == marts(con, project)


def row_ids(con: duckdb.DuckDBPyConnection, model: str, key: str) -> dict[str, int]:
    """Return the rowid of each key; a row that is not rewritten keeps its rowid."""
    return dict(con.execute(f"select {key}::varchar, min(rowid) from intermediate.{model} group by all").fetchall())


@pytest.fixture
def three_weeks(con: duckdb.DuckDBPyConnection, project: Project) -> duckdb.DuckDBPyConnection:
    fill(con, [Page(f"p{date}", date, topics={TOPICS[0]: "main"}, entities=("Alpha",)) for date in DATES])
    build_all(con, project)
    return con


def rewritten_keys(con: duckdb.DuckDBPyConnection, project: Project, date: str) -> dict[str, set[str]]:
    """Build the models for the date, and return the days and weeks whose counts were rewritten."""
    keys = {"int_topic_days": "day", "int_topic_weeks": "week", "int_entity_weeks": "week", "int_change_parts": "week"}
    written = {}
    for model in project.models:
        if model.name in keys:
            before = row_ids(con, model.name, keys[model.name])
            build_model(con, project, model, {"ingest_dates": [date]})
            after = row_ids(con, model.name, keys[model.name])
            written[model.name] = {name for name in after if after[name] != before.get(name)}
        else:
            build_model(con, project, model, {"ingest_dates": [date]})
    return written


def test_a_late_original_rewrites_only_its_days(three_weeks: duckdb.DuckDBPyConnection, project: Project) -> None:
    con = three_weeks
    late = Page("late", "2026-01-20", published="2026-01-06 08:00", topics={TOPICS[0]: "main"})
    fill(con, [late])
    written = rewritten_keys(con, project, "2026-01-20")
    assert written["int_topic_days"] == {f"2026-01-{day:02}" for day in range(6, 13)}
    assert written["int_topic_weeks"] == written["int_entity_weeks"] == {"2026-01-05"}
    assert written["int_change_parts"] == {"2026-01-05", "2026-01-12"}


def test_a_changed_story_rewrites_only_its_days(three_weeks: duckdb.DuckDBPyConnection, project: Project) -> None:
    con = three_weeks
    con.execute("update stories.members set story_id = 'p2026-01-05' where record_id = 'p2026-01-06'")
    written = rewritten_keys(con, project, "2026-01-20")
    assert written["int_topic_weeks"] == {"2026-01-05"}
    assert written["int_topic_days"] == {f"2026-01-{day:02}" for day in range(6, 13)}
    assert con.execute("select stories from trends.topic_weekly where week = '2026-01-05'").fetchall() == [(1,)]


def test_a_run_without_records_rewrites_nothing(three_weeks: duckdb.DuckDBPyConnection, project: Project) -> None:
    before = marts(three_weeks, project)
    assert rewritten_keys(three_weeks, project, "2026-01-21") == {
        "int_topic_days": set(),
        "int_topic_weeks": set(),
        "int_entity_weeks": set(),
        "int_change_parts": set(),
    }
    assert marts(three_weeks, project) == before
