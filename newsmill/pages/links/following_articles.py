"""Other articles in full below the page's own, as sites load them when a reader scrolls on."""

from __future__ import annotations

import re
from typing import NamedTuple

from newsmill.pages.html.tree import Tree

_least_text = 400  # characters in paragraphs of each
_own_headline = 20  # characters; an `h1` as long before all of them is the headline that they stand under

_named_article = re.compile(r"(?:^|[\s_-])(?:article|post|story|entry|hentry)(?:$|[\s_-])", re.IGNORECASE)
_addresses = (
    "data-url",
    "data-href",
    "data-permalink",
    "data-article-url",
    "data-canonical-url",
    "data-link",
    "itemid",
)


class FollowingArticle(NamedTuple):
    """The element that holds an article, its headline, where it says that it stands (empty where it doesn't)."""

    node: int
    headline: int
    href: str


def find_following_articles(tree: Tree) -> list[FollowingArticle]:
    """The articles in full after the first, each with a headline of its own.

    None where all stand under one headline: posts of a live blog are one article.
    """
    headlines = tree.all("h1")
    if len(headlines) < 2:
        return []
    articles = [
        FollowingArticle(node, headline, "") for headline in headlines if (node := _around(tree, headline)) is not None
    ]
    if len(articles) < 2:
        return []
    if any(head < articles[0].node and tree.size(head) >= _own_headline for head in headlines):
        return []
    return [FollowingArticle(node, headline, _href(tree, node, headline)) for node, headline, _ in articles[1:]]


def _around(tree: Tree, headline: int) -> int | None:
    """The article around a headline: the largest element that calls itself so, holds no other `h1`, and has a text."""
    found = None
    for around in tree.ancestors(headline):
        if tree.tags[around] in ("body", "main") or tree.count("h1", around) > 1:
            break
        if tree.tags[around] == "article" or _named_article.search(tree.get(around, "class")[:200]):
            found = around
    if found is None or sum(tree.size(node) for node in tree.all("p", under=found)) < _least_text:
        return None
    return found


def _href(tree: Tree, node: int, headline: int) -> str:
    if stated := next((value for name in _addresses if (value := tree.get(node, name))), ""):
        return stated
    if (link := tree.first("a", under=headline)) is not None or (link := tree.ancestor(headline, "a")) is not None:
        return tree.get(link, "href")
    marked = (link for link in tree.all("a", under=node) if "bookmark" in tree.get(link, "rel").split())
    return next((tree.get(link, "href") for link in marked), "")
