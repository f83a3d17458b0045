"""The report stays below 3 MB and is built quickly for any home."""

from __future__ import annotations

import time

import large_report_database
import pytest
import report_database
from lxml import html as lxml_html
from report_data import read_data
from report_database import MADE_AT

from newsmill.report import build
from newsmill.report.build import build_report
from newsmill.report.compression import SizeCounter, compress_json
from newsmill.report.sections.story_ranking import MAX_STORIES


def test_smaller_limit_drops_stories_but_no_counts(database, report, data, monkeypatch):
    monkeypatch.setattr(build, "MAX_BYTES", len(report.encode()) - 20_000)
    html = build_report(database, MADE_AT, report_database.NAMES)
    assert len(html.encode()) < build.MAX_BYTES
    smaller = read_data(lxml_html.document_fromstring(html))
    assert 0 < len(smaller["stories"]) < len(data["stories"])
    assert smaller["series"] == data["series"]
    assert smaller["stories"] == data["stories"][: len(smaller["stories"])]


def test_smaller_limit_counts_by_weeks(database, monkeypatch):
    monkeypatch.setattr(build, "DEPTHS", ((366, 520), (15, 8)))
    monkeypatch.setattr(build, "SERIES_BYTES", 1)
    small = read_data(report_database.build_page(database))
    assert small["buckets"] == {"first": "2026-10-12", "daily": "2026-11-02", "last": "2026-11-14"}
    assert len(small["all_pages"]) == 3 + 13


def test_counted_size_is_an_upper_bound(data):
    counter = SizeCounter()
    sizes = [counter.add(story) for story in data["stories"]]
    compressed = len(compress_json(data["stories"]))
    assert compressed < sizes[-1] < 1.5 * compressed
    assert sizes == sorted(sizes)


@pytest.mark.slow
@pytest.mark.parametrize(("pages", "days"), [(100_000, 400), (100_000, 3_000), (20_000, 25)])
def test_report_of_many_pages_stays_below_the_limit(pages, days):
    con = large_report_database.large_database(pages, days, topics=20)
    start = time.process_time()
    html = build_report(con, MADE_AT, {})
    cpu_seconds = time.process_time() - start
    assert len(html.encode()) < 3_000_000
    assert cpu_seconds < 15
    report_data = read_data(lxml_html.document_fromstring(html))
    assert len(report_data["stories"]) == MAX_STORIES
    assert len(report_data["topics"]) == 12
