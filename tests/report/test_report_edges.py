"""The report of databases that have little, too much, or something wrong."""

from __future__ import annotations

import datetime as dt
import random
import re

import duckdb
import pytest
import report_database
from report_data import read_data
from report_database import FIRST, LAST, MADE_AT, NAMES, add_burst, parsed, text
from report_models import derive

from newsmill.quality.tables import CHECK_RESULTS
from newsmill.report import build
from newsmill.report.build import build_report
from newsmill.report.sources import silent_sources
from newsmill.warehouse.publish import publish_database


@pytest.fixture
def con():
    con = report_database.bare_world()
    yield con
    con.close()


def some_pages(topic: str, count: int = 3, days: tuple[dt.date, ...] = (LAST,)) -> report_database.Rows:
    rows: report_database.Rows = {name: [] for name in report_database.FILLED}
    chance = random.Random(3)
    for day in days:
        for number in range(count):
            report_database.add_story(rows, chance, day, topic, "en", f"Headline {number}", 1)
    return rows


def health(page) -> list[str]:
    return [text(li) for li in page.xpath('//ul[@class="health"]/li')]


def news(page) -> list[str]:
    return [text(li) for li in page.xpath('//ul[@class="news"]/li')]


def test_empty_database_says_what_to_do(con):
    derive(con)
    page = parsed(con)
    assert "Nothing has come in yet" in text(page.get_element_by_id("main"))
    assert health(page) == ["No records yet", "No checks have run"]
    assert not page.xpath('//div[contains(@class, "chart")]')
    assert read_data(page)["stories"] == []


def test_records_that_all_went_to_quarantine_are_accounted_for(con):
    rows = some_pages("", 0)
    chance = random.Random(5)
    for _ in range(3):
        report_database.add_quarantined(rows, chance, LAST)
    report_database.fill(con, rows)
    page = parsed(con)
    assert "No page could be read yet" in text(page.get_element_by_id("sources"))
    assert "No page could be read yet" in text(page.get_element_by_id("topics"))
    assert text(page.xpath('//p[@class="equation"]')[0]) == "3 came in = 0 kept + 0 merged + 3 quarantined"


def test_pages_without_a_topic_still_make_stories_and_sources(con):
    report_database.fill(con, some_pages(""))
    page = parsed(con)
    assert "No page speaks of a topic yet" in text(page.get_element_by_id("topics"))
    assert len(read_data(page)["stories"]) == 3
    charts = page.xpath('//div[contains(@class, "chart")]/@id')
    assert charts == ["sites-chart", "languages-chart", "reconciliation-chart"]


def test_clean_input_says_that_nothing_was_set_aside(con):
    report_database.fill(con, some_pages("ai_regulation"))
    assert "nothing was set aside" in text(parsed(con).get_element_by_id("quarantine"))


def test_health_shows_date_reconciliation_and_checks(con):
    report_database.fill(con, some_pages("ai_regulation"))
    page = parsed(con)
    assert health(page) == [
        "Data up to: last ingest date 14 Nov 2026",
        "Every record is accounted for",
        "No checks have run",
    ]
    assert page.get_element_by_id("fresh").get("data-date") == "2026-11-14"  # the browser tells its age


def test_record_that_went_nowhere_is_out_of_balance(con):
    report_database.fill(con, some_pages("ai_regulation"))
    con.execute("delete from quality.ledger where record_id = (select min(record_id) from quality.ledger)")
    page = parsed(con)
    assert "1 record unaccounted for" in health(page)
    assert "1 unaccounted for" in text(page.xpath('//p[@class="equation"]')[0])


def test_checks_that_all_held_are_told_in_one_line(con):
    report_database.fill(con, some_pages("ai_regulation"))
    report_database.add(con, CHECK_RESULTS, report_database.check_results("run-1", MADE_AT, failing=False))
    page = parsed(con)
    assert health(page)[-1] == "All 40 checks held"
    assert "All 40 checks of run run-1 held." in text(page.get_element_by_id("checks"))


def test_no_burst_is_told_as_what_it_means(con):
    report_database.fill(con, some_pages("ai_regulation"))
    page = parsed(con)
    assert news(page)[0] == "No topic burst on the one day shown: a topic needs a past to stand out from."
    assert "No topic has burst" in text(page.get_element_by_id("no-bursts"))


def test_burst_going_on_is_told_as_such(con):
    report_database.fill(con, some_pages("ai_regulation"))
    add_burst(con, "ai_regulation", LAST, LAST, observed=1, expected=0.5, score=3.1)
    assert news(parsed(con))[0] == (
        "AI regulation is bursting, 14 Nov 2026: 1 story where 0.5 were expected, a chance of 1 in 1,300. The stories"
    )


def test_burst_of_long_ago_is_no_news(con):
    report_database.fill(con, some_pages("ai_regulation", days=(LAST - dt.timedelta(days=30), LAST)))
    add_burst(con, "ai_regulation", LAST - dt.timedelta(days=30), LAST - dt.timedelta(days=29))
    page = parsed(con)
    assert news(page)[0].startswith(
        "No topic burst in the last 14 days. The newest burst is that of AI regulation, 15 to"
    )
    assert len(page.xpath('//ul[@id="burst-list"]/li')) == 1


def test_burst_whose_story_is_gone_is_still_told(con):
    report_database.fill(con, some_pages("ai_regulation"))
    add_burst(con, "ai_regulation", LAST, LAST, top_story_id="s-forgotten")
    [burst] = parsed(con).xpath('//ul[@id="burst-list"]/li')
    assert "Driven by" not in text(burst)


def test_many_bursts_are_cut_and_the_cut_is_told(con, monkeypatch):
    monkeypatch.setattr(build, "BURSTS", 5)
    days = tuple(LAST - dt.timedelta(days=age) for age in range(0, 56, 7))
    report_database.fill(con, some_pages("ai_regulation", 1, days))
    for day in days:
        add_burst(con, "ai_regulation", day, day)
    section = parsed(con).get_element_by_id("bursts")
    assert [li.get("data-from") for li in section.xpath(".//li")] == [str(day) for day in days[:5]]
    assert "The newest 5 of 8 bursts." in text(section)


def test_of_many_topics_the_busiest_twelve_are_shown(con):
    rows = some_pages("ai_regulation", 4)
    chance = random.Random(1)
    for number in range(20):
        for _ in range(1 + number % 3):
            report_database.add_story(rows, chance, LAST, "chip_exports", "en", f"Headline {number}", 1)
            for table in ("topics.page_topics", "topics.mentions"):
                rows[table][-1]["topic"] = f"topic_{number:02}"
    rows["topics.entities"] = []
    report_database.fill(con, rows)
    page = parsed(con)
    assert "The 12 topics with most stories of 21." in text(page.get_element_by_id("topics"))
    shown = [topic["id"] for topic in read_data(page)["topics"]]
    assert len(shown) == 12
    assert shown[0] == "ai_regulation"


def test_entities_of_the_first_week_are_told_without_a_rise(con):
    report_database.fill(con, some_pages("ai_regulation", 12))
    assert any(said.startswith("Named most often in the week of 9 to 15 Nov 2026: ") for said in news(parsed(con)))


def test_one_ingest_date_is_told_once(con):
    report_database.fill(con, some_pages("ai_regulation"))
    assert text(parsed(con).xpath('//p[@class="dateline"]')[0]).startswith("14 Nov 2026 made")


def from_site(site: str, ages: list[int]) -> report_database.Rows:
    """Records of a site, so many ingest dates ago."""
    rows = some_pages("", 1, tuple(LAST - dt.timedelta(days=age) for age in ages))
    for number, record in enumerate(rows["raw.records"]):
        record |= {"site": site, "record_id": f"{site}-{number}"}
    return {"raw.records": rows["raw.records"]}


@pytest.mark.parametrize(
    ("ages", "is_silent"),
    [
        (list(range(5, 25)), True),  # came daily, and not for five dates
        (list(range(25)), False),
        ([1, *range(2, 25)], False),  # one date missed
        (list(range(4, 25, 4)), False),  # comes every fourth date, and today is one of the three others
        (list(range(20, 45, 4)), True),
        ([20, 21], False),  # twice is no rhythm
    ],
)
def test_source_is_silent_when_it_stopped_against_its_own_rhythm(con, ages, is_silent):
    for rows in (from_site("steady.example", list(range(50))), from_site("other.example", ages)):
        report_database.add(con, report_database.RECORDS, rows["raw.records"])
    found, count = silent_sources(con, 10)
    assert [one["site"] for one in found] == ["other.example"] * is_silent
    assert count == len(found)
    if found:
        assert found[0]["last_date"] == LAST - dt.timedelta(days=min(ages))
        assert found[0]["dates_silent"] == min(ages)


def test_silent_source_is_told_at_the_top_and_in_its_table(con):
    rows = some_pages("ai_regulation", 1, tuple(LAST - dt.timedelta(days=age) for age in range(20)))
    for age, record in enumerate(rows["raw.records"]):
        record["site"] = "gone.example" if age > 6 else "steady.example"
    report_database.fill(con, rows)
    page = parsed(con)
    assert "1 source stopped arriving" in health(page)
    assert any(said.startswith("gone.example stopped arriving: nothing for 7 ingest dates") for said in news(page))
    assert "gone.example" in text(page.get_element_by_id("sources"))


def test_silent_sources_that_are_not_listed_are_counted_in_the_first_sentences(con, monkeypatch):
    monkeypatch.setattr("newsmill.report.build.SILENT", 1)
    rows = some_pages("ai_regulation", 1, tuple(LAST - dt.timedelta(days=age // 4) for age in range(80)))
    for number, record in enumerate(rows["raw.records"]):
        age = (LAST - record["ingest_date"]).days
        record["site"] = f"gone{number % 3}.example" if age > 6 else "steady.example"
    report_database.fill(con, rows)
    assert any(re.match(r"gone\d\.example and 2 more stopped arriving", said) for said in news(parsed(con)))


def test_reading_leaves_a_read_only_database_as_it_was(world, tmp_path):
    file = publish_database(world, tmp_path)
    before = file.read_bytes()
    with duckdb.connect(str(file), read_only=True) as published:
        made = build_report(published, MADE_AT, NAMES)
        assert made == build_report(published, MADE_AT, NAMES)
    assert file.read_bytes() == before


def test_first_day_is_that_of_the_first_page(facts):
    assert facts["slots"]["first"] == str(FIRST)
