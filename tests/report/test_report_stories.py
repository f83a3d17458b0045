"""Stories of the report: selection, sentences, pages and spread."""

from __future__ import annotations

import datetime as dt

import pytest
import report_database
from report_data import read_data
from report_database import BURST, FIRST, LAST, PHRASES

from newsmill.report.queries import registered
from newsmill.report.sections.stories import select_stories
from newsmill.report.sections.story_ranking import rank_stories
from newsmill.report.time_buckets import find_time_buckets


@pytest.fixture(scope="module")
def by_id(data):
    return {story["id"]: story for story in data["stories"]}


def test_small_home_includes_all_stories(data, database):
    found = database.execute("select distinct story_id from stories.members").fetchall()
    assert {story["id"] for story in data["stories"]} == {story for (story,) in found}


def test_stories_match_story_spread(by_id, database):
    found = database.execute(
        "select story_id, first_site, first_seen, last_seen, pages, outlets from trends.story_spread"
    ).fetchall()
    for story, site, first, last, pages, outlets in found:
        shown = by_id[story]
        assert (shown["site"], shown["pages"], shown["outlets"]) == (site, pages, outlets)
        assert (shown["first"], shown["last"]) == (f"{first:%Y-%m-%dT%H:%M}", f"{last:%Y-%m-%dT%H:%M}")


def test_arrivals_increase_to_all_outlets(by_id):
    wide = [story for story in by_id.values() if story["outlets"] > 20]
    assert wide
    for story in wide:
        minutes, outlets = story["arrivals"][::2], story["arrivals"][1::2]
        assert (minutes[0], outlets[0], outlets[-1]) == (0, 1, story["outlets"])
        assert minutes == sorted(minutes)
        assert len(minutes) <= 18
        # The synthetic stories have a page every 17 minutes, each from another outlet.
        assert story["minutes_to_half"] == 17 * ((story["outlets"] + 1) // 2 - 1)


def test_pages_by_day_and_topic_match_the_database(data, by_id, database):
    topics = [topic["id"] for topic in data["topics"]]
    first = dt.date.fromisoformat(data["buckets"]["first"])
    shown = {
        (story["id"], topics[int(topic)], first + dt.timedelta(days=days[i])): days[i + 1]
        for story in by_id.values()
        for topic, (_, *days) in story.get("topics", {}).items()
        for i in range(0, len(days), 2)
    }
    found = database.execute("select story_id, topic, day, count(*) from trends.topic_pages group by all").fetchall()
    assert shown == {(story, topic, day): pages for story, topic, day, pages in found}


def test_story_with_the_topic_in_a_teaser_only_is_marked(data, by_id, database):
    regulation = str([topic["id"] for topic in data["topics"]].index("ai_regulation"))
    teased = {story["id"] for story in by_id.values() if story.get("topics", {}).get(regulation, [""])[0] == "teaser"}
    found = database.execute(
        """select story_id from trends.topic_pages
           where topic = 'ai_regulation' group by 1 having bool_and(teaser_only)"""
    ).fetchall()
    assert teased == {story for (story,) in found} != set()


def test_members_start_with_the_canonical_page(by_id, database):
    found = dict(
        database.execute(
            "select m.story_id, p.url from stories.members m join clean.pages p using (record_id) where m.is_canonical"
        ).fetchall()
    )
    for story in by_id.values():
        assert len(story["members"]) == min(story["pages"], 8)
        assert story["members"][0][0] == "original"
        assert story["members"][0][4] == story["url"] == found[story["id"]]


def test_story_with_a_topic_has_a_sentence_with_its_phrase(data, by_id):
    topics = [topic["id"] for topic in data["topics"]]
    listed = [
        story for story in by_id.values() if any(days[0] != "teaser" for days in story.get("topics", {}).values())
    ]
    for story in listed:
        topic, place, before, phrase, after, site, *_ = story["sentences"][0]
        assert phrase == PHRASES[topics[topic]]
        assert (place, before) == ("body", "The ")
        assert after.startswith(" at the center of it")
        assert site


def test_identical_sentences_appear_once(by_id):
    assert all(len(story.get("sentences", [])) <= 2 for story in by_id.values())
    assert max(story["pages"] for story in by_id.values() if len(story.get("sentences", [])) == 1) > 20


def test_entities_of_stories_match_the_database(data, by_id, database):
    named = data["entities"]
    shown = {(story["id"], named[index]["name"]) for story in by_id.values() for index in story.get("entities", [])}
    found = database.execute(
        "select distinct m.story_id, e.entity from topics.entities e join stories.members m using (record_id)"
    ).fetchall()
    assert shown == set(found)


def rank_month(database):
    buckets = find_time_buckets(database, 366, 520)
    topics = list(report_database.NAMES)
    with registered(database, "bucket_days", buckets.to_frame()):
        return buckets, topics, rank_stories(database, buckets, topics, FIRST)


def test_first_stories_of_days_and_bursts_rank_high(database):
    _, _, ranked = rank_month(database)
    rank = {story: number for number, story in enumerate(ranked)}
    [(driver,)] = database.execute("select top_story_id from trends.topic_bursts").fetchall()
    assert rank[driver] < 10
    widest = database.execute(
        """select arg_min(story_id, (not_outlets, not_pages, story_id)) from (
               select topic, day, story_id, -count(distinct site) as not_outlets, -count(*) as not_pages,
                      bool_and(teaser_only) as teaser from trends.topic_pages group by all)
           where not teaser and day > ? group by topic, day""",
        [LAST - dt.timedelta(days=7)],
    ).fetchall()
    assert max(rank[story] for (story,) in widest) < len(ranked) / 2


def test_budget_selects_the_first_stories(database):
    buckets, topics, ranked = rank_month(database)
    with registered(database, "bucket_days", buckets.to_frame()):
        selected = select_stories(database, ranked, topics=topics, entities=[], sites=[], budget_bytes=20_000)
    assert 0 < len(selected) < len(ranked)
    assert [story["id"] for story in selected] == ranked[: len(selected)]


def test_top_story_of_a_burst_is_included(data, by_id):
    [burst] = data["bursts"]
    assert burst["story"] in by_id
    assert (burst["from"], burst["to"]) == (str(BURST[0]), str(BURST[1]))


def test_story_without_title_or_site_is_included():
    con = report_database.database_without_rows()
    rows = {name: [] for name in report_database.FILLED}
    report_database.add_story(
        rows, report_database.random.Random(1), LAST, "ai_regulation", "en", None, 1, url="file:a.html"
    )
    for table in ("clean.pages", "raw.records"):
        rows[table][0]["site"] = None
    report_database.load_rows(con, rows)
    [story] = read_data(report_database.build_page(con))["stories"]
    assert "title" not in story
    assert "site" not in story
    assert story["url"] == "file:a.html"
