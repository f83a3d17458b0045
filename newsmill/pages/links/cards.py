"""Find headlines that link to other pages, and the card of each: the element with its picture, date and snippet."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from dataclasses import dataclass

from newsmill.pages.html.names import TEXT
from newsmill.pages.html.tree import Tree
from newsmill.pages.text import one_line, width

HEADINGS = ("h2", "h3", "h4", "h5", "h6")
_ALL_HEADINGS = ("h1", *HEADINGS)
_TAGS_BEFORE_SNIPPET = frozenset((*_ALL_HEADINGS, "dt"))
_SNIPPET_TAGS = frozenset((TEXT, "p", "dd", "time", "span", "div", "small", "em", "i", "br"))

_MIN_HEADLINE_WIDTH = 18  # narrower links are categories, authors, buttons
_MIN_HEADING_WIDTH = 8  # of links that are headings
_MIN_HEADLINE_CHARS = 4  # as wide as a heading in CJK
_MAX_LINK_CHARS = 1500  # a longer link is neither a headline nor a card
_MAX_LINKS = 2000
_MAX_CHARS_BEFORE_LINK = 25  # on its line; after longer text the link is part of a sentence
_MIN_POST_CHARS = 300  # outside links, in a card that is a post in full; links in it are part of the post
_MAX_CARD_LEVELS = 4  # between a heading that is not a link and the card with the link
_MAX_PARAGRAPH_TO_LINK = 1.5  # length of a paragraph relative to its link, where the link is a headline
_MAX_FLAT_CARD_CHARS = 700
_MAX_CHARS_BEFORE_HEADLINE = 150  # of a post


@dataclass(frozen=True, slots=True)
class Card:
    """A headline's link, the node with the headline's text, and the largest element that contains no other headline.

    `end` is the number after the card's last node: the end of its element, or of the snippet that follows it.
    """

    link: int
    head: int
    node: int
    end: int
    href: str


def find_cards(tree: Tree) -> list[Card]:
    """Return the page's cards in document order, one per link; no links of menus, and none within sentences."""
    heads = {link: link for link in _find_headline_links(tree)} | _find_headings_beside_links(tree)
    links = sorted(heads)
    hrefs = [_get_target(tree, link) for link in links]
    at_heading = [heads[link] != link or link in tree.cached(_find_heading_links) for link in links]
    posts = _find_posts(tree, links, hrefs, at_heading)
    if posts:
        kept = [index for index, link in enumerate(links) if at_heading[index] or _is_outside_posts(link, posts)]
        links, hrefs = [links[index] for index in kept], [hrefs[index] for index in kept]
    nodes = _find_card_nodes(tree, links, hrefs)
    cards = []
    following = len(tree)
    for index in range(len(links) - 1, -1, -1):
        link, node = links[index], nodes[index]
        cards.append(Card(link, heads[link], node, _find_end(tree, node, following), hrefs[index]))
        if index and nodes[index - 1] != node:
            following = node
    return cards[::-1]


def _find_end(tree: Tree, node: int, following: int) -> int:
    """Return where a card ends: at its element's end, or after the texts that follow a headline without a container."""
    end = tree.ends[node]
    if tree.tags[node] not in _TAGS_BEFORE_SNIPPET:
        return end
    sibling = tree.next_sibling(node)
    while sibling is not None and sibling < following and tree.tags[sibling] in _SNIPPET_TAGS:
        if tree.sizes[tree.ends[sibling]] - tree.sizes[node] > _MAX_FLAT_CARD_CHARS or tree.count("a", sibling) > 3:
            break
        end = tree.ends[sibling]
        sibling = tree.next_sibling(sibling)
    return end


def get_cards_within(tree: Tree, root: int) -> list[Card]:
    """Return the cards whose links are in an element."""
    cards = tree.cached(find_cards)
    return cards[
        bisect_right(cards, root, key=lambda card: card.link) : bisect_left(
            cards, tree.ends[root], key=lambda card: card.link
        )
    ]


def find_chrome(tree: Tree) -> list[tuple[int, int]]:
    """Return the outermost menus, headers and footers of the page as (start, end) node ranges, in order."""
    ranges: list[tuple[int, int]] = []
    for node in tree.all("nav", "header", "footer"):
        is_nested = ranges and node < ranges[-1][1]
        # The header of an article or of a card contains its headline.
        if not is_nested and (
            tree.tags[node] == "nav" or tree.ancestor(node, "article", "section", "main", "li") is None
        ):
            ranges.append((node, tree.ends[node]))
    return ranges


def is_in_ranges(node: int, ranges: list[tuple[int, int]]) -> bool:
    """Whether a node is in one of these ranges, which are in order and do not overlap."""
    index = bisect_right(ranges, node, key=lambda node_range: node_range[0]) - 1
    return index >= 0 and node < ranges[index][1]


def _find_headline_links(tree: Tree) -> list[int]:
    at_heading = tree.cached(_find_heading_links)
    sizes, ends = tree.sizes, tree.ends
    links: list[int] = []
    chrome = iter([*tree.cached(find_chrome), (len(tree), len(tree) + 1)])
    first, end = next(chrome)
    for link in tree.all("a"):
        while link >= end:
            first, end = next(chrome)
        size = sizes[ends[link]] - sizes[link]
        if link >= first or not _MIN_HEADLINE_CHARS <= size <= _MAX_LINK_CHARS:
            continue
        if size < _MIN_HEADLINE_WIDTH and not _is_wide_enough(tree, link, link in at_heading):
            continue
        if _get_target(tree, link) and not _is_in_sentence(tree, link):
            links.append(link)
            if len(links) >= _MAX_LINKS:
                break
    return links


def _is_wide_enough(tree: Tree, link: int, is_at_heading: bool) -> bool:
    min_width = _MIN_HEADING_WIDTH if is_at_heading else _MIN_HEADLINE_WIDTH
    size = tree.size(link)
    if size >= min_width or 2 * size < min_width:
        return size >= min_width
    text = tree.whole[tree.offsets[link] : tree.offsets[tree.ends[link]]]
    return not text.isascii() and width(one_line(text)) >= min_width


def _get_target(tree: Tree, link: int) -> str:
    """Return a link's target as written; empty if it is on the same page or not a page."""
    href = tree.get(link, "href").split("#", 1)[0]
    return "" if href[:11].lower().startswith(("javascript:", "mailto:", "tel:")) else href


def _find_heading_links(tree: Tree) -> set[int]:
    """Return the links in headings and around headings."""
    found: set[int] = set()
    for heading in tree.all(*_ALL_HEADINGS):
        inside = tree.all("a", under=heading)
        found.update(inside)
        if not inside and (link := _find_near_ancestor(tree, heading, 5, ("a",))) is not None:
            found.add(link)
    return found


def _find_near_ancestor(tree: Tree, node: int, levels: int, tags: tuple[str, ...]) -> int | None:
    """Return the nearest ancestor with one of these tags, at most so many levels above a node."""
    for _ in range(levels):
        node = tree.parents[node]
        if node < 0 or tree.tags[node] in tags:
            return node if node >= 0 else None
    return None


def _is_in_sentence(tree: Tree, link: int) -> bool:
    """Whether the link is a phrase of a paragraph rather than a headline."""
    previous = tree.previous_sibling(link)
    if previous is not None and tree.tags[previous] == TEXT and tree.size(previous) > _MAX_CHARS_BEFORE_LINK:
        return True
    paragraph = _find_near_ancestor(tree, link, 4, ("p",))
    if paragraph is None or tree.size(paragraph) <= _MAX_PARAGRAPH_TO_LINK * tree.size(link):
        return False
    following = tree.next_sibling(link)
    return not (previous is None and following is not None and tree.tags[following] == "br")


def _find_headings_beside_links(tree: Tree) -> dict[int, int]:
    """Return {link: headline} of cards whose headline is not a link; the link is the picture, or "Read on" below."""
    found: dict[int, int] = {}
    chrome = tree.cached(find_chrome)
    headings = tree.all(*_ALL_HEADINGS)
    for heading in headings:
        if tree.size(heading) < _MIN_HEADLINE_CHARS or tree.count("a", heading) or is_in_ranges(heading, chrome):
            continue
        card = _find_card_around(tree, heading, headings)
        if card is None or tree.tags[heading] == "h1" or width(tree.text(heading)) < _MIN_HEADING_WIDTH:
            continue
        targets = {target: link for link in reversed(tree.all("a", under=card)) if (target := _get_target(tree, link))}
        if len(targets) == 1:
            link = next(iter(targets.values()))
            if tree.size(link) < _MIN_HEADLINE_WIDTH:
                found[link] = heading
    return found


def _find_card_around(tree: Tree, heading: int, headings: list[int]) -> int | None:
    """Return the smallest ancestor of a heading that contains a link, if it contains no other heading."""
    node = heading
    for _ in range(_MAX_CARD_LEVELS):
        node = tree.parents[node]
        if node < 0 or tree.tags[node] in ("a", "body", "main", "html"):
            return None
        if bisect_left(headings, tree.ends[node]) - bisect_left(headings, node) > 1:
            return None
        if tree.count("a", node):
            return node
    return None


def _find_posts(tree: Tree, links: list[int], hrefs: list[str], at_heading: list[bool]) -> list[tuple[int, int]]:
    """Return the ranges of posts in full under headlines that link to them, as on a blog's front."""
    indexes = [index for index, is_heading in enumerate(at_heading) if is_heading]
    if len(indexes) < 2:
        return []
    heads = [links[index] for index in indexes]
    nodes = _find_card_nodes(tree, heads, [hrefs[index] for index in indexes])
    posts = [node for head, node in zip(heads, nodes, strict=True) if _is_post(tree, head, node)]
    kinds = Counter((tree.parents[node], tree.tags[node]) for node in posts)
    return [(node, tree.ends[node]) for node in posts if kinds[tree.parents[node], tree.tags[node]] > 1]


def _is_post(tree: Tree, head: int, node: int) -> bool:
    """Whether a heading's card contains enough text outside links to be a post."""
    if (
        tree.size(node) < _MIN_POST_CHARS + tree.size(head)
        or tree.sizes[head] - tree.sizes[node] > _MAX_CHARS_BEFORE_HEADLINE
    ):
        return False
    linked_chars = sum(tree.size(link) for link in tree.all("a", under=node))
    return tree.size(node) - linked_chars >= max(_MIN_POST_CHARS, linked_chars)


def _is_outside_posts(link: int, posts: list[tuple[int, int]]) -> bool:
    return not is_in_ranges(link, posts)


def _find_card_nodes(tree: Tree, links: list[int], hrefs: list[str]) -> list[int]:
    """Return for each link the largest element around it that contains no link with another target."""
    nodes: list[int] = []
    parents, ends, tags = tree.parents, tree.ends, tree.tags
    following = len(tree)
    bounds: list[int] = [following] * len(links)
    for index in range(len(links) - 2, -1, -1):
        bounds[index] = bounds[index + 1] if hrefs[index] == hrefs[index + 1] else links[index + 1]
    previous = tree.body
    for index, link in enumerate(links):
        if index and hrefs[index] != hrefs[index - 1]:
            previous = links[index - 1]
        node = link
        is_title = _find_near_ancestor(tree, link, 3, ("h1",)) is not None or tree.count("h1", link) > 0
        while tags[node] not in ("article", "li"):
            parent = parents[node]
            if parent <= previous or ends[parent] > bounds[index] or tags[parent] in ("main", "body"):
                break
            if not is_title and tree.count("h1", parent):
                break
            node = parent
        nodes.append(node)
    return nodes
