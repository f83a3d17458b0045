"""Which element of an HTML page is its headline."""

from __future__ import annotations

import re

from newsmill.pages.html.tree import Tree
from newsmill.pages.text import CJK, heading_key, split_words, width

_between_parts = re.compile(rf"\s*[|｜_–—·•»«]+\s*|\s+[-:/]+\s+|(?<=[{CJK}])-+|-+(?=[{CJK}])")
_most = 8  # elements of a level that are looked at
_least_width = 8  # of a heading found in the page's titles: a shorter one may stand in them by chance
_least_title = 15  # width of a title that is sought in the page's texts
_least_words, _shared = 3, 0.5  # of an `h1`: so many of its words in the titles, and it says the same otherwise


def find_headline(tree: Tree) -> int | None:
    """The first `h1` that the page's titles tell of, else a lower heading or any element that is one of them, or a
    lower heading that begins one.

    Else the first `h1` with text; None where there is none.
    """
    return tree.cached(_found)


def _found(tree: Tree) -> int | None:
    texts = [text for name in ("og:title", "twitter:title") for text in tree.metas().get(name, ())]
    documents = tree.all("title")[:1]
    for title in map(tree.text, documents):
        texts += [title, max(_parts(title), key=width)]
    titles = {key for key in map(heading_key, texts) if width(key) >= _least_width}
    # Shorter parts of the document's title are the site's name or a section's, though a heading may hold them.
    lesser = {heading_key(part) for title in documents for part in _parts(tree.text(title))} - titles
    words = {word for title in titles for word in split_words(title)}
    first: int | None = None
    for heading in tree.all("h1")[:_most]:
        key = heading_key(tree.text(heading, 300))
        own = split_words(key)
        held = width(key) >= _least_width and any(key in title or title in key for title in titles)
        alike = len(own) >= _least_words and len(words.intersection(own)) >= _shared * len(own)
        if key not in lesser and (held or alike):
            return heading
        if first is None and key:
            first = heading
    for level in ("h2", "h3"):
        for heading in tree.all(level)[:_most]:
            key = heading_key(tree.text(heading, 300))
            if key in titles or (width(key) >= _least_title and any(title.startswith(key) for title in titles)):
                return heading
    wanted = {text for text in texts if width(text) >= _least_title}
    start = documents[0] + 2 if documents else 0
    found = (node for node in range(start, len(tree)) if tree.pieces[node].strip() in wanted)
    return next((tree.parents[node] for node in found), first)


def _parts(title: str) -> list[str]:
    """The parts of a document's title, one of which may be the site's name."""
    return [part.strip() for part in _between_parts.split(title)]
