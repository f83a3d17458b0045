"""Find the headline element of an HTML page."""

from __future__ import annotations

import re

from newsmill.pages.html.tree import Tree
from newsmill.pages.text import CJK, normalize_heading, split_words, width

_SEPARATOR = re.compile(rf"\s*[|｜_–—·•»«]+\s*|\s+[-:/]+\s+|(?<=[{CJK}])-+|-+(?=[{CJK}])")
_MAX_HEADINGS = 8  # candidates per level
_MIN_HEADING_WIDTH = 8  # a narrower heading can be part of the page's titles by chance
_MIN_TITLE_WIDTH = 15  # of a title that is searched for in the page's texts
# An `h1` with at least this many words, and this share of them in the page's titles, is a paraphrase of a title.
_MIN_WORDS, _MIN_SHARED_WORDS = 3, 0.5


def find_headline(tree: Tree) -> int | None:
    """Return the first `h1` that matches the page's titles; None where the page has no headline.

    Without a match: a lower heading that is one of the titles or begins one, then any element that is one of them, then
    the first `h1` with text.
    """
    return tree.cached(_find)


def _find(tree: Tree) -> int | None:
    titles = [text for name in ("og:title", "twitter:title") for text in tree.metas().get(name, ())]
    title_elements = tree.all("title")[:1]
    for title in map(tree.text, title_elements):
        titles += [title, max(_split_title(title), key=width)]
    title_keys = {key for key in map(normalize_heading, titles) if width(key) >= _MIN_HEADING_WIDTH}
    # The shorter parts of the document's title name the site or a section, even where a heading contains them.
    other_parts = {
        normalize_heading(part) for title in title_elements for part in _split_title(tree.text(title))
    } - title_keys
    title_words = {word for title in title_keys for word in split_words(title)}
    first: int | None = None
    for heading in tree.all("h1")[:_MAX_HEADINGS]:
        key = normalize_heading(tree.text(heading, 300))
        words = split_words(key)
        is_contained = width(key) >= _MIN_HEADING_WIDTH and any(key in title or title in key for title in title_keys)
        shared = len(title_words.intersection(words))
        is_paraphrase = len(words) >= _MIN_WORDS and shared >= _MIN_SHARED_WORDS * len(words)
        if key not in other_parts and (is_contained or is_paraphrase):
            return heading
        if first is None and key:
            first = heading
    for level in ("h2", "h3"):
        for heading in tree.all(level)[:_MAX_HEADINGS]:
            key = normalize_heading(tree.text(heading, 300))
            begins_title = width(key) >= _MIN_TITLE_WIDTH and any(title.startswith(key) for title in title_keys)
            if key in title_keys or begins_title:
                return heading
    wide_titles = {title for title in titles if width(title) >= _MIN_TITLE_WIDTH}
    start = title_elements[0] + 2 if title_elements else 0
    texts = tree.texts_between(start, len(tree)) if wide_titles else []
    return next((tree.parents[node] for node in texts if tree.piece(node).strip() in wide_titles), first)


def _split_title(title: str) -> list[str]:
    """Split a document's title at separators; one part can be the site's name."""
    return [part.strip() for part in _SEPARATOR.split(title)]
