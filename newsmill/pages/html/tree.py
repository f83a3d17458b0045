"""An HTML document as a tree in flat columns: parsed once by lexbor and shared by all extractors.

A node is its number in document order. The descendants of an element are the numbers from its own to its end, so its
text and its descendants of a tag are slices of columns.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from selectolax.lexbor import LexborHTMLParser

from newsmill.pages.html.columns import Columns, read_columns
from newsmill.pages.html.limits import MAX_DEPTH, MAX_NODES, check_markup
from newsmill.pages.html.names import ATTRIBUTE_NUMBERS, TAG_NUMBERS, TAGS, TEXT
from newsmill.pages.text import one_line, split_paragraphs
from newsmill.pages.types import Rejected

Result = TypeVar("Result")

ROOT = 0

_MAX_DATA_CHARS = 2_000_000
_BLANK_LINE = re.compile(r"\n[^\S\n]*\n")


class Tree:
    """A page's elements and texts, as columns in document order. Node 0 is the root element.

    `tags[n]` is an element's tag or `TEXT`; `parents[n]` its parent (-1 for the root); `ends[n]` the number after its
    last descendant. `whole` is all text, with a line break before a text node at the edge of a block, and
    `offsets[n]` the characters before the node. `sizes[n]` counts the characters before the node without white space
    at the edges of texts. Both have one entry more than there are nodes. Comments are left out, and so is the content
    of menus, footers and invisible elements, except `data`: the JSON-LD of scripts, by node. `columns` are the arrays
    for compiled functions, and `values` the texts of attributes by their number there.
    """

    __slots__ = (
        "_attributes",
        "_cache",
        "_nodes_of_tag",
        "columns",
        "data",
        "ends",
        "offsets",
        "parents",
        "sizes",
        "tags",
        "values",
        "whole",
    )

    def __init__(self, columns: Columns) -> None:
        self.columns = columns
        texts = columns.values.tobytes().decode("utf-8", "replace")
        starts = columns.value_starts.tolist()
        # The last entry is the value of an attribute without one, whose number is -1.
        self.values: list[str | None] = [*map(texts.__getitem__, map(slice, starts, starts[1:])), None]
        names = TAGS if columns.tag_starts[-1] == columns.tag_starts[-2] else [*TAGS, *self.values]
        self.tags: list[str] = [names[tag] for tag in columns.tags.tolist()]
        self.parents: list[int] = columns.parents.tolist()
        self.ends: list[int] = columns.ends.tolist()
        self.offsets: list[int] = columns.offsets.tolist()
        self.sizes: list[int] = columns.sizes.tolist()
        self.whole = columns.text.tobytes().decode("utf-8", "replace")
        self.data: dict[int, str] = {
            node: (self.values[value] or "")[:_MAX_DATA_CHARS] for node, value in columns.scripts.tolist()
        }
        self._nodes_of_tag: dict[str, list[int]] = {}
        self._attributes: dict[str, dict[int, str | None]] = {}
        self._cache: dict[Callable[[Tree], Any], Any] = {}

    def __len__(self) -> int:
        return len(self.tags)

    @property
    def body(self) -> int:
        """The body element; the root where there is none."""
        return next(iter(self._get_nodes("body")), ROOT)

    def get(self, node: int, name: str) -> str:
        """Return an attribute's value; empty where it is not set."""
        value = self.attribute(name).get(node)
        return value.strip() if value else ""

    def attribute(self, name: str) -> dict[int, str | None]:
        """Return the values of an attribute in `names.ATTRIBUTES` by node, in document order; None without a value."""
        found = self._attributes.get(name)
        if found is None:
            columns, number = self.columns, ATTRIBUTE_NUMBERS[name]
            rows = slice(columns.attribute_starts[number], columns.attribute_starts[number + 1])
            values = map(self.values.__getitem__, columns.attribute_values[rows].tolist())
            found = dict(zip(columns.attribute_nodes[rows].tolist(), values, strict=True))
            self._attributes[name] = found
        return found

    def piece(self, node: int) -> str:
        """Return a text node's characters, with a line break before them at the edge of a block; empty for elements."""
        return self.whole[self.offsets[node] : self.offsets[node + 1]] if self.tags[node] == TEXT else ""

    def all(self, *tags: str, under: int = ROOT) -> list[int]:
        """Return the descendants of an element that have one of these tags, in document order."""
        found: list[int] = []
        for tag in tags:
            nodes = self._get_nodes(tag)
            found += nodes[bisect_right(nodes, under) : bisect_left(nodes, self.ends[under])]
        return sorted(found) if len(tags) > 1 else found

    def first(self, *tags: str, under: int = ROOT) -> int | None:
        """Return the first descendant of an element that has one of these tags."""
        return next(iter(self.all(*tags, under=under)), None)

    def count(self, tag: str, under: int = ROOT) -> int:
        """Count the descendants of an element that have a tag."""
        nodes = self._get_nodes(tag)
        return bisect_left(nodes, self.ends[under]) - bisect_right(nodes, under)

    def texts(self, under: int = ROOT) -> list[int]:
        """Return the text nodes in an element, in document order."""
        return self.texts_between(under, self.ends[under])

    def texts_between(self, start: int, end: int) -> list[int]:
        """Return the text nodes from `start` up to `end`, exclusive."""
        nodes = self._get_nodes(TEXT)
        return nodes[bisect_left(nodes, start) : bisect_left(nodes, end)]

    def _get_nodes(self, tag: str) -> list[int]:
        found = self._nodes_of_tag.get(tag)
        if found is None:
            number = TAG_NUMBERS.get(tag, len(TAGS))
            rows = slice(self.columns.tag_starts[number], self.columns.tag_starts[number + 1])
            found = self.columns.by_tag[rows].tolist()
            if number == len(TAGS):
                found = [node for node in found if self.tags[node] == tag]
            self._nodes_of_tag[tag] = found
        return found

    def elements(self, under: int = ROOT) -> Iterator[int]:
        """Iterate over the descendant elements of an element, in document order."""
        return (node for node in range(under + 1, self.ends[under]) if self.tags[node] != TEXT)

    def child_nodes(self, under: int) -> Iterator[int]:
        """Iterate over the children of an element, including texts."""
        node, end = under + 1, self.ends[under]
        while node < end:
            yield node
            node = self.ends[node]

    def children(self, under: int) -> list[int]:
        """Return the child elements of an element."""
        return [node for node in self.child_nodes(under) if self.tags[node] != TEXT]

    def ancestors(self, node: int) -> Iterator[int]:
        """Iterate over the ancestors of a node, the nearest first."""
        while (node := self.parents[node]) >= 0:
            yield node

    def ancestor(self, node: int, *tags: str) -> int | None:
        """Return the nearest ancestor of a node that has one of these tags."""
        return next((ancestor for ancestor in self.ancestors(node) if self.tags[ancestor] in tags), None)

    def next_sibling(self, node: int) -> int | None:
        """Return the next node with the same parent, text or element."""
        following = self.ends[node]
        return following if following < len(self) and self.parents[following] == self.parents[node] else None

    def previous_sibling(self, node: int) -> int | None:
        """Return the previous node with the same parent, text or element."""
        if node == ROOT or node == self.parents[node] + 1:
            return None
        previous, parent = node - 1, self.parents[node]
        while self.parents[previous] != parent:
            previous = self.parents[previous]
        return previous

    def size(self, node: int) -> int:
        """Count the characters of text in a node, without white space at the edges of its texts."""
        return self.sizes[self.ends[node]] - self.sizes[node]

    def text(self, node: int, limit: int = 2000) -> str:
        """Return the text of a node on one line, cut at about `limit` characters."""
        end = self.ends[node]
        if self.sizes[end] - self.sizes[node] > limit:
            end = min(end, bisect_right(self.sizes, self.sizes[node] + limit, node + 1, end))
        return one_line(self.whole[self.offsets[node] : self.offsets[end]])

    def cached(self, compute: Callable[[Tree], Result]) -> Result:
        """Return a function's result for this page, computed once."""
        if compute not in self._cache:
            self._cache[compute] = compute(self)
        result: Result = self._cache[compute]
        return result

    def metas(self) -> dict[str, list[str]]:
        """Return the contents of the meta elements by `property` and `name` in lower case, in document order."""
        return self.cached(_collect_metas)

    def lines(self, node: int) -> list[str]:
        """Return the text of a node, one line per block; preformatted text keeps its own lines."""
        return split_paragraphs(self.whole[self.offsets[node] : self.offsets[self.ends[node]]])


def _collect_metas(tree: Tree) -> dict[str, list[str]]:
    contents: dict[str, list[str]] = {}
    values, properties, names = tree.attribute("content"), tree.attribute("property"), tree.attribute("name")
    for node in tree.all("meta"):
        content = (values.get(node) or "").strip()
        for name in {properties.get(node), names.get(node)} if content else ():
            if name:
                contents.setdefault(name.strip().lower(), []).append(content)
    return contents


def parse_html(html: str, data: bytes | None = None) -> Tree:
    """Parse a document into a tree. Nothing is fetched. `data` is `html` in UTF-8, where it is at hand.

    Raises:
        Rejected: `too_large`, `too_deep`, or `no_text` where the document is empty.
    """
    data = html.encode("utf-8", "replace") if data is None else data
    if rejected := check_markup(html, data):
        raise rejected
    # With scripting, the content of `noscript` is one text and does not close `head`.
    root = LexborHTMLParser(data, scripting=True).root
    if root is None:
        raise Rejected("no_text", "the HTML document is empty")
    return Tree(read_columns(root, len(data), MAX_NODES, MAX_DEPTH))


def html_to_lines(fragment: str) -> list[str]:
    """Return the visible text of an HTML fragment, one line per block; of plain text, one line per paragraph."""
    if "<" not in fragment and "&" not in fragment:
        return [line for line in map(one_line, _BLANK_LINE.split(fragment)) if line]
    try:
        tree = parse_html(f"<body><div>{fragment}</div>")
    except Rejected:
        return []
    return tree.lines(tree.body)
