"""The report: every fact asked for once, limited to what a page can show, rendered as one file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import duckdb

from newsmill.report import books, numbers, stories, timeline
from newsmill.report.chart_data import Columns, book_data, source_data, topic_data
from newsmill.report.charts import specifications
from newsmill.report.page import render
from newsmill.report.queries import Row
from newsmill.report.stories import Limits

MAX_BYTES = 3_000_000
# Titles and URLs are as long as sites make them: where the first doesn't fit, the next does.
LIMITS = (Limits(), Limits(stories=10, members=4, sentences=1), Limits(stories=4, members=2, sentences=1))

TOPICS = 12
BURSTS = 30
SITES = 25
SITES_CHARTED = 12
LANGUAGES = 15
INGEST_DATES = 60
REASONS = 30
EXAMPLES = 5
CHECKS = 50
PERIODS = (30, 90)


def build_report(con: duckdb.DuckDBPyConnection, made_at: datetime, topic_names: Mapping[str, str]) -> str:
    """The report on a published database as one HTML file below 3 MB that opens no connection.

    Args:
        con: the published copy, read only.
        made_at: when the report is made, UTC.
        topic_names: a name for a person by topic id; a topic without one is shown by its id.
    """
    facts = _numbers(con, made_at) | _quality(con) | _timeline(con, topic_names)
    topic_ids = [topic.id for topic in facts["topics"]]
    last = facts["headline"].last_ingest_date
    charts = {"specs": specifications(), "datasets": facts.pop("datasets") | _datasets(facts)}
    html = ""
    for limits in LIMITS:
        top = stories.top_stories(con, last, topic_ids, limits) if last else {"": []}
        html = render(**facts, charts=charts, top_stories=top, topic_names=topic_names)
        if len(html.encode("utf-8")) < MAX_BYTES:
            break
    return html


def _numbers(con: duckdb.DuckDBPyConnection, made_at: datetime) -> dict[str, Any]:
    headline = numbers.headline(con)
    sources, other_sources = numbers.sources(con, SITES)
    age = (made_at.date() - headline.last_ingest_date).days if headline.last_ingest_date else None
    return {
        "made_at": made_at,
        "headline": headline,
        "age_days": age,
        "sources": sources,
        "other_sources": other_sources,
        "languages": numbers.languages(con, LANGUAGES),
        "story_days": stories.DAYS,
    }


def _quality(con: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    listed, total = books.books(con, INGEST_DATES)
    checks, failing = books.last_checks(con, CHECKS)
    return {
        "books": listed,
        "books_total": total,
        "quarantine": books.quarantine(con, REASONS, EXAMPLES),
        "checks": checks,
        "failing_checks": failing,
    }


def _timeline(con: duckdb.DuckDBPyConnection, topic_names: Mapping[str, str]) -> dict[str, Any]:
    shown = timeline.span(con)
    if shown is None:
        return {"span": None, "periods": [], "period": 0, "topics": [], "days": [], "bursts": [], "datasets": {}}
    series = timeline.daily(con, shown, TOPICS)
    bursts = timeline.bursts(con, shown, BURSTS)
    topics = timeline.topics(series, bursts, shown, topic_names)
    periods = [days for days in PERIODS if days < shown.days] + [shown.days]
    period = min(periods[-1], PERIODS[-1])
    return {
        "span": shown,
        "periods": periods,
        "period": period,
        "topics": topics,
        "days": _by_day(series.sort("day", descending=True, maintain_order=True).to_dicts()),
        "bursts": bursts,
        "datasets": topic_data(series, topics, bursts),
    }


def _datasets(facts: Mapping[str, Any]) -> dict[str, Columns]:
    return source_data(facts["sources"][:SITES_CHARTED], facts["languages"]) | book_data(facts["books"])


def _by_day(series: list[Row]) -> list[tuple[Any, list[Row]]]:
    """The series as the rows of a table: a day, and its counts by topic."""
    days: dict[Any, list[Row]] = {}
    for one in series:
        days.setdefault(one["day"], []).append(one)
    return list(days.items())
