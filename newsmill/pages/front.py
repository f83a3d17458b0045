"""Section fronts: pages whose body is a list of links to articles."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from urllib.parse import urlsplit

from newsmill.pages.metadata import meta_contents
from newsmill.pages.page import Teaser
from newsmill.pages.teasers import items_in
from newsmill.pages.text import width
from newsmill.pages.tree import Element
from newsmill.urls import site_of

_least_items = 6
_listed_share = 0.6  # of the body that is headlines and snippets
_few_items = 4  # do where the body is hardly anything else
_few_listed_share = 0.85
_index_file = re.compile(r"(?:index|default|home)\.\w{2,5}$", re.IGNORECASE)


def front_of(tree: Element, url: str, paragraphs: Sequence[str]) -> tuple[list[Teaser], list[str]] | None:
    """All teasers of a section front, and the text that is none of theirs; None where the page is no front."""
    if not is_section_address(url):
        return None
    items = [item for item in items_in(next(tree.iter("body"), tree), url) if site_of(item.url or "") == site_of(url)]
    few = len(items) < _least_items
    if len(items) < _few_items or (few and _calls_itself_article(tree)):
        return None
    listed = {text.casefold() for item in items for text in (item.title, item.snippet) if text}
    body = "\n".join(paragraphs).casefold()
    shown = sum(width(text) for text in listed if text in body)
    if shown < (_few_listed_share if few else _listed_share) * width(body):
        return None
    if few and sum(_stands_in(body, item) for item in items) < _few_items:
        return None
    return items, [text for text in paragraphs if not _tells_of(text.casefold(), listed)]


def _calls_itself_article(tree: Element) -> bool:
    return "article" in meta_contents(tree, "og:type") or bool(meta_contents(tree, "article:published_time"))


def _stands_in(body: str, item: Teaser) -> bool:
    return any(text.casefold() in body for text in (item.title, item.snippet) if text)


def _tells_of(paragraph: str, listed: Collection[str]) -> bool:
    return any(text in paragraph or paragraph in text for text in listed)


def is_section_address(url: str) -> bool:
    """Whether a URL looks like that of a site's front or of a section: a short path without a headline or number.

    >>> is_section_address("https://example.com/news/technology/")
    True
    >>> is_section_address("https://example.com/news/rain-falls-on-the-plain")
    False
    """
    path = urlsplit(url).path if site_of(url) else None
    if path is None:
        return False
    segments = [segment for segment in path.split("/") if segment and not _index_file.fullmatch(segment)]
    return len(segments) <= 3 and not any(_names_article(segment) for segment in segments)


def _names_article(segment: str) -> bool:
    digits = sum(character.isdigit() for character in segment)
    return segment.count("-") >= 3 or segment.count("_") >= 3 or digits >= 4 or "." in segment
