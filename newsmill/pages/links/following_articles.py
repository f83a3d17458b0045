"""Find other articles in full below the page's own, which sites load when a reader scrolls on."""

from __future__ import annotations

import re
from typing import NamedTuple

from newsmill.pages.html.tree import Tree

_MIN_TEXT_CHARS = 400  # in the paragraphs of each article
_MIN_HEADLINE_CHARS = 20  # of an `h1` before all articles that is the headline of the whole page

_ARTICLE_NAME = re.compile(r"(?:^|[\s_-])(?:article|post|story|entry|hentry)(?:$|[\s_-])", re.IGNORECASE)
_URL_ATTRIBUTES = (
    "data-url",
    "data-href",
    "data-permalink",
    "data-article-url",
    "data-canonical-url",
    "data-link",
    "itemid",
)


class FollowingArticle(NamedTuple):
    """The element that contains an article, its headline, and its URL (empty where none is stated)."""

    node: int
    headline: int
    href: str


def find_following_articles(tree: Tree) -> list[FollowingArticle]:
    """Return the articles in full after the first, each with its own headline.

    Returns none where all are under one headline: posts of a live blog are one article.
    """
    headlines = tree.all("h1")
    if len(headlines) < 2:
        return []
    articles = [
        FollowingArticle(node, headline, "")
        for headline in headlines
        if (node := _find_article_around(tree, headline)) is not None
    ]
    if len(articles) < 2:
        return []
    if any(head < articles[0].node and tree.size(head) >= _MIN_HEADLINE_CHARS for head in headlines):
        return []
    return [FollowingArticle(node, headline, _find_href(tree, node, headline)) for node, headline, _ in articles[1:]]


def _find_article_around(tree: Tree, headline: int) -> int | None:
    """Return the article around a headline: the largest with such a tag or class, enough text, one `h1`."""
    found = None
    for ancestor in tree.ancestors(headline):
        if tree.tags[ancestor] in ("body", "main") or tree.count("h1", ancestor) > 1:
            break
        if tree.tags[ancestor] == "article" or _ARTICLE_NAME.search(tree.get(ancestor, "class")[:200]):
            found = ancestor
    if found is None or sum(tree.size(node) for node in tree.all("p", under=found)) < _MIN_TEXT_CHARS:
        return None
    return found


def _find_href(tree: Tree, node: int, headline: int) -> str:
    if stated := next((value for name in _URL_ATTRIBUTES if (value := tree.get(node, name))), ""):
        return stated
    if (link := tree.first("a", under=headline)) is not None or (link := tree.ancestor(headline, "a")) is not None:
        return tree.get(link, "href")
    bookmarks = (link for link in tree.all("a", under=node) if "bookmark" in tree.get(link, "rel").split())
    return next((tree.get(link, "href") for link in bookmarks), "")
