"""The days shown, as days and in the far past as weeks; and counts of any period from them."""

from __future__ import annotations

import datetime as dt

import duckdb
import large_report_database
import pytest
import report_database
from report_database import LAST

from newsmill.report.queries import lent
from newsmill.report.time_buckets import Slots, find_slots
from newsmill.report.topics import series, shown_topics

DAY = dt.timedelta(days=1)


@pytest.fixture(scope="module")
def years() -> duckdb.DuckDBPyConnection:
    con = large_report_database.bulk_home(pages=1500, days=500, topics=2, sites=30)
    yield con
    con.close()


def with_days(*days: dt.date) -> duckdb.DuckDBPyConnection:
    con = report_database.bare_world()
    rows: report_database.Rows = {name: [] for name in report_database.FILLED}
    for day in days:
        report_database.add_story(rows, report_database.random.Random(1), day, "ai_regulation", "en", "A headline", 1)
    for number, record in enumerate(rows["raw.records"]):
        record |= {"ingest_date": LAST, "fetched_at": dt.datetime.combine(LAST, dt.time(20))}
        renamed = {"record_id": f"{number:032x}", "ingest_date": LAST}
        for table in ("raw.records", "clean.pages", "stories.members", "topics.page_topics", "topics.mentions"):
            rows[table][number] |= renamed
    rows["topics.entities"] = []
    report_database.fill(con, rows)
    return con


def test_home_without_a_page_has_no_slots():
    assert find_slots(report_database.empty_world(), 366, 520) is None


def test_one_day_is_one_slot():
    assert find_slots(with_days(LAST), 366, 520) == Slots(LAST, LAST, LAST, 0)


def test_days_without_pages_since_the_last_are_shown_up_to_the_last_fetch():
    slots = find_slots(with_days(LAST - 9 * DAY, LAST - 5 * DAY), 366, 520)
    assert (slots.first, slots.last, len(slots)) == (LAST - 9 * DAY, LAST, 10)


def test_page_of_another_century_does_not_stretch_the_charts():
    days = [LAST - n * DAY for n in range(10)] * 3
    slots = find_slots(with_days(*days, dt.date(1999, 12, 31), dt.date(2099, 1, 1)), 366, 520)
    # What is not believable as a date counts for the day of its fetch (int_record_days), and so lies inside.
    assert slots.first == LAST - 9 * DAY
    assert slots.last == LAST
    assert slots.pages_outside <= 2


def test_archive_read_years_later_is_shown_where_its_pages_are():
    first = dt.date(2019, 3, 1)
    slots = find_slots(with_days(*(first + n * DAY for n in range(20))), 366, 520)
    assert (slots.first, slots.last, slots.pages_outside) == (first, first + 19 * DAY, 0)


def test_page_dated_tomorrow_is_shown():
    assert find_slots(with_days(LAST, LAST + DAY), 366, 520).last == LAST + DAY


def test_past_beyond_the_days_is_kept_by_weeks_and_beyond_those_is_told(years):
    slots = find_slots(years, 100, 30)
    assert slots.first.weekday() == slots.daily.weekday() == 0
    assert (slots.last - slots.daily).days < 100
    assert len(slots) == slots.weeks + (slots.last - slots.daily).days + 1
    assert slots.weeks <= 30
    [(outside,)] = years.execute("select count(*) from trends.page_days where day < ?", [slots.first]).fetchall()
    assert slots.pages_outside == outside > 0


def test_every_day_has_the_slot_of_its_day_or_week(years):
    slots = find_slots(years, 100, 520)
    frame = slots.frame()
    assert frame["slot"].is_sorted()
    assert frame["slot"].unique().to_list() == list(range(len(slots)))
    by_slot = frame.group_by("slot").len().sort("slot")["len"].to_list()
    assert by_slot == [7] * slots.weeks + [1] * (len(slots) - slots.weeks)


def test_any_period_is_counted_as_the_database_counts_it(years):
    slots = find_slots(years, 100, 520)
    with lent(years, "slot_days", slots.frame()):
        topics, _ = shown_topics(years, {}, 12)
        counted = series(years, slots, topics)
        days = years.execute("select min(day), max(day), slot from slot_days group by slot order by slot").fetchall()
    for first, last in (
        (0, len(days) - 1),
        (5, 30),
        (slots.weeks - 3, slots.weeks + 10),
        (len(days) - 1, len(days) - 1),
    ):
        for place, topic in enumerate([*(topic.id for topic in topics), None]):
            [expected] = years.execute(
                """select count(distinct record_id), count(distinct story_id), count(distinct site)
                   from trends.topic_pages where day between ? and ? and coalesce(topic = ?, true)""",
                [days[first][0], days[last][1], topic],
            ).fetchall()
            own = counted[place]
            found = [sum(own["pages"][first : last + 1])]
            for measure in ("stories", "outlets"):
                pairs = [
                    (s, *own[measure][s][i : i + 2])
                    for s in range(first, last + 1)
                    for i in range(0, len(own[measure][s]), 2)
                ]
                found.append(sum(things for s, gap, things in pairs if gap == 0 or s - gap < first))
            assert tuple(found) == expected, (topic, first, last)
