"""An HTML page, read: kind, body, metadata, dates, teasers, all from one tree."""

from __future__ import annotations

from collections.abc import Sequence

from newsmill.pages import authors
from newsmill.pages.bodies import extract
from newsmill.pages.dates import resolve
from newsmill.pages.dates.parse import find
from newsmill.pages.html import json_ld, metadata
from newsmill.pages.html.tree import parse_html
from newsmill.pages.links import section_front, teasers
from newsmill.pages.phrases import RELATED, lead_to_related
from newsmill.pages.text import heading_key, width
from newsmill.pages.types import Draft, Published, Record, Teaser

_byline_within, _longest_byline, _longest_dated, _longest_date = 3, 100, 60, 40
_sentence_ends = (".", "!", "?", "。")
_longest_lead = 120  # characters
_most_removed = 0.5  # share of a body that may go as teasers: more, and it was no block of teasers


def read_html(html: str, record: Record) -> Draft:
    """The page that a record's HTML is of.

    Raises:
        Junk: where the HTML is too much, or holds nothing.
    """
    tree = parse_html(html)
    nodes = json_ld.nodes_of(tree)
    url = metadata.address_of(tree, record.url)
    title = metadata.title_of(tree, nodes, record.url)
    found = section_front.front_of(tree, url)
    if found is not None:
        # A front is of the moment it was fetched; the dates on it are its articles'.
        items, rest = found
        return Draft("front", extract.OWN, url, title, teasers=items, paragraphs=rest)
    body = extract.extract_body(tree, html, record.url, title)
    page_dates = resolve.dates_of(tree, nodes, record, html)
    named = authors.authors_of(tree, nodes)
    listed = teasers.teasers_of(tree, url)
    paragraphs = without_byline(without_title(body.paragraphs, title), named, page_dates.published)
    return Draft(
        kind="article",
        extracted_by=body.extracted_by,
        url=url,
        title=title,
        authors=named,
        published=page_dates.published,
        modified=page_dates.modified,
        paragraphs=without_teasers(paragraphs, listed),
        teasers=listed,
        doubt=body.doubt,
    )


def without_title(paragraphs: Sequence[str], title: str | None) -> list[str]:
    """The body without the page's title, where it begins with it."""
    starts_with_title = paragraphs and title and heading_key(paragraphs[0]) == heading_key(title)
    return list(paragraphs[1:] if starts_with_title else paragraphs)


def without_byline(paragraphs: Sequence[str], named: Sequence[str], published: Published | None = None) -> list[str]:
    """The body without a short line near its start that gives the page's date, or a number and the author's name."""
    return [
        text
        for place, text in enumerate(paragraphs)
        if place >= _byline_within or not _is_byline(text, named, published)
    ]


def _is_byline(text: str, named: Sequence[str], published: Published | None) -> bool:
    if len(text) > _longest_byline or text.endswith(_sentence_ends) or not any(map(str.isdigit, text)):
        return False
    author = next((name for name in named if name in text), None)
    if author is not None and len(text) - len(author) <= _longest_date:
        return True
    dated = find(text, None) if published and len(text) <= _longest_dated else None
    return dated is not None and published is not None and dated[0].date() == published.at.date()


def without_teasers(paragraphs: Sequence[str], found: Sequence[Teaser], at_most: float = _most_removed) -> list[str]:
    """The body without paragraphs that are teasers, or the headings and lines that lead to them."""
    listed = {heading_key(text) for teaser in found for text in (teaser.title, teaser.snippet) if text}
    # Longer paragraphs are neither: to compare them would cost more than to find the body's end.
    longest = max(map(len, listed), default=0) + _longest_lead
    kept = [text for text in paragraphs if len(text) > longest or not _leads_away(text, listed)]
    if len(kept) == len(paragraphs):
        return kept
    whole = sum(map(width, paragraphs))
    return kept if sum(map(width, kept)) >= (1 - at_most) * whole else list(paragraphs)


def _leads_away(paragraph: str, listed: set[str]) -> bool:
    """Whether a paragraph is a teaser's text, or announces teasers."""
    key = heading_key(paragraph)
    return key in listed or key in RELATED or lead_to_related(paragraph) is not None
