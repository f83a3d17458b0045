"""Section fronts: pages that are a list of links to articles, or of articles in full under headlines that link to them.

Told by the tree alone, before a body is sought. A page with several articles in full has no body of its own either:
each of them has its own address, at which it is a page, so here each is a teaser, its snippet its first paragraphs.
Posts under one headline (a live blog, a digest) have no address of their own and are one article.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from newsmill.pages.html.tree import TEXT, Tree
from newsmill.pages.links.cards import Card, find_cards, find_chrome, is_in_ranges
from newsmill.pages.links.teasers import iter_teasers
from newsmill.pages.phrases import CONSENT_WALL, RELATED_HEADINGS, UI_LABELS
from newsmill.pages.text import count_sentence_ends, heading_key, one_line, width
from newsmill.pages.types import Teaser
from newsmill.urls import site_of

_least_items = 6
_listed_share = 0.6  # of the page's text that is headlines and snippets
_few_items = 4  # do where the page says hardly anything else
_few_listed_share = 0.85
_surely_items = 10  # at an address that could be an article's
_surely_posts = 3
_surely_listed_share = 0.9
_surely_beside = 240  # characters of text beside them
_headline_width = 40  # of a page's own headline: the names of sections are narrower
_mean_title_width = 22  # of headlines: names of products, people or projects are narrower
_surely_headline_width = 25
_text = 25  # characters of a text that is no label
_longest_card = 700  # wide; more, and it is a post in full, or no card
_before_head = 150  # characters of a post that may stand before its headline
_longest_rest = 60
_longest_notice = 600
_prose = 60  # characters of a text that is surely a sentence
_longest_introduction = 500
_introduction_share = 0.3  # of what the cards say
_labels = frozenset(("a", "button", "option", "label"))
_consent = re.compile(r"cookie|クッキー|쿠키|gdpr", re.IGNORECASE)
_index_file = re.compile(r"(?:index|default|home)\.\w{2,5}$", re.IGNORECASE)
_date_part = re.compile(r"(?:19|20)\d\d(?:-\d\d?)?|\d\d?")
_lists = frozenset(
    """archive archives author authors autor autoren autore auteur categoria category categorie kategorie kategoria
    label page rubrik rubrique rubric search seccion section seite tag tags tema thema topic topics""".split()
)


def extract_section_front(tree: Tree, url: str) -> tuple[list[Teaser], list[str]] | None:
    """All teasers of a section front, and the text that is none of theirs; None where the page is no front."""
    is_section = is_section_url(url)
    site = site_of(url) or _usual_site(tree.cached(find_cards))
    cards = [card for card in tree.cached(find_cards) if _leads_to(site, card.href)]
    if len(cards) < (_few_items if is_section else _surely_posts):
        return None
    shown, posts = _shown(tree, cards)
    if len(shown) < (_few_items if is_section else _surely_posts if posts else _surely_items):
        return None
    # A most-read list shows again what the page lists: cards count by where they lead.
    starts = {first for first, _ in shown}
    few = len({card.href for card in cards if card.node in starts}) < _least_items
    if not _is_list(tree, shown, posts, is_section, few, url):
        return None
    items = [item for item in iter_teasers(tree, tree.body, url) if _leads_to(site, item.url or "")]
    least = _few_items if few else _least_items
    if len(items) < (least if is_section else _surely_posts if len(posts) >= _surely_posts else _surely_items):
        return None
    if sum(width(item.title) for item in items) < _mean_title_width * len(items):
        return None
    return items, list(_rest(tree, shown))


def _shown(tree: Tree, cards: Iterable[Card]) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Where the page's cards stand, each once and in order, and those of them that are posts in full."""
    chrome = tree.cached(find_chrome)
    shown: dict[int, tuple[int, int]] = {}
    posts: dict[int, tuple[int, int]] = {}
    for card in cards:
        place = (card.node, card.end)
        if tree.sizes[card.head] - tree.sizes[card.node] > _before_head:
            continue
        if _is_short(tree, card):
            shown[card.node] = place
        elif not is_in_ranges(card.node, chrome):
            posts[card.node] = place
    kinds = Counter((tree.parents[node], tree.tags[node]) for node in posts)
    posts = {node: place for node, place in posts.items() if kinds[tree.parents[node], tree.tags[node]] > 1}
    return sorted({**shown, **posts}.values()), list(posts.values())


def _is_short(tree: Tree, card: Card) -> bool:
    """Whether a card is at most `_longest_card` wide; its width is worked out only where its length doesn't tell."""
    size = tree.sizes[card.end] - tree.sizes[card.node]
    if 2 * size <= _longest_card or size > _longest_card:
        return size <= _longest_card
    return width(one_line("".join(tree.pieces[card.node : card.end]))) <= _longest_card


def _is_list(
    tree: Tree, shown: list[tuple[int, int]], posts: list[tuple[int, int]], is_section: bool, few: bool, url: str
) -> bool:
    """Whether the cards are what the page is for."""
    is_article = _calls_itself_article(tree)
    if is_article and (few or not is_section):
        return False
    own_headline = _has_headline(tree, shown, _headline_width if is_section else _surely_headline_width)
    if own_headline and (is_article or not is_section or _lead_here(tree, url)):
        return False
    listed = sum(tree.sizes[end] - tree.sizes[first] for first, end in shown)
    beside = _beside(tree, shown)
    if not is_section:
        enough = len(shown) >= _surely_items or len(posts) >= _surely_posts
        return enough and beside <= _surely_beside and listed >= _surely_listed_share * (listed + beside)
    if own_headline or _is_introduced(tree, shown, 0 if is_article else _introduction_share * listed):
        return listed >= _surely_listed_share * (listed + beside)
    return listed >= (_few_listed_share if few else _listed_share) * (listed + beside)


def _calls_itself_article(tree: Tree) -> bool:
    metas = tree.metas()
    return "article" in metas.get("og:type", ()) or "article:published_time" in metas


def _has_headline(tree: Tree, ranges: list[tuple[int, int]], least: int) -> bool:
    """Whether the page has a headline of its own above most of its cards, as wide as those of articles are."""
    middle = ranges[len(ranges) // 2][0]
    return any(
        2 * tree.size(node) >= _headline_width
        and not is_in_ranges(node, ranges)
        and width(tree.text(node)) >= _headline_width
        for node in tree.all("h1")
        if node < middle
    )


def _is_introduced(tree: Tree, ranges: list[tuple[int, int]], least: float) -> bool:
    """Whether a text stands between the page's headline and the first card after it, as over a guide's chapters."""
    headline = next((node for node in tree.all("h1") if not is_in_ranges(node, ranges)), None)
    if headline is None:
        return False
    first = next((start for start, _ in ranges if start > headline), headline)
    sizes = (tree.sizes[node + 1] - tree.sizes[node] for node in range(headline, first) if tree.tags[node] == TEXT)
    return sum(size for size in sizes if size >= _prose) > max(_longest_introduction, least)


def _lead_here(tree: Tree, url: str) -> bool:
    """Whether most cards lead to places of the page itself, as those of a live blog do."""
    here = urlsplit(url).path.rstrip("/")
    paths = [urlsplit(card.href).path.rstrip("/") for card in tree.cached(find_cards)]
    return 2 * sum(path in ("", here) for path in paths) > len(paths)


def _beside(tree: Tree, ranges: list[tuple[int, int]]) -> int:
    """Characters of text that stand in no card, link, menu, header or footer; those of a consent notice don't count."""
    sizes, tags, parents = tree.sizes, tree.tags, tree.parents
    told = 0
    start = tree.body + 1
    for first, end in [*sorted([*ranges, *tree.cached(find_chrome)]), (len(tree), len(tree))]:
        for node in range(start, first):
            size = sizes[node + 1] - sizes[node]
            if size >= _text and tags[node] == TEXT and tags[parents[node]] not in _labels:
                told += size
                if size <= _longest_notice and _consent.search(tree.pieces[node]):
                    told -= size
        start = max(start, end)
    return told


def _usual_site(cards: Iterable[Card]) -> str | None:
    sites = Counter(site for card in cards if (site := site_of(card.href)))
    return sites.most_common(1)[0][0] if sites else None


def _leads_to(site: str | None, href: str) -> bool:
    """Whether a link stays on a site, or goes to a sister of it: another host of the same domain."""
    if not href.startswith(("http:", "https:", "//")):
        return True
    host = href.partition("//")[2].partition("/")[0].lower().removeprefix("www.")
    return site is None or host == site or _domain(host) == _domain(site)


def _domain(host: str) -> str:
    """The host without the names before its domain's.

    >>> _domain("news.example.co.uk"), _domain("example.com")
    ('example.co.uk', 'example.com')
    """
    labels = host.partition(":")[0].split(".")
    # The ends of country domains, as `co.uk` or `com.cn`, have a short second label.
    kept = 3 if len(labels) > 2 and len(labels[-1]) == 2 and len(labels[-2]) <= 3 else 2
    return ".".join(labels[-kept:])


def _rest(tree: Tree, ranges: list[tuple[int, int]]) -> Iterator[str]:
    """The paragraphs among the cards that are none of theirs: what the section is about."""
    chrome = tree.cached(find_chrome)
    first, last = ranges[0][0], ranges[-1][1]
    around = next((node for node in tree.ancestors(first) if tree.ends[node] >= last), tree.body)
    for paragraph in tree.all("p", under=around):
        if paragraph > last or is_in_ranges(paragraph, ranges) or is_in_ranges(paragraph, chrome):
            continue
        if tree.ancestor(paragraph, "aside", "form", "dialog") is None:
            text = tree.text(paragraph, limit=4000)
            key = heading_key(text[:_longest_rest])
            if (
                count_sentence_ends(text)
                and key not in UI_LABELS
                and key not in RELATED_HEADINGS
                and not _is_consent(text)
            ):
                yield text


def _is_consent(text: str) -> bool:
    return bool(_consent.search(text) and CONSENT_WALL.search(text))


def is_section_url(url: str) -> bool:
    """Whether a URL looks like that of a site's front or of a section: a short path without a headline or number.

    >>> is_section_url("https://example.com/news/technology/")
    True
    >>> is_section_url("https://example.com/2026/07/")
    True
    >>> is_section_url("https://example.com/tag/rain-on-the-plain/page/2")
    True
    >>> is_section_url("https://example.com/news/rain-falls-on-the-plain")
    False
    """
    path = urlsplit(url).path if site_of(url) else None
    if path is None:
        return False
    segments = [segment for segment in path.lower().split("/") if segment and not _index_file.fullmatch(segment)]
    if len(segments) > 1 and segments[-2] in ("page", "seite") and segments[-1].isdigit():
        segments = segments[:-2]
    if all(map(_date_part.fullmatch, segments)):
        return True
    if len(segments) > 1 and segments[-2] in _lists:
        return "." not in segments[-1]
    return len(segments) <= 3 and not any(_names_article(segment) for segment in segments)


def _names_article(segment: str) -> bool:
    digits = sum(character.isdigit() for character in segment)
    return segment.count("-") >= 3 or segment.count("_") >= 3 or digits >= 4 or "." in segment
