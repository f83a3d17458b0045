"""The first sentences of the report: each states a fact from the tables and links to its stories."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import quote

import polars as pl

from newsmill.report.formatting import days, number, percent, shorten, signed
from newsmill.report.sections.changes import PARTS
from newsmill.report.time_buckets import TimeBuckets
from newsmill.types import Row

MAX_BURSTS = 3
# A burst is reported here for this many days after its end.
RECENT_DAYS = 14
MAX_RISING = 3
# Entities with fewer stories than this are noise.
MIN_RISING_STORIES = 3


@dataclass(frozen=True)
class Sentence:
    """A sentence of the summary: `lead` in bold, then `text`, a link to a story (`title`, `url`), then `tail`.

    `sheet` is the address of the sheet with the stories (see `sheet_address`).
    """

    kind: str
    lead: str
    text: str
    sheet: str = ""
    title: str = ""
    url: str | None = None
    language: str | None = None
    tail: str = ""
    # A list at the end of the sentence: text and sheet address of each item.
    items: tuple[tuple[str, str], ...] = ()


def summarize(
    buckets: TimeBuckets,
    bursts: list[Row],
    changes: list[Row],
    entities: pl.DataFrame,
    silent: list[Row],
    silent_count: int,
    names: Mapping[str, str],
) -> list[Sentence]:
    """Return sentences on the newest bursts, the largest genuine change, rising entities, and sources that stopped.

    `silent` has the first of `silent_count` sources that stopped; `names` the display names of topics by id.
    """
    return [
        *_summarize_bursts(buckets, bursts, names),
        *_summarize_change(changes, names),
        *_summarize_entities(buckets, entities, {change["week"] for change in changes if change["whole"]}),
        *_summarize_silent(silent, silent_count),
    ]


def sheet_address(*parts: str) -> str:
    """Return the address of a sheet of stories or records; `sheetAddress` in state.js writes the same format."""
    return "~".join(quote(part, safe="").replace("~", "%7E") for part in parts)


def _summarize_bursts(buckets: TimeBuckets, bursts: list[Row], names: Mapping[str, str]) -> Iterator[Sentence]:
    recent = [burst for burst in bursts if burst["end_day"] > buckets.last - timedelta(days=RECENT_DAYS)][:MAX_BURSTS]
    for burst in recent:
        verb = "is bursting," if burst["end_day"] >= buckets.last - timedelta(days=1) else "burst"
        outlets = burst["outlets"]
        yield Sentence(
            "burst",
            f"{names.get(burst['topic'], burst['topic'])} {verb}",
            f"{days(burst['start_day'], burst['end_day'])}: {_count_stories(burst['observed'])}, "
            f"{number(burst['expected'])} expected, a chance of {burst['chance']}.",
            _burst_address(burst),
            shorten(burst["title"]) or ("an untitled page" if burst["url"] else ""),
            burst["url"],
            burst["language"],
            f", published by {number(outlets)} outlets" if outlets and outlets > 1 else "",
        )
    if recent:
        return
    if not bursts:
        yield Sentence("calm", "No topic burst", _explain_calm(buckets))
    else:
        newest = bursts[0]
        yield Sentence(
            "calm",
            f"No topic burst in the last {RECENT_DAYS} days.",
            f"The newest burst: {names.get(newest['topic'], newest['topic'])}, "
            f"{days(newest['start_day'], newest['end_day'])}.",
            _burst_address(newest),
        )


def _burst_address(burst: Row) -> str:
    return sheet_address("burst", burst["topic"], burst["start_day"].isoformat(), burst["end_day"].isoformat())


def _explain_calm(buckets: TimeBuckets) -> str:
    if len(buckets) == 1:
        return "on the only day shown: a burst is detected by comparison with earlier days."
    time = "in all the time shown" if buckets.weeks else f"in the {len(buckets)} days shown"
    return f"{time}: no topic had significantly more stories than expected from its past."


def _count_stories(count: int) -> str:
    return f"{number(count)} {'story' if count == 1 else 'stories'}"


def _summarize_change(changes: list[Row], names: Mapping[str, str]) -> Iterator[Sentence]:
    """The topic with the largest genuine change in the newest whole week."""
    weeks = [change["week"] for change in changes if change["whole"]]
    if not weeks:
        return
    week = max(weeks)
    largest = max(
        (change for change in changes if change["week"] == week),
        key=lambda change: (abs(change["genuine"]), abs(change["pages"] - change["pages_before"])),
    )
    if largest["genuine"] == 0:
        return
    difference = largest["pages"] - largest["pages_before"]
    verb = "rose" if difference > 0 else "fell" if difference < 0 else "changed"
    parts = [f"{signed(largest[part])} {name}" for part, name in PARTS.items() if largest[part] and part != "teasers"]
    last_day = week + timedelta(days=6)
    yield Sentence(
        "up" if difference > 0 else "down",
        f"{names.get(largest['topic'], largest['topic'])} {verb}",
        f"from {number(largest['pages_before'])} to {number(largest['pages'])} pages in the week of "
        f"{days(week, last_day)}: {', '.join(parts)}.",
        sheet_address("range", largest["topic"], week.isoformat(), last_day.isoformat()),
    )


def _summarize_entities(buckets: TimeBuckets, entities: pl.DataFrame, whole_weeks: set[date]) -> Iterator[Sentence]:
    """The entities that rise most against the week before."""
    if entities.is_empty():
        return
    weeks = entities.filter(pl.col("pages") > 0)["week"].unique().to_list()
    # In a week that is not over, every entity would have fewer stories than the week before.
    week: date = max([week for week in weeks if week in whole_weeks] or weeks)
    # In the first week there is nothing to compare with.
    is_first = week <= buckets.first
    keys = ["entity", "kind", "topic"]
    before = entities.filter(pl.col("week") == pl.lit(week) - pl.duration(days=7)).select(*keys, before="stories")
    rising = (
        entities.filter(pl.col("week") == week)
        .join(before, on=keys, how="left", nulls_equal=True)
        .with_columns(pl.col("before").fill_null(0))
        .filter(pl.col("stories") >= MIN_RISING_STORIES, pl.col("stories") > pl.col("before"))
        .sort(pl.col("stories") - pl.col("before"), "entity", descending=[True, False])
        .head(MAX_RISING)
    )
    items = tuple(
        (
            f"{row['entity']} ({_count_stories(row['stories'])}{'' if is_first else _count_before(row['before'])})",
            sheet_address("entity", row["topic"], row["kind"] or "other", row["entity"], str(week)),
        )
        for row in rising.to_dicts()
    )
    if items:
        frequency = "most" if is_first else "more"
        last_day = week + timedelta(days=6)
        yield Sentence("up", f"Named {frequency} often in the week of {days(week, last_day)}:", "", items=items)


def _count_before(stories: int) -> str:
    return f", {number(stories)} the week before"


def _summarize_silent(silent: list[Row], count: int) -> Iterator[Sentence]:
    if silent:
        first = silent[0]
        others = f" and {number(count - 1)} more" if count > 1 else ""
        yield Sentence(
            "silent",
            f"{shorten(first['site'], 60)}{others} stopped:",
            f"no records for {first['dates_silent']} ingest dates, "
            f"after records on {percent(first['rhythm'])} of the dates before.",
            "sources",
        )
