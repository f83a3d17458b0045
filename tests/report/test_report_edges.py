"""The report of databases with little data, with too much data, or with errors."""

from __future__ import annotations

import datetime as dt
import random
import re

import duckdb
import pytest
import report_database
from report_data import read_data
from report_database import FIRST, LAST, MADE_AT, NAMES, add_burst, build_page, text
from sql_models import build_models

from newsmill.quality.tables import CHECK_RESULTS
from newsmill.report import build
from newsmill.report.build import build_report
from newsmill.report.sections.sources import silent_sources
from newsmill.warehouse.publish import write_rows


@pytest.fixture
def con():
    con = report_database.database_without_rows()
    yield con
    con.close()


def page_rows(topic: str, count: int = 3, days: tuple[dt.date, ...] = (LAST,)) -> report_database.Rows:
    rows: report_database.Rows = {name: [] for name in report_database.FILLED}
    generator = random.Random(3)
    for day in days:
        for number in range(count):
            report_database.add_story(rows, generator, day, topic, "en", f"Headline {number}", 1)
    return rows


def health(page) -> list[str]:
    return [text(li) for li in page.xpath('//ul[@class="health"]/li')]


def news(page) -> list[str]:
    return [text(li) for li in page.xpath('//ul[@class="news"]/li')]


def test_empty_database_explains_the_first_run(con):
    build_models(con)
    page = build_page(con)
    assert "There are no records yet" in text(page.get_element_by_id("main"))
    assert health(page) == ["No records yet", "No checks have run"]
    assert not page.xpath('//div[contains(@class, "chart")]')
    assert read_data(page)["stories"] == []


def test_records_that_are_all_quarantined_reconcile(con):
    rows = page_rows("", 0)
    generator = random.Random(5)
    for _ in range(3):
        report_database.add_quarantined(rows, generator, LAST)
    report_database.load_rows(con, rows)
    page = build_page(con)
    assert "No page has been read yet" in text(page.get_element_by_id("sources"))
    assert "No page has been read yet" in text(page.get_element_by_id("topics"))
    assert text(page.xpath('//p[@class="equation"]')[0]) == "3 records = 0 kept + 0 merged + 3 quarantined"


def test_pages_without_a_topic_appear_as_stories_and_sources(con):
    report_database.load_rows(con, page_rows(""))
    page = build_page(con)
    assert "No page has a topic yet" in text(page.get_element_by_id("topics"))
    assert len(read_data(page)["stories"]) == 3
    charts = page.xpath('//div[contains(@class, "chart")]/@id')
    assert charts == ["sites-chart", "languages-chart", "reconciliation-chart"]


def test_empty_quarantine_has_a_message(con):
    report_database.load_rows(con, page_rows("ai_regulation"))
    assert "No records are in quarantine." in text(build_page(con).get_element_by_id("quarantine"))


def test_health_shows_date_reconciliation_and_checks(con):
    report_database.load_rows(con, page_rows("ai_regulation"))
    page = build_page(con)
    assert health(page) == [
        "Data up to: last ingest date 14 Nov 2026",
        "All records reconcile",
        "No checks have run",
    ]
    assert page.get_element_by_id("fresh").get("data-date") == "2026-11-14"  # the browser shows its age


def test_record_without_a_verdict_is_unreconciled(con):
    report_database.load_rows(con, page_rows("ai_regulation"))
    con.execute("delete from quality.ledger where record_id = (select min(record_id) from quality.ledger)")
    page = build_page(con)
    assert "1 record unreconciled" in health(page)
    assert "1 unreconciled" in text(page.xpath('//p[@class="equation"]')[0])


def test_passed_checks_take_one_line(con):
    report_database.load_rows(con, page_rows("ai_regulation"))
    report_database.add(con, CHECK_RESULTS, report_database.check_results("run-1", MADE_AT, failing=False))
    page = build_page(con)
    assert health(page)[-1] == "All 40 checks passed"
    assert "All 40 checks of run run-1 passed." in text(page.get_element_by_id("checks"))


def test_summary_explains_why_there_is_no_burst(con):
    report_database.load_rows(con, page_rows("ai_regulation"))
    page = build_page(con)
    assert news(page)[0] == "No topic burst on the only day shown: a burst is detected by comparison with earlier days."
    assert "No bursts: no topic" in text(page.get_element_by_id("no-bursts"))


def test_current_burst_is_bursting(con):
    report_database.load_rows(con, page_rows("ai_regulation"))
    add_burst(con, "ai_regulation", LAST, LAST, observed=1, expected=0.5, score=3.1)
    assert news(build_page(con))[0] == (
        "AI regulation is bursting, 14 Nov 2026: 1 story, 0.5 expected, a chance of 1 in 1,300. Show the stories"
    )


def test_old_burst_is_not_a_current_one(con):
    report_database.load_rows(con, page_rows("ai_regulation", days=(LAST - dt.timedelta(days=30), LAST)))
    add_burst(con, "ai_regulation", LAST - dt.timedelta(days=30), LAST - dt.timedelta(days=29))
    page = build_page(con)
    assert news(page)[0].startswith("No topic burst in the last 14 days. The newest burst: AI regulation, 15 to")
    assert len(page.xpath('//ul[@id="burst-list"]/li')) == 1


def test_burst_with_a_missing_story_is_listed(con):
    report_database.load_rows(con, page_rows("ai_regulation"))
    add_burst(con, "ai_regulation", LAST, LAST, top_story_id="s-forgotten")
    [burst] = build_page(con).xpath('//ul[@id="burst-list"]/li')
    assert "Driven by" not in text(burst)


def test_limit_of_bursts_is_stated(con, monkeypatch):
    monkeypatch.setattr(build, "BURSTS", 5)
    days = tuple(LAST - dt.timedelta(days=age) for age in range(0, 56, 7))
    report_database.load_rows(con, page_rows("ai_regulation", 1, days))
    for day in days:
        add_burst(con, "ai_regulation", day, day)
    section = build_page(con).get_element_by_id("bursts")
    assert [li.get("data-from") for li in section.xpath(".//li")] == [str(day) for day in days[:5]]
    assert "The report shows the newest 5 of 8 bursts." in text(section)


def test_limit_of_topics_is_stated(con):
    rows = page_rows("ai_regulation", 4)
    generator = random.Random(1)
    for number in range(20):
        for _ in range(1 + number % 3):
            report_database.add_story(rows, generator, LAST, "chip_exports", "en", f"Headline {number}", 1)
            for table in ("topics.page_topics", "topics.mentions"):
                rows[table][-1]["topic"] = f"topic_{number:02}"
    rows["topics.entities"] = []
    report_database.load_rows(con, rows)
    page = build_page(con)
    assert "The report shows the 12 topics with most stories, of 21." in text(page.get_element_by_id("topics"))
    shown = [topic["id"] for topic in read_data(page)["topics"]]
    assert len(shown) == 12
    assert shown[0] == "ai_regulation"


def test_entities_of_the_first_week_have_no_comparison(con):
    report_database.load_rows(con, page_rows("ai_regulation", 12))
    assert any(
        sentence.startswith("Named most often in the week of 9 to 15 Nov 2026: ") for sentence in news(build_page(con))
    )


def test_single_ingest_date_appears_once(con):
    report_database.load_rows(con, page_rows("ai_regulation"))
    assert text(build_page(con).xpath('//p[@class="dateline"]')[0]).startswith("14 Nov 2026 built")


def site_records(site: str, ages: list[int]) -> report_database.Rows:
    """Return records of a site, each on the ingest date of this age."""
    rows = page_rows("", 1, tuple(LAST - dt.timedelta(days=age) for age in ages))
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
def test_silence_is_judged_by_the_rhythm_of_the_source(con, ages, is_silent):
    for rows in (site_records("steady.example", list(range(50))), site_records("other.example", ages)):
        report_database.add(con, report_database.RECORDS, rows["raw.records"])
    found, count = silent_sources(con, 10)
    assert [item["site"] for item in found] == ["other.example"] * is_silent
    assert count == len(found)
    if found:
        assert found[0]["last_date"] == LAST - dt.timedelta(days=min(ages))
        assert found[0]["dates_silent"] == min(ages)


def test_silent_source_is_in_health_summary_and_table(con):
    rows = page_rows("ai_regulation", 1, tuple(LAST - dt.timedelta(days=age) for age in range(20)))
    for age, record in enumerate(rows["raw.records"]):
        record["site"] = "gone.example" if age > 6 else "steady.example"
    report_database.load_rows(con, rows)
    page = build_page(con)
    assert "1 source stopped" in health(page)
    assert any(sentence.startswith("gone.example stopped: no records for 7 ingest dates") for sentence in news(page))
    assert "gone.example" in text(page.get_element_by_id("sources"))


def test_summary_counts_silent_sources_beyond_the_limit(con, monkeypatch):
    monkeypatch.setattr("newsmill.report.build.SILENT_SOURCES", 1)
    rows = page_rows("ai_regulation", 1, tuple(LAST - dt.timedelta(days=age // 4) for age in range(80)))
    for number, record in enumerate(rows["raw.records"]):
        age = (LAST - record["ingest_date"]).days
        record["site"] = f"gone{number % 3}.example" if age > 6 else "steady.example"
    report_database.load_rows(con, rows)
    assert any(re.match(r"gone\d\.example and 2 more stopped:", sentence) for sentence in news(build_page(con)))


def test_report_does_not_change_the_database(database, tmp_path):
    file = tmp_path / "newsmill.duckdb"
    write_rows(database, file)
    before = file.read_bytes()
    with duckdb.connect(str(file), read_only=True) as published:
        built = build_report(published, MADE_AT, NAMES)
        assert built == build_report(published, MADE_AT, NAMES)
    assert file.read_bytes() == before


def test_first_bucket_is_the_day_of_the_first_page(data):
    assert data["buckets"]["first"] == str(FIRST)
