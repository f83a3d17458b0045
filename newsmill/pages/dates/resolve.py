"""Resolve when a page was published and last changed, from the date candidates on it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from newsmill.pages.dates.in_body import VisibleDates
from newsmill.pages.dates.in_metadata import DateCandidate, iter_json_ld_dates, iter_meta_dates
from newsmill.pages.dates.parse import Moment, find_date, parse_date
from newsmill.pages.html.json_ld import Node
from newsmill.pages.html.tree import Tree
from newsmill.pages.types import Fetch, Published

EARLIEST = dt.datetime(1995, 1, 1)  # the first news sites
_LATEST = dt.datetime(9000, 1, 1)  # far enough from the end of the calendar to add days
_MAX_AFTER_FETCH = dt.timedelta(days=1)
_MAX_ZONE_DIFFERENCE = dt.timedelta(days=2)  # two dates that are farther apart are not one moment in two zones
_MIN_ZONE_HOURS, _MAX_ZONE_HOURS = -12, 14  # from UTC
# Of a date in a menu or footer, and in JSON that is not JSON-LD.
_DATE_MARKS = ("<time", "datePublished", "dateModified")
_MAX_HTMLDATE_CHARS = 1_000_000  # of HTML that is passed to htmldate
_MAX_PATH_CHARS = 1000
_MONTH_FIRST_LOCALES = ("en-us", "en-ca", "en-ph", "fil-ph", "es-us")

# A date in a path: /2026/07/02/, /2026-07-02, /20260702, /2026/jul/02/, /202607/02.
_DATE_IN_PATH = re.compile(
    r"(?<!\d)((?:19|20)\d\d)(?:[/_.-](0?[1-9]|1[0-2]|[a-z]{3})[/_.-](0?[1-9]|[12]\d|3[01])"
    r"|(0[1-9]|1[0-2])/?(0[1-9]|[12]\d|3[01]))(?![-.]?\d)",
    re.IGNORECASE,
)


class Dates(NamedTuple):
    """When a page was published, and when it was last changed; None where the page does not state it."""

    published: Published | None
    modified: Published | None


def resolve_dates(tree: Tree, nodes: Sequence[Node], fetch: Fetch, html: str = "") -> Dates:
    """Resolve when an HTML page was published and last changed.

    `nodes` are the page's JSON-LD nodes. `html` is its source, which htmldate searches where no other date is found.
    Dates more than a day after the fetch or before 1995 are not plausible and are ignored. `source` of each date is
    `json_ld`, `meta`, `time`, `hint`, `url`, `text` or `htmldate`.
    """
    fetched_at = fetch.fetched_at
    day_first = _detect_day_first(tree)
    visible = VisibleDates(tree, day_first)
    candidates = [*iter_json_ld_dates(nodes, day_first), *iter_meta_dates(tree, day_first)]
    in_time_elements = visible.find_in_time_elements(and_microdata=not candidates)
    candidates += in_time_elements
    published = _keep_plausible(candidates, is_change=False, fetched_at=fetched_at)
    modified = _keep_plausible(candidates, is_change=True, fetched_at=fetched_at)
    published += filter(None, (get_hinted_date(fetch), find_date_in_url(fetch.url, fetched_at)))
    if not published or _equals_change(published[0], modified):
        in_text = visible.find_in_text(only_near_headline=bool(published))
        candidates += in_text
        page_dates = [date for date in (*in_time_elements, *in_text) if date.is_page_date]
        published = _prefer_earlier_visible(
            published, _keep_plausible(page_dates, is_change=False, fetched_at=fetched_at)
        )
        published += _keep_plausible(in_text, is_change=False, fetched_at=fetched_at)
        modified += _keep_plausible(in_text, is_change=True, fetched_at=fetched_at)
    first, last = next(iter(published or modified), None), next(iter(modified), None)
    # A guess is no better than dates on the page that are not plausible.
    if first is None and not candidates and _contains_date(tree, visible, html, fetched_at):
        first = _guess_with_htmldate(html, fetched_at)
    stated = [*published, *modified]
    return Dates(first and _to_page_zone(first, stated), last and _to_page_zone(last, stated))


def make_plausible(moment: Moment | None, source: str, fetched_at: dt.datetime) -> Published | None:
    """Return the date; None where it is before 1995 or more than a day after the fetch."""
    if moment is None:
        return None
    at, offset = moment
    # Times near the ends of the calendar, such as .NET's empty date, can have no UTC.
    if not EARLIEST.year <= at.year <= _LATEST.year:
        return None
    in_utc = at - dt.timedelta(minutes=offset or 0)
    if not EARLIEST <= in_utc <= min(fetched_at, _LATEST) + _MAX_AFTER_FETCH:
        return None
    return Published(at, offset, source)


def get_hinted_date(fetch: Fetch) -> Published | None:
    """Return the date that a manifest or feed gives for the page."""
    return make_plausible(parse_date(fetch.hint_published or ""), "hint", fetch.fetched_at)


def find_date_in_url(url: str, fetched_at: dt.datetime) -> Published | None:
    """Return the date in a URL's path."""
    try:
        path = unquote(urlsplit(url).path)
    except ValueError:
        return None
    for match in _DATE_IN_PATH.finditer(path[:_MAX_PATH_CHARS]):
        year, month, day, compact_month, compact_day = match.groups()
        text = (
            f"{day} {month} {year}"
            if month and month.isalpha()
            else f"{year}-{int(month or compact_month):02}-{int(day or compact_day):02}"
        )
        if published := make_plausible(parse_date(text), "url", fetched_at):
            return published
    return None


def find_date_in_text(text: str, fetched_at: dt.datetime, day_first: bool | None = None) -> Published | None:
    """Return the first date in a line of visible text."""
    return make_plausible(find_date(text, day_first), "text", fetched_at)


def _equals_change(first: Published, modified: Sequence[Published]) -> bool:
    """Whether the metadata state one moment for publication and change. On many sites it is that of the change."""
    return first in modified and first.source in ("json_ld", "meta")


def _prefer_earlier_visible(published: list[Published], visible: Sequence[Published]) -> list[Published]:
    """Put a visible or URL date that is days earlier first, unless another such date confirms the first date."""
    if not published:
        return []
    others = [*visible, *(date for date in published if date.source == "url")]
    earlier = [date for date in others if published[0].at - date.at > _MAX_ZONE_DIFFERENCE]
    is_confirmed = any(abs(published[0].at - date.at) <= _MAX_ZONE_DIFFERENCE for date in others)
    return [*([] if is_confirmed else earlier[:1]), *published]


def _keep_plausible(
    candidates: Iterable[DateCandidate], *, is_change: bool, fetched_at: dt.datetime
) -> list[Published]:
    return [
        published
        for candidate in candidates
        if candidate.is_change == is_change
        and (published := make_plausible(candidate.moment, candidate.source, fetched_at))
    ]


def _to_page_zone(published: Published, stated: Iterable[Published]) -> Published:
    """Convert a date in UTC to the page's local time, where the page states the same instant or its day elsewhere.

    Where only the day is stated, in the URL, the offset is the smallest with which the instant falls on that day.
    """
    if published.offset_minutes != 0:
        return published
    for other in stated:
        if other.offset_minutes and other.at - dt.timedelta(minutes=other.offset_minutes) == published.at:
            return replace(other, source=published.source)
    for other in stated:
        if other.source == "url" and (hours := _find_offset_hours(published.at, other.at.date())):
            return Published(published.at + dt.timedelta(hours=hours), 60 * hours, published.source)
    return published


def _find_offset_hours(instant: dt.datetime, day: dt.date) -> int | None:
    """Return the smallest UTC offset in hours with which an instant falls on a day."""
    offsets = sorted(range(_MIN_ZONE_HOURS, _MAX_ZONE_HOURS + 1), key=abs)
    return next((hours for hours in offsets if (instant + dt.timedelta(hours=hours)).date() == day), None)


def _detect_day_first(tree: Tree) -> bool | None:
    """Whether the page writes 2 July as `02/07`, by its language and region; None where it does not state them."""
    language = (tree.get(0, "lang") or tree.get(0, "xml:lang")).lower().replace("_", "-")
    locale = next(iter(tree.metas().get("og:locale", ())), "").lower().replace("_", "-")
    for name in (language, locale):
        if name and name != "en":
            return name not in _MONTH_FIRST_LOCALES
    return None


def _contains_date(tree: Tree, visible: VisibleDates, html: str, fetched_at: dt.datetime) -> bool:
    """Whether a page shows a date, or states one in a script or in its canonical URL.

    On other pages htmldate finds the times at which a site's files changed, if anything, at the cost of a whole page.
    """
    return (
        any(mark in html for mark in _DATE_MARKS)
        or visible.shows_date()
        or any(
            tree.get(link, "rel").lower() == "canonical" and find_date_in_url(tree.get(link, "href"), fetched_at)
            for link in tree.all("link")
        )
    )


def _guess_with_htmldate(html: str, fetched_at: dt.datetime) -> Published | None:
    if not html or len(html) > _MAX_HTMLDATE_CHARS:
        return None
    from htmldate import find_date as find_with_htmldate

    try:
        latest = (min(fetched_at, _LATEST) + _MAX_AFTER_FETCH).strftime("%Y-%m-%d")
        found = find_with_htmldate(
            html, extensive_search=False, original_date=True, min_date=EARLIEST.strftime("%Y-%m-%d"), max_date=latest
        )
    except (ValueError, TypeError, OverflowError, AttributeError, RecursionError):
        return None  # exceptions that some dates cause in the library
    if not found or found.endswith("-01-01"):
        return None  # htmldate's result for a year without a day
    return make_plausible(parse_date(found), "htmldate", fetched_at)
