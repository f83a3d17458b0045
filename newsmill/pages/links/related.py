"""Blocks of related articles on an HTML page: by name, by heading, or by shape."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache

from newsmill.pages.html.tree import TEXT, Tree
from newsmill.pages.links.cards import HEADINGS, Card, find_cards, get_cards_within, is_in_ranges
from newsmill.pages.links.following_articles import find_following_articles
from newsmill.pages.phrases import RELATED_HEADINGS
from newsmill.pages.text import heading_key

_most_links = 80  # more of them, and the block is the page itself
_most_said = 1200  # characters of one card; more, and it is an article
_most_beside = 400  # characters beside the cards, unless the cards are longer
_levels = 5  # how far a block's bounds are sought above a heading
_longest_heading = 60
_nodes_before = 40  # a card's link that its block's heading stands in
_longest_card = 400  # characters a card in the mean: more, and they are parts of an article
_least_cards = 3  # of a block that nothing but its shape makes one
_listed_share = 0.7  # of such a block that is cards
_prose = 60  # characters of a paragraph that is surely text
_least_prose = 60  # characters of text beside such blocks: less, and they are what the page is for
_prose_after = 0.15  # of the page's text that may still follow such a block
_longest_name = 200

# A blank in these phrases stands for whatever parts words in names: nothing, a blank, a hyphen, an underscore.
_phrases = """related|recommend(?:ed|ations?|s)?|read (?:next|more|also)|more (?:stories|news|articles|posts|from|on|to)
    |most (?:read|popular|viewed|shared)|popular(?: posts)?|trending|(?:you )?(?:might|may) (?:also )?like
    |also (?:like|read)|further reading|see also|teasers?|latest (?:news|stories|posts)|up next
    |similar(?: (?:posts|articles|stories))?|suggested"""
_named_so = re.compile(
    rf"(?:^|[\s_-])(?:{''.join(_phrases.split(chr(10) + '    ')).replace(' ', '[ _-]?')})(?:$|[\s_-])", re.IGNORECASE
)
_camel = re.compile(r"(?<=[a-z])(?=[A-Z])")
_also_naming = ("aria-label", "data-component", "data-module")
_containers = frozenset(("div", "section", "aside", "ul", "ol", "dl"))
_holders = _containers | {"table"}
_edges = " \t\r\n\xa0:：»›>→▼▾|.…·•*-–—【】「」[]<>!！?？"
# Where words stand alone that are no heading: in a link, a menu's item, a table's cell.
_headed = frozenset(
    """h1 h2 h3 h4 h5 h6 strong b p span div summary legend dt header section em i font center label figcaption
    u big aside hgroup""".split()
)
_top = frozenset(("body", "main", "article"))
_dress = frozenset(("img", "picture", "time", "h2", "h3", "h4", "h5", "h6"))
_no_block = _top | {"h1", "nav"}


def find_related_blocks(tree: Tree) -> list[int]:
    """The elements that hold related articles, or other articles in full; none stands in another.

    The latter come first; then those that say so by name or heading, then those told by their shape, each in
    document order.
    """
    return tree.cached(_blocks)


def _blocks(tree: Tree) -> list[int]:
    others = [article.node for article in tree.cached(find_following_articles)]
    if not tree.cached(find_cards):
        return others
    said = others + _outermost(tree, {*_named(tree), *_under_headings(tree)}, others)
    return said + _outermost(tree, {*_shaped(tree)}, said)


def _outermost(tree: Tree, nodes: set[int], but: list[int]) -> list[int]:
    """Of these elements those that stand neither in each other nor in, or around, others."""
    found: list[int] = []
    ranges = _ranges(tree, but)
    for node in sorted(nodes):
        end = tree.ends[node]
        apart = not is_in_ranges(node, ranges) and not any(node < other < end for other in but)
        if apart and (not found or node >= tree.ends[found[-1]]):
            found.append(node)
    return found


def _is_block(tree: Tree, node: int) -> bool:
    """Whether the element holds cards, and neither the headline nor the article."""
    if not 0 < tree.count("a", node) <= _most_links or tree.count("h1", node) or tree.tags[node] in _no_block:
        return False
    end = tree.ends[node]
    ranges = sorted({(max(card.node, node), min(card.end, end)) for card in get_cards_within(tree, node)})
    listed = [tree.sizes[end] - tree.sizes[first] for first, end in ranges]
    if not listed or max(listed) > _most_said or tree.size(node) - sum(listed) > max(_most_beside, sum(listed)):
        return False
    return sum(_paragraphs_beside(tree, node, ranges).values()) <= _most_beside


def _paragraphs_beside(tree: Tree, root: int, ranges: list[tuple[int, int]]) -> dict[int, int]:
    """The paragraphs of text below an element that stand in none of these ranges, and their sizes."""
    return {
        paragraph: size
        for paragraph in tree.all("p", under=root)
        if (size := tree.size(paragraph)) >= _prose and not is_in_ranges(paragraph, ranges)
    }


def _ranges(tree: Tree, nodes: Iterable[int]) -> list[tuple[int, int]]:
    return [(node, tree.ends[node]) for node in sorted(nodes)]


def _named(tree: Tree) -> Iterator[int]:
    """Elements around cards that are named after related articles."""
    seen: set[int] = set()
    for card in tree.cached(find_cards):
        for around in tree.ancestors(card.link):
            if around in seen or tree.tags[around] in ("main", "body"):
                break
            seen.add(around)
            if tree.tags[around] in _containers and _is_named(tree, around) and _is_block(tree, around):
                yield around


def _is_named(tree: Tree, node: int) -> bool:
    own = tree.attributes[node]
    if (name := own.get("class")) and _names_related(name):
        return True
    if (name := own.get("id")) and _names_related(name):
        return True
    return any(_names_related(name) for key in _also_naming if key in own and (name := own[key]))


@lru_cache(maxsize=1 << 14)
def _names_related(name: str) -> bool:
    return bool(_named_so.search(_camel.sub("-", name[:_longest_name])))


def _under_headings(tree: Tree) -> Iterator[int]:
    """What stands under a heading that says so: the element around both, else what follows it."""
    sizes, pieces = tree.sizes, tree.pieces
    seen = 0
    for card in tree.cached(find_cards):
        for node in range(max(seen, card.link - _nodes_before), tree.ends[card.link]):
            if not 1 < sizes[node + 1] - sizes[node] <= _longest_heading or not _is_related(pieces[node]):
                continue
            if (heading := _heading_around(tree, node)) is not None:
                yield from _block_under(tree, heading)
        seen = max(tree.ends[card.link], tree.ends[card.node])


def _is_related(text: str) -> bool:
    return text.strip(_edges).casefold() in RELATED_HEADINGS


def _heading_around(tree: Tree, text: int) -> int | None:
    """The largest element that says no more than a text, if it may be a heading."""
    node = tree.parents[text]
    tags = {tree.tags[node]}
    size = tree.size(node)
    if size > _longest_heading or heading_key(tree.text(node, limit=_longest_heading)) not in RELATED_HEADINGS:
        return None
    while tree.parents[node] > 0 and tree.size(tree.parents[node]) == size:
        node = tree.parents[node]
        tags.add(tree.tags[node])
    is_heading = not tags.isdisjoint(HEADINGS)
    return node if is_heading or (tree.tags[node] in _headed and "a" not in tags) else None


def _block_under(tree: Tree, heading: int) -> list[int]:
    around = heading
    for _ in range(_levels):
        around = tree.parents[around]
        if around < 0 or tree.tags[around] in _top:
            break
        cards = get_cards_within(tree, around)
        if cards and cards[-1].link > heading:
            if _is_block(tree, around):
                return [around]
            break
    return list(_lists_after(tree, heading))


def _lists_after(tree: Tree, heading: int) -> Iterator[int]:
    """The elements right after a heading that are cards, and little else."""
    node = heading
    for _ in range(_levels):
        if (following := _next_element(tree, node)) is not None:
            break
        node = tree.parents[node]
        if node < 0 or tree.tags[node] in _top:
            return
    while following is not None and _is_block(tree, following):
        linked = sum(tree.size(card.link) for card in get_cards_within(tree, following))
        if tree.tags[following] not in _holders and linked < _listed_share * tree.size(following):
            return
        yield following
        following = _next_element(tree, following)


def _next_element(tree: Tree, node: int) -> int | None:
    following = tree.next_sibling(node)
    while following is not None and tree.size(following) == 0 and tree.tags[following] == TEXT:
        following = tree.next_sibling(following)
    return following if following is not None and tree.tags[following] != TEXT else None


def _shaped(tree: Tree) -> Iterator[int]:
    """Lists of cards that look alike, each with a picture, a date or a heading, beside the page's text or after it."""
    lists: dict[int, list[Card]] = defaultdict(list)
    for card in tree.cached(find_cards):
        lists[tree.parents[card.node]].append(card)
    alike = [node for node, cards in lists.items() if len(cards) >= _least_cards and _is_list(tree, node, cards)]
    if not alike:
        return
    prose = _paragraphs_beside(tree, tree.body, _ranges(tree, alike))
    whole = sum(prose.values())
    if whole < _least_prose:
        return
    for node in alike:
        after = sum(size for paragraph, size in prose.items() if paragraph > node)
        if after <= _prose_after * whole or after == whole or _is_aside(tree, node):
            yield node


def _is_list(tree: Tree, node: int, cards: list[Card]) -> bool:
    if tree.tags[node] == "body" or len({tree.tags[card.node] for card in cards}) > 1:
        return False
    if any(card.end != tree.ends[card.node] for card in cards):
        return False  # headlines amid texts may as well be an article's
    listed = sum(tree.size(card.node) for card in cards)
    if not _listed_share * tree.size(node) <= listed <= _longest_card * len(cards) or not _is_block(tree, node):
        return False
    # One button many times is no list of headlines.
    headlines = {tree.text(card.head, limit=100) for card in cards}
    dressed = sum(_is_dressed(tree, card) for card in cards)
    return min(dressed, len(headlines)) >= _listed_share * len(cards)


def _is_dressed(tree: Tree, card: Card) -> bool:
    return any(tag in _dress for tag in tree.tags[card.node : tree.ends[card.node]])


def _is_aside(tree: Tree, node: int) -> bool:
    return tree.tags[node] == "aside" or any(tree.tags[around] == "aside" for around in tree.ancestors(node))
