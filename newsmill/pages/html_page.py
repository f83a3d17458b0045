"""An HTML page, read: body, metadata, date, teasers."""

from __future__ import annotations

from collections.abc import Sequence

from newsmill.pages import dates, extract, front, linked, metadata, teasers, tree
from newsmill.pages.page import Draft, Record, Teaser
from newsmill.pages.phrases import LEADS_TO_RELATED, RELATED
from newsmill.pages.text import heading_key, width

_most_removed = 0.5  # share of a body that may go as teasers: more, and it was no block of teasers


def read_html(html: str, record: Record) -> Draft:
    """The page that a record's HTML is of.

    Raises:
        Junk: where the HTML is too much, or holds nothing.
    """
    root = tree.parse_html(html)
    nodes = linked.nodes_of(root)
    body = extract.extract_body(html, record.url)
    url = metadata.address_of(root, record.url)
    draft = Draft(
        kind="article",
        extracted_by=body.extracted_by,
        url=url,
        title=metadata.title_of(root, nodes, record.url),
        authors=metadata.authors_of(root, nodes),
        published=dates.published(root, nodes, record),
    )
    found = front.front_of(root, url, body.paragraphs)
    if found is not None:
        # A front is of the moment it was fetched; the dates on it are its articles'.
        draft.kind, draft.published = "front", None
        draft.teasers, draft.paragraphs = found[0][: teasers.MAX_TEASERS], found[1]
    else:
        draft.teasers = teasers.teasers_of(root, url)
        draft.paragraphs = without_teasers(_without_title(body.paragraphs, draft.title), draft.teasers)
    return draft


def _without_title(paragraphs: Sequence[str], title: str | None) -> list[str]:
    starts_with_title = paragraphs and title and heading_key(paragraphs[0]) == heading_key(title)
    return list(paragraphs[1:] if starts_with_title else paragraphs)


def without_teasers(paragraphs: Sequence[str], found: Sequence[Teaser], at_most: float = _most_removed) -> list[str]:
    """The body without paragraphs that are teasers, or the headings and lines that lead to them."""
    listed = {heading_key(text) for teaser in found for text in (teaser.title, teaser.snippet) if text}
    kept = [paragraph for paragraph in paragraphs if not _leads_away(paragraph, listed)]
    whole = sum(map(width, paragraphs))
    return kept if sum(map(width, kept)) >= (1 - _most_removed) * whole else list(paragraphs)


def _leads_away(paragraph: str, listed: set[str]) -> bool:
    """Whether a paragraph is a teaser's text, or announces teasers."""
    key = heading_key(paragraph)
    return key in listed or key in RELATED or bool(LEADS_TO_RELATED.match(paragraph))
