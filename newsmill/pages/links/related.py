"""Find blocks of related articles on an HTML page: by name, by heading, or by shape."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache

from newsmill.pages.html.names import TEXT
from newsmill.pages.html.tree import Tree
from newsmill.pages.links.cards import HEADINGS, Card, find_cards, get_cards_within, is_in_ranges
from newsmill.pages.links.following_articles import find_following_articles
from newsmill.pages.phrases import RELATED_HEADINGS
from newsmill.pages.text import normalize_heading

_MAX_BLOCK_LINKS = 80  # an element with more is the page itself
_MAX_CARD_CHARS = 1200  # a longer card is an article
_MAX_CHARS_BESIDE_CARDS = 400  # unless the cards are longer
_MAX_LEVELS = 5  # above a heading, in search of its block
_MAX_HEADING_CHARS = 60
_NODES_BEFORE_LINK = 40  # among which the block's heading is searched for
_MAX_MEAN_CARD_CHARS = 400  # longer cards are parts of an article
_MIN_CARDS = 3  # of a block that only its shape identifies
_MIN_CARD_SHARE = 0.7  # of the text of such a block
_MIN_PARAGRAPH_CHARS = 60  # of a paragraph of text
_MIN_PAGE_TEXT_CHARS = 60  # outside such blocks; on a page with less, the cards are the content
_MAX_TEXT_AFTER_SHARE = 0.15  # of the page's text, after such a block
_MAX_NAME_CHARS = 200

# A space in these phrases matches any separator of words in names: nothing, a space, a hyphen, an underscore.
_NAME_PHRASES = """related|recommend(?:ed|ations?|s)?|read (?:next|more|also)
    |more (?:stories|news|articles|posts|from|on|to)
    |most (?:read|popular|viewed|shared)|popular(?: posts)?|trending|(?:you )?(?:might|may) (?:also )?like
    |also (?:like|read)|further reading|see also|teasers?|latest (?:news|stories|posts)|up next
    |similar(?: (?:posts|articles|stories))?|suggested"""
_RELATED_NAME = re.compile(
    rf"(?:^|[\s_-])(?:{''.join(_NAME_PHRASES.split(chr(10) + '    ')).replace(' ', '[ _-]?')})(?:$|[\s_-])",
    re.IGNORECASE,
)
_CAMEL_CASE_EDGE = re.compile(r"(?<=[a-z])(?=[A-Z])")
_NAME_ATTRIBUTES = ("class", "id", "aria-label", "data-component", "data-module")
_CONTAINER_TAGS = frozenset(("div", "section", "aside", "ul", "ol", "dl"))
_LIST_TAGS = _CONTAINER_TAGS | {"table"}
_EDGE_MARKS = " \t\r\n\xa0:：»›>→▼▾|.…·•*-–—【】「」[]<>!！?？"
# Links, menu items and table cells are not headings, even where they contain the same words.
_HEADING_TAGS = frozenset(
    """h1 h2 h3 h4 h5 h6 strong b p span div summary legend dt header section em i font center label figcaption
    u big aside hgroup""".split()
)
_PAGE_TAGS = frozenset(("body", "main", "article"))
_CARD_TAGS = frozenset(("img", "picture", "time", "h2", "h3", "h4", "h5", "h6"))
_EXCLUDED_TAGS = _PAGE_TAGS | {"h1", "nav"}


def find_related_blocks(tree: Tree) -> list[int]:
    """Return the elements that contain related articles, or other articles in full. They do not overlap.

    Articles in full come first, then blocks with such a name or heading, then blocks with such a shape, each in
    document order.
    """
    return tree.cached(_find_blocks)


def _find_blocks(tree: Tree) -> list[int]:
    articles = [article.node for article in tree.cached(find_following_articles)]
    if not tree.cached(find_cards):
        return articles
    named = articles + _get_outermost(tree, {*_find_named(tree), *_find_under_headings(tree)}, articles)
    return named + _get_outermost(tree, {*_find_shaped(tree)}, named)


def _get_outermost(tree: Tree, nodes: set[int], excluded: list[int]) -> list[int]:
    """Return the elements that are neither in each other nor in, or around, an excluded one."""
    found: list[int] = []
    ranges = _get_ranges(tree, excluded)
    for node in sorted(nodes):
        end = tree.ends[node]
        is_separate = not is_in_ranges(node, ranges) and not any(node < other < end for other in excluded)
        if is_separate and (not found or node >= tree.ends[found[-1]]):
            found.append(node)
    return found


def _is_block(tree: Tree, node: int) -> bool:
    """Whether the element contains cards, and neither the headline nor the article."""
    if not 0 < tree.count("a", node) <= _MAX_BLOCK_LINKS or tree.count("h1", node) or tree.tags[node] in _EXCLUDED_TAGS:
        return False
    end = tree.ends[node]
    ranges = sorted({(max(card.node, node), min(card.end, end)) for card in get_cards_within(tree, node)})
    sizes = [tree.sizes[end] - tree.sizes[first] for first, end in ranges]
    if not sizes or max(sizes) > _MAX_CARD_CHARS:
        return False
    if tree.size(node) - sum(sizes) > max(_MAX_CHARS_BESIDE_CARDS, sum(sizes)):
        return False
    return sum(_measure_paragraphs_beside(tree, node, ranges).values()) <= _MAX_CHARS_BESIDE_CARDS


def _measure_paragraphs_beside(tree: Tree, root: int, ranges: list[tuple[int, int]]) -> dict[int, int]:
    """Return the sizes of an element's paragraphs of text that are in none of these ranges."""
    return {
        paragraph: size
        for paragraph in tree.all("p", under=root)
        if (size := tree.size(paragraph)) >= _MIN_PARAGRAPH_CHARS and not is_in_ranges(paragraph, ranges)
    }


def _get_ranges(tree: Tree, nodes: Iterable[int]) -> list[tuple[int, int]]:
    return [(node, tree.ends[node]) for node in sorted(nodes)]


def _find_named(tree: Tree) -> Iterator[int]:
    """Find the elements around cards that are named after related articles."""
    seen: set[int] = set()
    for card in tree.cached(find_cards):
        for ancestor in tree.ancestors(card.link):
            if ancestor in seen or tree.tags[ancestor] in ("main", "body"):
                break
            seen.add(ancestor)
            if tree.tags[ancestor] in _CONTAINER_TAGS and _is_named(tree, ancestor) and _is_block(tree, ancestor):
                yield ancestor


def _is_named(tree: Tree, node: int) -> bool:
    return any((name := tree.attribute(key).get(node)) and _is_related_name(name) for key in _NAME_ATTRIBUTES)


@lru_cache(maxsize=1 << 14)
def _is_related_name(name: str) -> bool:
    return bool(_RELATED_NAME.search(_CAMEL_CASE_EDGE.sub("-", name[:_MAX_NAME_CHARS])))


def _find_under_headings(tree: Tree) -> Iterator[int]:
    """Find the blocks with a heading for related articles: the element around it and its cards, else its siblings."""
    sizes = tree.sizes
    seen = 0
    for card in tree.cached(find_cards):
        for node in range(max(seen, card.link - _NODES_BEFORE_LINK), tree.ends[card.link]):
            if not 1 < sizes[node + 1] - sizes[node] <= _MAX_HEADING_CHARS or not _is_related_heading(tree.piece(node)):
                continue
            if (heading := _find_heading_around(tree, node)) is not None:
                yield from _find_blocks_under(tree, heading)
        seen = max(tree.ends[card.link], tree.ends[card.node])


def _is_related_heading(text: str) -> bool:
    return text.strip(_EDGE_MARKS).casefold() in RELATED_HEADINGS


def _find_heading_around(tree: Tree, text: int) -> int | None:
    """Return the largest element that contains only this text, if it can be a heading."""
    node = tree.parents[text]
    tags = {tree.tags[node]}
    size = tree.size(node)
    if (
        size > _MAX_HEADING_CHARS
        or normalize_heading(tree.text(node, limit=_MAX_HEADING_CHARS)) not in RELATED_HEADINGS
    ):
        return None
    while tree.parents[node] > 0 and tree.size(tree.parents[node]) == size:
        node = tree.parents[node]
        tags.add(tree.tags[node])
    is_heading = not tags.isdisjoint(HEADINGS)
    return node if is_heading or (tree.tags[node] in _HEADING_TAGS and "a" not in tags) else None


def _find_blocks_under(tree: Tree, heading: int) -> list[int]:
    node = heading
    for _ in range(_MAX_LEVELS):
        node = tree.parents[node]
        if node < 0 or tree.tags[node] in _PAGE_TAGS:
            break
        cards = get_cards_within(tree, node)
        if cards and cards[-1].link > heading:
            if _is_block(tree, node):
                return [node]
            break
    return list(_find_lists_after(tree, heading))


def _find_lists_after(tree: Tree, heading: int) -> Iterator[int]:
    """Find the elements right after a heading that consist of cards."""
    node = heading
    for _ in range(_MAX_LEVELS):
        if (following := _get_next_element(tree, node)) is not None:
            break
        node = tree.parents[node]
        if node < 0 or tree.tags[node] in _PAGE_TAGS:
            return
    while following is not None and _is_block(tree, following):
        linked_chars = sum(tree.size(card.link) for card in get_cards_within(tree, following))
        if tree.tags[following] not in _LIST_TAGS and linked_chars < _MIN_CARD_SHARE * tree.size(following):
            return
        yield following
        following = _get_next_element(tree, following)


def _get_next_element(tree: Tree, node: int) -> int | None:
    following = tree.next_sibling(node)
    while following is not None and tree.size(following) == 0 and tree.tags[following] == TEXT:
        following = tree.next_sibling(following)
    return following if following is not None and tree.tags[following] != TEXT else None


def _find_shaped(tree: Tree) -> Iterator[int]:
    """Find lists of similar cards, each with a picture, a date or a heading, beside the page's text or after it."""
    lists: dict[int, list[Card]] = defaultdict(list)
    for card in tree.cached(find_cards):
        lists[tree.parents[card.node]].append(card)
    similar = [node for node, cards in lists.items() if len(cards) >= _MIN_CARDS and _is_list(tree, node, cards)]
    if not similar:
        return
    paragraphs = _measure_paragraphs_beside(tree, tree.body, _get_ranges(tree, similar))
    total = sum(paragraphs.values())
    if total < _MIN_PAGE_TEXT_CHARS:
        return
    for node in similar:
        after = sum(size for paragraph, size in paragraphs.items() if paragraph > node)
        if after <= _MAX_TEXT_AFTER_SHARE * total or after == total or _is_aside(tree, node):
            yield node


def _is_list(tree: Tree, node: int, cards: list[Card]) -> bool:
    if tree.tags[node] == "body" or len({tree.tags[card.node] for card in cards}) > 1:
        return False
    if any(card.end != tree.ends[card.node] for card in cards):
        return False  # headlines between texts can be those of an article
    card_chars = sum(tree.size(card.node) for card in cards)
    if not _MIN_CARD_SHARE * tree.size(node) <= card_chars <= _MAX_MEAN_CARD_CHARS * len(cards) or not _is_block(
        tree, node
    ):
        return False
    # The same button many times is not a list of headlines.
    headlines = {tree.text(card.head, limit=100) for card in cards}
    decorated = sum(_is_decorated(tree, card) for card in cards)
    return min(decorated, len(headlines)) >= _MIN_CARD_SHARE * len(cards)


def _is_decorated(tree: Tree, card: Card) -> bool:
    return any(tag in _CARD_TAGS for tag in tree.tags[card.node : tree.ends[card.node]])


def _is_aside(tree: Tree, node: int) -> bool:
    return tree.tags[node] == "aside" or tree.ancestor(node, "aside") is not None
