"""Read feed documents: text, title and date of a feed with one entry; a feed with several is a section front."""

from __future__ import annotations

import io
from typing import Any

from lxml import etree

from newsmill.pages.authors import extract_names
from newsmill.pages.dates.parse import parse_date
from newsmill.pages.dates.resolve import find_date_in_url, get_hinted_date, make_plausible
from newsmill.pages.html.tree import html_to_lines
from newsmill.pages.links.teasers import MAX_ON_FRONT
from newsmill.pages.text import one_line
from newsmill.pages.types import Fetch, ParsedPage, Published, Rejected, Teaser
from newsmill.urls import extract_site, resolve_link

_MAX_ENTRY_AUTHORS = 10
_MAX_SNIPPET_CHARS = 1000


def read_feed(fetch: Fetch) -> ParsedPage:
    """Read a feed as a page: the longest text of its only entry, else its title; or a front of several entries.

    Raises:
        Rejected: `bad_feed` where the feed is not XML or has no entry.
    """
    import feedparser

    # A stream, because feedparser opens a string that is a path or a URL.
    document = feedparser.parse(io.BytesIO(strip_entities(fetch.body)))
    entries = document.entries
    if not entries:
        raise Rejected("bad_feed", f"the feed has no entry: {document.get('bozo_exception', 'its channel is empty')}")
    if len(entries) > 1:
        return _read_front(document, fetch)
    return _read_entry(entries[0], fetch)


def strip_entities(body: bytes) -> bytes:
    """Return the feed as well-formed XML in UTF-8, without document type and entities, of bounded depth.

    Raises:
        Rejected: `bad_feed` where it is not XML.
    """
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True
    )
    try:
        root = etree.fromstring(body.lstrip(), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Rejected("bad_feed", f"the feed is not XML: {error}") from error
    if root is None:
        raise Rejected("bad_feed", "the feed is not XML")
    data: bytes = etree.tostring(root, encoding="utf-8", xml_declaration=True)
    return data


def _read_entry(entry: Any, fetch: Fetch) -> ParsedPage:
    title = _get_title(entry)
    paragraphs = _get_longest_text(entry) or ([title] if title else [])
    authors = entry.get("authors", [])[:_MAX_ENTRY_AUTHORS]
    link = resolve_link(fetch.url, entry.get("link") or "")
    return ParsedPage(
        kind="feed_item",
        extracted_by="feed",
        url=link if link and extract_site(fetch.url) is None else fetch.url,
        title=title,
        authors=[name for author in authors for name in extract_names(author.get("name", ""))],
        published=_get_published(entry, fetch),
        paragraphs=paragraphs,
    )


def _read_front(document: Any, fetch: Fetch) -> ParsedPage:
    teasers = []
    for entry in document.entries[:MAX_ON_FRONT]:
        title = _get_title(entry)
        if title:
            snippet = one_line(" ".join(_get_longest_text(entry)))[:_MAX_SNIPPET_CHARS]
            teasers.append(Teaser(title, snippet or None, resolve_link(fetch.url, entry.get("link") or "")))
    title = one_line(document.feed.get("title", "")) or None
    return ParsedPage("front", "feed", fetch.url, title=title, teasers=teasers)


def _get_title(entry: Any) -> str | None:
    return one_line(" ".join(html_to_lines(entry.get("title") or ""))) or None


def _get_longest_text(entry: Any) -> list[str]:
    """Return the longest of the entry's texts, as lines."""
    texts = [*(content.get("value", "") for content in entry.get("content", [])), entry.get("summary", "")]
    return max((html_to_lines(text) for text in texts), key=lambda lines: sum(map(len, lines)), default=[])


def _get_published(entry: Any, fetch: Fetch) -> Published | None:
    for field in ("published", "created", "updated"):
        text = dict.get(entry, field)  # feedparser's `get` substitutes one date field for another
        moment = parse_date(text) if text else None
        if published := make_plausible(moment, "feed", fetch.fetched_at):
            return published
    return get_hinted_date(fetch) or find_date_in_url(fetch.url, fetch.fetched_at)
