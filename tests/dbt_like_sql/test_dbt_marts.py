"""The marts over warehouses made by hand: these rows in, these rows out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import duckdb
import pytest
from hand_made_warehouse import Page, build_all, days, fill

from newsmill.warehouse.models import Project

Milled = Callable[..., duckdb.DuckDBPyConnection]
X, Y, Z = "ai_regulation", "ai_video_models", "defense_partnerships"


def rows(con: duckdb.DuckDBPyConnection, columns: str, table: str) -> list[tuple[Any, ...]]:
    return con.execute(f"select {columns} from trends.{table} order by all").fetchall()


def test_pages_stories_outlets_and_languages_stand_side_by_side(milled: Milled) -> None:
    con = milled(
        Page("wire", "2026-01-05", site="a.test", topics={X: "main"}),
        Page("copy", "2026-01-05", site="b.test", story="wire", language="fr", topics={X: "main"}),
        Page("tease", "2026-01-05", site="a.test", topics={X: "teaser"}),
        Page("late", "2026-01-08", site="c.test", story="wire", topics={X: "part"}),
        Page("file", "2026-01-14", site=None, language="und", topics={X: "main"}),
        Page("other", "2026-01-05", site="a.test"),
    )
    counts = "day::varchar, pages, stories, outlets, languages, teaser_pages, pages_7d, stories_7d"
    assert rows(con, counts, "topic_daily") == [
        ("2026-01-05", 3, 2, 2, 2, 1, 3, 2),
        ("2026-01-06", 0, 0, 0, 0, 0, 3, 2),
        ("2026-01-07", 0, 0, 0, 0, 0, 3, 2),
        # The story that returns counts on its day, but only once in seven.
        ("2026-01-08", 1, 1, 1, 1, 0, 4, 2),
        ("2026-01-09", 0, 0, 0, 0, 0, 4, 2),
        ("2026-01-10", 0, 0, 0, 0, 0, 4, 2),
        ("2026-01-11", 0, 0, 0, 0, 0, 4, 2),
        ("2026-01-12", 0, 0, 0, 0, 0, 1, 1),
        ("2026-01-13", 0, 0, 0, 0, 0, 1, 1),
        # A file has no site and a language that can't be known is none.
        ("2026-01-14", 1, 1, 0, 0, 0, 2, 2),
    ]


def test_the_days_of_a_topic_are_its_own(milled: Milled) -> None:
    con = milled(
        Page("a", "2026-01-05", topics={X: "main"}),
        Page("b", "2026-01-07", topics={X: "main", Y: "part"}),
        Page("c", "2026-01-08", topics={Y: "main"}),
    )
    assert rows(con, "topic, day::varchar, pages", "topic_daily") == [
        (X, "2026-01-05", 1),
        (X, "2026-01-06", 0),
        (X, "2026-01-07", 1),
        (Y, "2026-01-07", 1),
        (Y, "2026-01-08", 1),
    ]


def test_a_page_that_only_teases_counts_as_page_and_story_and_is_told_apart(milled: Milled) -> None:
    con = milled(Page("seed", "2026-01-05", topics={X: "teaser", Y: "main", Z: "teaser"}))
    assert rows(con, "topic, pages, stories, teaser_pages", "topic_daily") == [(X, 1, 1, 1), (Y, 1, 1, 0), (Z, 1, 1, 1)]


def test_one_page_of_long_ago_lays_days_not_pages(milled: Milled) -> None:
    con = milled(
        Page("old", "2026-01-05", published="1996-02-29 10:00", topics={X: "main"}),
        Page("new", "2026-01-05", topics={X: "main"}),
    )
    found = con.execute("select count(*), sum(pages), max(pages_7d) from trends.topic_daily").fetchall()
    assert found == [(10904, 2, 1)]


def test_without_pages_the_marts_are_empty(milled: Milled) -> None:
    con = milled(Page("junk", "2026-01-05", junk=True))
    for mart in ("topic_daily", "topic_weekly", "topic_bursts", "topic_pairs", "story_spread"):
        assert rows(con, "*", mart) == []


def test_weeks_compare_stories_with_the_week_before(milled: Milled) -> None:
    stories_by_week = {"2026-01-05": 2, "2026-01-12": 3, "2026-01-26": 1}
    con = milled(
        *[
            Page(f"{week}-{story}-{copy}", week, site=f"{copy}.test", story=f"{week}-{story}-0", topics={X: "main"})
            for week, stories in stories_by_week.items()
            for story in range(stories)
            for copy in range(2)
        ],
        Page("sunday", "2026-01-11", topics={X: "teaser"}, story="2026-01-05-0-0"),
    )
    columns = "week::varchar, pages, stories, outlets, teaser_pages, change_ratio"
    assert rows(con, columns, "topic_weekly") == [
        ("2026-01-05", 5, 2, 3, 1, None),
        ("2026-01-12", 6, 3, 2, 0, 0.5),
        ("2026-01-19", 0, 0, 0, 0, -1.0),
        ("2026-01-26", 2, 1, 2, 0, None),
    ]


def test_pairs_are_topics_of_one_page(milled: Milled) -> None:
    con = milled(
        Page("both", "2026-01-06", topics={Y: "main", X: "part"}),
        Page("copy", "2026-01-07", story="both", topics={X: "part", Y: "main"}),
        Page("all", "2026-01-13", topics={X: "main", Y: "part", Z: "teaser"}),
        Page("one", "2026-01-13", topics={X: "main"}),
        # Two pages of a story with a topic each are no pair.
        Page("half", "2026-01-13", story="one", topics={Z: "main"}),
    )
    assert rows(con, "week::varchar, topic_a, topic_b, pages, stories", "topic_pairs") == [
        ("2026-01-05", X, Y, 2, 1),
        ("2026-01-12", X, Y, 1, 1),
        ("2026-01-12", X, Z, 1, 1),
        ("2026-01-12", Y, Z, 1, 1),
    ]


def test_a_story_spreads_from_the_site_that_had_it_first(milled: Milled) -> None:
    con = milled(
        Page("copy", "2026-01-05", site="b.test", published="2026-01-05 09:00", story="wire", language="fr"),
        Page("wire", "2026-01-06", site="a.test", published="2026-01-05 08:00", title="The wire's own"),
        Page("again", "2026-01-09", site="a.test", published="2026-01-05 08:00", story="wire"),
        Page("late", "2026-01-09", site="c.test", story="wire", language="und"),
        Page("alone", "2026-01-05", site=None, title="Alone"),
    )
    assert rows(
        con, "* replace (first_seen::varchar as first_seen, last_seen::varchar as last_seen)", "story_spread"
    ) == [
        ("alone", "Alone", None, "2026-01-05 12:00:00", "2026-01-05 12:00:00", 1, 0, 1),
        ("wire", "The wire's own", "a.test", "2026-01-05 08:00:00", "2026-01-09 12:00:00", 4, 3, 2),
    ]


def test_a_date_without_time_claims_no_lead(milled: Milled) -> None:
    con = milled(
        Page("dated", "2026-01-09", site="b.test", published="2026-01-05 00:00", story="timed"),
        Page("timed", "2026-01-09", site="a.test", published="2026-01-05 18:00"),
    )
    assert rows(con, "first_site", "story_spread") == [("a.test",)]


def test_sites_of_one_moment_are_told_apart_by_record(milled: Milled) -> None:
    con = milled(Page("b", "2026-01-05", site="b.test", story="a"), Page("a", "2026-01-05", site="a.test"))
    assert rows(con, "first_site", "story_spread") == [("a.test",)]


def test_a_late_original_repairs_the_story_and_the_days_it_touches(
    con: duckdb.DuckDBPyConnection, project: Project
) -> None:
    fill(con, [Page("copy", "2026-01-07", site="b.test", topics={X: "main"})])
    build_all(con, project, "2026-01-07")
    con.execute("update stories.members set story_id = 'wire', is_canonical = false, relation = 'copy'")
    fill(con, [Page("wire", "2026-01-08", site="a.test", published="2026-01-05 08:00", topics={X: "main"})])
    build_all(con, project, "2026-01-08")
    assert rows(con, "story_id, title, first_site, pages", "story_spread") == [("wire", "Title of wire", "a.test", 2)]
    assert rows(con, "day::varchar, pages, stories, stories_7d", "topic_daily") == [
        ("2026-01-05", 1, 1, 1),
        ("2026-01-06", 0, 0, 1),
        ("2026-01-07", 1, 1, 1),
    ]


def steady(count: int, stories: int = 1, first: str = "2026-01-01", topic: str = X) -> list[Page]:
    """So many days of so many stories each."""
    return [
        Page(f"{topic}-{day}-{story}", day, topics={topic: "main"})
        for day in days(first, count)
        for story in range(stories)
    ]


def test_a_burst_is_what_the_past_does_not_explain(milled: Milled) -> None:
    con = milled(*steady(28), *steady(1, stories=9, first="2026-01-29"), *steady(5, first="2026-01-30"))
    ((topic, start, end, observed, expected, score),) = rows(
        con, "topic, start_day::varchar, end_day::varchar, observed, expected, score", "topic_bursts"
    )
    assert (topic, start, end, observed) == (X, "2026-01-29", "2026-01-29", 9)
    assert expected == pytest.approx(28.5 / 29)
    assert score == pytest.approx(2 * (9.375**0.5 - (28.5 / 29 + 0.375) ** 0.5))


def test_days_that_follow_one_another_are_one_burst(milled: Milled) -> None:
    con = milled(
        *steady(20),
        *steady(2, stories=12, first="2026-01-21"),
        *steady(1, first="2026-01-23"),
        *steady(1, stories=14, first="2026-01-24"),
    )
    first = 20.5 / 21
    second = 32.5 / 22
    found = rows(con, "start_day::varchar, end_day::varchar, observed, expected", "topic_bursts")
    assert [row[:3] for row in found] == [("2026-01-21", "2026-01-22", 24), ("2026-01-24", "2026-01-24", 14)]
    assert found[0][3] == pytest.approx(first + second)


def test_an_even_topic_and_one_story_on_many_sites_are_no_bursts(milled: Milled) -> None:
    wire = [
        Page(f"wire-{site}", "2026-01-29", site=f"{site}.test", story="wire-0", topics={X: "main"})
        for site in range(40)
    ]
    con = milled(*steady(40, stories=2), *wire, *steady(40, stories=3, topic=Y))
    assert rows(con, "*", "topic_bursts") == []


@pytest.mark.parametrize(("history", "bursts"), [(6, 0), (7, 1)])
def test_no_burst_is_told_before_a_week_is_known(history: int, bursts: int, milled: Milled) -> None:
    con = milled(*steady(history), *steady(1, stories=12, first=f"2026-01-{history + 1:02}"))
    assert len(rows(con, "*", "topic_bursts")) == bursts


def test_silence_is_history_too(milled: Milled) -> None:
    con = milled(*steady(1), *steady(1, stories=8, first="2026-02-20"))
    assert rows(con, "start_day::varchar, observed", "topic_bursts") == [("2026-02-20", 8)]


def test_the_story_on_most_pages_drives_the_burst(milled: Milled) -> None:
    burst = steady(1, stories=10, first="2026-01-20")
    copies = [Page(f"copy-{site}", "2026-01-20", story=burst[4].record_id, topics={X: "main"}) for site in range(2)]
    # On as many pages, but seen later; and on more, but of another topic or another day.
    later = [Page(f"later-{site}", "2026-01-20", story="later-0", topics={X: "main"}) for site in range(3)]
    for page in later:
        page.published = "2026-01-20 11:59"
    for page in [burst[4], *copies]:
        page.published = "2026-01-20 06:00"
    other_topic = [Page(f"topic-{site}", "2026-01-20", story="topic-0", topics={Y: "main"}) for site in range(9)]
    other_day = [Page(f"day-{site}", "2026-01-19", story="day-0", topics={X: "main"}) for site in range(9)]
    con = milled(*steady(19), *burst, *copies, *later, *other_topic, *other_day)
    assert rows(con, "top_story_id", "topic_bursts") == [(burst[4].record_id,)]
