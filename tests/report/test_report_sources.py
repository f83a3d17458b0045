"""Numbers open their stories, sentences and pages, in a browser."""

from __future__ import annotations

import re

import pytest
import report_database
from rendered_report import address_parts, cells, choose, open_table, sheet_command
from report_database import NAMES

from newsmill.report.build import build_report

ESCAPE = ("Escape", 27)
TITLES = "[...document.querySelectorAll('#sheet-list .story h3')].map((e) => e.textContent)"


def test_point_of_a_chart_opens_its_stories_and_escape_closes_them(opened, address):
    opened.click("#topic-chart svg")
    opened.wait("document.getElementById('sheet').open")
    kind, topic, day, last = address_parts(opened)["show"].split("~")
    assert (kind, day) == ("range", last)
    assert opened.run("document.getElementById('sheet-title').textContent").startswith(f"{NAMES[topic]}, ")
    shown = opened.run("document.querySelectorAll('#sheet-list .story').length")
    assert opened.run("document.getElementById('sheet-numbers').textContent").startswith(f"{shown} stor")
    opened.press(*ESCAPE)
    opened.wait("!location.hash.includes('show=') && !document.getElementById('sheet').open")


def test_burst_opens_its_stories_with_sentences_and_pages(opened, database):
    opened.click("#burst-list .sheet-link")
    opened.wait("document.getElementById('sheet').open")
    [(driver,)] = database.execute(
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
    stories = int(re.search(r"(\d+) stories, \d+ pages, \d+ outlets", numbers)[1])
    assert len(cells(opened, "#sheet-list .story")) == min(stories, 40)


def test_count_of_a_period_matches_its_command(opened, database):
    for topic in ("", "ai_regulation"):
        choose(opened, f"show=range~{topic}~2026-11-02~2026-11-08")
        number = int(re.match(r"(\d+) stories", cells(opened, "#sheet-numbers")[0])[1])
        assert number > 10
        assert len(database.execute(sheet_command(opened)).fetchall()) == number


def test_numbers_of_the_topic_table_open_as_many_stories(opened, address):
    choose(opened, "topics=ai_regulation&from=2026-11-08&to=2026-11-10")
    open_table(opened, "topic-table")
    numbers = opened.run(
        "[...document.querySelectorAll('#topic-table td.n')].filter((e) => /[1-9]/.test(e.textContent)"
        " && e.cellIndex < 6).map((e) => [e.textContent, Boolean(e.querySelector('a[data-sheet]'))])"
    )
    assert len(numbers) >= 9
    assert all(leads for _, leads in numbers), numbers
    stories = "[...document.querySelectorAll('#topic-table tr td:nth-child(3) a')]"
    opened.wait(f"{stories}.length === 3")
    for row in range(3):
        number = int(opened.run(f"{stories}[{row}].textContent"))
        opened.run(f"{stories}[{row}].click()")
        assert len(cells(opened, "#sheet-list .story")) == number > 0
        opened.run("document.getElementById('sheet').close()")


def test_part_of_a_change_opens_its_stories(opened, database):
    choose(opened, "week=2026-11-02")
    open_table(opened, "change-table")
    links = "[...document.querySelectorAll('#change-table a[data-sheet^=change]')]"
    parts = opened.run(f"{links}.map((a) => [a.dataset.sheet, a.textContent])")
    assert {show.split("~")[3] for show, _ in parts} >= {"genuine"}
    for show, number in parts:
        _, topic, week, part = show.split("~")
        [(pages,)] = database.execute(
            f"select {part} from trends.change_decomposition where topic = ? and week = ?",
            [topic, week],
        ).fetchall()
        assert int(number.replace("−", "-")) == pages
        choose(opened, f"show={show}")
        [numbers] = cells(opened, "#sheet-numbers")
        assert numbers.startswith(f"{number} of a change of ")
        assert cells(opened, "#sheet-list .story"), show
        assert database.execute(sheet_command(opened)).fetchall()


def test_unknown_part_of_a_change_opens_nothing(opened):
    for show in ("change~ai_regulation~2026-11-02~nothing", "change~sport~2026-11-02~genuine", "change~ai_regulation"):
        choose(opened, f"show={show}")
        assert not opened.run("document.getElementById('sheet').open")


def test_entity_opens_its_stories(opened, address, database):
    choose(opened, "kind=law")
    assert cells(opened, "#kinds [aria-pressed=true]") == ["Laws"]
    [number] = cells(opened, "#entity-rows .big .sheet-link")
    opened.click("#entity-rows .big .sheet-link")
    opened.wait("document.getElementById('sheet').open")
    # The report's database ends on a Saturday: the week before it is the newest that is over.
    [(stories,)] = database.execute(
        "select stories from trends.entity_weekly where entity = 'AI Act' and week = '2026-11-02'"
    ).fetchall()
    assert int(number) == len(cells(opened, "#sheet-list .story")) == stories
    assert len(database.execute(sheet_command(opened)).fetchall()) == stories


def test_shared_address_opens_an_entity_with_special_characters(opened, data):
    choose(opened, "kind=programme")
    assert set(cells(opened, "#entity-rows [data-entity] th")) == {report_database.ODD_NAME}
    opened.click("#entity-rows .big .sheet-link")
    opened.wait("document.getElementById('sheet').open")
    title = opened.run("document.getElementById('sheet-title').textContent")
    assert title.startswith(report_database.ODD_NAME)
    shared = opened.run("location.href")
    opened.open(shared)
    opened.wait("document.getElementById('sheet').open")
    assert opened.run("[document.getElementById('sheet-title').textContent, location.href]") == [title, shared]


def test_site_opens_its_stories(opened, address):
    choose(opened, "")
    open_table(opened, "sites-table")
    opened.wait("document.querySelector('#sites-table .sheet-link')")
    opened.run("document.querySelector('#sites-table .sheet-link').click()")
    opened.wait("document.getElementById('sheet').open")
    assert len(cells(opened, "#sheet-list .story")) > 0


def test_entities_of_each_topic_are_sorted_by_rise(opened, data, database):
    choose(opened, "named=2026-11-02")
    groups = opened.run(
        "[...document.querySelectorAll('#entity-rows tbody')].map((g) => ["
        "g.querySelector('.group-head bdi').textContent, [...g.querySelectorAll('[data-entity]')].map((r) => ["
        "r.dataset.entity, ...[...r.querySelectorAll('td')].slice(2).map((c) => c.textContent)])])"
    )
    assert [name for name, _ in groups] == [topic["name"] for topic in data["topics"]]
    for name, rows in groups:
        topic = next(topic_id for topic_id, topic_name in NAMES.items() if topic_name == name)
        found = database.execute(
            """select now.entity, now.stories, coalesce(was.stories, 0) as earlier, now.outlets, now.pages
               from trends.entity_weekly now left join trends.entity_weekly was
                   on (was.entity, was.kind, was.topic, was.week) = (now.entity, now.kind, now.topic, now.week - 7)
               where now.week = '2026-11-02' and now.topic = ?
               order by now.stories - earlier desc, now.stories desc, now.entity""",
            [topic],
        ).fetchall()
        assert [(row[0], *(int(row[at]) for at in (1, 2, 4, 5))) for row in rows] == found
    counts = "#entity-rows tr[data-entity='AI Act'] td.n:not(.big):not(.earlier):not(.wide) a"
    opened.click(counts)
    opened.wait("document.getElementById('sheet').open")
    stories = int(opened.run("document.querySelector('#entity-rows tr[data-entity=\"AI Act\"] .big').textContent"))
    assert len(cells(opened, "#sheet-list .story")) == stories


@pytest.mark.slow
def test_button_shows_all_entities_of_a_topic(browser, tmp_path):
    con = report_database.database_without_rows()
    rows: report_database.Rows = {name: [] for name in report_database.FILLED}
    chance = report_database.random.Random(1)
    for number in range(20):
        report_database.add_story(rows, chance, report_database.LAST, "ai_regulation", "en", f"Headline {number}", 1)
    named = {"ingest_date": report_database.LAST, "kind": "law", "topic": "ai_regulation", "place": "body", "count": 1}
    rows["topics.entities"] = [
        {"record_id": page["record_id"], "entity": f"Law {number:02}", "taxonomy_version": "1"} | named
        for number, page in enumerate(rows["clean.pages"])
    ]
    report_database.load_rows(con, rows)
    path = tmp_path / "report.html"
    path.write_text(build_report(con, report_database.MADE_AT, NAMES), encoding="utf-8")
    browser.screen(1280)
    browser.open(path.as_uri())
    assert len(cells(browser, "#entity-rows [data-entity]")) == 15
    assert cells(browser, "#entity-rows .more-row") == ["5 more"]
    browser.click("#entity-rows .more-row button")
    assert len(cells(browser, "#entity-rows [data-entity]")) == 20
    assert browser.run("document.activeElement.closest('tr').dataset.entity") == "Law 15"
    browser.click("#entity-rows [data-entity='Law 15'] .big a")
    browser.wait("document.getElementById('sheet').open")
    assert len(cells(browser, "#sheet-list .story")) == 1
