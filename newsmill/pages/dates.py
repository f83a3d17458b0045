"""When a page says that it was published, and where it says so, the most trusted place first."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import unquote, urlsplit

from newsmill.pages.datewords import Moment, find, parse
from newsmill.pages.page import Published, Record
from newsmill.pages.phrases import CHANGED
from newsmill.pages.tree import Element, attribute, own_text, text_of

EARLIEST = dt.datetime(1995, 1, 1)  # before the first news sites
_a_day = dt.timedelta(days=1)

_json_ld_keys = ("datePublished", "dateCreated", "uploadDate")
_meta_names = (
    "article:published_time",
    "og:published_time",
    "og:article:published_time",
    "datepublished",
    "date_published",
    "article:published",
    "article.published",
    "published_time",
    "published-date",
    "publish_date",
    "publishdate",
    "publish-date",
    "publication_date",
    "pubdate",
    "sailthru.date",
    "parsely-pub-date",
    "cxenseparse:recs:publishtime",
    "citation_publication_date",
    "dc.date.issued",
    "dcterms.issued",
    "dcterms.created",
    "dc.date.created",
    "dc.date",
    "dcterms.date",
    "article:post_date",
    "bt:pubdate",
    "date",
)
# A date in a path: /2026/07/02/, /2026-07-02, /20260702, /2026/jul/02/, /202607/02.
_in_path = re.compile(
    r"(?<!\d)((?:19|20)\d\d)(?:[/_.-](0?[1-9]|1[0-2]|[a-z]{3})[/_.-](0?[1-9]|[12]\d|3[01])"
    r"|(0[1-9]|1[0-2])/?(0[1-9]|[12]\d|3[01]))(?!\d)",
    re.IGNORECASE,
)
_said_where = re.compile(
    r"date|time|publish|posted|byline|dateline|meta|info|source|entry|timestamp|datum|rq", re.IGNORECASE
)
_elsewhere = re.compile(
    r"relat|recommend|sidebar|aside|footer|comment|widget|popular|latest|teaser|nav|copyright|event|carousel",
    re.IGNORECASE,
)
_longest_date = 30  # characters of a text that may be a date alone
_candidates = 40  # elements or lines looked at: the date stands near the headline or nowhere


def published(tree: Element, linked: Iterable[dict[str, Any]], record: Record) -> Published | None:
    """The publication date of an HTML page; htmldate's guess where the page says nothing plain.

    `linked` are the page's JSON-LD nodes. A date after the fetch or before 1995 is not believed.
    """
    day_first = _day_first(tree)
    stated = [
        found
        for source, texts in (
            ("json_ld", _in_json_ld(linked)),
            ("meta", _in_meta(tree)),
            ("time", _in_time_elements(tree)),
            ("hint", _hint(record)),
        )
        for text in texts
        if (found := believed(parse(text, day_first), source, record.fetched_at))
    ]
    if stated:
        return _in_own_zone(stated[0], stated)
    return (
        in_url(record.url, record.fetched_at)
        or _in_visible_text(tree, record, day_first)
        or _by_htmldate(tree, record.fetched_at)
    )


def _in_own_zone(published: Published, stated: Iterable[Published]) -> Published:
    """A date given in UTC, at the page's own wall time where the page states the same instant so elsewhere."""
    if published.offset_minutes != 0:
        return published
    for other in stated:
        if other.offset_minutes and other.at - dt.timedelta(minutes=other.offset_minutes) == published.at:
            return replace(other, source=published.source)
    return published


def believed(moment: Moment | None, source: str, fetched_at: dt.datetime) -> Published | None:
    """The date, unless it lies before 1995 or more than a day after the fetch."""
    if moment is None:
        return None
    at, offset = moment
    in_utc = at - dt.timedelta(minutes=offset or 0)
    if not EARLIEST <= in_utc <= fetched_at + _a_day:
        return None
    return Published(at, offset, source)


def hinted(record: Record) -> Published | None:
    """The date that a manifest or feed gives."""
    return next((found for text in _hint(record) if (found := believed(parse(text), "hint", record.fetched_at))), None)


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
            else f"{year}-{month or compact_month}-{day or compact_day}"
        )
        if found := believed(parse(written), "url", fetched_at):
            return found
    return None


def in_own_words(text: str, fetched_at: dt.datetime, day_first: bool | None = None) -> Published | None:
    """The date in a line of visible text."""
    return believed(find(text, day_first), "text", fetched_at)


def _hint(record: Record) -> list[str]:
    return [record.hint_published] if record.hint_published else []


def _day_first(tree: Element) -> bool | None:
    """How the page's language orders `02/07/2026`; None where it is not told, as for plain English."""
    language = attribute(tree, "lang").lower() or attribute(tree, "xml:lang").lower()
    if not language or language == "en":
        return None
    return language not in ("en-us", "en_us")


def _in_json_ld(linked: Iterable[dict[str, Any]]) -> Iterator[str]:
    for key in _json_ld_keys:
        for node in linked:
            value = node.get(key)
            value = value[0] if isinstance(value, list) and value else value
            if isinstance(value, str | int):
                yield str(value)


def _in_meta(tree: Element) -> Iterator[str]:
    contents: dict[str, str] = {}
    for meta in tree.iter("meta"):
        name = (attribute(meta, "property") or attribute(meta, "name") or attribute(meta, "itemprop")).lower()
        if name in _meta_names:
            contents.setdefault(name, attribute(meta, "content"))
    yield from (contents[name] for name in _meta_names if name in contents)


def _in_time_elements(tree: Element) -> Iterator[str]:
    """`time` elements, those marked as the publication's first, those of other articles not at all."""
    times = []
    for element in tree.iter("time", "abbr", "span", "div", "p"):
        marked = "datepublished" in attribute(element, "itemprop").lower()
        if not marked and element.tag != "time":
            continue
        marked = marked or element.get("pubdate") is not None or "publish" in attribute(element, "class").lower()
        written = attribute(element, "datetime") or attribute(element, "content") or text_of(element)
        if marked or not (_is_of_another(element) or CHANGED.search(_label(element))):
            times.append((not marked, written))
        if len(times) >= _candidates:
            break
    yield from (written for _, written in sorted(times, key=lambda one: one[0]))


def _label(element: Element) -> str:
    """What is said about an element: its class, its text, the words before it."""
    before = element.getprevious()
    parent = element.getparent()
    words = (before.tail or text_of(before)) if before is not None else own_text(parent) if parent is not None else ""
    return f"{attribute(element, 'class')} {attribute(element, 'itemprop')} {text_of(element)[:40]} {words[-40:]}"


def _is_of_another(element: Element) -> bool:
    """Whether the element stands in a part of the page that speaks of other articles."""
    for ancestor in element.iterancestors():
        if ancestor.tag in ("aside", "footer", "nav"):
            return True
        if ancestor.tag in ("article", "main", "body"):
            return False
        if _elsewhere.search(f"{attribute(ancestor, 'class')} {attribute(ancestor, 'id')}"):
            return True
    return False


def _in_visible_text(tree: Element, record: Record, day_first: bool | None) -> Published | None:
    """A date in a short text near the headline; one that is said to be of a change only where there is no other."""
    of_change: Published | None = None
    for text in _short_texts(tree):
        found = in_own_words(text, record.fetched_at, day_first)
        if found and not CHANGED.search(text):
            return found
        of_change = of_change or found
    return of_change


def _short_texts(tree: Element) -> Iterator[str]:
    """Texts of elements that are named after dates, then those that follow the headline."""
    looked_at = 0
    for element in tree.iter("span", "div", "p", "li", "small", "em", "b", "i", "a", "td", "h4", "h5", "h6", "address"):
        if looked_at >= _candidates:
            break
        if _said_where.search(f"{attribute(element, 'class')} {attribute(element, 'id')}"):
            text = text_of(element, limit=160)
            if any(character.isdigit() for character in text) and len(text) < 160 and not _is_of_another(element):
                looked_at += 1
                yield text
    headline = next(tree.iter("h1"), None)
    if headline is None:
        return
    # Some sites set the date above the headline, and nothing else in the same element.
    for element in headline.xpath("preceding-sibling::*[position() <= 2]"):
        text = text_of(element, limit=_longest_date)
        if len(text) <= _longest_date:
            yield text
    looked_at = 0
    for element in headline.xpath("following::*[not(self::script or self::style)]"):
        text = own_text(element)
        if text:
            looked_at += 1
            if len(text) < 100:
                yield text
        if looked_at >= _candidates:
            return


def _by_htmldate(tree: Element, fetched_at: dt.datetime) -> Published | None:
    from htmldate import find_date

    try:
        latest = (fetched_at + _a_day).strftime("%Y-%m-%d")
        found = find_date(tree, extensive_search=False, original_date=True, min_date="1995-01-01", max_date=latest)
    except (ValueError, TypeError, OverflowError, AttributeError, RecursionError):
        return None  # a date that trips the library is no date
    return believed(parse(found), "htmldate", fetched_at) if found else None
