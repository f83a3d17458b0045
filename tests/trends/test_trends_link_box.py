"""A box of links to one article is not news: it adds teaser pages, not stories, bursts or a rise."""

from __future__ import annotations

import duckdb
import pytest
from dbt_like_sql.hand_made_warehouse import FOLDER, Page, build_all, days, fill

from newsmill import stages
from newsmill.warehouse.sql_models import load_project

TOPIC = "ai_regulation"
BOX_DAY = "2026-11-15"


@pytest.fixture(scope="module")
def con() -> duckdb.DuckDBPyConnection:
    """Return a site with one story a day for 16 days, and 11 other pages a day, which link to the story of one day."""
    con = duckdb.connect(config={"threads": 1})
    pages = [Page(f"story-{day}", day, topics={TOPIC: "main"}) for day in days("2026-11-01", 16)]
    for day in days("2026-11-01", 16):
        box = {"topics": {TOPIC: "teaser"}, "links": {TOPIC: f"https://a.test/story-{day}"}} if day == BOX_DAY else {}
        pages += [Page(f"local-{day}-{number}", day, **box) for number in range(11)]  # type: ignore[arg-type]
    fill(con, pages)
    build_all(con, load_project(FOLDER))
    stages.load_bursts(con)
    return con


def test_a_link_box_adds_teaser_pages_alone(con: duckdb.DuckDBPyConnection) -> None:
    counts = con.execute(
        "select day::varchar, pages, stories, outlets, teaser_pages, teaser_stories from trends.topic_daily order by 1"
    ).fetchall()
    # The article that the box links to is known and has the topic itself, so the teasers add no story.
    assert counts == [(day, 1, 1, 1, 11 if day == BOX_DAY else 0, 0) for day in days("2026-11-01", 16)]


def test_a_link_box_is_no_burst_and_no_rise(con: duckdb.DuckDBPyConnection) -> None:
    assert con.execute("from trends.topic_bursts").fetchall() == []
    [(stories, expected)] = con.execute(
        "select stories, expected from trends.topic_expected where day = ?", [BOX_DAY]
    ).fetchall()
    assert (stories, round(expected)) == (1, 1)
    changes = con.execute(
        "select week::varchar, pages - pages_before, collection, genuine, teasers, change "
        "from trends.change_decomposition order by week"
    ).fetchall()
    # The first week has one day, the last one has one day too.
    assert changes == [
        ("2026-11-02", 6, 6, 0, 0, 6),
        ("2026-11-09", 0, 0, 0, 11, 11),
        ("2026-11-16", -6, -6, 0, -11, -17),
    ]
