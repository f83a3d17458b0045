"""Compute the features by which the model classifies text blocks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from newsmill.pages.bodies.blocks import Blocks, to_codes
from newsmill.pages.bodies.kernels import (
    BUCKETS,
    CJK,
    contains_any,
    count_characters,
    hash_pair,
)
from newsmill.pages.bodies.name_kernels import Ints, number_paths
from newsmill.pages.bodies.names import NAMES, compute_ancestor_flags
from newsmill.pages.bodies.own_features import (
    IS_RELATED_HEADING,
    IS_UI_LABEL,
    NOT_FOUND,
    put_appearance,
    put_flags,
    put_position,
)
from newsmill.pages.bodies.surroundings import find_ancestor_spans, put_context_rows, put_surroundings
from newsmill.pages.html.names import ATTRIBUTE_NUMBERS, TAGS
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
_IN_FLOW = frozenset(("p", "li", "br", "h2", "h3", "blockquote"))
# By tag; the last entry is for tags that are not listed.
_HOLDER_NUMBERS = np.array([*(HOLDERS.index(tag) if tag in HOLDERS else -1 for tag in TAGS), -1], np.int64)
_HOLDER_BITS = np.array([*(1 << HOLDERS.index(tag) if tag in HOLDERS else 0 for tag in TAGS), 0], np.int64)
_IS_IN_FLOW = np.array([*(tag in _IN_FLOW for tag in TAGS), False])
_CLASS = ATTRIBUTE_NUMBERS["class"]
_MAX_TITLE_EDGE = 20  # characters by which a block can differ from the title that it is, in white space and marks
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
    columns = tree.columns
    ends, holders = blocks.ends, blocks.holders
    characters = count_characters(blocks.codes, ends)
    lengths = blocks.lengths
    widths = (lengths + characters[:, CJK]).astype(np.float64)
    links = blocks.linked_chars / np.maximum(lengths, 1)
    weights = widths * (1 - links)
    first, last = find_ancestor_spans(blocks.starts, holders, columns.parents, columns.ends)
    tags = np.minimum(columns.tags[holders], len(TAGS))
    in_flow = _IS_IN_FLOW[tags]
    rows = slice(*columns.attribute_starts[_CLASS : _CLASS + 2].tolist())
    paths = number_paths(
        holders, columns.parents, columns.tags, columns.attribute_nodes[rows], columns.attribute_values[rows]
    )
    layout = Layout(widths, weights, first, last, paths, in_flow)

    features = np.empty((len(COLUMNS), len(blocks)), np.float32)
    labels = np.array([_classify_label(text) if len(text) <= _MAX_LABEL_CHARS else 0 for text in blocks.texts])
    calls = contains_any(blocks.codes, ends, _MIN_CALL_CHARS, _MAX_CALL_CHARS, *_build_phrase_table())
    row = put_appearance(features, widths, links, lengths, characters, labels, calls)
    put_flags(features, row, _HOLDER_BITS[tags], len(HOLDERS))
    row += len(HOLDERS)
    near, inside, depths = compute_ancestor_flags(tree, holders)
    for bits in (near, inside):
        put_flags(features, row, bits, len(NAMES))
        row += len(NAMES)
    row = put_position(
        features,
        row,
        widths,
        _find_block_at(blocks, tree.first("h1")),
        _find_title(blocks.texts, title),
        depths,
        _number_texts(blocks.texts),
        _find_other_articles(tree, blocks),
    )
    prose = np.where((widths >= _MIN_PROSE_WIDTH) & (links < _MAX_PROSE_LINKS), weights, 0)
    cjk = float(characters[:, CJK].sum() / max(int(ends[-1]), 1))
    put_surroundings(
        features,
        row,
        widths,
        links,
        prose,
        _HOLDER_NUMBERS[tags],
        np.maximum(columns.parents[holders], 0),
        paths,
        first,
        last,
        in_flow,
        cjk,
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


@lru_cache(maxsize=1 << 14)
def _classify_label(text: str) -> int:
    """Return whether a short text is a label of a control (1), or a heading of related articles (2)."""
    key = normalize_heading(text)
    return IS_UI_LABEL * (key in UI_LABELS) | IS_RELATED_HEADING * (key in RELATED_HEADINGS)


def _number_texts(texts: list[str]) -> Ints:
    """Number the texts; equal ones have the same number."""
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(text, len(numbers)) for text in texts], np.int64)


def _find_other_articles(tree: Tree, blocks: Blocks) -> NDArray[np.bool_]:
    """Return which blocks are in related articles."""
    found = np.zeros(len(blocks), np.bool_)
    for node in related.find_related_blocks(tree):
        first, end = np.searchsorted(blocks.starts, (node, tree.ends[node]))
        found[first:end] = True
    return found


def _find_block_at(blocks: Blocks, node: int | None) -> int:
    """Return the block at a node; NOT_FOUND without a node."""
    return NOT_FOUND if node is None else int(np.searchsorted(blocks.starts, node))


def _find_title(texts: list[str], title: str | None) -> int:
    """Return the block that is the page's title, or NOT_FOUND."""
    if not title:
        return NOT_FOUND
    key, length = normalize_heading(title), len(title)
    similar = (block for block, text in enumerate(texts) if -_MAX_TITLE_EDGE < len(text) - length < _MAX_TITLE_EDGE)
    return next((block for block in similar if normalize_heading(texts[block]) == key), NOT_FOUND)


@cache
def _build_phrase_table() -> tuple[
    NDArray[np.uint32], NDArray[np.int64], NDArray[np.int16], NDArray[np.int16], NDArray[np.uint16]
]:
    """Build the arguments of `contains_any` from `CALLS_TO_ACTION`."""
    starts = np.cumsum([0, *map(len, CALLS_TO_ACTION)], dtype=np.int64)
    buckets, following = np.full(BUCKETS, -1, np.int16), np.full(len(CALLS_TO_ACTION), -1, np.int16)
    for number, phrase in enumerate(CALLS_TO_ACTION):
        bucket = hash_pair(ord(phrase[0]), ord(phrase[1]))
        following[number], buckets[bucket] = buckets[bucket], number
    lower = [chr(code).lower() for code in range(1 << 16)]
    lower_codes = [ord(text) if len(text) == 1 else code for code, text in enumerate(lower)]
    return to_codes("".join(CALLS_TO_ACTION)), starts, buckets, following, np.array(lower_codes, np.uint16)
