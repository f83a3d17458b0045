"""From numbers to what stands behind them, in a real browser: stories, their sentences, their pages."""

from __future__ import annotations

import re

import report_world
from report_view import cells, choose, chosen, open_table
from report_world import NAMES

ESCAPE = ("Escape", 27)
TITLES = "[...document.querySelectorAll('#sheet-list .story h3')].map((e) => e.textContent)"


def test_clicking_a_point_shows_its_stories_and_escape_goes_back(opened, address):
    opened.click("#topic-chart svg")
    opened.wait("document.getElementById('sheet').open")
    kind, topic, day, last = chosen(opened)["show"].split("~")
    assert (kind, day) == ("range", last)
    assert opened.run("document.getElementById('sheet-title').textContent").startswith(f"{NAMES[topic]}, ")
    shown = opened.run("document.querySelectorAll('#sheet-list .story').length")
    assert opened.run("document.getElementById('sheet-numbers').textContent").startswith(f"{shown} stor")
    opened.press(*ESCAPE)
    opened.wait("!location.hash.includes('show=') && !document.getElementById('sheet').open")


def test_burst_leads_to_its_stories_and_they_to_sentences_and_pages(opened, world):
    opened.click("#burst-list .behind")
    opened.wait("document.getElementById('sheet').open")
    [(driver,)] = world.execute(
        "select title from trends.topic_bursts join trends.story_spread on story_id = top_story_id"
    ).fetchall()
    assert opened.run(TITLES)[0] == driver
    assert cells(opened, "#sheet-list .drove") == ["Drove the burst"]
    assert opened.run("document.querySelector('#sheet-list mark').textContent") == "regulator"
    links = opened.run(
        "[...document.querySelectorAll('#sheet-list .members a')].map((a) => [a.protocol, a.rel, a.target])"
    )
    assert links
    assert all(link == ["https:", "noopener noreferrer", "_blank"] for link in links)
    numbers = opened.run("document.getElementById('sheet-numbers').textContent")
    stories = int(re.search(r"(\d+) stories, \d+ pages, \d+ outlets in all", numbers)[1])
    assert len(cells(opened, "#sheet-list .story")) == min(stories, 40)


def test_every_number_of_the_table_leads_to_as_many_stories(opened, address):
    choose(opened, "topics=ai_regulation&from=2026-11-08&to=2026-11-10")
    open_table(opened, "topic-table")
    opened.wait("document.querySelectorAll('#topic-table a').length === 3")
    for place in range(3):
        said = int(opened.run(f"document.querySelectorAll('#topic-table a')[{place}].textContent"))
        opened.run(f"document.querySelectorAll('#topic-table a')[{place}].click()")
        assert len(cells(opened, "#sheet-list .story")) == said > 0
        opened.run("document.getElementById('sheet').close()")


def test_entities_lead_to_the_stories_that_name_them(opened, address, world):
    choose(opened, "kind=law")
    assert cells(opened, "#kinds [aria-pressed=true]") == ["Laws"]
    [said] = cells(opened, "#entity-rows .big .behind")
    opened.click("#entity-rows .big .behind")
    opened.wait("document.getElementById('sheet').open")
    [(stories,)] = world.execute(
        "select stories from trends.entity_weekly where entity = 'AI Act' and week = '2026-11-09'"
    ).fetchall()
    assert int(said) == len(cells(opened, "#sheet-list .story")) == stories


def test_entity_of_any_name_is_found_again_from_a_shared_address(opened, facts):
    choose(opened, "kind=programme")
    assert set(cells(opened, "#entity-rows tbody th")) == {report_world.ODD_NAME}
    opened.click("#entity-rows .big .behind")
    opened.wait("document.getElementById('sheet').open")
    title = opened.run("document.getElementById('sheet-title').textContent")
    assert title.startswith(report_world.ODD_NAME)
    shared = opened.run("location.href")
    opened.open(shared)
    opened.wait("document.getElementById('sheet').open")
    assert opened.run("[document.getElementById('sheet-title').textContent, location.href]") == [title, shared]


def test_site_leads_to_the_stories_it_carried(opened, address):
    choose(opened, "")
    open_table(opened, "sites-table")
    opened.wait("document.querySelector('#sites-table .behind')")
    opened.run("document.querySelector('#sites-table .behind').click()")
    opened.wait("document.getElementById('sheet').open")
    assert len(cells(opened, "#sheet-list .story")) > 0
