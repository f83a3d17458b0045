"""Split a page into blocks of text: runs without a line break, with their position in the tree."""

from __future__ import annotations

from dataclasses import dataclass, field

from newsmill.pages.html.tree import BLOCKS, Tree
from newsmill.pages.text import one_line


@dataclass
class Blocks:
    """The blocks of a page, as columns in document order.

    `texts`: each block's text on one line. `holders`: the innermost block-level element around each block.
    `linked_chars`: how many of its characters are in links. `starts`: the node of its first text.
    """

    texts: list[str] = field(default_factory=list)
    holders: list[int] = field(default_factory=list)
    linked_chars: list[int] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.texts)


def split_blocks(tree: Tree, under: int) -> Blocks:
    """Split the text below an element into blocks."""
    blocks = Blocks()
    pieces, sizes, ends = tree.pieces, tree.sizes, tree.ends
    links = iter([*tree.all("a", under=under), len(tree)])
    link, link_end, first, linked_chars = next(links), 0, -1, 0
    parts: list[str] = []
    for node in tree.texts(under):
        piece = pieces[node]
        if piece[:1] == "\n" and parts:
            _add_block(blocks, tree, parts, first, linked_chars)
            parts, first, linked_chars = [], -1, 0
        if first >= 0 or not piece.isspace():
            if first < 0:
                first = node
            parts.append(piece)
            while link < node:
                link_end = max(link_end, ends[link])
                link = next(links)
            if node < link_end:
                linked_chars += sizes[node + 1] - sizes[node]
    if parts:
        _add_block(blocks, tree, parts, first, linked_chars)
    return blocks


def _add_block(blocks: Blocks, tree: Tree, parts: list[str], first: int, linked_chars: int) -> None:
    text = one_line("".join(parts))
    if not text:
        return
    holder = tree.parents[first]
    while tree.tags[holder] not in BLOCKS and tree.parents[holder] >= 0:
        holder = tree.parents[holder]
    blocks.texts.append(text)
    blocks.holders.append(holder)
    blocks.linked_chars.append(min(linked_chars, len(text)))
    blocks.starts.append(first)
