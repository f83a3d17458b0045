"""What happened, in a few sentences, before any chart: each a fact of the tables and a way to its stories."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import quote

import polars as pl

from newsmill.report.changes import PARTS
from newsmill.report.formatting import cut, days, number, percent, signed
from newsmill.report.time_buckets import Slots
from newsmill.types import Row

BURSTS = 3
# A burst is news for so long after its end.
NEWS_DAYS = 14
RISING = 3
# Rises from or to fewer stories than this are noise.
RISING_STORIES = 3


@dataclass(frozen=True)
class Sentence:
    """A `lead` in bold, what follows, and the fragment of the page that shows the stories behind it."""

    kind: str
    lead: str
    text: str
    show: str = ""
    title: str = ""
    url: str | None = None
    language: str | None = None
    tail: str = ""
    # What the sentence lists, each with its own fragment.
    named: tuple[tuple[str, str], ...] = ()


def lede(
    slots: Slots,
    bursts: list[Row],
    changes: list[Row],
    entities: pl.DataFrame,
    silent: list[Row],
    silent_count: int,
    names: Mapping[str, str],
) -> list[Sentence]:
    """Newest bursts, the newest whole week's largest genuine change, what rises, who fell silent.

    Of `silent_count` sources that fell silent `silent` has the first.
    """
    return [
        *_bursts(slots, bursts, names),
        *_change(changes, names),
        *_rising(slots, entities, {one["week"] for one in changes if one["whole"]}),
        *_silent(silent, silent_count),
    ]


def show(*parts: str) -> str:
    """The fragment that opens the stories asked for; the page's state.js reads it."""
    return "~".join(quote(part, safe="").replace("~", "%7E") for part in parts)


def _bursts(slots: Slots, bursts: list[Row], names: Mapping[str, str]) -> Iterator[Sentence]:
    newest = [one for one in bursts if one["end_day"] > slots.last - timedelta(days=NEWS_DAYS)][:BURSTS]
    for one in newest:
        yield Sentence(
            "burst",
            f"{names.get(one['topic'], one['topic'])} {_verb(slots, one['end_day'])}",
            f"{days(one['start_day'], one['end_day'])}: {_stories(one['observed'])} where "
            f"{number(one['expected'])} were expected, a chance of {one['chance']}.",
            _show_burst(one),
            cut(one["title"]) or ("an untitled page" if one["url"] else ""),
            one["url"],
            one["language"],
            _carried(one["outlets"]),
        )
    if newest:
        return
    if not bursts:
        yield Sentence("calm", "No topic burst", _calm(slots))
    else:
        last = bursts[0]
        yield Sentence(
            "calm",
            f"No topic burst in the last {NEWS_DAYS} days.",
            f"The newest burst is that of {names.get(last['topic'], last['topic'])}, "
            f"{days(last['start_day'], last['end_day'])}.",
            _show_burst(last),
        )


def _show_burst(burst: Row) -> str:
    return show("burst", burst["topic"], burst["start_day"].isoformat(), burst["end_day"].isoformat())


def _calm(slots: Slots) -> str:
    if len(slots) == 1:
        return "on the one day shown: a topic needs a past to stand out from."
    time = "in all the time shown" if slots.weeks else f"in the {len(slots)} days shown"
    return f"{time}: every topic stayed within what its own past makes one expect."


def _stories(count: int) -> str:
    return f"{number(count)} {'story' if count == 1 else 'stories'}"


def _verb(slots: Slots, end: date) -> str:
    return "is bursting," if end >= slots.last - timedelta(days=1) else "burst"


def _carried(outlets: int | None) -> str:
    return f", carried by {number(outlets)} outlets" if outlets and outlets > 1 else ""


def _change(changes: list[Row], names: Mapping[str, str]) -> Iterator[Sentence]:
    weeks = [one["week"] for one in changes if one["whole"]]
    if not weeks:
        return
    of_week = [one for one in changes if one["week"] == max(weeks)]
    largest = max(of_week, key=lambda one: (abs(one["genuine"]), abs(one["change"])))
    if largest["genuine"] == 0:
        return
    change = largest["change"]
    verb = "rose" if change > 0 else "fell" if change < 0 else "changed"
    parts = [f"{signed(largest[part])} {name}" for part, name in PARTS.items() if largest[part]]
    yield Sentence(
        "up" if change > 0 else "down",
        f"{names.get(largest['topic'], largest['topic'])} {verb}",
        f"from {number(largest['pages_before'])} to {number(largest['pages'])} pages in the week of "
        f"{days(largest['week'], largest['week'] + timedelta(days=6))}: {', '.join(parts)}.",
        show("range", largest["topic"], largest["week"].isoformat(), (largest["week"] + timedelta(days=6)).isoformat()),
    )


def _rising(slots: Slots, entities: pl.DataFrame, whole: set[date]) -> Iterator[Sentence]:
    if entities.is_empty():
        return
    weeks = entities.filter(pl.col("pages") > 0)["week"].unique().to_list()
    # Of a week that is going on everything would be named less often than before.
    week: date = max([one for one in weeks if one in whole] or weeks)
    # In the first week of all everything would be new.
    is_first = week <= slots.first
    now = entities.filter(pl.col("week") == week)
    before = entities.filter(pl.col("week") == pl.lit(week) - pl.duration(days=7))
    keys = ["entity", "kind", "topic"]
    risen = (
        now.join(before.select(*keys, before="stories"), on=keys, how="left", nulls_equal=True)
        .with_columns(pl.col("before").fill_null(0))
        .filter(pl.col("stories") >= RISING_STORIES, pl.col("stories") > pl.col("before"))
        .sort(pl.col("stories") - pl.col("before"), "entity", descending=[True, False])
        .head(RISING)
    )
    named = tuple(
        (
            f"{one['entity']} ({_stories(one['stories'])}{'' if is_first else ' after ' + number(one['before'])})",
            show("entity", one["topic"], one["kind"] or "other", one["entity"], str(week)),
        )
        for one in risen.to_dicts()
    )
    if named:
        often = "most" if is_first else "more"
        yield Sentence(
            "up", f"Named {often} often in the week of {days(week, week + timedelta(days=6))}:", "", named=named
        )


def _silent(silent: list[Row], count: int) -> Iterator[Sentence]:
    if silent:
        first = silent[0]
        others = f" and {number(count - 1)} more" if count > 1 else ""
        yield Sentence(
            "silent",
            f"{cut(first['site'], 60)}{others} stopped arriving:",
            f"nothing for {first['dates_silent']} ingest dates, after records on {percent(first['rhythm'])} of them.",
            "sources",
        )
