"""Detect section fronts: lists of links to articles, or of articles in full under headlines that link to them.

The tree alone decides, before the body is extracted. A page with several articles in full has no body either: each of
them is a page at its own URL, so here it is a teaser, with its first paragraphs as snippet. Posts under one headline
(a live blog, a digest) have no URL of their own and are one article.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from newsmill.pages.html.names import TEXT
from newsmill.pages.html.tree import Tree
from newsmill.pages.links.cards import Card, find_cards, find_chrome, is_in_ranges
from newsmill.pages.links.teasers import iter_teasers
from newsmill.pages.phrases import CONSENT_WALL, RELATED_HEADINGS, UI_LABELS
from newsmill.pages.text import count_sentence_ends, normalize_heading, one_line, width
from newsmill.pages.types import Teaser
from newsmill.urls import extract_site

_MIN_ITEMS = 6
_MIN_LISTED_SHARE = 0.6  # of the page's text that is headlines and snippets
_FEW_ITEMS = 4  # enough where the page contains hardly any other text
_FEW_LISTED_SHARE = 0.85
# The same for URLs that can be an article's.
_MIN_ITEMS_AT_ARTICLE_URL = 10
_MIN_POSTS_AT_ARTICLE_URL = 3
_LISTED_SHARE_AT_ARTICLE_URL = 0.9
_MAX_OTHER_CHARS_AT_ARTICLE_URL = 240
_MIN_HEADLINE_WIDTH = 40  # of a page's own headline; names of sections are narrower
_MIN_MEAN_TITLE_WIDTH = 22  # of headlines; names of products, people or projects are narrower
_MIN_TEXT_CHARS = 25  # of a text that is not a label
_MAX_CARD_WIDTH = 700  # a wider card is a post in full
_MAX_CHARS_BEFORE_HEADLINE = 150  # of a post
_MAX_LABEL_CHARS = 60
_MAX_NOTICE_CHARS = 600
_MIN_SENTENCE_CHARS = 60
_MAX_INTRODUCTION_CHARS = 500
_MAX_INTRODUCTION_SHARE = 0.3  # of the cards' text
_LABEL_TAGS = frozenset(("a", "button", "option", "label"))
_CONSENT = re.compile(r"cookie|クッキー|쿠키|gdpr", re.IGNORECASE)
_INDEX_FILE = re.compile(r"(?:index|default|home)\.\w{2,5}$", re.IGNORECASE)
_DATE_SEGMENT = re.compile(r"(?:19|20)\d\d(?:-\d\d?)?|\d\d?")
_LIST_SEGMENTS = frozenset(
    """archive archives author authors autor autoren autore auteur categoria category categorie kategorie kategoria
    label page rubrik rubrique rubric search seccion section seite tag tags tema thema topic topics""".split()
)


def extract_section_front(tree: Tree, url: str) -> tuple[list[Teaser], list[str]] | None:
    """Return all teasers of a section front, and its other text; None where the page is not a front."""
    is_section = is_section_url(url)
    site = extract_site(url) or _get_usual_site(tree.cached(find_cards))
    cards = [card for card in tree.cached(find_cards) if _leads_to(site, card.href)]
    if len(cards) < (_FEW_ITEMS if is_section else _MIN_POSTS_AT_ARTICLE_URL):
        return None
    shown, posts = _find_card_ranges(tree, cards)
    if len(shown) < (_FEW_ITEMS if is_section else _MIN_POSTS_AT_ARTICLE_URL if posts else _MIN_ITEMS_AT_ARTICLE_URL):
        return None
    # A most-read list repeats cards of the page, so targets are counted, not cards.
    starts = {first for first, _ in shown}
    has_few = len({card.href for card in cards if card.node in starts}) < _MIN_ITEMS
    if not _is_list(tree, shown, posts, is_section, has_few, url):
        return None
    items = [item for item in iter_teasers(tree, tree.body, url) if _leads_to(site, item.url or "")]
    min_items = _FEW_ITEMS if has_few else _MIN_ITEMS
    if len(items) < (
        min_items
        if is_section
        else _MIN_POSTS_AT_ARTICLE_URL
        if len(posts) >= _MIN_POSTS_AT_ARTICLE_URL
        else _MIN_ITEMS_AT_ARTICLE_URL
    ):
        return None
    if sum(width(item.title) for item in items) < _MIN_MEAN_TITLE_WIDTH * len(items):
        return None
    return items, list(_iter_other_paragraphs(tree, shown))


def _find_card_ranges(tree: Tree, cards: Iterable[Card]) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Return the node ranges of the page's cards in order, each once, and of those that are posts in full."""
    chrome = tree.cached(find_chrome)
    shown: dict[int, tuple[int, int]] = {}
    posts: dict[int, tuple[int, int]] = {}
    for card in cards:
        card_range = (card.node, card.end)
        if tree.sizes[card.head] - tree.sizes[card.node] > _MAX_CHARS_BEFORE_HEADLINE:
            continue
        if _is_short(tree, card):
            shown[card.node] = card_range
        elif not is_in_ranges(card.node, chrome):
            posts[card.node] = card_range
    kinds = Counter((tree.parents[node], tree.tags[node]) for node in posts)
    posts = {node: card_range for node, card_range in posts.items() if kinds[tree.parents[node], tree.tags[node]] > 1}
    return sorted({**shown, **posts}.values()), list(posts.values())


def _is_short(tree: Tree, card: Card) -> bool:
    """Whether a card is at most `_MAX_CARD_WIDTH` wide. The width is computed only where the length does not decide."""
    size = tree.sizes[card.end] - tree.sizes[card.node]
    if 2 * size <= _MAX_CARD_WIDTH or size > _MAX_CARD_WIDTH:
        return size <= _MAX_CARD_WIDTH
    return width(one_line(tree.whole[tree.offsets[card.node] : tree.offsets[card.end]])) <= _MAX_CARD_WIDTH


def _is_list(
    tree: Tree, shown: list[tuple[int, int]], posts: list[tuple[int, int]], is_section: bool, has_few: bool, url: str
) -> bool:
    """Whether the cards are the page's content."""
    is_article = _declares_article(tree)
    if is_article and (has_few or not is_section):
        return False
    has_headline = _has_headline(tree, shown)
    if has_headline and (is_article or not is_section or _link_to_page_itself(tree, url)):
        return False
    listed = sum(tree.sizes[end] - tree.sizes[first] for first, end in shown)
    other = _count_other_text(tree, shown)
    if not is_section:
        enough = len(shown) >= _MIN_ITEMS_AT_ARTICLE_URL or len(posts) >= _MIN_POSTS_AT_ARTICLE_URL
        return (
            enough
            and other <= _MAX_OTHER_CHARS_AT_ARTICLE_URL
            and listed >= _LISTED_SHARE_AT_ARTICLE_URL * (listed + other)
        )
    if has_headline or _is_introduced(tree, shown, 0 if is_article else _MAX_INTRODUCTION_SHARE * listed):
        return listed >= _LISTED_SHARE_AT_ARTICLE_URL * (listed + other)
    return listed >= (_FEW_LISTED_SHARE if has_few else _MIN_LISTED_SHARE) * (listed + other)


def _declares_article(tree: Tree) -> bool:
    metas = tree.metas()
    return "article" in metas.get("og:type", ()) or "article:published_time" in metas


def _has_headline(tree: Tree, ranges: list[tuple[int, int]]) -> bool:
    """Whether the page has its own headline above most of its cards, as wide as those of articles."""
    middle = ranges[len(ranges) // 2][0]
    return any(
        2 * tree.size(node) >= _MIN_HEADLINE_WIDTH
        and not is_in_ranges(node, ranges)
        and width(tree.text(node)) >= _MIN_HEADLINE_WIDTH
        for node in tree.all("h1")
        if node < middle
    )


def _is_introduced(tree: Tree, ranges: list[tuple[int, int]], max_chars: float) -> bool:
    """Whether there is text between the page's headline and the first card after it, as above a guide's chapters."""
    headline = next((node for node in tree.all("h1") if not is_in_ranges(node, ranges)), None)
    if headline is None:
        return False
    first = next((start for start, _ in ranges if start > headline), headline)
    sizes = (tree.sizes[node + 1] - tree.sizes[node] for node in range(headline, first) if tree.tags[node] == TEXT)
    return sum(size for size in sizes if size >= _MIN_SENTENCE_CHARS) > max(_MAX_INTRODUCTION_CHARS, max_chars)


def _link_to_page_itself(tree: Tree, url: str) -> bool:
    """Whether most cards link to anchors of the page itself, like those of a live blog."""
    own_path = urlsplit(url).path.rstrip("/")
    paths = [urlsplit(card.href).path.rstrip("/") for card in tree.cached(find_cards)]
    return 2 * sum(path in ("", own_path) for path in paths) > len(paths)


def _count_other_text(tree: Tree, ranges: list[tuple[int, int]]) -> int:
    """Count the characters of text outside cards, links, menus, headers, footers and consent notices."""
    sizes, tags, parents = tree.sizes, tree.tags, tree.parents
    count = 0
    start = tree.body + 1
    for first, end in [*sorted([*ranges, *tree.cached(find_chrome)]), (len(tree), len(tree))]:
        for node in range(start, first):
            size = sizes[node + 1] - sizes[node]
            if size >= _MIN_TEXT_CHARS and tags[node] == TEXT and tags[parents[node]] not in _LABEL_TAGS:
                count += size
                if size <= _MAX_NOTICE_CHARS and _CONSENT.search(tree.piece(node)):
                    count -= size
        start = max(start, end)
    return count


def _get_usual_site(cards: Iterable[Card]) -> str | None:
    sites = Counter(site for card in cards if (site := extract_site(card.href)))
    return sites.most_common(1)[0][0] if sites else None


def _leads_to(site: str | None, href: str) -> bool:
    """Whether a link stays on a site or on another host of the same domain."""
    if not href.startswith(("http:", "https:", "//")):
        return True
    host = href.partition("//")[2].partition("/")[0].lower().removeprefix("www.")
    return site is None or host == site or _get_domain(host) == _get_domain(site)


def _get_domain(host: str) -> str:
    """Return the registrable domain of a host.

    >>> _get_domain("news.example.co.uk"), _get_domain("example.com")
    ('example.co.uk', 'example.com')
    """
    labels = host.partition(":")[0].split(".")
    # Suffixes of country domains, e.g. `co.uk` or `com.cn`, have a short second label.
    kept = 3 if len(labels) > 2 and len(labels[-1]) == 2 and len(labels[-2]) <= 3 else 2
    return ".".join(labels[-kept:])


def _iter_other_paragraphs(tree: Tree, ranges: list[tuple[int, int]]) -> Iterator[str]:
    """Iterate over the paragraphs between the cards that belong to none: the section's description."""
    chrome = tree.cached(find_chrome)
    first, last = ranges[0][0], ranges[-1][1]
    container = next((node for node in tree.ancestors(first) if tree.ends[node] >= last), tree.body)
    for paragraph in tree.all("p", under=container):
        if paragraph > last or is_in_ranges(paragraph, ranges) or is_in_ranges(paragraph, chrome):
            continue
        if tree.ancestor(paragraph, "aside", "form", "dialog") is None:
            text = tree.text(paragraph, limit=4000)
            key = normalize_heading(text[:_MAX_LABEL_CHARS])
            if (
                count_sentence_ends(text)
                and key not in UI_LABELS
                and key not in RELATED_HEADINGS
                and not _is_consent(text)
            ):
                yield text


def _is_consent(text: str) -> bool:
    return bool(_CONSENT.search(text) and CONSENT_WALL.search(text))


def is_section_url(url: str) -> bool:
    """Whether a URL is that of a site's front or a section: a short path without a headline or number.

    >>> is_section_url("https://example.com/news/technology/")
    True
    >>> is_section_url("https://example.com/2026/07/")
    True
    >>> is_section_url("https://example.com/tag/rain-on-the-plain/page/2")
    True
    >>> is_section_url("https://example.com/news/rain-falls-on-the-plain")
    False
    """
    path = urlsplit(url).path if extract_site(url) else None
    if path is None:
        return False
    segments = [segment for segment in path.lower().split("/") if segment and not _INDEX_FILE.fullmatch(segment)]
    if len(segments) > 1 and segments[-2] in ("page", "seite") and segments[-1].isdigit():
        segments = segments[:-2]
    if all(map(_DATE_SEGMENT.fullmatch, segments)):
        return True
    if len(segments) > 1 and segments[-2] in _LIST_SEGMENTS:
        return "." not in segments[-1]
    return len(segments) <= 3 and not any(_names_article(segment) for segment in segments)


def _names_article(segment: str) -> bool:
    digits = sum(character.isdigit() for character in segment)
    return segment.count("-") >= 3 or segment.count("_") >= 3 or digits >= 4 or "." in segment
