"""Headlines of an HTML page that lead to other pages, and the card that each stands in: its picture, date, snippet."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from dataclasses import dataclass

from newsmill.pages.html.tree import TEXT, Tree
from newsmill.pages.text import one_line, width

HEADINGS = ("h2", "h3", "h4", "h5", "h6")
_all_headings = ("h1", *HEADINGS)
_flat = frozenset((*_all_headings, "dt"))
_follow = frozenset((TEXT, "p", "dd", "time", "span", "div", "small", "em", "i", "br"))

_headline_width = 18  # narrower links are categories, authors, buttons
_heading_width = 8  # unless they are headings
_narrowest = 4  # characters that are as wide as a heading in CJK
_longest = 1500  # characters of a link: more, and it is no headline and no card
_most_links = 2000
_sentence = 25  # characters before a link on its line: more, and the link is a part of what they say
_post = 300  # characters that a heading's card says beside its links: it is a post, and its links are its own
_levels = 4  # between a heading that is no link itself and the card with the link
_most_prose = 1.5
_longest_flat = 700
_before_head = 150  # characters of a post that may stand before its headline


@dataclass(frozen=True, slots=True)
class Card:
    """A headline's link, the node with the headline's text, and the largest element that holds no other headline.

    `end` is the number after the card's last node: its element's, or that of its text where it follows its headline.
    """

    link: int
    head: int
    node: int
    end: int
    href: str


def find_cards(tree: Tree) -> list[Card]:
    """The page's cards in document order, each link once; neither those of its menus nor links amid sentences."""
    marked = _headings_beside_links(tree)
    heads = {link: link for link in _headline_links(tree)} | marked
    links = sorted(heads)
    hrefs = [_target(tree, link) for link in links]
    at_heading = [heads[link] != link or link in tree.cached(_links_at_headings) for link in links]
    posts = _posts(tree, links, hrefs, at_heading)
    if posts:
        outside = [place for place, link in enumerate(links) if _is_outside_posts(link, posts) or at_heading[place]]
        links, hrefs = [links[place] for place in outside], [hrefs[place] for place in outside]
    nodes = _nodes(tree, links, hrefs)
    cards = []
    following = len(tree)
    for place in range(len(links) - 1, -1, -1):
        link, node = links[place], nodes[place]
        cards.append(Card(link, heads[link], node, _end(tree, node, following), hrefs[place]))
        if place and nodes[place - 1] != node:
            following = node
    return cards[::-1]


def _end(tree: Tree, node: int, following: int) -> int:
    """Where a card ends: with its element, or with the texts that follow a headline without one around both."""
    end = tree.ends[node]
    if tree.tags[node] not in _flat:
        return end
    after = tree.next_sibling(node)
    while after is not None and after < following and tree.tags[after] in _follow:
        if tree.sizes[tree.ends[after]] - tree.sizes[node] > _longest_flat or tree.count("a", after) > 3:
            break
        end = tree.ends[after]
        after = tree.next_sibling(after)
    return end


def get_cards_within(tree: Tree, root: int) -> list[Card]:
    """The cards below an element."""
    cards = tree.cached(find_cards)
    return cards[
        bisect_right(cards, root, key=lambda card: card.link) : bisect_left(
            cards, tree.ends[root], key=lambda card: card.link
        )
    ]


def find_chrome(tree: Tree) -> list[tuple[int, int]]:
    """Where the page's menus, header and footer stand: node numbers from and before, the outermost, in order."""
    ranges: list[tuple[int, int]] = []
    for node in tree.all("nav", "header", "footer"):
        inside = ranges and node < ranges[-1][1]
        # The header of an article, or of a card, holds its headline.
        if not inside and (tree.tags[node] == "nav" or tree.ancestor(node, "article", "section", "main", "li") is None):
            ranges.append((node, tree.ends[node]))
    return ranges


def is_in_ranges(node: int, ranges: list[tuple[int, int]]) -> bool:
    """Whether a node stands in one of these ranges, which are in order and don't overlap."""
    place = bisect_right(ranges, node, key=lambda one: one[0]) - 1
    return place >= 0 and node < ranges[place][1]


def _headline_links(tree: Tree) -> list[int]:
    at_heading = tree.cached(_links_at_headings)
    sizes, ends = tree.sizes, tree.ends
    found: list[int] = []
    menus = iter([*tree.cached(find_chrome), (len(tree), len(tree) + 1)])
    first, end = next(menus)
    for link in tree.all("a"):
        while link >= end:
            first, end = next(menus)
        size = sizes[ends[link]] - sizes[link]
        if link >= first or not _narrowest <= size <= _longest:
            continue
        if size < _headline_width and not _is_wide(tree, link, link in at_heading):
            continue
        if _target(tree, link) and not _is_in_sentence(tree, link):
            found.append(link)
            if len(found) >= _most_links:
                break
    return found


def _is_wide(tree: Tree, link: int, is_at_heading: bool) -> bool:
    least = _heading_width if is_at_heading else _headline_width
    size = tree.size(link)
    if size >= least or 2 * size < least:
        return size >= least
    text = "".join(tree.pieces[link : tree.ends[link]])
    return not text.isascii() and width(one_line(text)) >= least


def _target(tree: Tree, link: int) -> str:
    """Where a link leads, as written; empty where that is a place on the page, or no page."""
    href = (tree.attributes[link].get("href") or "").strip().split("#", 1)[0]
    return "" if href[:11].lower().startswith(("javascript:", "mailto:", "tel:")) else href


def _links_at_headings(tree: Tree) -> set[int]:
    """The links in a heading, and those around one."""
    found: set[int] = set()
    for heading in tree.all(*_all_headings):
        inside = tree.all("a", under=heading)
        found.update(inside)
        if not inside and (around := _near(tree, heading, 5, ("a",))) is not None:
            found.add(around)
    return found


def _near(tree: Tree, node: int, levels: int, tags: tuple[str, ...]) -> int | None:
    """The nearest element of these tags at most so many levels around a node."""
    for _ in range(levels):
        node = tree.parents[node]
        if node < 0 or tree.tags[node] in tags:
            return node if node >= 0 else None
    return None


def _is_in_sentence(tree: Tree, link: int) -> bool:
    """Whether the link is a phrase of a paragraph rather than a headline."""
    before = tree.previous_sibling(link)
    if before is not None and tree.tags[before] == TEXT and tree.size(before) > _sentence:
        return True
    paragraph = _near(tree, link, 4, ("p",))
    if paragraph is None or tree.size(paragraph) <= _most_prose * tree.size(link):
        return False
    after = tree.next_sibling(link)
    return not (before is None and after is not None and tree.tags[after] == "br")


def _headings_beside_links(tree: Tree) -> dict[int, int]:
    """Links of cards whose headline is no link itself ("Read on" below it, or the picture), with that headline."""
    found: dict[int, int] = {}
    chrome = tree.cached(find_chrome)
    headings = tree.all(*_all_headings)
    for heading in headings:
        if tree.size(heading) < _narrowest or tree.count("a", heading) or is_in_ranges(heading, chrome):
            continue
        card = _card_around(tree, heading, headings)
        if card is None or tree.tags[heading] == "h1" or width(tree.text(heading)) < _heading_width:
            continue
        targets = {target: link for link in reversed(tree.all("a", under=card)) if (target := _target(tree, link))}
        if len(targets) == 1:
            link = next(iter(targets.values()))
            if tree.size(link) < _headline_width:
                found[link] = heading
    return found


def _card_around(tree: Tree, heading: int, headings: list[int]) -> int | None:
    """The smallest element around a heading that holds a link, if it holds no other heading."""
    around = heading
    for _ in range(_levels):
        around = tree.parents[around]
        if around < 0 or tree.tags[around] in ("a", "body", "main", "html"):
            return None
        if bisect_left(headings, tree.ends[around]) - bisect_left(headings, around) > 1:
            return None
        if tree.count("a", around):
            return around
    return None


def _posts(tree: Tree, links: list[int], hrefs: list[str], at_heading: list[bool]) -> list[tuple[int, int]]:
    """Where posts stand in full under headlines that link to them, as on a blog's front."""
    places = [place for place, is_heading in enumerate(at_heading) if is_heading]
    if len(places) < 2:
        return []
    heads = [links[place] for place in places]
    nodes = _nodes(tree, heads, [hrefs[place] for place in places])
    posts = [node for head, node in zip(heads, nodes, strict=True) if _is_post(tree, head, node)]
    kinds = Counter((tree.parents[node], tree.tags[node]) for node in posts)
    return [(node, tree.ends[node]) for node in posts if kinds[tree.parents[node], tree.tags[node]] > 1]


def _is_post(tree: Tree, head: int, node: int) -> bool:
    """Whether what a heading's card says beside links is a text."""
    if tree.size(node) < _post + tree.size(head) or tree.sizes[head] - tree.sizes[node] > _before_head:
        return False
    inner = sum(tree.size(link) for link in tree.all("a", under=node))
    return tree.size(node) - inner >= max(_post, inner)


def _is_outside_posts(link: int, posts: list[tuple[int, int]]) -> bool:
    return not is_in_ranges(link, posts)


def _nodes(tree: Tree, links: list[int], hrefs: list[str]) -> list[int]:
    """For each link the largest element around it that holds no link with another target."""
    nodes: list[int] = []
    parents, ends, tags = tree.parents, tree.ends, tree.tags
    following = len(tree)
    bounds: list[int] = [following] * len(links)
    for place in range(len(links) - 2, -1, -1):
        bounds[place] = bounds[place + 1] if hrefs[place] == hrefs[place + 1] else links[place + 1]
    before = tree.body
    for place, link in enumerate(links):
        if place and hrefs[place] != hrefs[place - 1]:
            before = links[place - 1]
        node = link
        own_title = _near(tree, link, 3, ("h1",)) is not None or tree.count("h1", link) > 0
        while tags[node] not in ("article", "li"):
            around = parents[node]
            if around <= before or ends[around] > bounds[place] or tags[around] in ("main", "body"):
                break
            if not own_title and tree.count("h1", around):
                break
            node = around
        nodes.append(node)
    return nodes
