"""Pages and stories of topics by site and language, with the finest grain that fits."""

from __future__ import annotations

import datetime as dt
from itertools import combinations

import pytest
import report_database
from rendered_report import cells, choose, open_table, sheet_command
from report_data import as_dict
from report_database import FIRST, LAST, NAMES

from newsmill.report.queries import registered
from newsmill.report.sections import by_site_language
from newsmill.report.sections.by_site_language import count_by_site_language, top_sites_by_topic
from newsmill.report.time_buckets import find_time_buckets

COLUMNS = (("sites", "site", "name"), ("languages", "language", "code"))
PERIODS = [(FIRST, LAST), (dt.date(2026, 11, 1), dt.date(2026, 11, 7)), (LAST, LAST)]


def count_pages(counts, chosen: set[int], first: int, last: int) -> dict[int, int]:
    """Pages with any of the topics by index of site or language (`countTopicPages` in sources.js)."""
    bits = sum(1 << topic for topic in chosen)
    totals: dict[int, int] = {}
    for topics, index, by_bucket in counts["pages"]:
        pages = sum(value for bucket, value in by_bucket.items() if first <= bucket <= last)
        if topics & bits and pages:
            totals[index] = totals.get(index, 0) + pages
    return totals


def count_stories(counts, topic: int, width: int, first: int, last: int) -> dict[int, int]:
    """Stories of a topic by index of site or language (`countTopicStories` in sources.js)."""
    totals = {}
    for row_topic, index, by_key in counts["stories"]:
        cells = [(*divmod(key, width), count) for key, count in by_key.items()]
        stories = sum(n for bucket, gap, n in cells if first <= bucket <= last and (gap == 0 or bucket - gap < first))
        if row_topic == topic and stories:
            totals[index] = stories
    return totals


@pytest.mark.parametrize(("key", "column", "names"), COLUMNS)
@pytest.mark.parametrize(("first", "last"), PERIODS)
def test_pages_by_site_and_language_match_the_database_for_any_topics(data, database, first, last, key, column, names):
    topics = [topic["id"] for topic in data["topics"]]
    ends = (first - FIRST).days, (last - FIRST).days
    choices = [*combinations(range(len(topics)), 1), *combinations(range(len(topics)), 2), tuple(range(len(topics)))]
    assert len(choices) == 4 + 6 + 1
    shown, expected = {}, {}
    for chosen in choices:
        counts = count_pages(data["by_site_language"][key], set(chosen), *ends)
        shown[chosen] = {data[key][names][index]: pages for index, pages in counts.items()}
        rows = database.execute(
            f"select {column}, count(distinct record_id) from (from trends.topic_pages where not teaser_only) "
            "where topic = any(?) and day between ? and ? group by 1",
            [[topics[index] for index in chosen], first, last],
        ).fetchall()
        expected[chosen] = dict(rows)
    assert shown == expected
    assert len(expected[choices[-1]]) > 1


@pytest.mark.parametrize(("key", "column", "names"), COLUMNS)
@pytest.mark.parametrize(("first", "last"), PERIODS)
def test_stories_by_site_and_language_match_the_database(data, database, first, last, key, column, names):
    ends = (first - FIRST).days, (last - FIRST).days
    width = len(data["all_pages"]) + 1
    shown, expected = {}, {}
    for topic, index in ((topic["id"], index) for index, topic in enumerate(data["topics"])):
        counts = count_stories(data["by_site_language"][key], index, width, *ends)
        shown[topic] = {data[key][names][row]: stories for row, stories in counts.items()}
        rows = database.execute(
            f"select {column}, count(distinct story_id) from (from trends.topic_pages where not teaser_only) "
            "where topic = ? and day between ? and ? group by 1",
            [topic, first, last],
        ).fetchall()
        expected[topic] = dict(rows)
    assert shown == expected
    assert set(expected) == set(NAMES)
    assert any(expected.values())


def count_with(database, sites: list[str], budget_bytes: int = 10**6):
    """Return the time buckets and the counts of all topics for these sites."""
    buckets = find_time_buckets(database, 366, 520)
    with registered(database, "bucket_days", buckets.to_frame()):
        counts = count_by_site_language(database, buckets, list(NAMES), sites, ["en"], budget_bytes)
    counts["sites"]["pages"] = [[*row[:2], as_dict(row[2])] for row in counts["sites"]["pages"]]
    return buckets, counts


def count_all_pages(database) -> dict[str, int]:
    return dict(
        database.execute(
            "select topic, count(*) from (from trends.topic_pages where not teaser_only) group by topic"
        ).fetchall()
    )


def test_unlisted_sites_are_counted_together(database):
    _, counts = count_with(database, report_database.SITES[:2])
    shown = {topic: count_pages(counts["sites"], {index}, 0, 29) for index, topic in enumerate(NAMES)}
    assert {topic: sum(by_site.values()) for topic, by_site in shown.items()} == count_all_pages(database)
    assert all(by_site[by_site_language.OTHERS] > by_site[0] > 0 for by_site in shown.values())


def test_top_sites_by_topic_have_most_pages(database):
    buckets = find_time_buckets(database, 366, 520)
    with registered(database, "bucket_days", buckets.to_frame()):
        sites = top_sites_by_topic(database, list(NAMES), 1)
    largest = database.execute(
        """select arg_min(site, (-pages, site)) from (
               select topic, site, count(*) as pages from (from trends.topic_pages where not teaser_only)
               group by all) group by topic"""
    ).fetchall()
    assert set(sites) == {site for (site,) in largest} != set()


@pytest.mark.parametrize(
    "grain",
    [
        by_site_language.Grain(10, 1, 100, True),
        by_site_language.Grain(0, 2, 1, False),
        by_site_language.Grain(0, 10_000, 0, False),
    ],
)
def test_coarser_grain_counts_blocks_of_weeks_and_drops_sites_of_rare_topic_sets(database, monkeypatch, grain):
    monkeypatch.setattr(by_site_language, "GRAINS", (by_site_language.Grain(10_000, 1, 100, True), grain))
    buckets, counts = count_with(database, report_database.SITES[:1], budget_bytes=1)
    rows = counts["sites"]["pages"]
    shown = {topic: count_pages(counts["sites"], {index}, 0, len(buckets) - 1) for index, topic in enumerate(NAMES)}
    assert {topic: sum(by_site.values()) for topic, by_site in shown.items()} == count_all_pages(database)
    since = (dt.date.fromisoformat(counts["since"]) - buckets.first).days
    early_buckets = {bucket for *_, by_bucket in rows for bucket in by_bucket if bucket < since}
    assert len(early_buckets) <= -(-since // (7 * grain.weeks))
    sets_with_sites = {topics for topics, index, _ in rows if index != by_site_language.OTHERS}
    assert len(sets_with_sites) <= grain.topic_sets
    assert counts["rare"] == (len({topics for topics, *_ in rows}) > grain.topic_sets)


def table_rows(browser, name: str) -> dict[str, list[str]]:
    open_table(browser, name)
    return browser.run(
        f"Object.fromEntries([...document.querySelectorAll('#{name} tbody tr')].map("
        "(r) => [r.children[0].textContent, [...r.children].slice(1).map((c) => c.textContent)]))"
    )


def test_sites_follow_topic_and_period_and_a_button_shows_all_pages(opened, database):
    choose(opened, "topics=chip_exports&from=2026-11-01&to=2026-11-07")
    found = database.execute(
        """select site, count(*), count(distinct story_id) from (from trends.topic_pages where not teaser_only)
           where topic = 'chip_exports' and day between '2026-11-01' and '2026-11-07' group by 1"""
    ).fetchall()
    shown = table_rows(opened, "sites-table")
    assert {site: row[:2] for site, row in shown.items() if row[0] != "0"} == {
        site: [str(pages), str(stories)] for site, pages, stories in found
    }
    [note] = cells(opened, "#source-note")
    assert note.startswith(f"{sum(pages for _, pages, _ in found)} pages of Chip exports, 1 to 7 Nov 2026.")
    opened.click("#source-note button")
    opened.wait("!location.hash.includes('topics=')")
    [(pages,)] = database.execute(
        "select count(*) from trends.page_days where day between '2026-11-01' and '2026-11-07'"
    ).fetchall()
    assert cells(opened, "#source-note")[0].startswith(f"{pages} pages with and without topics, 1 to 7 Nov 2026.")
    assert sum(int(row[0]) for row in table_rows(opened, "sites-table").values()) == pages


def test_page_with_two_chosen_topics_counts_once(opened, database):
    choose(opened, "topics=ai_video_models,ai_regulation")
    found = database.execute(
        """select language, count(distinct record_id) from (from trends.topic_pages where not teaser_only)
           where topic in ('ai_video_models', 'ai_regulation') group by 1"""
    ).fetchall()
    names = {"en": "English", "de": "German", "fr": "French", "ja": "Japanese", "zh": "Chinese", "ar": "Arabic"}
    shown = {name: int(row[0]) for name, row in table_rows(opened, "languages-table").items()}
    assert shown == {names[code]: pages for code, pages in found}
    [(both,)] = database.execute(
        "select count(*) from (from trends.topic_pages where not teaser_only) where topic like 'ai%'"
    ).fetchall()
    assert sum(shown.values()) < both


def test_site_and_language_numbers_open_their_stories(opened, database):
    choose(opened, "topics=ai_regulation&from=2026-11-08&to=2026-11-10")
    for name in ("languages-table", "sites-table"):
        open_table(opened, name)
        number = int(opened.run(f"document.querySelector('#{name} .sheet-link').textContent"))
        opened.click(f"#{name} .sheet-link")
        opened.wait("document.getElementById('sheet').open")
        assert len(database.execute(sheet_command(opened)).fetchall()) == number
        stories = cells(opened, "#sheet-list .story .meta")
        assert stories
        assert all("AI regulation" in story for story in stories)
        opened.run("document.getElementById('sheet').close()")
    # The number of the preceding period opens its days.
    before = "#sites-table tr:has(td:nth-child(5) a) td:nth-child(5) a"
    number = int(opened.run(f"document.querySelector('{before}').textContent"))
    opened.click(before)
    opened.wait("document.getElementById('sheet').open")
    assert "5 to 7 Nov 2026" in cells(opened, "#sheet-title")[0]
    assert len(database.execute(sheet_command(opened)).fetchall()) == number
