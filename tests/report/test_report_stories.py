"""Stories of the report: which it holds, and that each leads to its sentences, its pages and how it spread."""

from __future__ import annotations

import datetime as dt

import pytest
import report_database
from report_data import read_data
from report_database import BURST, FIRST, LAST, PHRASES

from newsmill.report.queries import lent
from newsmill.report.stories import packed_stories
from newsmill.report.story_choice import chosen_stories
from newsmill.report.time_buckets import find_slots


@pytest.fixture(scope="module")
def by_id(facts):
    return {story["id"]: story for story in facts["stories"]}


def test_all_stories_of_a_small_home_are_held(facts, world):
    found = world.execute("select distinct story_id from stories.members").fetchall()
    assert {story["id"] for story in facts["stories"]} == {story for (story,) in found}


def test_story_is_told_with_its_spread(by_id, world):
    found = world.execute(
        "select story_id, first_site, first_seen, last_seen, pages, outlets from trends.story_spread"
    ).fetchall()
    for story, site, first, last, pages, outlets in found:
        own = by_id[story]
        assert (own["site"], own["pages"], own["outlets"]) == (site, pages, outlets)
        assert (own["first"], own["last"]) == (f"{first:%Y-%m-%dT%H:%M}", f"{last:%Y-%m-%dT%H:%M}")


def test_arrivals_rise_to_all_outlets_and_half_lies_between(by_id):
    wide = [story for story in by_id.values() if story["outlets"] > 20]
    assert wide
    for story in wide:
        minutes, outlets = story["arrivals"][::2], story["arrivals"][1::2]
        assert (minutes[0], outlets[0], outlets[-1]) == (0, 1, story["outlets"])
        assert minutes == sorted(minutes)
        assert len(minutes) <= 18
        # Pages of the made-up stories come every 17 minutes, one an outlet.
        assert story["half"] == 17 * ((story["outlets"] + 1) // 2 - 1)


def test_pages_by_day_and_topic_are_those_of_the_database(facts, by_id, world):
    topics = [topic["id"] for topic in facts["topics"]]
    first = dt.date.fromisoformat(facts["slots"]["first"])
    shown = {
        (story["id"], topics[int(topic)], first + dt.timedelta(days=days[i])): days[i + 1]
        for story in by_id.values()
        for topic, (_, *days) in story.get("topics", {}).items()
        for i in range(0, len(days), 2)
    }
    found = world.execute("select story_id, topic, day, count(*) from trends.topic_pages group by all").fetchall()
    assert shown == {(story, topic, day): pages for story, topic, day, pages in found}


def test_story_that_only_a_teaser_names_says_so(facts, by_id, world):
    regulation = str([topic["id"] for topic in facts["topics"]].index("ai_regulation"))
    teased = {story["id"] for story in by_id.values() if story.get("topics", {}).get(regulation, [""])[0] == "teaser"}
    found = world.execute(
        """select story_id from trends.topic_pages
           where topic = 'ai_regulation' group by 1 having bool_and(teaser_only)"""
    ).fetchall()
    assert teased == {story for (story,) in found} != set()


def test_story_leads_to_its_pages_canonical_first(by_id, world):
    found = dict(
        world.execute(
            "select m.story_id, p.url from stories.members m join clean.pages p using (record_id) where m.is_canonical"
        ).fetchall()
    )
    for story in by_id.values():
        assert len(story["members"]) == min(story["pages"], 8)
        assert story["members"][0][0] == "original"
        assert story["members"][0][4] == story["url"] == found[story["id"]]


def test_story_with_a_topic_leads_to_a_sentence_with_its_phrase(facts, by_id):
    topics = [topic["id"] for topic in facts["topics"]]
    told = [story for story in by_id.values() if any(days[0] != "teaser" for days in story.get("topics", {}).values())]
    for story in told:
        topic, place, before, phrase, after, site, *_ = story["said"][0]
        assert phrase == PHRASES[topics[topic]]
        assert (place, before) == ("body", "The ")
        assert after.startswith(" at the centre of it")
        assert site


def test_copies_of_one_sentence_are_told_once(by_id):
    assert all(len(story.get("said", [])) <= 2 for story in by_id.values())
    assert max(story["pages"] for story in by_id.values() if len(story.get("said", [])) == 1) > 20


def test_entities_of_a_story_are_those_its_pages_name(facts, by_id, world):
    named = facts["entities"]
    shown = {(story["id"], named[place]["name"]) for story in by_id.values() for place in story.get("entities", [])}
    found = world.execute(
        "select distinct m.story_id, e.entity from topics.entities e join stories.members m using (record_id)"
    ).fetchall()
    assert shown == set(found)


def choice(world):
    slots = find_slots(world, 366, 520)
    topics = list(report_database.NAMES)
    with lent(world, "slot_days", slots.frame()):
        return slots, topics, chosen_stories(world, slots, topics, FIRST)


def test_first_of_each_day_and_of_the_burst_are_wanted_before_the_others(world):
    _, _, wanted = choice(world)
    place = {story: number for number, story in enumerate(wanted)}
    [(driver,)] = world.execute("select top_story_id from trends.topic_bursts").fetchall()
    assert place[driver] < 10
    widest = world.execute(
        """select arg_min(story_id, (not_outlets, not_pages, story_id)) from (
               select topic, day, story_id, -count(distinct site) as not_outlets, -count(*) as not_pages,
                      bool_and(teaser_only) as teaser from trends.topic_pages group by all)
           where not teaser and day > ? group by topic, day""",
        [LAST - dt.timedelta(days=7)],
    ).fetchall()
    assert max(place[story] for (story,) in widest) < len(wanted) / 2


def test_room_holds_the_most_wanted(world):
    slots, topics, wanted = choice(world)
    with lent(world, "slot_days", slots.frame()):
        packed = packed_stories(world, wanted, topics=topics, entities=[], sites=[], room=20_000)
    assert 0 < len(packed) < len(wanted)
    assert [story["id"] for story in packed] == wanted[: len(packed)]


def test_burst_leads_to_its_driver(facts, by_id):
    [burst] = facts["bursts"]
    assert burst["story"] in by_id
    assert (burst["from"], burst["to"]) == (str(BURST[0]), str(BURST[1]))


def test_story_without_a_title_or_a_site_is_still_held():
    con = report_database.bare_world()
    rows = {name: [] for name in report_database.FILLED}
    report_database.add_story(
        rows, report_database.random.Random(1), LAST, "ai_regulation", "en", None, 1, url="file:a.html"
    )
    for table in ("clean.pages", "raw.records"):
        rows[table][0]["site"] = None
    report_database.fill(con, rows)
    [story] = read_data(report_database.parsed(con))["stories"]
    assert "title" not in story
    assert "site" not in story
    assert story["url"] == "file:a.html"
