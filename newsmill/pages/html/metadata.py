"""What an HTML page says of itself: its title and its address."""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Sequence
from urllib.parse import urlsplit

from newsmill.pages.html.headline import find_headline
from newsmill.pages.html.json_ld import Node, is_article
from newsmill.pages.html.site_name import build_site_keys, is_site_name
from newsmill.pages.html.tree import Tree
from newsmill.pages.phrases import SITE_ENDING
from newsmill.pages.text import CJK, count_cjk, heading_key, looks_like_title, one_line, split_words, width
from newsmill.urls import absolute, site_of

_longest_title = 500
_longest_looked_at = 1000
_own_headline = 10  # characters; a shorter `h1` may begin a title by chance
_last_headline = 20  # width; a narrower `h1` that ends a title is rather the site's name
_most_headings = 5
_said_too, _nearly_all = 0.5, 0.8  # share of a headline's words that a title of the page holds
_few_words = 3  # all of which a title must hold
_least_cut = 60  # characters of a title that a site may have cut

_separators = re.compile(
    rf"\s+[|｜\-–—·•:»«/_]+\s+|\s*[|｜]\s*|(?<=[{CJK}])_+(?=\S)|(?<=\S)_+(?=[{CJK}])|\s*[—–]\s*(?=[^\s—–]+$)"
)
_dense_separators = re.compile(rf"\s*[|｜_]+\s*|(?<=[{CJK}])\s*[-–—]+\s*|\s*[-–—]+\s*(?=[{CJK}])")
_site_meta = ("og:site_name", "application-name", "apple-mobile-web-app-title", "al:ios:app_name")


def get_meta_contents(tree: Tree, *names: str) -> list[str]:
    """Contents of the meta elements of these names, in the order of the names."""
    metas = tree.metas()
    return [text for name in names for content in metas.get(name, ()) if (text := unescape(content))]


def unescape(text: str) -> str:
    """The text on one line, without the entities that sites escape twice."""
    text = text[:_longest_looked_at]
    return one_line(html.unescape(html.unescape(text)) if "&" in text else text)


def extract_site_names(tree: Tree, nodes: Sequence[Node], url: str) -> set[str]:
    """The names of the page's site, as `sitename.is_site_name` takes them."""
    return build_site_keys(get_meta_contents(tree, *_site_meta), nodes, url)


def extract_title(tree: Tree, nodes: Sequence[Node], url: str) -> str | None:
    """The headline on the page where its titles tell of it; else JSON-LD's, Open Graph's, `h1`, `title`.

    Without the site's name.
    """
    sites = extract_site_names(tree, nodes, url)
    documents = [unescape(tree.text(element)) for element in tree.all("title")[:1]]
    headlines = _headlines(tree, documents, sites)
    stated = [
        *(unescape(node["headline"]) for node in nodes if is_article(node) and isinstance(node.get("headline"), str)),
        *get_meta_contents(tree, "og:title", "twitter:title"),
    ]
    stated = _uncut(stated)
    shown = _shown(tree, stated or documents, headlines, sites)
    # Some sites give a whole paragraph for a headline: it is taken only where there is nothing else.
    for candidate in sorted([*shown, *stated, *headlines, *documents], key=lambda text: not looks_like_title(text)):
        title = strip_site_name(candidate, sites, headlines)
        if title and not is_site_name(title, sites):
            return title[:_longest_title]
    return None


def _shown(tree: Tree, titles: Sequence[str], headlines: Sequence[str], sites: Collection[str]) -> list[str]:
    """The headline that readers see, if the page's titles say the same; not what else stands in its element."""
    node = find_headline(tree)
    text = unescape(tree.text(node)) if node is not None else ""
    if node is None or width(text) < _own_headline or is_site_name(text, sites):
        return []
    if tree.tags[node] == "h1" and tree.text(node) not in headlines:
        return []
    if any(
        title != text and title.endswith(text) and not _may_follow(title.removesuffix(text), text) for title in titles
    ):
        return []  # the site's name, as far as can be told
    titles = [strip_site_name(title, sites) for title in titles]
    parts = set(map(one_line, tree.pieces[node : tree.ends[node]]))
    if held := [title for title in titles if title != text and title in parts and width(title) >= _last_headline]:
        return held[:1]
    own = set(split_words(text.casefold()))
    likest = max(titles, key=lambda title: _shared(own, title), default="")
    if _shared(own, likest) < (1 if len(own) <= _few_words else _said_too):
        return []
    # Capitals are a matter of style, and those of the titles are as written.
    is_styled = (text.isupper() or text.islower()) and not count_cjk(text)
    return [likest if is_styled and _shared(own, likest) >= _nearly_all else text]


def _shared(own: Collection[str], title: str) -> float:
    """The share of some words that a title holds."""
    return len(set(own).intersection(split_words(title.casefold()))) / max(1, len(own))


def _uncut(stated: Sequence[str]) -> list[str]:
    """The titles without those that are only the beginning of another, as sites cut them to some length."""
    return [title for title in stated if not any(_is_cut(title, other) for other in stated)]


def _is_cut(title: str, whole: str) -> bool:
    return len(whole) > len(title) >= _least_cut and whole.startswith(title.rstrip(".… "))


def _headlines(tree: Tree, documents: Sequence[str], sites: Collection[str]) -> list[str]:
    """The texts of `h1` elements, those that begin the document's title first.

    One that is its last part is the site's name, unless what stands before it is.
    """
    texts = [text for text in map(tree.text, tree.all("h1")[:_most_headings]) if text]
    whole = documents[0] if documents else ""
    before = {heading_key(whole[cut.end() :]): whole[: cut.start()] for cut in _separators.finditer(whole)}
    headlines = [
        text
        for text in texts
        if (first := before.get(heading_key(text))) is None
        or is_site_name(first, sites)
        or (len(texts) == 1 and _may_follow(first, text))
    ]
    return sorted(headlines, key=lambda text: not whole.startswith(text))


def _may_follow(first: str, text: str) -> bool:
    """Whether the last part of a title is rather its headline than the site's name, by how much wider it is."""
    return width(text) >= max(_last_headline, 2 * width(first))


def strip_site_name(title: str, sites: Collection[str], headlines: Sequence[str] = ()) -> str:
    """The title without a first or last part that names the site, or that the headline on the page does not have.

    >>> strip_site_name("Rain ahead | The Daily Sky", ["the daily sky"])
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
        if is_site_name(title[cut.end() :], sites):
            return strip_site_name(title[: cut.start()], sites)
    if cuts and is_site_name(title[: cuts[0].start()], sites):
        return strip_site_name(title[cuts[0].end() :], sites)
    return _without_desk(title)


def _without_desk(title: str) -> str:
    """The title without sections and a site at its end, as the words of sites of scripts without spaces tell them."""
    parts = _dense_separators.split(title) if count_cjk(title) else [title]
    if len(parts) == 1 or width(parts[0]) < max(_last_headline, *map(width, parts[1:])):
        return title
    return parts[0].strip() if "_" in title[len(parts[0]) :] or SITE_ENDING.search(parts[-1]) else title


def extract_canonical_url(tree: Tree, url: str) -> str:
    """The page's canonical URL where it names one on its own site, else the URL it was fetched from."""
    site = site_of(url)
    if site is None:
        return url
    named = [
        tree.get(link, "href") for link in tree.all("link") if "canonical" in tree.get(link, "rel").lower().split()
    ]
    named += get_meta_contents(tree, "og:url")
    for href in filter(None, named):
        target = absolute(url, href)
        # A front page named by an article is a fault of the site's template.
        if target and site_of(target) == site and (_has_path(target) or not _has_path(url)):
            return target
    return url


def _has_path(url: str) -> bool:
    parts = urlsplit(url)
    return bool(parts.path.strip("/") or parts.query)
