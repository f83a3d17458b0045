"""Feed documents: one with a single entry is that entry's page; one with several is a front."""

from __future__ import annotations

import io
from typing import Any

from lxml import etree

from newsmill.pages.authors import people_in
from newsmill.pages.dates import resolve
from newsmill.pages.dates.parse import parse
from newsmill.pages.html.tree import html_to_lines
from newsmill.pages.links.teasers import MAX_ON_FRONT
from newsmill.pages.text import one_line
from newsmill.pages.types import Fetch, ParsedPage, Published, Rejected, Teaser
from newsmill.urls import absolute, site_of


def read_feed(fetch: Fetch) -> ParsedPage:
    """The page that a feed's entry is: its full content, else its summary, else its title.

    Raises:
        Rejected: `bad_feed` where there is no entry.
    """
    import feedparser

    # As a stream: a string could name a file or an address, which feedparser would open.
    document = feedparser.parse(io.BytesIO(disarmed(fetch.body)))
    entries = document.entries
    if not entries:
        raise Rejected("bad_feed", f"the feed holds no entry: {document.get('bozo_exception', 'its channel is empty')}")
    if len(entries) > 1:
        return _front(document, fetch)
    return _page(entries[0], fetch)


def disarmed(body: bytes) -> bytes:
    """The feed as well-formed XML in UTF-8: without a document type, its entities unexpanded, its depth bounded."""
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True
    )
    try:
        root = etree.fromstring(body.lstrip(), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Rejected("bad_feed", f"the feed is no XML: {error}") from error
    if root is None:
        raise Rejected("bad_feed", "the feed is no XML")
    data: bytes = etree.tostring(root, encoding="utf-8", xml_declaration=True)
    return data


def _page(entry: Any, fetch: Fetch) -> ParsedPage:
    title = _title(entry)
    paragraphs = _body(entry) or ([title] if title else [])
    link = absolute(fetch.url, entry.get("link") or "")
    return ParsedPage(
        kind="feed_item",
        extracted_by="feed",
        url=link if link and site_of(fetch.url) is None else fetch.url,
        title=title,
        authors=[name for author in entry.get("authors", [])[:10] for name in people_in(author.get("name", ""))],
        published=_published(entry, fetch),
        paragraphs=paragraphs,
    )


def _front(document: Any, fetch: Fetch) -> ParsedPage:
    teasers = []
    for entry in document.entries[:MAX_ON_FRONT]:
        title = _title(entry)
        if title:
            snippet = one_line(" ".join(_body(entry)))[:1000]
            teasers.append(Teaser(title, snippet or None, absolute(fetch.url, entry.get("link") or "")))
    title = one_line(document.feed.get("title", "")) or None
    return ParsedPage("front", "feed", fetch.url, title=title, teasers=teasers)


def _title(entry: Any) -> str | None:
    return one_line(" ".join(html_to_lines(entry.get("title") or ""))) or None


def _body(entry: Any) -> list[str]:
    """The longest of the texts that the entry gives."""
    texts = [*(content.get("value", "") for content in entry.get("content", [])), entry.get("summary", "")]
    return max((html_to_lines(text) for text in texts), key=lambda lines: sum(map(len, lines)), default=[])


def _published(entry: Any, fetch: Fetch) -> Published | None:
    for field in ("published", "created", "updated"):
        written = dict.get(entry, field)  # feedparser's own `get` takes one date for another
        moment = parse(written) if written else None
        if found := resolve.believed(moment, "feed", fetch.fetched_at):
            return found
    return resolve.hinted(fetch) or resolve.in_url(fetch.url, fetch.fetched_at)
