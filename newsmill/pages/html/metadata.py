"""Extract a page's title and canonical URL."""

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
from newsmill.pages.text import CJK, count_cjk, looks_like_title, normalize_heading, one_line, split_words, width
from newsmill.urls import extract_site, resolve_link

_MAX_TITLE_CHARS = 500
_MAX_META_CHARS = 1000
_MIN_HEADLINE_CHARS = 10  # a shorter `h1` can begin a title by chance
_MIN_LAST_HEADLINE_WIDTH = 20  # a narrower `h1` that ends a title is more likely the site's name
_MAX_HEADINGS = 5
_MIN_SHARED_WORDS, _NEARLY_ALL_WORDS = 0.5, 0.8  # share of a headline's words that a title of the page contains
_FEW_WORDS = 3  # a title must contain all words of a headline with so few
_MIN_CUT_TITLE_CHARS = 60  # sites do not cut shorter titles

_SEPARATORS = re.compile(
    rf"\s+[|｜\-–—·•:»«/_]+\s+|\s*[|｜]\s*|(?<=[{CJK}])_+(?=\S)|(?<=\S)_+(?=[{CJK}])|\s*[—–]\s*(?=[^\s—–]+$)"
)
_DENSE_SEPARATORS = re.compile(rf"\s*[|｜_]+\s*|(?<=[{CJK}])\s*[-–—]+\s*|\s*[-–—]+\s*(?=[{CJK}])")
_SITE_META_NAMES = ("og:site_name", "application-name", "apple-mobile-web-app-title", "al:ios:app_name")


def get_meta_contents(tree: Tree, *names: str) -> list[str]:
    """Return the contents of the meta elements with these names, in the order of the names."""
    metas = tree.metas()
    return [text for name in names for content in metas.get(name, ()) if (text := unescape(content))]


def unescape(text: str) -> str:
    """Return the text on one line, without the entities that sites escape twice."""
    text = text[:_MAX_META_CHARS]
    return one_line(html.unescape(html.unescape(text)) if "&" in text else text)


def extract_site_names(tree: Tree, nodes: Sequence[Node], url: str) -> set[str]:
    """Return the names of the page's site, for `is_site_name`."""
    return build_site_keys(get_meta_contents(tree, *_SITE_META_NAMES), nodes, url)


def extract_title(tree: Tree, nodes: Sequence[Node], url: str) -> str | None:
    """Return the page's title without the site's name.

    Candidates in order: the headline element if the page's titles confirm it, JSON-LD, Open Graph, `h1`, `title`.
    """
    sites = extract_site_names(tree, nodes, url)
    document_titles = [unescape(tree.text(element)) for element in tree.all("title")[:1]]
    headlines = _get_h1_texts(tree, document_titles, sites)
    stated = [
        *(unescape(node["headline"]) for node in nodes if is_article(node) and isinstance(node.get("headline"), str)),
        *get_meta_contents(tree, "og:title", "twitter:title"),
    ]
    stated = _drop_cut_titles(stated)
    confirmed = _confirm_headline(tree, stated or document_titles, headlines, sites)
    # Some sites state a whole paragraph as headline. Such candidates come last.
    for candidate in sorted(
        [*confirmed, *stated, *headlines, *document_titles], key=lambda text: not looks_like_title(text)
    ):
        title = strip_site_name(candidate, sites, headlines)
        if title and not is_site_name(title, sites):
            return title[:_MAX_TITLE_CHARS]
    return None


def _confirm_headline(tree: Tree, titles: Sequence[str], headlines: Sequence[str], sites: Collection[str]) -> list[str]:
    """Return the headline element's text if the page's titles agree with it, without other text in the element."""
    node = find_headline(tree)
    text = unescape(tree.text(node)) if node is not None else ""
    if node is None or width(text) < _MIN_HEADLINE_CHARS or is_site_name(text, sites):
        return []
    if tree.tags[node] == "h1" and tree.text(node) not in headlines:
        return []
    if any(
        title != text and title.endswith(text) and not _is_headline_last(title.removesuffix(text), text)
        for title in titles
    ):
        return []  # most likely the site's name
    titles = [strip_site_name(title, sites) for title in titles]
    parts = {one_line(tree.piece(part)) for part in tree.texts(node)}
    exact = [title for title in titles if title != text and title in parts]
    if wide := [title for title in exact if width(title) >= _MIN_LAST_HEADLINE_WIDTH]:
        return wide[:1]
    words = set(split_words(text.casefold()))
    closest = max(titles, key=lambda title: _get_shared_share(words, title), default="")
    if _get_shared_share(words, closest) < (1 if len(words) <= _FEW_WORDS else _MIN_SHARED_WORDS):
        return []
    # The headline can be styled in capitals; the titles have the capitals as written.
    is_styled = (text.isupper() or text.islower()) and not count_cjk(text)
    return [closest if is_styled and _get_shared_share(words, closest) >= _NEARLY_ALL_WORDS else text]


def _get_shared_share(words: Collection[str], title: str) -> float:
    """Return the share of the words that a title contains."""
    return len(set(words).intersection(split_words(title.casefold()))) / max(1, len(words))


def _drop_cut_titles(titles: Sequence[str]) -> list[str]:
    """Return the titles without those that are another one cut by the site."""
    return [title for title in titles if not any(_is_cut(title, other) for other in titles)]


def _is_cut(title: str, whole: str) -> bool:
    return len(whole) > len(title) >= _MIN_CUT_TITLE_CHARS and whole.startswith(title.rstrip(".… "))


def _get_h1_texts(tree: Tree, document_titles: Sequence[str], sites: Collection[str]) -> list[str]:
    """Return the texts of `h1` elements, those that begin the document's title first.

    An `h1` that ends that title is left out as the site's name, unless the text before it is the site's name or the
    page's only `h1` is much wider than that text.
    """
    texts = [text for text in map(tree.text, tree.all("h1")[:_MAX_HEADINGS]) if text]
    whole = document_titles[0] if document_titles else ""
    before = {normalize_heading(whole[cut.end() :]): whole[: cut.start()] for cut in _SEPARATORS.finditer(whole)}
    headlines = [
        text
        for text in texts
        if (first := before.get(normalize_heading(text))) is None
        or is_site_name(first, sites)
        or (len(texts) == 1 and _is_headline_last(first, text))
    ]
    return sorted(headlines, key=lambda text: not whole.startswith(text))


def _is_headline_last(first: str, text: str) -> bool:
    """Whether the last part of a title is the headline rather than the site's name, by their widths."""
    return width(text) >= max(_MIN_LAST_HEADLINE_WIDTH, 2 * width(first))


def strip_site_name(title: str, sites: Collection[str], headlines: Sequence[str] = ()) -> str:
    """Return the title without a first or last part that names the site or that the page's headline lacks.

    >>> strip_site_name("Rain ahead | The Daily Sky", ["the daily sky"])
    'Rain ahead'
    """
    for headline in headlines:
        rest = title.removeprefix(headline)
        if rest != title and len(headline) >= _MIN_HEADLINE_CHARS and _SEPARATORS.match(f"{rest} "):
            return headline
        first = title.removesuffix(headline)
        ends = any(cut.end() > len(first) for cut in _SEPARATORS.finditer(f"{first} "))
        if first != title and ends and _is_headline_last(first, headline):
            return headline
    cuts = list(_SEPARATORS.finditer(title))
    for cut in reversed(cuts):
        if is_site_name(title[cut.end() :], sites):
            return strip_site_name(title[: cut.start()], sites)
    if cuts and is_site_name(title[: cuts[0].start()], sites):
        return strip_site_name(title[cuts[0].end() :], sites)
    return _strip_sections(title)


def _strip_sections(title: str) -> str:
    """Return a title in a script without spaces, without sections and a site's name at its end."""
    parts = _DENSE_SEPARATORS.split(title) if count_cjk(title) else [title]
    if len(parts) == 1 or width(parts[0]) < max(_MIN_LAST_HEADLINE_WIDTH, *map(width, parts[1:])):
        return title
    return parts[0].strip() if "_" in title[len(parts[0]) :] or SITE_ENDING.search(parts[-1]) else title


def extract_canonical_url(tree: Tree, url: str) -> str:
    """Return the page's canonical URL if it is on the same site, else the URL that it was fetched from."""
    site = extract_site(url)
    if site is None:
        return url
    hrefs = [
        tree.get(link, "href") for link in tree.all("link") if "canonical" in tree.get(link, "rel").lower().split()
    ]
    hrefs += get_meta_contents(tree, "og:url")
    for href in filter(None, hrefs):
        target = resolve_link(url, href)
        # An article whose canonical URL is the front page has a faulty template.
        if target and extract_site(target) == site and (_has_path(target) or not _has_path(url)):
            return target
    return url


def _has_path(url: str) -> bool:
    parts = urlsplit(url)
    return bool(parts.path.strip("/") or parts.query)
