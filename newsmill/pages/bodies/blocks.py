"""A page as blocks of text: what no line break parts, with its place in the page and in the tree."""

from __future__ import annotations

from dataclasses import dataclass, field

from newsmill.pages.html.tree import BLOCKS, Tree
from newsmill.pages.text import one_line


@dataclass
class Blocks:
    """The blocks of a page, as columns in document order.

    `texts` on one line each; `holders` the innermost element that holds all of a block's text and parts it from
    others; `linked` the characters of it that are links'; `starts` the node of its first text.
    """

    texts: list[str] = field(default_factory=list)
    holders: list[int] = field(default_factory=list)
    linked: list[int] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.texts)


def blocks_of(tree: Tree, under: int) -> Blocks:
    """The blocks of text below an element."""
    blocks = Blocks()
    pieces, sizes, ends = tree.pieces, tree.sizes, tree.ends
    links = iter([*tree.all("a", under=under), len(tree)])
    link, link_end, first, linked = next(links), 0, -1, 0
    parts: list[str] = []
    for node in tree.texts(under):
        piece = pieces[node]
        if piece[:1] == "\n" and parts:
            _add(blocks, tree, parts, first, linked)
            parts, first, linked = [], -1, 0
        if first >= 0 or not piece.isspace():
            if first < 0:
                first = node
            parts.append(piece)
            while link < node:
                link_end = max(link_end, ends[link])
                link = next(links)
            if node < link_end:
                linked += sizes[node + 1] - sizes[node]
    if parts:
        _add(blocks, tree, parts, first, linked)
    return blocks


def _add(blocks: Blocks, tree: Tree, parts: list[str], first: int, linked: int) -> None:
    text = one_line("".join(parts))
    if not text:
        return
    holder = tree.parents[first]
    while tree.tags[holder] not in BLOCKS and tree.parents[holder] >= 0:
        holder = tree.parents[holder]
    blocks.texts.append(text)
    blocks.holders.append(holder)
    blocks.linked.append(min(linked, len(text)))
    blocks.starts.append(first)
