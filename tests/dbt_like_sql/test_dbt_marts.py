"""The marts: given pages, and the expected rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import duckdb
from hand_made_warehouse import Page, build_all, fill

from newsmill.warehouse.sql_models import Project

Build = Callable[..., duckdb.DuckDBPyConnection]
X, Y, Z = "ai_regulation", "ai_video_models", "defense_partnerships"


def rows(con: duckdb.DuckDBPyConnection, columns: str, table: str) -> list[tuple[Any, ...]]:
    return con.execute(f"select {columns} from trends.{table} order by all").fetchall()


def test_topic_daily_counts_pages_stories_outlets_and_languages(build_models: Build) -> None:
    con = build_models(
        Page("wire", "2026-01-05", site="a.test", topics={X: "main"}),
        Page("copy", "2026-01-05", site="b.test", story="wire", language="fr", topics={X: "main"}),
        Page("tease", "2026-01-05", site="a.test", topics={X: "teaser"}),
        Page("late", "2026-01-08", site="c.test", story="wire", topics={X: "part"}),
        Page("file", "2026-01-14", site=None, language="und", topics={X: "main"}),
        Page("other", "2026-01-05", site="a.test"),
    )
    counts = "day::varchar, pages, stories, outlets, languages, teaser_pages, pages_7d, stories_7d"
    assert rows(con, counts, "topic_daily") == [
        ("2026-01-05", 2, 1, 2, 2, 1, 2, 1),
        ("2026-01-06", 0, 0, 0, 0, 0, 2, 1),
        ("2026-01-07", 0, 0, 0, 0, 0, 2, 1),
        # A story that appears again counts on that day, but once in seven days.
        ("2026-01-08", 1, 1, 1, 1, 0, 3, 1),
        ("2026-01-09", 0, 0, 0, 0, 0, 3, 1),
        ("2026-01-10", 0, 0, 0, 0, 0, 3, 1),
        ("2026-01-11", 0, 0, 0, 0, 0, 3, 1),
        ("2026-01-12", 0, 0, 0, 0, 0, 1, 1),
        ("2026-01-13", 0, 0, 0, 0, 0, 1, 1),
        # A file has no site, and an undetermined language does not count.
        ("2026-01-14", 1, 1, 0, 0, 0, 2, 2),
    ]


def test_the_days_of_a_topic_start_with_its_first_page(build_models: Build) -> None:
    con = build_models(
        Page("a", "2026-01-05", topics={X: "main"}),
        Page("b", "2026-01-07", topics={X: "main", Y: "part"}),
        Page("c", "2026-01-08", topics={Y: "main"}),
    )
    assert rows(con, "topic, day::varchar, pages", "topic_daily") == [
        (X, "2026-01-05", 1),
        (X, "2026-01-06", 0),
        (X, "2026-01-07", 1),
        # No page on the last day of the warehouse.
        (X, "2026-01-08", 0),
        (Y, "2026-01-07", 1),
        (Y, "2026-01-08", 1),
    ]


TEASER_COUNTS = "topic, day::varchar, pages, stories, outlets, languages, teaser_pages, teaser_stories"


def test_a_teaser_only_page_counts_among_teasers_alone(build_models: Build) -> None:
    con = build_models(
        Page("seed", "2026-01-05", topics={X: "teaser", Y: "main", Z: "teaser"}),
        Page("wire", "2026-01-05", site="b.test", topics={X: "main"}),
        Page("copy", "2026-01-05", site="c.test", story="wire", topics={X: "teaser"}),
    )
    assert rows(con, TEASER_COUNTS, "topic_daily") == [
        # The story of the copy has a page that counts.
        (X, "2026-01-05", 1, 1, 1, 1, 2, 1),
        (Y, "2026-01-05", 1, 1, 1, 1, 0, 0),
        (Z, "2026-01-05", 0, 0, 0, 0, 1, 1),
    ]
    assert rows(con, "topic, pages, stories, outlets, teaser_pages, teaser_stories", "topic_weekly") == [
        (X, 1, 1, 1, 2, 1),
        (Y, 1, 1, 1, 0, 0),
        (Z, 0, 0, 0, 1, 1),
    ]
    assert rows(con, "*", "topic_pairs") == []


def test_a_teaser_counts_for_the_story_of_a_known_target(build_models: Build) -> None:
    box = {X: "https://www.a.test/target/?utm_source=box#more"}
    con = build_models(
        Page("target", "2026-01-05", topics={X: "main"}),
        *[Page(f"box{n}", "2026-01-07", topics={X: "teaser"}, links=box) for n in range(3)],
        # Two pages tease one known page that has not the topic itself, and one an unknown page.
        Page("other", "2026-01-05"),
        *[Page(f"y{n}", "2026-01-08", topics={Y: "teaser"}, links={Y: "http://a.test/other"}) for n in range(2)],
        Page("z", "2026-01-08", topics={Y: "teaser"}, links={Y: "http://elsewhere.test/page"}),
    )
    assert rows(con, TEASER_COUNTS, "topic_daily") == [
        (X, "2026-01-05", 1, 1, 1, 1, 0, 0),
        (X, "2026-01-06", 0, 0, 0, 0, 0, 0),
        (X, "2026-01-07", 0, 0, 0, 0, 3, 0),
        (X, "2026-01-08", 0, 0, 0, 0, 0, 0),
        (Y, "2026-01-08", 0, 0, 0, 0, 3, 2),
    ]


def test_a_teaser_counts_for_its_target_once_that_is_read(con: duckdb.DuckDBPyConnection, project: Project) -> None:
    link = {X: "https://a.test/late"}
    fill(con, [Page(f"p{n}", "2026-01-05", topics={X: "teaser"}, links=link) for n in range(2)])
    build_all(con, project, "2026-01-05")
    assert rows(con, "teaser_pages, teaser_stories", "topic_daily") == [(2, 2)]
    fill(con, [Page("late", "2026-01-06", published="2026-01-05 08:00", topics={X: "main"})])
    build_all(con, project, "2026-01-06")
    assert rows(con, "day::varchar, stories, teaser_pages, teaser_stories", "topic_daily") == [
        ("2026-01-05", 1, 2, 0),
        ("2026-01-06", 0, 0, 0),
    ]


def test_an_old_page_adds_days_without_pages(build_models: Build) -> None:
    con = build_models(
        Page("old", "2026-01-05", published="1996-02-29 10:00", topics={X: "main"}),
        Page("new", "2026-01-05", topics={X: "main"}),
    )
    found = con.execute("select count(*), sum(pages), max(pages_7d) from trends.topic_daily").fetchall()
    assert found == [(10904, 2, 1)]


def test_without_pages_the_marts_are_empty(build_models: Build) -> None:
    con = build_models(Page("junk", "2026-01-05", junk=True))
    for mart in ("topic_daily", "topic_weekly", "topic_pairs", "entity_weekly", "change_decomposition", "story_spread"):
        assert rows(con, "*", mart) == []


def test_weeks_compare_stories_with_the_week_before(build_models: Build) -> None:
    stories_by_week = {"2026-01-05": 2, "2026-01-12": 3, "2026-01-26": 1}
    con = build_models(
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
        ("2026-01-05", 4, 2, 2, 1, None),
        ("2026-01-12", 6, 3, 2, 0, 0.5),
        ("2026-01-19", 0, 0, 0, 0, -1.0),
        ("2026-01-26", 2, 1, 2, 0, None),
    ]


def test_topic_pairs_are_topics_of_one_page(build_models: Build) -> None:
    con = build_models(
        Page("both", "2026-01-06", topics={Y: "main", X: "part"}),
        Page("copy", "2026-01-07", story="both", topics={X: "part", Y: "main"}),
        Page("all", "2026-01-13", topics={X: "main", Y: "part", Z: "teaser"}),
        Page("one", "2026-01-13", topics={X: "main"}),
        Page("three", "2026-01-14", topics={X: "main", Z: "main"}),
        # Two pages of a story with one topic each are not a pair.
        Page("half", "2026-01-13", story="one", topics={Z: "main"}),
    )
    assert rows(con, "week::varchar, topic_a, topic_b, pages, stories", "topic_pairs") == [
        ("2026-01-05", X, Y, 2, 1),
        ("2026-01-12", X, Y, 1, 1),
        ("2026-01-12", X, Z, 1, 1),
    ]


def test_story_spread_has_the_first_site(build_models: Build) -> None:
    con = build_models(
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


def test_a_date_without_time_is_not_first(build_models: Build) -> None:
    con = build_models(
        Page("dated", "2026-01-09", site="b.test", published="2026-01-05 00:00", story="timed"),
        Page("timed", "2026-01-09", site="a.test", published="2026-01-05 18:00"),
    )
    assert rows(con, "first_site", "story_spread") == [("a.test",)]


def test_the_record_breaks_ties_between_sites(build_models: Build) -> None:
    con = build_models(Page("b", "2026-01-05", site="b.test", story="a"), Page("a", "2026-01-05", site="a.test"))
    assert rows(con, "first_site", "story_spread") == [("a.test",)]


def test_a_late_original_updates_the_story_and_its_days(
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
        ("2026-01-08", 0, 0, 1),
    ]


def test_a_day_without_pages_has_a_row(build_models: Build) -> None:
    con = build_models(Page("a", "2026-01-05", topics={X: "main"}), Page("junk", "2026-01-08", junk=True))
    assert rows(con, "day::varchar, pages, pages_7d", "topic_daily") == [
        ("2026-01-05", 1, 1),
        ("2026-01-06", 0, 1),
        ("2026-01-07", 0, 1),
        ("2026-01-08", 0, 1),
    ]


def test_a_future_page_extends_the_days_of_its_topic_only(build_models: Build) -> None:
    con = build_models(
        Page("a", "2026-01-05", topics={X: "main"}, published="2026-01-07 08:00"),
        Page("b", "2026-01-05", topics={Y: "main"}),
    )
    assert rows(con, "topic, day::varchar", "topic_daily") == [(X, "2026-01-07"), (Y, "2026-01-05")]


def test_entity_weekly_has_a_row_of_zeros_after_the_last_week(build_models: Build) -> None:
    con = build_models(
        Page("a", "2026-01-05", topics={X: "main"}, entities=("Alpha",)),
        Page("b", "2026-01-12", topics={X: "main"}, entities=("Alpha", "Beta")),
        Page("copy", "2026-01-12", site="b.test", story="b", topics={X: "main"}, entities=("Alpha",)),
        Page("c", "2026-01-13", topics={X: "main"}, entities=("Alpha",)),
        Page("d", "2026-01-13", topics={X: "teaser"}, entities=("Alpha", "Gamma")),
        Page("e", "2026-01-20", topics={X: "main"}),
    )
    columns = "entity, kind, topic, week::varchar, pages, stories, outlets, change_ratio"
    assert rows(con, columns, "entity_weekly") == [
        ("Alpha", "model", X, "2026-01-05", 1, 1, 1, None),
        ("Alpha", "model", X, "2026-01-12", 3, 2, 2, 1.0),
        ("Alpha", "model", X, "2026-01-19", 0, 0, 0, -1.0),
        ("Beta", "model", X, "2026-01-12", 1, 1, 1, None),
        ("Beta", "model", X, "2026-01-19", 0, 0, 0, -1.0),
    ]


def test_entity_weekly_has_no_change_for_a_week_without_collection(build_models: Build) -> None:
    days = [f"2026-01-{day:02}" for day in (*range(5, 12), *range(19, 26))]
    con = build_models(
        *[Page(f"x{day}", day, topics={X: "main"}, entities=("Alpha",)) for day in days],
        *[Page(f"y{day}-{n}", day) for day in days for n in range(3)],
    )
    assert rows(con, "week::varchar, stories, change_ratio", "entity_weekly") == [
        ("2026-01-05", 7, None),
        ("2026-01-12", 0, None),
        ("2026-01-19", 7, None),
    ]


CHANGE = "pages, pages_before, change, sources_joined, sources_silent, copies, extractor, taxonomy, genuine, teasers"


def test_change_decomposition_has_the_parts_of_a_change(build_models: Build) -> None:
    con = build_models(
        # One story becomes two, and gets a copy on a site that has pages in both weeks.
        Page("a1", "2026-01-05", site="a.test", topics={X: "main"}),
        Page("a2", "2026-01-12", site="a.test", topics={X: "main"}),
        Page("a3", "2026-01-13", site="a.test", topics={X: "main"}),
        Page("b1", "2026-01-05", site="b.test"),
        Page("b2", "2026-01-13", site="b.test", story="a3", topics={X: "main"}),
        # One site has no page in the first week, two have none in the second.
        Page("c2", "2026-01-14", site="c.test", story="a3", topics={X: "main"}),
        Page("d1", "2026-01-06", site="d.test", topics={X: "main"}),
        Page("e1", "2026-01-06", site="e.test", topics={X: "main"}),
    )
    assert rows(con, CHANGE, "change_decomposition") == [(4, 3, 1, 1, -2, 1, 0, 0, 1, 0)]


def test_a_new_extractor_or_taxonomy_is_not_a_genuine_change(build_models: Build) -> None:
    weeks = ("2026-01-05", "2026-01-12")
    con = build_models(
        *[Page(f"a{week}", week, site="a.test", topics={X: "main"}) for week in weeks],
        # b.test has a new taxonomy, c.test a new version of newsmill; the version of d.test occurs in both weeks.
        Page("b1", weeks[0], site="b.test"),
        *[Page(f"b{n}", weeks[1], site="b.test", topics={X: "main"}, taxonomy="b" * 12) for n in (2, 3)],
        Page("c1", weeks[0], site="c.test"),
        Page("c2", weeks[1], site="c.test", topics={X: "main"}, code_version="0.3.0"),
        Page("d1", weeks[0], site="d.test", topics={X: "main"}, code_version="0.2.0"),
        *[Page(f"d{n}", weeks[1], site="d.test", topics={X: "main"}, code_version="0.2.0") for n in (2, 3)],
    )
    assert rows(con, CHANGE, "change_decomposition") == [(6, 2, 4, 0, 0, 0, 1, 2, 1, 0)]


def test_the_first_pages_of_a_topic_are_a_genuine_change(build_models: Build) -> None:
    con = build_models(
        Page("a0", "2026-01-05", site="a.test", topics={X: "main"}),
        Page("a1", "2026-01-12", site="a.test"),
        Page("a2", "2026-01-20", site="a.test", topics={X: "main"}, taxonomy="b" * 12),
    )
    assert rows(con, f"week::varchar, {CHANGE}", "change_decomposition") == [
        ("2026-01-12", 0, 1, -1, 0, 0, 0, 0, 0, -1, 0),
        ("2026-01-19", 1, 0, 1, 0, 0, 0, 0, 0, 1, 0),
    ]


def test_pages_with_teasers_only_are_a_part_of_the_change(build_models: Build) -> None:
    con = build_models(
        Page("a0", "2026-01-05", site="a.test", topics={X: "main"}),
        Page("b0", "2026-01-05", site="b.test", topics={X: "teaser"}),
        Page("a1", "2026-01-12", site="a.test", topics={X: "main"}),
        *[Page(f"box{n}", "2026-01-13", site="a.test", topics={X: "teaser"}) for n in range(11)],
        Page("c1", "2026-01-13", site="c.test", topics={X: "teaser"}),
    )
    columns = f"teaser_pages, teaser_pages_before, {CHANGE}"
    assert rows(con, columns, "change_decomposition") == [(12, 1, 1, 1, 11, 0, 0, 0, 0, 0, 0, 11)]


def test_older_pages_found_by_a_new_collection_are_no_genuine_change(build_models: Build) -> None:
    con = build_models(
        Page("other", "2026-01-05", site="b.test"),
        *[Page(f"x{n}", "2026-01-12", topics={X: "main"}) for n in range(4)],
        Page("old", "2026-01-12", published="2026-01-06", topics={X: "main"}),
    )
    assert rows(con, CHANGE, "change_decomposition") == [(4, 1, 3, 3, 0, 0, 0, 0, 0, 0)]


def test_an_archive_fetched_later_has_genuine_changes(build_models: Build) -> None:
    con = build_models(
        *[Page(f"x{n}", "2026-01-20", published="2026-01-13", topics={X: "main"}) for n in range(4)],
        *[Page(f"old{n}", "2026-01-20", published="2026-01-06", topics={X: "main"}) for n in range(2)],
    )
    assert rows(con, CHANGE, "change_decomposition where week = '2026-01-12'") == [(4, 2, 2, 0, 0, 0, 0, 0, 2, 0)]


def test_days_that_one_week_did_not_collect_are_no_genuine_change(build_models: Build) -> None:
    days = [f"2026-01-{day:02}" for day in range(5, 24) if day not in (7, 8, 9)]
    con = build_models(
        *[Page(f"x{day}", day, topics={X: "main"}) for day in days],
        *[Page(f"y{day}-{n}", day) for day in days for n in range(5)],
    )
    assert rows(con, "day::varchar", "topic_daily where not is_collected") == [
        (f"2026-01-{day:02}",) for day in (7, 8, 9)
    ]
    assert rows(con, "week::varchar, collected_days", "topic_weekly") == [
        ("2026-01-05", 4),
        ("2026-01-12", 7),
        ("2026-01-19", 5),
    ]
    columns = "week::varchar, collected_days, collected_days_before, change, collection, genuine"
    assert rows(con, columns, "change_decomposition") == [
        ("2026-01-12", 7, 4, 3, 3, 0),
        # The week is not over.
        ("2026-01-19", 5, 7, -2, -2, 0),
    ]


def test_a_day_with_a_few_pages_found_later_is_not_collected(build_models: Build) -> None:
    days = [f"2026-01-{day:02}" for day in range(5, 26) if day not in (14, 18)]
    con = build_models(
        Page("x", "2026-01-05", topics={X: "main"}),
        # On the 18th, a Sunday, the site has as many pages as on other Sundays; on the 14th, one of a dozen.
        *[Page(f"y{day}-{n}", day) for day in days for n in range(2 if day in ("2026-01-11", "2026-01-25") else 12)],
        Page("late", "2026-01-15", published="2026-01-14", topics={X: "main"}),
        *[Page(f"sunday{n}", "2026-01-19", published="2026-01-18") for n in range(2)],
    )
    assert rows(con, "day::varchar, stories", "topic_daily where not is_collected") == [("2026-01-14", 1)]
    assert rows(con, "week::varchar, collected_days", "topic_weekly")[1] == ("2026-01-12", 6)
