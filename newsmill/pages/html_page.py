"""Read an HTML page: kind, body, metadata, dates and teasers, all from one tree."""

from __future__ import annotations

from collections.abc import Sequence

from newsmill.pages import authors
from newsmill.pages.bodies import extract
from newsmill.pages.dates import resolve
from newsmill.pages.dates.parse import find_date
from newsmill.pages.html import json_ld, metadata
from newsmill.pages.html.tree import parse_html
from newsmill.pages.links import section_front, teasers
from newsmill.pages.phrases import RELATED_HEADINGS, match_related_lead
from newsmill.pages.text import normalize_heading, width
from newsmill.pages.types import Fetch, ParsedPage, Published, Teaser

_BYLINE_PARAGRAPHS = 3  # paragraphs at the start of a body that can be its byline
_MAX_BYLINE_CHARS = 100
_MAX_DATE_LINE_CHARS = 60  # of a line that contains only the page's date
_MAX_CHARS_BESIDE_AUTHOR = 40  # of a byline, without the author's name
_SENTENCE_ENDS = (".", "!", "?", "。")
_MAX_LEAD_CHARS = 120
_MAX_REMOVED_SHARE = 0.5  # of a body; if teasers would take more, they are not teasers


def read_html(html: str, data: bytes, fetch: Fetch) -> ParsedPage:
    """Read the HTML of a fetch as a page; `data` is `html` in UTF-8.

    Raises:
        Rejected: where the HTML is too large, too deep or empty.
    """
    tree = parse_html(html, data)
    nodes = json_ld.parse_json_ld(tree)
    url = metadata.extract_canonical_url(tree, fetch.url)
    title = metadata.extract_title(tree, nodes, fetch.url)
    front = section_front.extract_section_front(tree, url)
    if front is not None:
        # A front has no date: the dates on it belong to its articles.
        items, other_text = front
        return ParsedPage("front", extract.OWN_EXTRACTOR, url, title, teasers=items, paragraphs=other_text)
    body = extract.extract_body(tree, html, fetch.url, title)
    page_dates = resolve.resolve_dates(tree, nodes, fetch, html)
    names = authors.extract_authors(tree, nodes)
    related = teasers.extract_teasers(tree, url)
    paragraphs = remove_byline(remove_title(body.paragraphs, title), names, page_dates.published)
    return ParsedPage(
        kind="article",
        extracted_by=body.extracted_by,
        url=url,
        title=title,
        authors=names,
        published=page_dates.published,
        modified=page_dates.modified,
        paragraphs=remove_teasers(paragraphs, related),
        teasers=related,
        extraction_doubt=body.doubt,
    )


def remove_title(paragraphs: Sequence[str], title: str | None) -> list[str]:
    """Return the body without the page's title at its start."""
    starts_with_title = paragraphs and title and normalize_heading(paragraphs[0]) == normalize_heading(title)
    return list(paragraphs[1:] if starts_with_title else paragraphs)


def remove_byline(paragraphs: Sequence[str], names: Sequence[str], published: Published | None = None) -> list[str]:
    """Return the body without short lines near its start that contain the page's date, or a number and an author."""
    return [
        text
        for position, text in enumerate(paragraphs)
        if position >= _BYLINE_PARAGRAPHS or not _is_byline(text, names, published)
    ]


def remove_teasers(
    paragraphs: Sequence[str], found: Sequence[Teaser], max_share: float = _MAX_REMOVED_SHARE
) -> list[str]:
    """Return the body without paragraphs that are teasers, or headings and lines that lead to teasers."""
    keys = {normalize_heading(text) for teaser in found for text in (teaser.title, teaser.snippet) if text}
    # Longer paragraphs cannot be such text: normalizing them for the comparison costs more than extracting the body.
    max_chars = max(map(len, keys), default=0) + _MAX_LEAD_CHARS
    kept = [text for text in paragraphs if len(text) > max_chars or not _is_teaser_text(text, keys)]
    if len(kept) == len(paragraphs):
        return kept
    total = sum(map(width, paragraphs))
    return kept if sum(map(width, kept)) >= (1 - max_share) * total else list(paragraphs)


def _is_byline(text: str, names: Sequence[str], published: Published | None) -> bool:
    if len(text) > _MAX_BYLINE_CHARS or text.endswith(_SENTENCE_ENDS) or not any(map(str.isdigit, text)):
        return False
    author = next((name for name in names if name in text), None)
    if author is not None and len(text) - len(author) <= _MAX_CHARS_BESIDE_AUTHOR:
        return True
    date = find_date(text) if published and len(text) <= _MAX_DATE_LINE_CHARS else None
    return date is not None and published is not None and date[0].date() == published.at.date()


def _is_teaser_text(paragraph: str, teaser_keys: set[str]) -> bool:
    """Whether a paragraph is a teaser's text, or announces teasers."""
    key = normalize_heading(paragraph)
    return key in teaser_keys or key in RELATED_HEADINGS or match_related_lead(paragraph) is not None
