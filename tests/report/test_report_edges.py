"""The report of databases that have little, too much, or something wrong."""

from __future__ import annotations

import datetime as dt
import json
import random

import duckdb
import pytest
import report_world
from report_world import FIRST, LAST, MADE_AT, NAMES, parsed, text

from newsmill.quality.tables import CHECK_RESULTS
from newsmill.report import timeline
from newsmill.report.build import build_report
from newsmill.report.timeline import Span
from newsmill.warehouse.publish import publish_database


@pytest.fixture
def con():
    con = report_world.empty_world()
    yield con
    con.close()


def some_pages(topic: str, count: int = 3, day: dt.date = LAST) -> report_world.Rows:
    rows: report_world.Rows = {name: [] for name in report_world.FILLED}
    chance = random.Random(3)
    for number in range(count):
        report_world.add_story(rows, chance, day, topic, "en", f"Headline {number}", 1)
    return rows


def health(page) -> list[str]:
    return [text(li) for li in page.xpath('//ul[@class="health"]/li')]


def daily(con: duckdb.DuckDBPyConnection, topic: str, first: dt.date, days: int, stories: int = 2) -> None:
    con.execute(
        "insert into trends.topic_daily select $2::date + n::int, $1, 2 * $4, $4, 1, 1, 0, 14 * $4, 7 * $4 "
        "from range($3) as t(n)",
        [topic, first, days, stories],
    )


def test_empty_database_says_what_to_do(con):
    page = parsed(con)
    assert "Nothing has come in yet" in text(page.get_element_by_id("main"))
    assert health(page) == ["No records yet", "No checks have run"]
    assert [text(dd) for dd in page.xpath('//dl[@class="headline"]//dd[not(@class)]')] == ["0", "0", "0", "0"]
    assert not page.xpath("//div[@data-chart]")


def test_records_that_all_went_to_quarantine_are_accounted_for(con):
    rows = some_pages("", 0)
    chance = random.Random(5)
    for _ in range(3):
        report_world.add_quarantined(rows, chance, LAST)
    report_world.fill(con, rows)
    page = parsed(con)
    assert "No page could be read yet" in text(page.get_element_by_id("sources"))
    assert "No page speaks of a topic yet" in text(page.get_element_by_id("topics"))
    assert text(page.xpath('//p[@class="equation"]')[0]) == "3 came in = 0 kept + 0 merged + 3 quarantined"


def test_pages_without_a_topic_still_make_stories_and_sources(con):
    report_world.fill(con, some_pages(""))
    page = parsed(con)
    assert "No page speaks of a topic yet" in text(page.get_element_by_id("topics"))
    assert len(page.xpath('//div[@class="stories"][@data-topic=""]//ol/li')) == 3
    assert page.xpath("//@data-chart") == ["sources", "languages", "books"]


def test_clean_input_says_that_nothing_was_set_aside(con):
    report_world.fill(con, some_pages("ai_regulation"))
    assert "nothing was set aside" in text(parsed(con).get_element_by_id("quarantine"))


def test_old_data_is_called_old(con):
    report_world.fill(con, some_pages("ai_regulation", day=FIRST))
    assert health(parsed(con))[0] == "Data is 30 days old: last ingest date 16 Oct 2026"


def test_yesterdays_data_is_current(con):
    report_world.fill(con, some_pages("ai_regulation"))
    assert health(parsed(con))[:2] == ["Data is current: last ingest date 14 Nov 2026", "The books balance"]


def test_record_that_went_nowhere_is_out_of_balance(con):
    report_world.fill(con, some_pages("ai_regulation"))
    con.execute("delete from quality.ledger where record_id = (select min(record_id) from quality.ledger)")
    page = parsed(con)
    assert "1 records out of balance" in health(page)
    assert "1 out of balance" in text(page.xpath('//p[@class="equation"]')[0])


def test_checks_that_all_held_are_told_in_one_line(con):
    report_world.fill(con, some_pages("ai_regulation"))
    report_world.add(con, CHECK_RESULTS, report_world.check_results("run-1", MADE_AT, failing=False))
    page = parsed(con)
    assert health(page)[-1] == "All 40 checks held"
    assert "All 40 checks of run run-1 held." in text(page.get_element_by_id("checks"))


def test_page_of_another_century_does_not_stretch_the_chart(con):
    report_world.fill(con, some_pages("ai_regulation"))
    con.execute("delete from trends.topic_daily")
    daily(con, "ai_regulation", LAST - dt.timedelta(days=9), 10)
    daily(con, "ai_regulation", dt.date(1999, 12, 31), 1)
    daily(con, "ai_regulation", dt.date(2099, 1, 1), 1)
    assert timeline.span(con) == Span(LAST - dt.timedelta(days=9), LAST, topics=1, pages_outside=8)
    assert "8 pages are dated outside 5 Nov 2026 to 14 Nov 2026" in text(parsed(con).get_element_by_id("topics"))


def test_page_dated_tomorrow_is_shown(con):
    report_world.fill(con, some_pages("ai_regulation"))
    daily(con, "ai_regulation", LAST + dt.timedelta(days=1), 1)
    assert timeline.span(con).last == LAST + dt.timedelta(days=1)


def test_archive_read_years_later_is_shown_where_its_pages_are(con):
    report_world.fill(con, some_pages("ai_regulation"))
    con.execute("delete from trends.topic_daily")
    daily(con, "ai_regulation", dt.date(2019, 3, 1), 20)
    assert timeline.span(con) == Span(dt.date(2019, 3, 1), dt.date(2019, 3, 20), topics=1, pages_outside=0)


def test_years_of_days_are_cut_to_one_and_a_shorter_period_is_chosen(con):
    report_world.fill(con, some_pages("ai_regulation"))
    con.execute("delete from trends.topic_daily")
    daily(con, "ai_regulation", LAST - dt.timedelta(days=999), 1000)
    page = parsed(con)
    series = json.loads(page.get_element_by_id("charts").text)["datasets"]["series"]
    assert len(series["day"]) == 365
    assert [text(option) for option in page.xpath("//option")] == ["30 days", "90 days", "all 365 days"]
    assert page.xpath("//option[@selected]/@value") == ["90"]
    assert set(page.xpath("//@data-period")) == {"90"}


def test_topic_that_fell_silent_counts_the_days_it_still_had(con):
    report_world.fill(con, some_pages("ai_regulation"))
    con.execute("delete from trends.topic_daily")
    daily(con, "ai_regulation", LAST - dt.timedelta(days=20), 21)
    daily(con, "chip_exports", LAST - dt.timedelta(days=20), 17, stories=3)  # silent for the last four days
    page = parsed(con)
    assert "9 stories in 7 days ▼ from 21 · 18 pages" in text(page.xpath('//label[input/@value="chip_exports"]')[0])
    shown = timeline.span(con)
    days = timeline.daily(con, shown, 12).filter(topic="chip_exports")
    assert days["stories"].tail(5).to_list() == [3, 0, 0, 0, 0]


def test_of_many_topics_the_busiest_twelve_are_shown(con):
    report_world.fill(con, some_pages("ai_regulation"))
    for number in range(20):
        daily(con, f"topic_{number:02}", LAST - dt.timedelta(days=6), 7, stories=100 - number)
    page = parsed(con)
    shown = page.xpath('//input[@name="topic"]/@value')
    assert "The 12 topics with most stories of 21." in text(page.get_element_by_id("topics"))
    assert shown == ["", *(f"topic_{number:02}" for number in range(12))]


def test_topic_in_a_burst_today_says_so(con):
    report_world.fill(con, some_pages("ai_regulation"))
    con.execute("insert into trends.topic_bursts values ('ai_regulation', ?, ?, 1, 0.5, 3.1, null)", [LAST, LAST])
    page = parsed(con)
    assert text(page.xpath('//label[input/@value="ai_regulation"]//em')[0]) == "bursting"
    assert text(page.xpath('//ul[@class="bursts"]')[0]) == (
        "AI regulation, 14 Nov 2026: 1 story where 0.5 were expected score 3.1"
    )


def test_earlier_bursts_are_folded_away(con):
    report_world.fill(con, some_pages("ai_regulation"))
    daily(con, "ai_regulation", LAST - dt.timedelta(days=60), 60)
    for age in range(0, 56, 7):
        day = LAST - dt.timedelta(days=age)
        con.execute("insert into trends.topic_bursts values ('ai_regulation', ?, ?, 9, 1.5, 4.2, null)", [day, day])
    page = parsed(con)
    listed = page.xpath('//ul[@class="bursts"]')
    assert [len(bursts.xpath("./li")) for bursts in listed] == [5, 3]
    assert text(page.xpath('//details[@class="more-bursts"]/summary')[0]) == "3 earlier bursts"


def test_one_ingest_date_is_told_once(con):
    report_world.fill(con, some_pages("ai_regulation"))
    assert text(parsed(con).xpath('//p[@class="dateline"]')[0]).startswith("14 Nov 2026 made")


def test_reading_leaves_a_read_only_database_as_it_was(world, tmp_path):
    file = publish_database(world, tmp_path)
    before = file.read_bytes()
    with duckdb.connect(str(file), read_only=True) as published:
        made = build_report(published, MADE_AT, NAMES)
        assert made == build_report(published, MADE_AT, NAMES)
    assert file.read_bytes() == before
