"""Build the report: query the published database, limit the data to what a page can hold, render one HTML file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from newsmill.quality.files import read_file_counts
from newsmill.report.charts import chart_specs
from newsmill.report.compression import compress_json
from newsmill.report.formatting import shorten
from newsmill.report.page import render
from newsmill.report.queries import registered
from newsmill.report.sections import reconciliation, sources
from newsmill.report.sections.bursts import burst_data, read_bursts
from newsmill.report.sections.by_site_language import count_by_site_language, top_sites_by_topic
from newsmill.report.sections.changes import change_data, read_changes
from newsmill.report.sections.entities import WEEKS, entity_data, read_entity_weeks
from newsmill.report.sections.headline import read_headline
from newsmill.report.sections.ledger import reconciliation_data
from newsmill.report.sections.stories import StoryData, select_stories
from newsmill.report.sections.story_ranking import rank_stories
from newsmill.report.sections.summary import summarize
from newsmill.report.sections.topics import count_series, gap_buckets, select_topics
from newsmill.report.time_buckets import DEPTHS, TimeBuckets, find_time_buckets
from newsmill.types import Connection, Row

MAX_BYTES = 3_000_000
# Limits of the counts by time bucket and by site and language, so that stories fit into the file.
SERIES_BYTES = 600_000
SITE_LANGUAGE_BYTES = 240_000
# The document grows by a few bytes once the number of stories is known.
MARGIN_BYTES = 20_000

TOPICS = 12
BURSTS = 60
ENTITIES = 300
SITES = 40
SITES_PER_TOPIC = 12
SILENT_SOURCES = 20
LANGUAGES = 20
INGEST_DATES = 366
REASONS = 30
EXAMPLES_PER_REASON = 5
FAILING_CHECKS = 50
NAME_CHARS = 60

# What the page and the template get when no page has been read yet.
EMPTY_DATA: dict[str, Any] = {"buckets": None, "topics": [], "stories": []}
EMPTY_CONTEXT: dict[str, Any] = {
    "buckets": None,
    "topics": [],
    "topic_count": 0,
    "bursts": [],
    "burst_count": 0,
    "summary": [],
}


@dataclass(frozen=True)
class BucketCounts:
    """The time buckets, the ids of the topics shown, the number of all topics, and all counts by bucket."""

    buckets: TimeBuckets
    topics: list[str]
    topic_count: int
    data: dict[str, Any]


@dataclass(frozen=True)
class Trends:
    """Bursts, changes and entities within the time buckets."""

    bursts: list[Row]
    burst_count: int
    changes: list[Row]
    entities: pl.DataFrame


def build_report(con: Connection, made_at: datetime, topic_names: Mapping[str, str]) -> str:
    """Return the report on a published database as one HTML file below 3 MB that opens no connection.

    Args:
        con: the published copy, read only.
        made_at: time of the report, UTC.
        topic_names: display name by topic id; a topic without a name is shown by its id.
    """
    quality = _read_quality(con)
    context = {"made_at": made_at, "headline": read_headline(con), "names": topic_names} | quality
    data: dict[str, Any] = {
        "reconciliation": reconciliation_data(con, quality["reconciliation"], quality["reconciliation_total"]),
        "specs": chart_specs(),
    }
    counts = _count_by_bucket(con, topic_names)
    if counts is None:
        return render(compress_json(data | EMPTY_DATA), **context, **EMPTY_CONTEXT, story_count=0)
    with registered(con, "bucket_days", counts.buckets.to_frame()):
        trends = _read_trends(con, counts)
        context |= _template_context(counts, trends, quality, topic_names)
        data |= counts.data | _trend_data(counts, trends)
        data["by_site_language"] = _count_by_site_language(con, counts)
        without_stories = render(compress_json(data), **context, story_count=0)
        budget_bytes = MAX_BYTES - len(without_stories.encode("utf-8")) - MARGIN_BYTES
        data["stories"] = _select_stories(con, counts, data, budget_bytes)
    return render(compress_json(data), **context, story_count=len(data["stories"]))


def _read_quality(con: Connection) -> dict[str, Any]:
    dates, total = reconciliation.read_reconciliation(con, INGEST_DATES)
    checks, failing_checks = reconciliation.last_checks(con, FAILING_CHECKS)
    silent, silent_count = sources.silent_sources(con, SILENT_SOURCES)
    return {
        "reconciliation": dates,
        "reconciliation_total": total,
        "files": read_file_counts(con, EXAMPLES_PER_REASON),
        "quarantine": reconciliation.read_quarantine(con, REASONS, EXAMPLES_PER_REASON),
        "checks": checks,
        "failing_checks": failing_checks,
        "silent": silent,
        "silent_count": silent_count,
        "ingest_dates": sources.count_ingest_dates(con),
    }


def _count_by_bucket(con: Connection, names: Mapping[str, str]) -> BucketCounts | None:
    """Count pages and stories by time bucket, with the longest history within `SERIES_BYTES`; None without a page."""
    counts = None
    for days, weeks in DEPTHS:
        buckets = find_time_buckets(con, days, weeks)
        if buckets is None:
            return None
        with registered(con, "bucket_days", buckets.to_frame()):
            topics, topic_count = select_topics(con, names, TOPICS)
            ids = [topic.id for topic in topics]
            data = {
                "buckets": {"first": str(buckets.first), "daily": str(buckets.daily), "last": str(buckets.last)},
                "topics": [{"id": topic.id, "name": shorten(topic.name, NAME_CHARS)} for topic in topics],
                "series": count_series(con, buckets, topics),
                "gaps": gap_buckets(con),
                "all_pages": sources.count_pages(con, len(buckets)),
                "sites": sources.site_data(con, len(buckets), SITES, top_sites_by_topic(con, ids, SITES_PER_TOPIC)),
                "languages": sources.language_data(con, len(buckets), LANGUAGES),
            }
        counts = BucketCounts(buckets, ids, topic_count, data)
        if len(compress_json(data)) < SERIES_BYTES:
            break
    return counts


def _count_by_site_language(con: Connection, counts: BucketCounts) -> dict[str, Any]:
    sites, languages = counts.data["sites"]["name"], counts.data["languages"]["code"]
    return count_by_site_language(con, counts.buckets, counts.topics, sites, languages, SITE_LANGUAGE_BYTES)


def _read_trends(con: Connection, counts: BucketCounts) -> Trends:
    buckets, topics = counts.buckets, counts.topics
    bursts, burst_count = read_bursts(con, buckets, topics, BURSTS)
    changes = read_changes(con, buckets, topics)
    return Trends(bursts, burst_count, changes, read_entity_weeks(con, buckets, topics, ENTITIES))


def _trend_data(counts: BucketCounts, trends: Trends) -> dict[str, Any]:
    return {
        "bursts": burst_data(trends.bursts, counts.topics),
        "changes": change_data(trends.changes, counts.topics),
        "entities": entity_data(trends.entities, counts.topics),
        "stories": [],
    }


def _template_context(
    counts: BucketCounts, trends: Trends, quality: Mapping[str, Any], names: Mapping[str, str]
) -> dict[str, Any]:
    """Return what the template needs besides the headline and the reconciliation."""
    return {
        "buckets": counts.buckets,
        "topics": counts.data["topics"],
        "topic_index": {topic: index for index, topic in enumerate(counts.topics)},
        "topic_count": counts.topic_count,
        "bursts": trends.bursts,
        "burst_count": trends.burst_count,
        "summary": summarize(
            counts.buckets,
            trends.bursts,
            trends.changes,
            trends.entities,
            quality["silent"],
            quality["silent_count"],
            names,
        ),
    }


def _select_stories(
    con: Connection, counts: BucketCounts, data: Mapping[str, Any], budget_bytes: int
) -> list[StoryData]:
    first_entity_week = counts.buckets.last - timedelta(weeks=WEEKS)
    entities = data["entities"]["rows"]
    return select_stories(
        con,
        rank_stories(con, counts.buckets, counts.topics, first_entity_week),
        topics=counts.topics,
        entities=[(entity["name"], entity["kind"], counts.topics[entity["topic"]]) for entity in entities],
        sites=data["sites"]["name"],
        budget_bytes=budget_bytes,
    )
