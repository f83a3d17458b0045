"""HTML as a tree: parsed once by lexbor, laid out as flat columns that every reader of the page shares.

A node is its number in document order, and what stands in an element stands between its number and its end: to look
for something in it, or to take its text, is to cut a slice.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from newsmill.pages.html.limits import MAX_DEPTH, MAX_NODES, check_markup
from newsmill.pages.text import one_line, split_paragraphs
from newsmill.pages.types import Rejected

Found = TypeVar("Found")

TEXT = "-text"
ROOT = 0

# Elements whose content no one is shown as text.
_UNSEEN = frozenset(
    ("script", "style", "noscript", "template", "svg", "math", "iframe", "object", "canvas", "select", "textarea")
)
# Menus and the like: a third of a page's elements, and none of them content. But where one was never closed, or a site
# puts everything into it, it holds what content is in.
_CHROME = frozenset(("nav", "footer"))
_CONTENT = "main, article, h1, [itemprop=articleBody]"
BLOCKS = frozenset(
    """address article aside blockquote body br button caption center dd details dialog dir div dl dt fieldset
    figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr li main menu nav ol p pre section summary table
    tbody td tfoot th thead title tr ul""".split()
)
_MAX_DATA_CHARS = 2_000_000
_blank_line = re.compile(r"\n[^\S\n]*\n")
_nothing: dict[str, str | None] = {}


class Tree:
    """A page's elements and texts, as columns in document order. Node 0 is the root element.

    `tags[n]` is an element's tag or `TEXT`; `attributes[n]` its attributes; `parents[n]` its parent (-1 of the
    root); `ends[n]` the number after its last descendant. `pieces[n]` is a text node's characters, after a line break
    where a block's edge parts it from the text before; empty of elements. `sizes[n]` counts the characters of text
    before the node, and has one entry more than there are nodes. Comments are left out, and so is the content of
    menus, footers and elements that is no text, but for `data`: the JSON-LD of scripts, by node. `itemprops` are the
    elements with microdata.
    """

    __slots__ = (
        "_known",
        "_places",
        "_texts",
        "attributes",
        "data",
        "ends",
        "itemprops",
        "parents",
        "pieces",
        "sizes",
        "tags",
    )

    def __init__(self) -> None:
        self.tags: list[str] = []
        self.attributes: list[dict[str, str | None]] = []
        self.parents: list[int] = []
        self.ends: list[int] = []
        self.pieces: list[str] = []
        self.sizes: list[int] = []
        self.data: dict[int, str] = {}
        self.itemprops: list[int] = []
        self._places: dict[str, list[int]] = {}  # elements by tag
        self._texts: list[int] = []
        self._known: dict[Callable[[Tree], Any], Any] = {}

    def __len__(self) -> int:
        return len(self.tags)

    @property
    def body(self) -> int:
        """The body element; the root where there is none."""
        return self._places.get("body", [ROOT])[0]

    def get(self, node: int, name: str) -> str:
        """An attribute's value, empty where it is not set."""
        value = self.attributes[node].get(name)
        return value.strip() if value else ""

    def all(self, *tags: str, under: int = ROOT) -> list[int]:
        """The elements of these tags below an element, in document order."""
        found: list[int] = []
        for tag in tags:
            places = self._places.get(tag, ())
            found += places[bisect_right(places, under) : bisect_left(places, self.ends[under])]
        return sorted(found) if len(tags) > 1 else found

    def first(self, *tags: str, under: int = ROOT) -> int | None:
        """The first of them."""
        return next(iter(self.all(*tags, under=under)), None)

    def count(self, tag: str, under: int = ROOT) -> int:
        """How many elements of a tag stand below an element."""
        places = self._places.get(tag, ())
        return bisect_left(places, self.ends[under]) - bisect_right(places, under)

    def texts(self, under: int = ROOT) -> list[int]:
        """The texts in an element, in document order."""
        return self.texts_between(under, self.ends[under])

    def texts_between(self, start: int, end: int) -> list[int]:
        """The texts among the nodes from one to before another."""
        return self._texts[bisect_left(self._texts, start) : bisect_left(self._texts, end)]

    def elements(self, under: int = ROOT) -> Iterator[int]:
        """All elements below an element, in document order."""
        return (node for node in range(under + 1, self.ends[under]) if self.tags[node] != TEXT)

    def child_nodes(self, under: int) -> Iterator[int]:
        """The children of an element, texts among them."""
        node, end = under + 1, self.ends[under]
        while node < end:
            yield node
            node = self.ends[node]

    def children(self, under: int) -> list[int]:
        """The child elements of an element."""
        return [node for node in self.child_nodes(under) if self.tags[node] != TEXT]

    def ancestors(self, node: int) -> Iterator[int]:
        """The elements around a node, the nearest first."""
        while (node := self.parents[node]) >= 0:
            yield node

    def ancestor(self, node: int, *tags: str) -> int | None:
        """The nearest element around a node that has one of these tags."""
        return next((around for around in self.ancestors(node) if self.tags[around] in tags), None)

    def next_sibling(self, node: int) -> int | None:
        """The next node with the same parent, text or element."""
        following = self.ends[node]
        return following if following < len(self) and self.parents[following] == self.parents[node] else None

    def previous_sibling(self, node: int) -> int | None:
        """The node before with the same parent, text or element."""
        if node == ROOT or node == self.parents[node] + 1:
            return None
        found, parent = node - 1, self.parents[node]
        while self.parents[found] != parent:
            found = self.parents[found]
        return found

    def size(self, node: int) -> int:
        """Characters of text in a node, white space at the edges of its texts not counted."""
        return self.sizes[self.ends[node]] - self.sizes[node]

    def text(self, node: int, limit: int = 2000) -> str:
        """The text of a node and all in it, on one line, cut at about `limit` characters."""
        end = self.ends[node]
        if self.sizes[end] - self.sizes[node] > limit:
            end = min(end, bisect_right(self.sizes, self.sizes[node] + limit, node + 1, end))
        return one_line("".join(self.pieces[node:end]))

    def cached(self, find: Callable[[Tree], Found]) -> Found:
        """What a function finds on this page, sought but once however many ask."""
        if find not in self._known:
            self._known[find] = find(self)
        found: Found = self._known[find]
        return found

    def metas(self) -> dict[str, list[str]]:
        """Contents of the meta elements by their `property` and `name` in lower case, in document order."""
        return self.cached(_metas)

    def lines(self, node: int) -> list[str]:
        """The text of a node and all in it, a line a block; preformatted text keeps its own lines."""
        return split_paragraphs("".join(self.pieces[node : self.ends[node]]))


def _metas(tree: Tree) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for node in tree.all("meta"):
        own = tree.attributes[node]
        content = (own.get("content") or "").strip()
        for name in {own.get("property"), own.get("name")} if content else ():
            if name:
                found.setdefault(name.strip().lower(), []).append(content)
    return found


def parse_html(html: str) -> Tree:
    """The page's tree. Nothing is fetched.

    Raises:
        Rejected: `too_large`, `too_deep`, or `no_text` where the HTML holds nothing that shows.
    """
    data = html.encode("utf-8", "replace")
    if rejected := check_markup(html, data):
        raise rejected
    from selectolax.lexbor import LexborHTMLParser

    # As if scripts ran: what stands in `noscript` is then a text of its own, and closes no `head`.
    root = LexborHTMLParser(data, scripting=True).root
    if root is None:
        raise Rejected("no_text", "the HTML holds nothing that can be read")
    return _laid_out(root)


def html_to_lines(fragment: str) -> list[str]:
    """The visible text of a piece of HTML, a line a block; of plain text, a line for what blank lines part."""
    if "<" not in fragment and "&" not in fragment:
        return [line for line in map(one_line, _blank_line.split(fragment)) if line]
    try:
        tree = parse_html(f"<body><div>{fragment}</div>")
    except Rejected:
        return []
    return tree.lines(tree.body)


def _laid_out(root: Any) -> Tree:
    """lexbor's tree as columns, in one walk that needs no recursion.

    Raises:
        Rejected: `too_large`, `too_deep`.
    """
    tree = Tree()
    tags, attributes, parents, ends = tree.tags, tree.attributes, tree.parents, tree.ends
    pieces, sizes, places, texts = tree.pieces, tree.sizes, tree._places, tree._texts
    open_elements: list[tuple[Any, int, str]] = []  # lexbor's node, its number here, its tag
    node, parent, number, size, in_pre, in_chrome, apart = root, -1, -1, 0, 0, 0, True
    while True:
        tag = node.tag
        if tag == TEXT:
            text = node.text_content or ""
            # Half of all texts are white space between blocks, which says nothing.
            if in_pre or not (apart and text.isspace()):
                if "\n" in text and not in_pre:
                    text = text.replace("\n", " ")
                number += 1
                texts.append(number)
                tags.append(TEXT)
                attributes.append(_nothing)
                parents.append(parent)
                ends.append(number + 1)
                pieces.append("\n" + text if apart else text)
                sizes.append(size)
                size += len(text.strip())
                apart = False
        elif tag[0] not in "-!":  # comments, document types
            number += 1
            if number > MAX_NODES:
                raise Rejected("too_large", f"more than {MAX_NODES:,} elements and texts")
            own = node.attributes
            apart = apart or tag in BLOCKS
            tags.append(tag)
            attributes.append(own or _nothing)
            parents.append(parent)
            ends.append(number + 1)
            pieces.append("")
            sizes.append(size)
            if "itemprop" in own:
                tree.itemprops.append(number)
            if tag in places:
                places[tag].append(number)
            else:
                places[tag] = [number]
            if tag == "script" and "ld+json" in (own.get("type") or "").lower():
                tree.data[number] = node.text()[:_MAX_DATA_CHARS]
            # Of menus in menus the time to ask would grow with the square of their number: the outermost alone is.
            is_left_out = tag in _UNSEEN or (tag in _CHROME and not in_chrome and node.css_first(_CONTENT) is None)
            if not is_left_out and (child := node.first_child) is not None:
                open_elements.append((node, number, tag))
                if len(open_elements) > MAX_DEPTH:
                    raise Rejected("too_deep", f"elements are nested more than {MAX_DEPTH:,} deep")
                in_pre += tag == "pre"
                in_chrome += tag in _CHROME
                node, parent = child, number
                continue
        after = node.next
        while after is None and open_elements:
            node, closed, tag = open_elements.pop()
            ends[closed] = number + 1
            parent = parents[closed]
            in_pre -= tag == "pre"
            in_chrome -= tag in _CHROME
            apart = apart or tag in BLOCKS
            after = node.next if open_elements else None
        if after is None:
            sizes.append(size)
            return tree
        node = after
