"""When a page was published and last changed, as it says itself, the most trusted place first."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from newsmill.pages.dates.in_body import Shown
from newsmill.pages.dates.in_metadata import Said, in_json_ld, in_meta
from newsmill.pages.dates.parse import Moment, find, parse
from newsmill.pages.html.json_ld import Node
from newsmill.pages.html.tree import Tree
from newsmill.pages.types import Fetch, Published

EARLIEST = dt.datetime(1995, 1, 1)  # before the first news sites
_a_day = dt.timedelta(days=1)
_far = dt.timedelta(days=2)  # between two dates that are not of one moment in two zones
_most_behind, _most_ahead = -12, 14  # hours of a zone from UTC
_longest_guessed = 1_000_000  # characters of HTML that htmldate is given

# A date in a path: /2026/07/02/, /2026-07-02, /20260702, /2026/jul/02/, /202607/02.
_in_path = re.compile(
    r"(?<!\d)((?:19|20)\d\d)(?:[/_.-](0?[1-9]|1[0-2]|[a-z]{3})[/_.-](0?[1-9]|[12]\d|3[01])"
    r"|(0[1-9]|1[0-2])/?(0[1-9]|[12]\d|3[01]))(?![-.]?\d)",
    re.IGNORECASE,
)


class Dates(NamedTuple):
    """When a page was published, and when it was changed last; None where it does not say so."""

    published: Published | None
    modified: Published | None


def dates_of(tree: Tree, nodes: Sequence[Node], fetch: Fetch, html: str = "") -> Dates:
    """The dates of an HTML page; of `html`, its source, htmldate's guess where the page says nothing plain.

    `nodes` are the page's JSON-LD nodes. A date after the fetch or before 1995 is not believed. `source` of each is
    `json_ld`, `meta`, `time`, `hint`, `url`, `text` or `htmldate`.
    """
    fetched_at = fetch.fetched_at
    day_first = _day_first(tree)
    shown = Shown(tree, day_first)
    said = [*in_json_ld(nodes, day_first), *in_meta(tree, day_first)]
    times = shown.in_times(and_microdata=not said)
    said += times
    published, modified = _believed_of(said, False, fetched_at), _believed_of(said, True, fetched_at)
    published += filter(None, (hinted(fetch), in_url(fetch.url, fetched_at)))
    if not published or _is_of_its_change(published[0], modified):
        in_text = shown.in_text(only_near=bool(published))
        said += in_text
        plain = [one for one in (*times, *in_text) if one.is_plain]
        published = _shown_before(published, _believed_of(plain, False, fetched_at))
        published += _believed_of(in_text, False, fetched_at)
        modified += _believed_of(in_text, True, fetched_at)
    first, last = next(iter(published or modified), None), next(iter(modified), None)
    # What the page says, even where it is not believed, is no worse than a guess.
    if first is None and not said:
        first = _by_htmldate(html, fetched_at)
    stated = [*published, *modified]
    return Dates(first and _in_own_zone(first, stated), last and _in_own_zone(last, stated))


def _is_of_its_change(first: Published, modified: Sequence[Published]) -> bool:
    """Whether the same place gives one moment for publication and change: on many sites it is that of the change."""
    return any(one == first for one in modified) and first.source in ("json_ld", "meta")


def _shown_before(published: list[Published], shown: Sequence[Published]) -> list[Published]:
    """The dates; first one that the page shows as its own, where it is the earlier by far and nothing shown agrees."""
    if not published:
        return []
    told = [*shown, *(one for one in published if one.source == "url")]
    earlier = [one for one in told if published[0].at - one.at > _far]
    agreed = any(abs(published[0].at - one.at) <= _far for one in told)
    return [*([] if agreed else earlier[:1]), *published]


def _believed_of(said: Iterable[Said], is_change: bool, fetched_at: dt.datetime) -> list[Published]:
    return [
        found for one in said if one.is_change == is_change and (found := believed(one.moment, one.source, fetched_at))
    ]


def _in_own_zone(published: Published, stated: Iterable[Published]) -> Published:
    """A date given in UTC, at the page's own wall time where the page states the same instant or its day elsewhere.

    Where only the day is stated, by the page's address, the offset is the nearest in which the instant is of that day.
    """
    if published.offset_minutes != 0:
        return published
    for other in stated:
        if other.offset_minutes and other.at - dt.timedelta(minutes=other.offset_minutes) == published.at:
            return replace(other, source=published.source)
    for other in stated:
        if other.source == "url" and (offset := _offset_to(published.at, other.at.date())):
            return Published(published.at + dt.timedelta(hours=offset), 60 * offset, published.source)
    return published


def _offset_to(instant: dt.datetime, day: dt.date) -> int | None:
    """The hours from UTC, the fewest, in which an instant falls on a day."""
    offsets = sorted(range(_most_behind, _most_ahead + 1), key=abs)
    return next((hours for hours in offsets if (instant + dt.timedelta(hours=hours)).date() == day), None)


def believed(moment: Moment | None, source: str, fetched_at: dt.datetime) -> Published | None:
    """The date, unless it lies before 1995 or more than a day after the fetch."""
    if moment is None:
        return None
    at, offset = moment
    in_utc = at - dt.timedelta(minutes=offset or 0)
    if not EARLIEST <= in_utc <= fetched_at + _a_day:
        return None
    return Published(at, offset, source)


def hinted(fetch: Fetch) -> Published | None:
    """The date that a manifest or feed gives."""
    return believed(parse(fetch.hint_published or ""), "hint", fetch.fetched_at)


def in_url(url: str, fetched_at: dt.datetime) -> Published | None:
    """The date in a URL's path."""
    try:
        path = unquote(urlsplit(url).path)
    except ValueError:
        return None
    for match in _in_path.finditer(path[:1000]):
        year, month, day, compact_month, compact_day = match.groups()
        written = (
            f"{day} {month} {year}"
            if month and month.isalpha()
            else f"{year}-{int(month or compact_month):02}-{int(day or compact_day):02}"
        )
        if found := believed(parse(written), "url", fetched_at):
            return found
    return None


def in_own_words(text: str, fetched_at: dt.datetime, day_first: bool | None = None) -> Published | None:
    """The date in a line of visible text."""
    return believed(find(text, day_first), "text", fetched_at)


def _day_first(tree: Tree) -> bool | None:
    """How the page orders `02/07/2026`, by its language and region; None where they don't tell."""
    language = (tree.get(0, "lang") or tree.get(0, "xml:lang")).lower().replace("_", "-")
    locale = next(iter(tree.metas().get("og:locale", ())), "").lower().replace("_", "-")
    for told in (language, locale):
        if told and told != "en":
            return told not in ("en-us", "en-ca", "en-ph", "fil-ph", "es-us")
    return None


def _by_htmldate(html: str, fetched_at: dt.datetime) -> Published | None:
    if not html or len(html) > _longest_guessed:
        return None
    from htmldate import find_date

    try:
        latest = (fetched_at + _a_day).strftime("%Y-%m-%d")
        found = find_date(html, extensive_search=False, original_date=True, min_date="1995-01-01", max_date=latest)
    except (ValueError, TypeError, OverflowError, AttributeError, RecursionError):
        return None  # a date that trips the library is no date
    if not found or found.endswith("-01-01"):
        return None  # what it says of a year alone
    return believed(parse(found), "htmldate", fetched_at)
