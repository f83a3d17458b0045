"""Sources and languages of chosen topics: counted once, by any days, and as finely as there is room for."""

from __future__ import annotations

import datetime as dt
from itertools import combinations

import pytest
import report_database
from rendered_report import cells, choose, command_behind, open_table
from report_data import as_dict
from report_database import FIRST, LAST, NAMES

from newsmill.report import by_site_language
from newsmill.report.by_site_language import sites_of_topics, topic_places
from newsmill.report.queries import lent
from newsmill.report.time_buckets import find_slots

COLUMNS = (("sites", "site", "name"), ("languages", "language", "code"))
PERIODS = [(FIRST, LAST), (dt.date(2026, 11, 1), dt.date(2026, 11, 7)), (LAST, LAST)]


def pages_of(own, chosen: set[int], first: int, last: int) -> dict[int, int]:
    """As the page's scripts count them (templates/js/sources.js)."""
    bits = sum(1 << topic for topic in chosen)
    found: dict[int, int] = {}
    for topics, place, slots in own["pages"]:
        pages = sum(value for slot, value in slots.items() if first <= slot <= last)
        if topics & bits and pages:
            found[place] = found.get(place, 0) + pages
    return found


def stories_of(own, topic: int, width: int, first: int, last: int) -> dict[int, int]:
    found = {}
    for of, place, told in own["stories"]:
        cells = [(*divmod(at, width), things) for at, things in told.items()]
        stories = sum(n for slot, gap, n in cells if first <= slot <= last and (gap == 0 or slot - gap < first))
        if of == topic and stories:
            found[place] = stories
    return found


@pytest.mark.parametrize(("first", "last"), PERIODS)
def test_pages_of_any_choice_of_topics_are_those_of_the_database(facts, world, first, last):
    topics = [topic["id"] for topic in facts["topics"]]
    ends = (first - FIRST).days, (last - FIRST).days
    choices = [*combinations(range(len(topics)), 1), *combinations(range(len(topics)), 2), tuple(range(len(topics)))]
    for key, column, names in COLUMNS:
        for chosen in choices:
            found = world.execute(
                f"select {column}, count(distinct record_id) from trends.topic_pages "
                "where topic = any(?) and day between ? and ? group by 1",
                [[topics[place] for place in chosen], first, last],
            ).fetchall()
            shown = pages_of(facts["places"][key], set(chosen), *ends)
            assert {facts[key][names][place]: pages for place, pages in shown.items()} == dict(found), chosen


@pytest.mark.parametrize(("first", "last"), PERIODS)
def test_stories_of_a_topic_are_those_of_the_database(facts, world, first, last):
    ends = (first - FIRST).days, (last - FIRST).days
    for key, column, names in COLUMNS:
        for place, topic in enumerate(facts["topics"]):
            found = world.execute(
                f"select {column}, count(distinct story_id) from trends.topic_pages "
                "where topic = ? and day between ? and ? group by 1",
                [topic["id"], first, last],
            ).fetchall()
            shown = stories_of(facts["places"][key], place, len(facts["all_pages"]) + 1, *ends)
            assert {facts[key][names][at]: stories for at, stories in shown.items()} == dict(found)


def made_with(world, sites: list[str], room: int = 10**6):
    slots = find_slots(world, 366, 520)
    with lent(world, "slot_days", slots.frame()):
        made = topic_places(world, slots, list(NAMES), sites, ["en"], room)
    made["sites"]["pages"] = [[*row[:2], as_dict(row[2])] for row in made["sites"]["pages"]]
    return slots, made


def all_pages(world, topic: str) -> int:
    return world.execute("select count(*) from trends.topic_pages where topic = ?", [topic]).fetchone()[0]


def test_sites_without_a_row_are_counted_together(world):
    _, made = made_with(world, report_database.SITES[:2])
    for place, topic in enumerate(NAMES):
        shown = pages_of(made["sites"], {place}, 0, 29)
        assert sum(shown.values()) == all_pages(world, topic)
        assert shown[by_site_language.OTHERS] > shown[0] > 0


def test_sites_listed_are_those_of_any_topic_with_most_pages(world):
    slots = find_slots(world, 366, 520)
    with lent(world, "slot_days", slots.frame()):
        found = sites_of_topics(world, list(NAMES), 1)
    widest = world.execute(
        """select arg_min(site, (-pages, site)) from (
               select topic, site, count(*) as pages from trends.topic_pages group by all) group by topic"""
    ).fetchall()
    assert set(found) == {site for (site,) in widest}


@pytest.mark.parametrize(
    "grain",
    [
        by_site_language.Grain(10, 1, 100, True),
        by_site_language.Grain(0, 2, 1, False),
        by_site_language.Grain(0, 10_000, 0, False),
    ],
)
def test_without_room_days_become_blocks_and_rare_sets_of_topics_have_no_sites(world, monkeypatch, grain):
    monkeypatch.setattr(by_site_language, "GRAINS", (by_site_language.Grain(10_000, 1, 100, True), grain))
    slots, made = made_with(world, report_database.SITES[:1], room=1)
    for place, topic in enumerate(NAMES):
        assert sum(pages_of(made["sites"], {place}, 0, len(slots) - 1).values()) == all_pages(world, topic)
    used = {slot for *_, counted in made["sites"]["pages"] for slot in counted}
    since = (dt.date.fromisoformat(made["since"]) - slots.first).days
    assert len({slot for slot in used if slot < since}) <= -(-since // (7 * grain.weeks))
    by_site = {row[0] for row in made["sites"]["pages"] if row[1] != by_site_language.OTHERS}
    assert len(by_site) <= grain.sets
    assert made["rare"] == (len({row[0] for row in made["sites"]["pages"]}) > grain.sets)


def table_of(browser, name: str) -> dict[str, list[str]]:
    open_table(browser, name)
    return browser.run(
        f"Object.fromEntries([...document.querySelectorAll('#{name} tbody tr')].map("
        "(r) => [r.children[0].textContent, [...r.children].slice(1).map((c) => c.textContent)]))"
    )


def test_chosen_topic_and_period_are_followed_and_all_pages_are_a_click_away(opened, world):
    choose(opened, "topics=chip_exports&from=2026-11-01&to=2026-11-07")
    found = world.execute(
        """select site, count(*), count(distinct story_id) from trends.topic_pages
           where topic = 'chip_exports' and day between '2026-11-01' and '2026-11-07' group by 1"""
    ).fetchall()
    shown = table_of(opened, "sites-table")
    assert {site: row[:2] for site, row in shown.items() if row[0] != "0"} == {
        site: [str(pages), str(stories)] for site, pages, stories in found
    }
    [note] = cells(opened, "#source-note")
    assert note.startswith(f"{sum(pages for _, pages, _ in found)} pages of Chip exports, 1 to 7 Nov 2026.")
    opened.click("#source-note button")
    opened.wait("!location.hash.includes('topics=')")
    [(pages,)] = world.execute(
        "select count(*) from trends.page_days where day between '2026-11-01' and '2026-11-07'"
    ).fetchall()
    assert cells(opened, "#source-note")[0].startswith(f"{pages} pages of any topic or none, 1 to 7 Nov 2026.")
    assert sum(int(row[0]) for row in table_of(opened, "sites-table").values()) == pages


def test_page_of_two_chosen_topics_is_one(opened, world):
    choose(opened, "topics=ai_video_models,ai_regulation")
    found = world.execute(
        """select language, count(distinct record_id) from trends.topic_pages
           where topic in ('ai_video_models', 'ai_regulation') group by 1"""
    ).fetchall()
    names = {"en": "English", "de": "German", "fr": "French", "ja": "Japanese", "zh": "Chinese", "ar": "Arabic"}
    shown = {name: int(row[0]) for name, row in table_of(opened, "languages-table").items()}
    assert shown == {names[code]: pages for code, pages in found}
    [(both,)] = world.execute("select count(*) from trends.topic_pages where topic like 'ai%'").fetchall()
    assert sum(shown.values()) < both


def test_number_of_a_topic_leads_to_its_stories_there_and_to_all_its_pages(opened, world):
    choose(opened, "topics=ai_regulation&from=2026-11-08&to=2026-11-10")
    for name in ("languages-table", "sites-table"):
        open_table(opened, name)
        said = int(opened.run(f"document.querySelector('#{name} .behind').textContent"))
        opened.click(f"#{name} .behind")
        opened.wait("document.getElementById('sheet').open")
        assert len(world.execute(command_behind(opened)).fetchall()) == said
        stories = cells(opened, "#sheet-list .story .meta")
        assert stories
        assert all("AI regulation" in story for story in stories)
        opened.run("document.getElementById('sheet').close()")
    # The period before leads to its own days.
    before = "#sites-table tr:has(td:nth-child(5) a) td:nth-child(5) a"
    said = int(opened.run(f"document.querySelector('{before}').textContent"))
    opened.click(before)
    opened.wait("document.getElementById('sheet').open")
    assert "5 to 7 Nov 2026" in cells(opened, "#sheet-title")[0]
    assert len(world.execute(command_behind(opened)).fetchall()) == said
