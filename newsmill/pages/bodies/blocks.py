"""Split a page into blocks of text: runs without a line break, with their position in the tree."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from newsmill.pages.bodies.block_kernel import find_blocks
from newsmill.pages.html.tree import Tree
from newsmill.pages.text import one_line

Ints = NDArray[np.int64]


@dataclass
class Blocks:
    """The blocks of a page, as columns in document order.

    `texts`: each block's text on one line. `codes`: the characters of all texts; `ends`: where each text ends there;
    `lengths`: its length. `holders`: the innermost block-level element around each block. `linked_chars`: how many of
    its characters are in links. `starts`: the node of its first text.
    """

    texts: list[str]
    codes: NDArray[np.uint32]
    ends: Ints
    lengths: Ints
    holders: Ints
    linked_chars: Ints
    starts: Ints

    def __len__(self) -> int:
        return len(self.texts)


def split_blocks(tree: Tree, under: int) -> Blocks:
    """Split the text below an element into blocks."""
    columns = tree.columns
    codes, table = find_blocks(
        to_codes(tree.whole), columns.offsets, columns.sizes, columns.tags, columns.parents, columns.ends, under
    )
    starts, holders, linked_chars, firsts, lasts, line_starts, ends, is_clean = table
    lines = codes.tobytes().decode("utf-32-le")
    texts = list(map(lines.__getitem__, map(slice, line_starts.tolist(), ends.tolist())))
    if not is_clean.all():
        for block in np.flatnonzero(is_clean == 0).tolist():
            texts[block] = one_line(tree.whole[firsts[block] : lasts[block]])
        kept = np.array(list(map(bool, texts)))
        texts = list(filter(None, texts))
        starts, holders, linked_chars = starts[kept], holders[kept], linked_chars[kept]
        codes, ends = to_codes("".join(texts)), np.cumsum(list(map(len, texts)), dtype=np.int64)
        line_starts = ends - np.array(list(map(len, texts)), np.int64)
    lengths = ends - line_starts
    return Blocks(texts, codes, ends, lengths, holders, np.minimum(linked_chars, lengths), starts)


def to_codes(text: str) -> NDArray[np.uint32]:
    """Return the code points of a text."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
