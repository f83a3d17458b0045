"""Time buckets: days, and weeks in the far past; counts of any period from them."""

from __future__ import annotations

import datetime as dt

import duckdb
import large_report_database
import pytest
import report_database
from report_database import LAST, count_distinct

from newsmill.report.queries import registered
from newsmill.report.sections.topics import count_series, select_topics
from newsmill.report.time_buckets import TimeBuckets, find_time_buckets

DAY = dt.timedelta(days=1)


@pytest.fixture(scope="module")
def years() -> duckdb.DuckDBPyConnection:
    con = large_report_database.large_database(pages=1500, days=500, topics=2, sites=30)
    yield con
    con.close()


def database_with_days(*days: dt.date) -> duckdb.DuckDBPyConnection:
    con = report_database.database_without_rows()
    rows: report_database.Rows = {name: [] for name in report_database.FILLED}
    for day in days:
        report_database.add_story(rows, report_database.random.Random(1), day, "ai_regulation", "en", "A headline", 1)
    for number, record in enumerate(rows["raw.records"]):
        record |= {"ingest_date": LAST, "fetched_at": dt.datetime.combine(LAST, dt.time(20))}
        renamed = {"record_id": f"{number:032x}", "ingest_date": LAST}
        for table in ("raw.records", "clean.pages", "stories.members", "topics.page_topics", "topics.mentions"):
            rows[table][number] |= renamed
    rows["topics.entities"] = []
    report_database.load_rows(con, rows)
    return con


def test_home_without_pages_has_no_buckets():
    assert find_time_buckets(report_database.empty_database(), 366, 520) is None


def test_one_day_is_one_bucket():
    assert find_time_buckets(database_with_days(LAST), 366, 520) == TimeBuckets(LAST, LAST, LAST, 0)


def test_buckets_end_at_the_last_fetch():
    buckets = find_time_buckets(database_with_days(LAST - 9 * DAY, LAST - 5 * DAY), 366, 520)
    assert (buckets.first, buckets.last, len(buckets)) == (LAST - 9 * DAY, LAST, 10)


def test_stray_dates_do_not_stretch_the_buckets():
    days = [LAST - n * DAY for n in range(10)] * 3
    buckets = find_time_buckets(database_with_days(*days, dt.date(1999, 12, 31), dt.date(2099, 1, 1)), 366, 520)
    # A page with an implausible date counts on the day of its fetch (int_record_days), which is inside.
    assert buckets.first == LAST - 9 * DAY
    assert buckets.last == LAST
    assert buckets.pages_outside <= 2


def test_buckets_of_an_old_archive_end_at_its_pages():
    first = dt.date(2019, 3, 1)
    buckets = find_time_buckets(database_with_days(*(first + n * DAY for n in range(20))), 366, 520)
    assert (buckets.first, buckets.last, buckets.pages_outside) == (first, first + 19 * DAY, 0)


def test_page_dated_tomorrow_is_included():
    assert find_time_buckets(database_with_days(LAST, LAST + DAY), 366, 520).last == LAST + DAY


def test_far_past_is_counted_by_weeks_and_earlier_pages_are_outside(years):
    buckets = find_time_buckets(years, 100, 30)
    assert buckets.first.weekday() == buckets.daily.weekday() == 0
    assert (buckets.last - buckets.daily).days < 100
    assert len(buckets) == buckets.weeks + (buckets.last - buckets.daily).days + 1
    assert buckets.weeks <= 30
    [(outside,)] = years.execute("select count(*) from trends.page_days where day < ?", [buckets.first]).fetchall()
    assert buckets.pages_outside == outside > 0


def test_every_day_has_the_bucket_of_its_day_or_week(years):
    buckets = find_time_buckets(years, 100, 520)
    frame = buckets.to_frame()
    assert frame["bucket"].is_sorted()
    assert frame["bucket"].unique().to_list() == list(range(len(buckets)))
    by_bucket = frame.group_by("bucket").len().sort("bucket")["len"].to_list()
    assert by_bucket == [7] * buckets.weeks + [1] * (len(buckets) - buckets.weeks)


def test_any_period_matches_the_database(years):
    buckets = find_time_buckets(years, 100, 520)
    with registered(years, "bucket_days", buckets.to_frame()):
        topics, _ = select_topics(years, {}, 12)
        counted = count_series(years, buckets, topics)
        days = years.execute("select min(day), max(day) from bucket_days group by bucket order by bucket").fetchall()
    for first, last in (
        (0, len(days) - 1),
        (5, 30),
        (buckets.weeks - 3, buckets.weeks + 10),
        (len(days) - 1, len(days) - 1),
    ):
        for index, topic in enumerate([*(topic.id for topic in topics), None]):
            [expected] = years.execute(
                """select count(distinct record_id), count(distinct story_id), count(distinct site)
                   from (from trends.topic_pages where not teaser_only)
                   where day between ? and ? and coalesce(topic = ?, true)""",
                [days[first][0], days[last][1], topic],
            ).fetchall()
            topic_series = counted[index]
            pages = sum(topic_series["pages"][first : last + 1])
            distinct = [count_distinct(topic_series[measure], first, last) for measure in ("stories", "outlets")]
            assert (pages, *distinct) == expected, (topic, first, last)
