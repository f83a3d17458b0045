"""What an HTML page says of itself: title, authors, its address."""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Iterator, Sequence
from urllib.parse import urlsplit

from newsmill.pages.linked import Node, is_article, names_in
from newsmill.pages.sitename import names_site, site_names
from newsmill.pages.text import heading_key, one_line, reads_like_title, width
from newsmill.pages.tree import Element, attribute, text_of
from newsmill.urls import absolute, site_of

_longest_title = 500
_longest_looked_at = 2000
_own_headline = 10  # characters; a shorter `h1` may begin a title by chance
_last_headline = 20  # width; a narrower `h1` that ends a title is rather the site's name
_longest_author = 100
_most_authors = 10

_separators = re.compile(r"\s+[|｜\-–—·•:»«/_]+\s+|\s*[|｜]\s*|(?<=\S)_(?=\S)|\s*[—–]\s*(?=[^\s—–]+$)")
_site_meta = ("og:site_name", "application-name", "apple-mobile-web-app-title", "al:ios:app_name")
_author_meta = (
    "author",
    "article:author",
    "article:author_name",
    "parsely-author",
    "sailthru.author",
    "dc.creator",
    "dcterms.creator",
    "byl",
    "citation_author",
)
_by = re.compile(
    r"^(?:written\s+|words\s+|posted\s+|published\s+)?(?:by|von|par|por|作者|文|记者|記者)[\s:：/／]+", re.IGNORECASE
)
_between_authors = re.compile(r"\s*(?:;|\||\band\b|\bund\b|\bet\b|&|、|，)\s*|,\s+(?=[^\W\d_]+\s+[^\W\d_])")
_no_author = re.compile(
    r"https?://|www\.|@|^(?:admin|administrator|editor|staff|unknown|anonymous|null|none|undefined)$|[<>{}]",
    re.IGNORECASE,
)
_bylines = (
    "descendant::*[@rel='author' or contains(concat(' ', @itemprop, ' '), ' author ')]",
    "descendant::*[contains(@class, 'author') or contains(@class, 'byline')]"
    "[contains(concat(' ', normalize-space(@class), ' '), ' author ')"
    " or contains(@class, 'author-name') or contains(@class, 'author__name') or contains(@class, 'byline-name')"
    " or contains(concat(' ', normalize-space(@class), ' '), ' byline ')]",
)


def meta_contents(tree: Element, *names: str) -> list[str]:
    """Contents of the meta elements of these names, in the order of the names."""
    found: dict[str, list[str]] = {}
    for meta in tree.iter("meta"):
        name = (attribute(meta, "property") or attribute(meta, "name")).lower()
        content = unescaped(attribute(meta, "content"))
        if name in names and content:
            found.setdefault(name, []).append(content)
    return [content for name in names for content in found.get(name, [])]


def unescaped(text: str) -> str:
    """The text on one line, without the entities that sites escape twice."""
    text = text[:_longest_looked_at]
    return one_line(html.unescape(html.unescape(text)) if "&" in text else text)


def title_of(tree: Element, nodes: Sequence[Node], url: str) -> str | None:
    """The headline: JSON-LD's, Open Graph's, the first `h1`, the `title`; without the site's name."""
    sites = site_names(meta_contents(tree, *_site_meta), nodes, url)
    documents = [unescaped(text_of(element)) for element in list(tree.iter("title"))[:1]]
    headlines = _headlines(tree, documents, sites)
    candidates = [
        *(unescaped(node["headline"]) for node in nodes if is_article(node) and isinstance(node.get("headline"), str)),
        *meta_contents(tree, "og:title", "twitter:title"),
        *headlines,
        *documents,
    ]
    # Some sites give a whole paragraph for a headline: it is taken only where there is nothing else.
    for candidate in sorted(candidates, key=lambda text: not reads_like_title(text)):
        title = without_site(candidate, sites, headlines)
        if title and not names_site(title, sites):
            return title[:_longest_title]
    return None


def _headlines(tree: Element, documents: Sequence[str], sites: Collection[str]) -> list[str]:
    """The texts of `h1` elements, those that begin the document's title first.

    One that is its last part is the site's name, unless what stands before it is.
    """
    texts = [text for text in map(text_of, list(tree.iter("h1"))[:5]) if text]
    whole = documents[0] if documents else ""
    before = {heading_key(whole[cut.end() :]): whole[: cut.start()] for cut in _separators.finditer(whole)}
    headlines = [
        text
        for text in texts
        if (first := before.get(heading_key(text))) is None
        or names_site(first, sites)
        or (len(texts) == 1 and _may_follow(first, text))
    ]
    return sorted(headlines, key=lambda text: not whole.startswith(text))


def _may_follow(first: str, text: str) -> bool:
    """Whether the last part of a title is rather its headline than the site's name, by how much wider it is."""
    return width(text) >= max(_last_headline, 2 * width(first))


def without_site(title: str, sites: Collection[str], headlines: Sequence[str] = ()) -> str:
    """The title without a first or last part that names the site, or that the headline on the page does not have.

    >>> without_site("Rain ahead | The Daily Sky", ["the daily sky"])
    'Rain ahead'
    """
    for headline in headlines:
        rest = title.removeprefix(headline)
        if rest != title and len(headline) >= _own_headline and _separators.match(f"{rest} "):
            return headline
        first = title.removesuffix(headline)
        ends = any(cut.end() > len(first) for cut in _separators.finditer(f"{first} "))
        if first != title and ends and _may_follow(first, headline):
            return headline
    cuts = list(_separators.finditer(title))
    for cut in reversed(cuts):
        if names_site(title[cut.end() :], sites):
            return without_site(title[: cut.start()], sites)
    if cuts and names_site(title[: cuts[0].start()], sites):
        return without_site(title[cuts[0].end() :], sites)
    return title


def authors_of(tree: Element, nodes: Sequence[Node]) -> list[str]:
    """The authors, from JSON-LD, meta elements or bylines; the first of these that names any."""
    for source in _author_sources(tree, nodes):
        authors = list(dict.fromkeys(author for text in source for author in people_in(text)))
        if authors:
            return authors[:_most_authors]
    return []


def _author_sources(tree: Element, nodes: Sequence[Node]) -> Iterator[list[str]]:
    yield [name for node in nodes if is_article(node) for name in names_in(node.get("author"))]
    yield meta_contents(tree, *_author_meta)
    for path in _bylines:
        yield [text_of(element, limit=200) for element in tree.xpath(path)[:5]]


def people_in(text: str) -> list[str]:
    """The names in a byline."""
    text = _by.sub("", unescaped(text))
    if len(text) > 3 * _longest_author:
        return []
    names = (name.strip(" ,.;:·|-–—") for name in _between_authors.split(text))
    return [
        name
        for name in names
        if 1 < len(name) <= _longest_author and not _no_author.search(name) and not any(c.isdigit() for c in name)
    ]


def address_of(tree: Element, url: str) -> str:
    """The page's canonical URL where it names one on its own site, else the URL it was fetched from."""
    site = site_of(url)
    if site is None:
        return url
    named = [attribute(link, "href") for link in tree.iter("link") if attribute(link, "rel").lower() == "canonical"]
    named += meta_contents(tree, "og:url")
    for href in filter(None, named):
        target = absolute(url, href)
        # A front page named by an article is a fault of the site's template.
        if target and site_of(target) == site and (_has_path(target) or not _has_path(url)):
            return target
    return url


def _has_path(url: str) -> bool:
    parts = urlsplit(url)
    return bool(parts.path.strip("/") or parts.query)
