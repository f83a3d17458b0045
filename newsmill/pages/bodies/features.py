"""Compute the features by which the model classifies text blocks."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from newsmill.pages.bodies.blocks import Blocks
from newsmill.pages.bodies.kernels import (
    BUCKETS,
    CAPITAL,
    CJK,
    COMMAS,
    DIGITS,
    ENDS,
    SENTENCES,
    contains_any,
    count_characters,
    hash_pair,
)
from newsmill.pages.bodies.names import NAMES, compute_ancestor_flags
from newsmill.pages.bodies.surroundings import find_ancestor_spans, put_context_rows, put_flags, put_surroundings
from newsmill.pages.html.tree import Tree
from newsmill.pages.links import related
from newsmill.pages.phrases import CALLS_TO_ACTION, RELATED_HEADINGS, UI_LABELS
from newsmill.pages.text import normalize_heading

Features = NDArray[np.float32]  # a row per feature, a column per block
Floats = NDArray[np.float32]

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
_HOLDER_NUMBER = {tag: number for number, tag in enumerate(HOLDERS)}
_HOLDER_BIT = {tag: 1 << number for tag, number in _HOLDER_NUMBER.items()}
_IN_FLOW = frozenset(("p", "li", "br", "h2", "h3", "blockquote"))
_MIN_PROSE_WIDTH, _MAX_PROSE_LINKS = 60, 0.35  # of a block that is likely prose; links as a share of its text
_MAX_LABEL_CHARS = 40
_MIN_CALL_CHARS, _MAX_CALL_CHARS = 15, 500  # of a block that can be a call to action

COLUMNS = (
    "width",
    "links",
    "sentences",
    "commas",
    "ends",
    "capital",
    "digits",
    "ui_label",
    "related",
    "call_to_action",
    *(f"is_{tag}" for tag in HOLDERS),
    *(f"near_{name}" for name in NAMES),
    *(f"in_{name}" for name in NAMES),
    "position",
    "position_in_text",
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
    "position_in_top",
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
    "position_in_best",
    "before_best",
    "after_best",
    "page_p",
    "page_sure",
)


@dataclass
class Layout:
    """Sizes and positions of blocks: arrays over blocks; `first` and `last` are over (ancestor level, block)."""

    widths: NDArray[np.float64]
    weights: NDArray[np.float64]  # widths of the text outside links
    first: NDArray[np.int64]  # see `find_ancestor_spans`
    last: NDArray[np.int64]
    paths: NDArray[np.int64]  # a number for the tags and classes around a block
    in_flow: NDArray[
        np.bool_
    ]  # whether the holder is one part of a text, like a paragraph; its parent contains the whole text


def compute_features(tree: Tree, blocks: Blocks, title: str | None) -> tuple[Features, Layout]:
    """Compute `COLUMNS` for every block of a page, one row per feature; and the page's layout."""
    count = len(blocks)
    lengths = np.array([len(text) for text in blocks.texts], np.int64)
    ends = np.cumsum(lengths)
    characters = count_characters(_to_codes(blocks.texts), ends - lengths, ends)
    widths = (lengths + characters[:, CJK]).astype(np.float64)
    links = np.array(blocks.linked_chars) / np.maximum(lengths, 1)
    weights = widths * (1 - links)
    holders, parents = np.array(blocks.holders, np.int64), np.array(tree.parents, np.int64)
    first, last = find_ancestor_spans(
        np.array(blocks.starts, np.int64), holders, parents, np.array(tree.ends, np.int64)
    )
    tags = [tree.tags[holder] for holder in blocks.holders]
    numbers = np.array([_HOLDER_NUMBER.get(tag, -1) for tag in tags], np.int64)
    in_flow = np.array([tag in _IN_FLOW for tag in tags])
    layout = Layout(widths, weights, first, last, _number_paths(tree, blocks.holders), in_flow)

    features = np.empty((len(COLUMNS), count), np.float32)
    row = _put_appearance(features, blocks.texts, lengths, widths, links, characters)
    put_flags(features, row, np.array([_HOLDER_BIT.get(tag, 0) for tag in tags], np.int64), len(HOLDERS))
    row += len(HOLDERS)
    near, inside, depths = compute_ancestor_flags(tree, blocks.holders)
    for bits in (near, inside):
        put_flags(features, row, np.array(bits, np.int64), len(NAMES))
        row += len(NAMES)
    row = _put_position(features, row, tree, blocks, widths, title, depths)
    prose = np.where((widths >= _MIN_PROSE_WIDTH) & (links < _MAX_PROSE_LINKS), weights, 0)
    cjk = float(characters[:, CJK].sum() / max(int(lengths.sum()), 1))
    holder_parents = np.maximum(parents[holders], 0)
    put_surroundings(
        features, row, widths, links, prose, numbers, holder_parents, layout.paths, first, last, layout.in_flow, cjk
    )
    return features, layout


def compute_context(layout: Layout, probabilities: Floats) -> Features:
    """Compute `CONTEXT_COLUMNS` for every block of a page from the first model's probabilities."""
    context = np.empty((len(CONTEXT_COLUMNS), len(probabilities)), np.float32)
    put_context_rows(
        context,
        probabilities.astype(np.float64),
        layout.weights,
        layout.paths,
        layout.first,
        layout.last,
        layout.in_flow,
    )
    return context


def _put_appearance(
    out: Features,
    texts: list[str],
    lengths: NDArray[np.int64],
    widths: NDArray[np.float64],
    links: NDArray[np.float64],
    characters: Floats,
) -> int:
    """Write the first rows of `COLUMNS`: features of the text itself. Return their number."""
    keys = [normalize_heading(text) if len(text) <= _MAX_LABEL_CHARS else "" for text in texts]
    can_call = ((lengths >= _MIN_CALL_CHARS) & (lengths <= _MAX_CALL_CHARS)).tolist()
    columns: tuple[ArrayLike, ...] = (
        np.log1p(widths),
        links,
        *(characters[:, kind] for kind in (SENTENCES, COMMAS, ENDS, CAPITAL)),
        characters[:, DIGITS] / np.maximum(lengths, 1),
        [key in UI_LABELS for key in keys],
        [key in RELATED_HEADINGS for key in keys],
        _has_call_to_action([text.lower() if can else "" for text, can in zip(texts, can_call, strict=True)]),
    )
    for row, values in enumerate(columns):
        out[row] = values
    return len(columns)


def _put_position(
    out: Features,
    row: int,
    tree: Tree,
    blocks: Blocks,
    widths: NDArray[np.float64],
    title: str | None,
    depths: list[int],
) -> int:
    """Write the rows `position` to `in_other` of `COLUMNS`. Return the row after the last."""
    order = np.arange(len(blocks))
    running_width = np.cumsum(widths)
    counts = Counter(blocks.texts)
    seen: Counter[str] = Counter()
    seen_before = []
    for text in blocks.texts:
        seen_before.append(seen[text])
        seen[text] += 1
    in_other = np.zeros(len(blocks), np.bool_)
    for node in related.find_related_blocks(tree):
        in_other[bisect_left(blocks.starts, node) : bisect_left(blocks.starts, tree.ends[node])] = True
    columns: tuple[ArrayLike, ...] = (
        order / len(blocks),
        (running_width - widths) / max(float(running_width[-1]), 1),
        np.log1p(running_width[-1] - running_width + widths),
        _distance_after(order, _find_block_at(blocks, tree.first("h1"))),
        _distance_after(order, _find_title(blocks.texts, title)),
        depths,
        seen_before,
        [counts[text] for text in blocks.texts],
        in_other,
    )
    for number, values in enumerate(columns):
        out[row + number] = values
    return row + len(columns)


def _number_paths(tree: Tree, holders: list[int]) -> NDArray[np.int64]:
    """Number the blocks' paths: the tags and classes of the holder and of the two elements around it."""
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


def _distance_after(order: NDArray[np.int64], block: int | None) -> NDArray[np.int64]:
    """Return the distance of each block after the given one, from -20 to 60; -30 where there is none."""
    return np.full(len(order), -30) if block is None else np.minimum(np.maximum(order - block, -20), 60)


def _find_block_at(blocks: Blocks, node: int | None) -> int | None:
    return None if node is None else bisect_left(blocks.starts, node)


def _find_title(texts: list[str], title: str | None) -> int | None:
    """Find the block that is the page's title."""
    if not title:
        return None
    key = normalize_heading(title)
    similar = (block for block, text in enumerate(texts) if abs(len(text) - len(title)) < 20)
    return next((block for block in similar if normalize_heading(texts[block]) == key), None)


def _to_codes(texts: Iterable[str]) -> NDArray[np.uint32]:
    return np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), np.uint32)


def _has_call_to_action(texts: list[str]) -> NDArray[np.bool_]:
    """Return which texts contain a phrase of `CALLS_TO_ACTION`."""
    ends = np.cumsum([len(text) for text in texts], dtype=np.int64)
    return contains_any(_to_codes(texts), ends, *_build_phrase_table())


@cache
def _build_phrase_table() -> tuple[NDArray[np.uint32], NDArray[np.int64], NDArray[np.int32], NDArray[np.int32]]:
    """Build the arguments of `contains_any` from `CALLS_TO_ACTION`."""
    starts = np.cumsum([0, *map(len, CALLS_TO_ACTION)], dtype=np.int64)
    buckets, following = np.full(BUCKETS, -1, np.int32), np.full(len(CALLS_TO_ACTION), -1, np.int32)
    for number, phrase in enumerate(CALLS_TO_ACTION):
        bucket = hash_pair(ord(phrase[0]), ord(phrase[1]))
        following[number], buckets[bucket] = buckets[bucket], number
    return _to_codes(CALLS_TO_ACTION), starts, buckets, following
