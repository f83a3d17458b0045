"""What blocks of text look like, in numbers, for `model.py` to judge."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from newsmill.pages.bodies.blocks import Blocks
from newsmill.pages.bodies.kernels import (
    BUCKETS,
    CAPITAL,
    CJK,
    COMMAS,
    DIGITS,
    ENDS,
    SENTENCES,
    count_characters,
    holds_any,
    pair_bucket,
)
from newsmill.pages.bodies.names import NAMES, ancestor_flags
from newsmill.pages.bodies.surroundings import put_context_rows, put_flags, put_surroundings, spans_around
from newsmill.pages.html.tree import Tree
from newsmill.pages.links import related
from newsmill.pages.phrases import CALLS_TO_ACTION, RELATED_HEADINGS, UI_LABELS
from newsmill.pages.text import heading_key

Features = NDArray[np.float32]  # a row a column, a column a block
Floats = NDArray[np.float32]
Numbers = NDArray[Any]

HOLDERS = (
    "p",
    "li",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "div",
    "td",
    "blockquote",
    "pre",
    "dd",
    "dt",
    "figcaption",
    "section",
    "article",
)
_holder_number = {tag: number for number, tag in enumerate(HOLDERS)}
_holder_bit = {tag: 1 << number for tag, number in _holder_number.items()}
_in_flow = frozenset(("p", "li", "br", "h2", "h3", "blockquote"))
_good_width, _good_links = 60, 0.35  # a block that is likely prose
_furniture_length = 40
_least_appeal, _longest_appeal = 15, 500

COLUMNS = (
    "width",
    "links",
    "sentences",
    "commas",
    "ends",
    "capital",
    "digits",
    "furniture",
    "related",
    "appeal",
    *(f"is_{tag}" for tag in HOLDERS),
    *(f"near_{name}" for name in NAMES),
    *(f"in_{name}" for name in NAMES),
    "place",
    "place_text",
    "from_end",
    "after_h1",
    "after_title",
    "depth",
    "seen_before",
    "count",
    "in_other",
    *(f"{what}_{where}" for what in ("width", "links") for where in ("before1", "before2", "after1", "after2")),
    "sibling_before",
    "sibling_after",
    "tag_before",
    "tag_after",
    *(f"{what}_{level}" for level in (1, 2, 3) for what in ("prose_share", "links", "blocks", "prose")),
    "path_share",
    "path_blocks",
    "path_links",
    "path_mean",
    "in_top",
    "hops_to_top",
    "place_in_top",
    "page_prose",
    "page_blocks",
    "page_links",
    "page_cjk",
)
CONTEXT_COLUMNS = (
    "p",
    *(f"p_{where}{step}" for where in ("before", "after") for step in (1, 2, 3)),
    *(f"mean_p_{level}" for level in (1, 2, 3, 4)),
    *(f"share_p_{level}" for level in (1, 2, 3, 4)),
    "path_p",
    "in_best",
    "hops_to_best",
    "place_in_best",
    "before_best",
    "after_best",
    "page_p",
    "page_sure",
)


@dataclass
class Layout:
    """How blocks stand to one another: arrays over blocks, or over levels of elements around them and blocks."""

    widths: NDArray[np.float64]
    weights: NDArray[np.float64]  # widths of the text that is not links'
    first: NDArray[np.int64]  # see `spans_around`
    last: NDArray[np.int64]
    paths: NDArray[np.int64]  # a number for the tags and classes around a block
    in_flow: NDArray[np.bool_]  # whether its holder is a part of a text, so that what is around that holds the text


def compute_features(tree: Tree, blocks: Blocks, title: str | None) -> tuple[Features, Layout]:
    """The values of `COLUMNS` for every block of a page, a row a column; and the page's layout."""
    count = len(blocks)
    lengths = np.array([len(text) for text in blocks.texts], np.int64)
    ends = np.cumsum(lengths)
    characters = count_characters(_codes(blocks.texts), ends - lengths, ends)
    widths = (lengths + characters[:, CJK]).astype(np.float64)
    links = np.array(blocks.linked_chars) / np.maximum(lengths, 1)
    weights = widths * (1 - links)
    holders, parents = np.array(blocks.holders, np.int64), np.array(tree.parents, np.int64)
    first, last = spans_around(np.array(blocks.starts, np.int64), holders, parents, np.array(tree.ends, np.int64))
    tags = [tree.tags[holder] for holder in blocks.holders]
    numbers = np.array([_holder_number.get(tag, -1) for tag in tags], np.int64)
    in_flow = np.array([tag in _in_flow for tag in tags])
    layout = Layout(widths, weights, first, last, _paths(tree, blocks.holders), in_flow)

    features = np.empty((len(COLUMNS), count), np.float32)
    row = _put_look(features, blocks.texts, lengths, widths, links, characters)
    put_flags(features, row, np.array([_holder_bit.get(tag, 0) for tag in tags], np.int64), len(HOLDERS))
    row += len(HOLDERS)
    near, inside, depths = ancestor_flags(tree, blocks.holders)
    for bits in (near, inside):
        put_flags(features, row, np.array(bits, np.int64), len(NAMES))
        row += len(NAMES)
    row = _put_place(features, row, tree, blocks, widths, title, depths)
    prose = np.where((widths >= _good_width) & (links < _good_links), weights, 0)
    cjk = float(characters[:, CJK].sum() / max(int(lengths.sum()), 1))
    up = np.maximum(parents[holders], 0)
    put_surroundings(features, row, widths, links, prose, numbers, up, layout.paths, first, last, layout.in_flow, cjk)
    return features, layout


def compute_context(layout: Layout, p: Floats) -> Features:
    """The values of `CONTEXT_COLUMNS` for every block of a page, given how likely each is body by itself."""
    context = np.empty((len(CONTEXT_COLUMNS), len(p)), np.float32)
    put_context_rows(
        context, p.astype(np.float64), layout.weights, layout.paths, layout.first, layout.last, layout.in_flow
    )
    return context


def _put_look(
    out: Features, texts: list[str], lengths: Numbers, widths: Numbers, links: Numbers, characters: Numbers
) -> int:
    keys = [heading_key(text) if len(text) <= _furniture_length else "" for text in texts]
    short = ((lengths >= _least_appeal) & (lengths <= _longest_appeal)).tolist()
    columns: tuple[Any, ...] = (
        np.log1p(widths),
        links,
        *(characters[:, kind] for kind in (SENTENCES, COMMAS, ENDS, CAPITAL)),
        characters[:, DIGITS] / np.maximum(lengths, 1),
        [key in UI_LABELS for key in keys],
        [key in RELATED_HEADINGS for key in keys],
        _appealing([text.lower() if is_short else "" for text, is_short in zip(texts, short, strict=True)]),
    )
    for row, values in enumerate(columns):
        out[row] = values
    return len(columns)


def _put_place(
    out: Features, row: int, tree: Tree, blocks: Blocks, widths: Numbers, title: str | None, depths: list[int]
) -> int:
    order = np.arange(len(blocks))
    through = np.cumsum(widths)
    counts = Counter(blocks.texts)
    seen: Counter[str] = Counter()
    before = []
    for text in blocks.texts:
        before.append(seen[text])
        seen[text] += 1
    others = np.zeros(len(blocks), np.bool_)
    for node in related.find_related_blocks(tree):
        others[bisect_left(blocks.starts, node) : bisect_left(blocks.starts, tree.ends[node])] = True
    columns: tuple[Any, ...] = (
        order / len(blocks),
        (through - widths) / max(float(through[-1]), 1),
        np.log1p(through[-1] - through + widths),
        _after(order, _block_at(blocks, tree.first("h1"))),
        _after(order, _titled(blocks.texts, title)),
        depths,
        before,
        [counts[text] for text in blocks.texts],
        others,
    )
    for number, values in enumerate(columns):
        out[row + number] = values
    return row + len(columns)


def _paths(tree: Tree, holders: list[int]) -> NDArray[np.int64]:
    """For every block a number for the tags and classes of its holder and of what is around that."""
    numbers: dict[tuple[str | None, ...], int] = {}
    known: dict[int, int] = {}
    for holder in holders:
        if holder not in known:
            parent = max(tree.parents[holder], 0)
            tag = tree.tags[holder]
            path = (
                tag,
                None if tag == "p" else tree.attributes[holder].get("class"),
                tree.tags[parent],
                tree.attributes[parent].get("class"),
                tree.tags[max(tree.parents[parent], 0)],
            )
            known[holder] = numbers.setdefault(path, len(numbers))
    return np.array([known[holder] for holder in holders], np.int64)


def _after(order: Numbers, place: int | None) -> Numbers:
    """How many blocks after a place, within bounds; far before it where there is none."""
    return np.full(len(order), -30) if place is None else np.minimum(np.maximum(order - place, -20), 60)


def _block_at(blocks: Blocks, node: int | None) -> int | None:
    return None if node is None else bisect_left(blocks.starts, node)


def _titled(texts: list[str], title: str | None) -> int | None:
    """The block that is the page's title."""
    if not title:
        return None
    key = heading_key(title)
    about = (place for place, text in enumerate(texts) if abs(len(text) - len(title)) < 20)
    return next((place for place in about if heading_key(texts[place]) == key), None)


def _codes(texts: Iterable[str]) -> NDArray[np.uint32]:
    return np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), np.uint32)


def _appealing(texts: list[str]) -> NDArray[np.bool_]:
    """Which of some texts hold a phrase with which sites speak to their readers."""
    return holds_any(_codes(texts), np.cumsum([len(text) for text in texts], dtype=np.int64), *_appeals())


@cache
def _appeals() -> tuple[NDArray[np.uint32], NDArray[np.int64], NDArray[np.int32], NDArray[np.int32]]:
    """The phrases of `CALLS_TO_ACTION` as `holds_any` takes them."""
    starts = np.cumsum([0, *map(len, CALLS_TO_ACTION)], dtype=np.int64)
    buckets, following = np.full(BUCKETS, -1, np.int32), np.full(len(CALLS_TO_ACTION), -1, np.int32)
    for number, phrase in enumerate(CALLS_TO_ACTION):
        bucket = pair_bucket(ord(phrase[0]), ord(phrase[1]))
        following[number], buckets[bucket] = buckets[bucket], number
    return _codes(CALLS_TO_ACTION), starts, buckets, following
