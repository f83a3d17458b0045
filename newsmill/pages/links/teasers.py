"""Teasers of an HTML page: links to other articles with headline and snippet, in blocks that say so."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from newsmill.pages.html.tree import TEXT, Tree
from newsmill.pages.links.cards import HEADINGS, Card, get_cards_within
from newsmill.pages.links.following_articles import FollowingArticle, find_following_articles
from newsmill.pages.links.related import find_related_blocks
from newsmill.pages.phrases import RELATED_HEADINGS, UI_LABELS
from newsmill.pages.text import heading_key, width
from newsmill.pages.types import Teaser
from newsmill.urls import absolute

MAX_TEASERS = 30  # beside an article
MAX_ON_FRONT = 300
_headline_width = 18
_snippet_width = 30
_snippet_narrow = 15  # characters that are as wide in CJK
_snippet_children = 5  # an element with more of them is no paragraph
_snippet_enough = 300  # width of a post's first paragraphs
_longest_snippet = 1000
_post = 600  # characters of a card that holds its article in full
_longest_label = 60

_named_headline = re.compile(r"(?:^|[\s_-])(?:title|headline|heading|hed)(?:$|[\s_])", re.IGNORECASE)
_camel = re.compile(r"(?<=[a-z])(?=[A-Z])")
_told = frozenset(("p", "div", "span", "li", "dd"))


def extract_teasers(tree: Tree, url: str) -> list[Teaser]:
    """The teasers of the page's blocks of related articles, in order, each target once."""
    teasers: dict[str, Teaser] = {}
    others = {article.node: article for article in tree.cached(find_following_articles)}
    for block in find_related_blocks(tree):
        for teaser in [_of(tree, others[block], url)] if block in others else iter_teasers(tree, block, url):
            known = teasers.setdefault(teaser.url or teaser.title, teaser)
            if teaser.snippet and not known.snippet:
                teasers[teaser.url or teaser.title] = teaser
            if len(teasers) >= MAX_TEASERS:
                return list(teasers.values())
    return list(teasers.values())


def _of(tree: Tree, article: FollowingArticle, url: str) -> Teaser:
    """The teaser of another article that stands on the page in full."""
    paragraphs = [tree.text(node) for node in tree.all("p", under=article.node)]
    long = [text for text in paragraphs if width(text) >= _snippet_width]
    return Teaser(tree.text(article.headline, limit=400), _first(long) or None, absolute(url, article.href))


def iter_teasers(tree: Tree, root: int, url: str) -> Iterator[Teaser]:
    """Each target of a headline-like link under an element: its headline, and the snippet that stands with it."""
    here = url.split("#")[0]
    hrefs: set[str] = set()
    found: set[str] = set()
    titles: set[str] = set()
    for card in get_cards_within(tree, root):
        target = absolute(url, card.href) if card.href not in hrefs else None
        hrefs.add(card.href)
        if target is None or target in found or target.split("#")[0] == here:
            continue
        title = _headline(tree, card)
        # A line that leads to many places is a button.
        if title in titles or heading_key(title[:_longest_label]) in _labels:
            continue
        titles.add(title)
        found.add(target)
        first, end = max(card.node, root), min(card.end, tree.ends[root])
        yield Teaser(title, _snippet(tree, card, first, end, title), target)
        if len(found) >= MAX_ON_FRONT:
            return


# What leads to a section or on to the next page, however wide it is.
_labels = RELATED_HEADINGS | UI_LABELS


def _headline(tree: Tree, card: Card) -> str:
    """A card's headline: where its link is around all of it, a heading, what is named so, or what alone is bold."""
    if card.head == card.link and tree.ends[card.link] > card.link + 2:
        for part in _marked(tree, card.link):
            if width(title := tree.text(part, limit=400)) >= _headline_width:
                return title
    return tree.text(card.head, limit=400)


def _marked(tree: Tree, link: int) -> Iterator[int]:
    yield from tree.all("h1", *HEADINGS, under=link)
    yield from (node for node in tree.elements(link) if _is_named_headline(tree.attributes[node].get("class") or ""))
    for bold in tree.all("strong", "b", under=link):
        # A part of its own: no words of the same line stand around it.
        beside = list(tree.child_nodes(tree.parents[bold]))
        if len(beside) > 1 and not any(tree.tags[node] == TEXT and tree.size(node) for node in beside):
            yield bold


@lru_cache(maxsize=1 << 12)
def _is_named_headline(name: str) -> bool:
    return bool(_named_headline.search(_camel.sub("-", name[:200])))


def _snippet(tree: Tree, card: Card, first: int, end: int, title: str) -> str | None:
    """The longest text of a card beside its headline; of a post in full its first paragraphs."""
    around = {*tree.ancestors(card.head), card.head, card.link}
    if tree.sizes[end] - tree.sizes[first] > _post:
        paragraphs = [tree.text(node) for node in tree.all("p", under=first) if node not in around]
        if len(long := [text for text in paragraphs if width(text) >= _snippet_width]) > 1:
            return _first(long)
    parts = sorted(_parts(tree, first, end, card.head, around), key=tree.size, reverse=True)
    for part in parts[:5]:
        text = tree.text(part, limit=_longest_snippet)
        told = text.partition(title)[2].lstrip(" .:|-–—") if title in text else text
        if width(told) >= _snippet_width:
            return told
    return None


def _parts(tree: Tree, first: int, end: int, head: int, around: set[int]) -> Iterator[int]:
    """Elements that may be paragraphs, and texts that stand beside the headline in no element of their own."""
    sizes, tags, ends = tree.sizes, tree.tags, tree.ends
    head_end = ends[head]
    in_card_link = tree.tags[head] == "a" and head_end - head > 2
    for node in range(first + 1, end):
        if sizes[ends[node]] - sizes[node] < _snippet_narrow or node in around:
            continue
        if head < node < head_end and not in_card_link:
            continue
        if tags[node] == TEXT:
            if tree.parents[node] in around and not head <= tree.parents[node] < head_end:
                yield node
        elif tags[node] in _told and len(tree.children(node)) < _snippet_children:
            yield node


def _first(paragraphs: Sequence[str]) -> str:
    taken: list[str] = []
    for text in paragraphs:
        taken.append(text)
        if sum(map(width, taken)) >= _snippet_enough:
            break
    return " ".join(taken)[:_longest_snippet]
