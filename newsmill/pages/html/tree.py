"""An HTML document as a tree in flat columns: parsed once by lexbor and shared by all extractors.

A node is its number in document order. The descendants of an element are the numbers from its own to its end, so its
text and its descendants of a tag are slices of columns.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from newsmill.pages.html.limits import MAX_DEPTH, MAX_NODES, check_markup
from newsmill.pages.text import one_line, split_paragraphs
from newsmill.pages.types import Rejected

Result = TypeVar("Result")

TEXT = "-text"
ROOT = 0

# Elements whose content is not shown as text.
_INVISIBLE = frozenset(
    ("script", "style", "noscript", "template", "svg", "math", "iframe", "object", "canvas", "select", "textarea")
)
# Menus and footers are a third of a page's elements and not content. But if one was never closed, or if a site puts
# everything into it, it contains the content as well.
_CHROME = frozenset(("nav", "footer"))
_CONTENT_SELECTOR = "main, article, h1, [itemprop=articleBody]"
BLOCKS = frozenset(
    """address article aside blockquote body br button caption center dd details dialog dir div dl dt fieldset
    figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr li main menu nav ol p pre section summary table
    tbody td tfoot th thead title tr ul""".split()
)
_MAX_DATA_CHARS = 2_000_000
_BLANK_LINE = re.compile(r"\n[^\S\n]*\n")
_NO_ATTRIBUTES: dict[str, str | None] = {}


class Tree:
    """A page's elements and texts, as columns in document order. Node 0 is the root element.

    `tags[n]` is an element's tag or `TEXT`; `attributes[n]` its attributes; `parents[n]` its parent (-1 for the root);
    `ends[n]` the number after its last descendant. `pieces[n]` is a text node's characters, with a line break before
    them at the edge of a block; empty for elements. `sizes[n]` counts the characters of text before the node and has
    one entry more than there are nodes. Comments are left out, and so is the content of menus, footers and invisible
    elements, except `data`: the JSON-LD of scripts, by node. `itemprops` are the elements with microdata.
    """

    __slots__ = (
        "_cache",
        "_nodes_of_tag",
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
        self._nodes_of_tag: dict[str, list[int]] = {}
        self._texts: list[int] = []
        self._cache: dict[Callable[[Tree], Any], Any] = {}

    def __len__(self) -> int:
        return len(self.tags)

    @property
    def body(self) -> int:
        """The body element; the root where there is none."""
        return self._nodes_of_tag.get("body", [ROOT])[0]

    def get(self, node: int, name: str) -> str:
        """Return an attribute's value; empty where it is not set."""
        value = self.attributes[node].get(name)
        return value.strip() if value else ""

    def all(self, *tags: str, under: int = ROOT) -> list[int]:
        """Return the descendants of an element that have one of these tags, in document order."""
        found: list[int] = []
        for tag in tags:
            nodes = self._nodes_of_tag.get(tag, ())
            found += nodes[bisect_right(nodes, under) : bisect_left(nodes, self.ends[under])]
        return sorted(found) if len(tags) > 1 else found

    def first(self, *tags: str, under: int = ROOT) -> int | None:
        """Return the first descendant of an element that has one of these tags."""
        return next(iter(self.all(*tags, under=under)), None)

    def count(self, tag: str, under: int = ROOT) -> int:
        """Count the descendants of an element that have a tag."""
        nodes = self._nodes_of_tag.get(tag, ())
        return bisect_left(nodes, self.ends[under]) - bisect_right(nodes, under)

    def texts(self, under: int = ROOT) -> list[int]:
        """Return the text nodes in an element, in document order."""
        return self.texts_between(under, self.ends[under])

    def texts_between(self, start: int, end: int) -> list[int]:
        """Return the text nodes from `start` up to `end`, exclusive."""
        return self._texts[bisect_left(self._texts, start) : bisect_left(self._texts, end)]

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
        return one_line("".join(self.pieces[node:end]))

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
        return split_paragraphs("".join(self.pieces[node : self.ends[node]]))


def _collect_metas(tree: Tree) -> dict[str, list[str]]:
    contents: dict[str, list[str]] = {}
    for node in tree.all("meta"):
        attributes = tree.attributes[node]
        content = (attributes.get("content") or "").strip()
        for name in {attributes.get("property"), attributes.get("name")} if content else ():
            if name:
                contents.setdefault(name.strip().lower(), []).append(content)
    return contents


def parse_html(html: str) -> Tree:
    """Parse a document into a tree. Nothing is fetched.

    Raises:
        Rejected: `too_large`, `too_deep`, or `no_text` where the document is empty.
    """
    data = html.encode("utf-8", "replace")
    if rejected := check_markup(html, data):
        raise rejected
    from selectolax.lexbor import LexborHTMLParser

    # With scripting, the content of `noscript` is one text and does not close `head`.
    root = LexborHTMLParser(data, scripting=True).root
    if root is None:
        raise Rejected("no_text", "the HTML document is empty")
    return _build_tree(root)


def html_to_lines(fragment: str) -> list[str]:
    """Return the visible text of an HTML fragment, one line per block; of plain text, one line per paragraph."""
    if "<" not in fragment and "&" not in fragment:
        return [line for line in map(one_line, _BLANK_LINE.split(fragment)) if line]
    try:
        tree = parse_html(f"<body><div>{fragment}</div>")
    except Rejected:
        return []
    return tree.lines(tree.body)


def _build_tree(root: Any) -> Tree:
    """Convert lexbor's tree to columns in one walk, without recursion.

    Raises:
        Rejected: `too_large`, `too_deep`.
    """
    tree = Tree()
    tags, attributes, parents, ends = tree.tags, tree.attributes, tree.parents, tree.ends
    pieces, sizes, nodes_of_tag, texts = tree.pieces, tree.sizes, tree._nodes_of_tag, tree._texts
    open_elements: list[tuple[Any, int, str]] = []  # lexbor's node, its number here, its tag
    node, parent, number, size, in_pre, in_chrome, at_block_start = root, -1, -1, 0, 0, 0, True
    while True:
        tag = node.tag
        if tag == TEXT:
            text = node.text_content or ""
            # Half of all texts are white space between blocks.
            if in_pre or not (at_block_start and text.isspace()):
                if "\n" in text and not in_pre:
                    text = text.replace("\n", " ")
                number += 1
                texts.append(number)
                tags.append(TEXT)
                attributes.append(_NO_ATTRIBUTES)
                parents.append(parent)
                ends.append(number + 1)
                pieces.append("\n" + text if at_block_start else text)
                sizes.append(size)
                size += len(text.strip())
                at_block_start = False
        elif tag[0] not in "-!":  # comments, document types
            number += 1
            if number > MAX_NODES:
                raise Rejected("too_large", f"more than {MAX_NODES:,} elements and texts")
            node_attributes = node.attributes
            at_block_start = at_block_start or tag in BLOCKS
            tags.append(tag)
            attributes.append(node_attributes or _NO_ATTRIBUTES)
            parents.append(parent)
            ends.append(number + 1)
            pieces.append("")
            sizes.append(size)
            if "itemprop" in node_attributes:
                tree.itemprops.append(number)
            if tag in nodes_of_tag:
                nodes_of_tag[tag].append(number)
            else:
                nodes_of_tag[tag] = [number]
            if tag == "script" and "ld+json" in (node_attributes.get("type") or "").lower():
                tree.data[number] = node.text()[:_MAX_DATA_CHARS]
            # Only the outermost menu is searched for content: searching menus in menus takes quadratic time.
            is_left_out = tag in _INVISIBLE or (
                tag in _CHROME and not in_chrome and node.css_first(_CONTENT_SELECTOR) is None
            )
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
            at_block_start = at_block_start or tag in BLOCKS
            after = node.next if open_elements else None
        if after is None:
            sizes.append(size)
            return tree
        node = after
