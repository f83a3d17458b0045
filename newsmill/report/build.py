"""The report: every fact asked for once, limited to what a page can hold, rendered as one file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from newsmill.report import reconciliation, sources
from newsmill.report.bursts import burst_data, bursts
from newsmill.report.by_site_language import sites_of_topics, topic_places
from newsmill.report.changes import change_data, changes
from newsmill.report.charts import specifications
from newsmill.report.compression import compress_json
from newsmill.report.entities import WEEKS, entity_data, entity_weeks
from newsmill.report.formatting import cut
from newsmill.report.lede import lede
from newsmill.report.numbers import headline
from newsmill.report.page import render
from newsmill.report.queries import lent
from newsmill.report.stories import Packed, packed_stories
from newsmill.report.story_choice import chosen_stories
from newsmill.report.time_buckets import DEPTHS, Slots, find_slots
from newsmill.report.topics import series, shown_topics
from newsmill.report.verdicts import verdict_data
from newsmill.types import Connection, Row

MAX_BYTES = 3_000_000
# What the numbers by slot may take of it, so that stories have room.
SERIES_BYTES = 600_000
# And what sites and languages of topics may.
PLACES_BYTES = 240_000
# The document itself grows by a few bytes once the stories' number is known.
MARGIN = 20_000

TOPICS = 12
BURSTS = 60
ENTITIES = 300
SITES = 40
SITES_PER_TOPIC = 12
SILENT = 20
LANGUAGES = 20
INGEST_DATES = 366
REASONS = 30
EXAMPLES = 5
CHECKS = 50
NAME_CHARACTERS = 60

NOTHING: dict[str, Any] = {"slots": None, "topics": [], "stories": []}
NOTHING_TOLD: dict[str, Any] = {
    "slots": None,
    "topics": [],
    "topic_count": 0,
    "bursts": [],
    "burst_count": 0,
    "lede": [],
}


@dataclass(frozen=True)
class Counted:
    """The slots, the topics shown by id and how many there are, and all that is counted by slot."""

    slots: Slots
    topics: list[str]
    topic_count: int
    data: dict[str, Any]


@dataclass(frozen=True)
class Findings:
    """What the trends room found in the time shown."""

    bursts: list[Row]
    burst_count: int
    changes: list[Row]
    entities: pl.DataFrame


def build_report(con: Connection, made_at: datetime, topic_names: Mapping[str, str]) -> str:
    """The report on a published database as one HTML file below 3 MB that opens no connection.

    Args:
        con: the published copy, read only.
        made_at: when the report is made, UTC.
        topic_names: a name for a person by topic id; a topic without one is shown by its id.
    """
    quality = _quality(con)
    told = {"made_at": made_at, "headline": headline(con), "names": topic_names} | quality
    data: dict[str, Any] = {
        "reconciliation": verdict_data(con, quality["reconciliation"], quality["reconciliation_total"]),
        "specs": specifications(),
    }
    counted = _by_slot(con, topic_names)
    if counted is None:
        return render(compress_json(data | NOTHING), **told, **NOTHING_TOLD, kept_stories=0)
    with lent(con, "slot_days", counted.slots.frame()):
        found = _findings(con, counted)
        told |= _told(counted, found, quality, topic_names)
        data |= counted.data | _findings_data(counted, found) | {"places": _places(con, counted)}
        bare = render(compress_json(data), **told, kept_stories=0)
        room = MAX_BYTES - len(bare.encode("utf-8")) - MARGIN
        data["stories"] = _stories(con, counted, data, room)
    return render(compress_json(data), **told, kept_stories=len(data["stories"]))


def _quality(con: Connection) -> dict[str, Any]:
    listed, total = reconciliation.reconciliation(con, INGEST_DATES)
    checks, failing = reconciliation.last_checks(con, CHECKS)
    silent, silent_count = sources.silent_sources(con, SILENT)
    return {
        "reconciliation": listed,
        "reconciliation_total": total,
        "quarantine": reconciliation.quarantine(con, REASONS, EXAMPLES),
        "checks": checks,
        "failing_checks": failing,
        "silent": silent,
        "silent_count": silent_count,
        "ingest_dates": sources.ingest_dates(con),
    }


def _by_slot(con: Connection, names: Mapping[str, str]) -> Counted | None:
    """What is counted by slot, as far back as there is room for; None where there is no page."""
    counted = None
    for days, weeks in DEPTHS:
        slots = find_slots(con, days, weeks)
        if slots is None:
            return None
        with lent(con, "slot_days", slots.frame()):
            topics, topic_count = shown_topics(con, names, TOPICS)
            ids = [topic.id for topic in topics]
            data = {
                "slots": {"first": str(slots.first), "daily": str(slots.daily), "last": str(slots.last)},
                "topics": [{"id": topic.id, "name": cut(topic.name, NAME_CHARACTERS)} for topic in topics],
                "series": series(con, slots, topics),
                "all_pages": sources.pages_by_slot(con, len(slots)),
                "sites": sources.site_data(con, len(slots), SITES, sites_of_topics(con, ids, SITES_PER_TOPIC)),
                "languages": sources.language_data(con, len(slots), LANGUAGES),
            }
        counted = Counted(slots, ids, topic_count, data)
        if len(compress_json(data)) < SERIES_BYTES:
            break
    return counted


def _places(con: Connection, counted: Counted) -> dict[str, Any]:
    sites, languages = counted.data["sites"]["name"], counted.data["languages"]["code"]
    return topic_places(con, counted.slots, counted.topics, sites, languages, PLACES_BYTES)


def _findings(con: Connection, counted: Counted) -> Findings:
    slots, topics = counted.slots, counted.topics
    found_bursts, burst_count = bursts(con, slots, topics, BURSTS)
    return Findings(found_bursts, burst_count, changes(con, slots, topics), entity_weeks(con, slots, topics, ENTITIES))


def _findings_data(counted: Counted, found: Findings) -> dict[str, Any]:
    return {
        "bursts": burst_data(found.bursts, counted.topics),
        "changes": change_data(found.changes, counted.topics),
        "entities": entity_data(found.entities, counted.topics),
        "stories": [],
    }


def _told(counted: Counted, found: Findings, quality: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """What the template needs besides numbers and reconciliation."""
    return {
        "slots": counted.slots,
        "topics": counted.data["topics"],
        "numbers": {topic: number for number, topic in enumerate(counted.topics)},
        "topic_count": counted.topic_count,
        "bursts": found.bursts,
        "burst_count": found.burst_count,
        "lede": lede(
            counted.slots,
            found.bursts,
            found.changes,
            found.entities,
            quality["silent"],
            quality["silent_count"],
            names,
        ),
    }


def _stories(con: Connection, counted: Counted, data: Mapping[str, Any], room: int) -> list[Packed]:
    named_since = counted.slots.last - timedelta(weeks=WEEKS)
    return packed_stories(
        con,
        chosen_stories(con, counted.slots, counted.topics, named_since),
        topics=counted.topics,
        entities=[(one["name"], one["kind"], counted.topics[one["topic"]]) for one in data["entities"]["listed"]],
        sites=data["sites"]["name"],
        room=room,
    )
