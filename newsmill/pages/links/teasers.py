"""Extract the teasers of an HTML page: links to other articles with headline and snippet, in related blocks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from newsmill.pages.html.names import TEXT
from newsmill.pages.html.tree import Tree
from newsmill.pages.links.cards import HEADINGS, Card, get_cards_within
from newsmill.pages.links.following_articles import FollowingArticle, find_following_articles
from newsmill.pages.links.related import find_related_blocks
from newsmill.pages.phrases import RELATED_HEADINGS, UI_LABELS
from newsmill.pages.text import normalize_heading, width
from newsmill.pages.types import Teaser
from newsmill.urls import resolve_link

MAX_TEASERS = 30  # beside an article
MAX_ON_FRONT = 300
_MIN_HEADLINE_WIDTH = 18
_MIN_SNIPPET_WIDTH = 30
_MIN_SNIPPET_CHARS = 15  # as wide as a snippet in CJK
_MAX_SNIPPET_CHILDREN = 4  # an element with more is not a paragraph
_POST_SNIPPET_WIDTH = 300  # of a post's first paragraphs
_MAX_SNIPPET_CHARS = 1000
_MIN_POST_CHARS = 600  # of a card that contains its article in full
_MAX_LABEL_CHARS = 60

_HEADLINE_NAME = re.compile(r"(?:^|[\s_-])(?:title|headline|heading|hed)(?:$|[\s_])", re.IGNORECASE)
_CAMEL_CASE_EDGE = re.compile(r"(?<=[a-z])(?=[A-Z])")
_SNIPPET_TAGS = frozenset(("p", "div", "span", "li", "dd"))


def extract_teasers(tree: Tree, url: str) -> list[Teaser]:
    """Return the teasers of the page's related blocks, in order, one per target."""
    teasers: dict[str, Teaser] = {}
    articles = {article.node: article for article in tree.cached(find_following_articles)}
    for block in find_related_blocks(tree):
        if block in articles:
            found: Iterable[Teaser] = [_build_teaser(tree, articles[block], url)]
        else:
            found = iter_teasers(tree, block, url)
        for teaser in found:
            known = teasers.setdefault(teaser.url or teaser.title, teaser)
            if teaser.snippet and not known.snippet:
                teasers[teaser.url or teaser.title] = teaser
            if len(teasers) >= MAX_TEASERS:
                return list(teasers.values())
    return list(teasers.values())


def _build_teaser(tree: Tree, article: FollowingArticle, url: str) -> Teaser:
    """Build the teaser of another article that is on the page in full."""
    paragraphs = [tree.text(node) for node in tree.all("p", under=article.node)]
    long = [text for text in paragraphs if width(text) >= _MIN_SNIPPET_WIDTH]
    return Teaser(tree.text(article.headline, limit=400), _join_first(long) or None, resolve_link(url, article.href))


def iter_teasers(tree: Tree, root: int, url: str) -> Iterator[Teaser]:
    """Iterate over the targets of headline links in an element, with their headlines and snippets."""
    page_url = url.split("#")[0]
    hrefs: set[str] = set()
    found: set[str] = set()
    titles: set[str] = set()
    for card in get_cards_within(tree, root):
        target = resolve_link(url, card.href) if card.href not in hrefs else None
        hrefs.add(card.href)
        if target is None or target in found or target.split("#")[0] == page_url:
            continue
        title = _get_headline(tree, card)
        # The same text with several targets is a button.
        if title in titles or normalize_heading(title[:_MAX_LABEL_CHARS]) in _LABELS:
            continue
        titles.add(title)
        found.add(target)
        first, end = max(card.node, root), min(card.end, tree.ends[root])
        yield Teaser(title, _get_snippet(tree, card, first, end, title), target)
        if len(found) >= MAX_ON_FRONT:
            return


# Labels of links to a section or to the next page, of any width.
_LABELS = RELATED_HEADINGS | UI_LABELS


def _get_headline(tree: Tree, card: Card) -> str:
    """Return a card's headline; in a link around a card: a heading, an element with a class for it, or bold text."""
    if card.head == card.link and tree.ends[card.link] > card.link + 2:
        for part in _iter_headline_parts(tree, card.link):
            if width(title := tree.text(part, limit=400)) >= _MIN_HEADLINE_WIDTH:
                return title
    return tree.text(card.head, limit=400)


def _iter_headline_parts(tree: Tree, link: int) -> Iterator[int]:
    yield from tree.all("h1", *HEADINGS, under=link)
    yield from (node for node in tree.elements(link) if _is_named_headline(tree.attribute("class").get(node) or ""))
    for bold in tree.all("strong", "b", under=link):
        # A separate part: there are no other words on its line.
        siblings = list(tree.child_nodes(tree.parents[bold]))
        if len(siblings) > 1 and not any(tree.tags[node] == TEXT and tree.size(node) for node in siblings):
            yield bold


@lru_cache(maxsize=1 << 12)
def _is_named_headline(name: str) -> bool:
    return bool(_HEADLINE_NAME.search(_CAMEL_CASE_EDGE.sub("-", name[:200])))


def _get_snippet(tree: Tree, card: Card, first: int, end: int, title: str) -> str | None:
    """Return the longest text of a card besides its headline; of a post in full its first paragraphs."""
    headline_nodes = {*tree.ancestors(card.head), card.head, card.link}
    if tree.sizes[end] - tree.sizes[first] > _MIN_POST_CHARS:
        paragraphs = [tree.text(node) for node in tree.all("p", under=first) if node not in headline_nodes]
        if len(long := [text for text in paragraphs if width(text) >= _MIN_SNIPPET_WIDTH]) > 1:
            return _join_first(long)
    parts = sorted(_iter_snippet_parts(tree, first, end, card.head, headline_nodes), key=tree.size, reverse=True)
    for part in parts[:5]:
        text = tree.text(part, limit=_MAX_SNIPPET_CHARS)
        snippet = text.partition(title)[2].lstrip(" .:|-–—") if title in text else text
        if width(snippet) >= _MIN_SNIPPET_WIDTH:
            return snippet
    return None


def _iter_snippet_parts(tree: Tree, first: int, end: int, head: int, headline_nodes: set[int]) -> Iterator[int]:
    """Iterate over elements that can be paragraphs, and over bare texts beside the headline."""
    sizes, tags, ends = tree.sizes, tree.tags, tree.ends
    head_end = ends[head]
    in_card_link = tree.tags[head] == "a" and head_end - head > 2
    for node in range(first + 1, end):
        if sizes[ends[node]] - sizes[node] < _MIN_SNIPPET_CHARS or node in headline_nodes:
            continue
        if head < node < head_end and not in_card_link:
            continue
        if tags[node] == TEXT:
            if tree.parents[node] in headline_nodes and not head <= tree.parents[node] < head_end:
                yield node
        elif tags[node] in _SNIPPET_TAGS and len(tree.children(node)) <= _MAX_SNIPPET_CHILDREN:
            yield node


def _join_first(paragraphs: Sequence[str]) -> str:
    first: list[str] = []
    for text in paragraphs:
        first.append(text)
        if sum(map(width, first)) >= _POST_SNIPPET_WIDTH:
            break
    return " ".join(first)[:_MAX_SNIPPET_CHARS]
