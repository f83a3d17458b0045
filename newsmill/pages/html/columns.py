"""A parsed document as flat columns, copied from selectolax's nodes."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from newsmill.pages.html import names
from newsmill.pages.html.names import ATTRIBUTE_NUMBERS, ATTRIBUTES, TAG_BITS, TAG_NUMBERS, TAGS
from newsmill.pages.types import Rejected

Ints = NDArray[np.int32]

COMPLETE, TOO_MANY_NODES, TOO_DEEP = range(3)
NO_VALUE = -1  # instead of the number of an attribute's value
_CONTENT_SELECTOR = f"{', '.join(sorted(names.CONTENT))}, [itemprop={names.ARTICLE_BODY}]"


class Columns(NamedTuple):
    """A document as columns over its nodes; its texts and attribute values as UTF-8.

    `tags` are numbers: indexes in TAGS, or `len(TAGS)` and more for a tag that is not listed, whose name is the value
    of the remainder. `by_tag` are the nodes grouped by tag, those of unlisted tags in the last group, and `tag_starts`
    the start of each group. `offsets` and `sizes` have one entry more than there are nodes: the characters of `text`
    before each node, and those without white space at the edges of text nodes.
    Attributes are columns of nodes and values, grouped by name; `attribute_starts` is the start of each group. A value
    is an index in `value_starts`, the characters of `values` before it; NO_VALUE for an attribute without one.
    `scripts` has rows of node and value for JSON-LD. `status` is not COMPLETE where the document exceeds a limit.
    """

    status: int
    tags: Ints
    parents: Ints
    ends: Ints
    offsets: Ints
    sizes: Ints
    text: NDArray[np.uint8]
    attribute_nodes: Ints
    attribute_values: Ints
    attribute_starts: Ints
    by_tag: Ints
    tag_starts: Ints
    values: NDArray[np.uint8]
    value_starts: NDArray[np.int64]
    scripts: Ints


def read_columns(root: Any, size: int, max_nodes: int, max_depth: int) -> Columns:
    """Copy the document below selectolax's root node; `size` is the length of its source in bytes.

    Raises:
        Rejected: `too_large`, `too_deep`.
    """
    from newsmill.pages.html import lexbor, walk

    read = walk.read_columns if lexbor.IS_CALLABLE else read_columns_in_python
    columns = read(root, size, max_nodes, max_depth)
    if columns.status == TOO_MANY_NODES:
        raise Rejected("too_large", f"more than {max_nodes:,} elements and texts")
    if columns.status == TOO_DEEP:
        raise Rejected("too_deep", f"elements are nested more than {max_depth:,} deep")
    return columns


def read_columns_in_python(root: Any, size: int, max_nodes: int, max_depth: int) -> Columns:
    """Copy a document like `walk.read_columns`, without compiled code, in four times the time."""
    tags: list[int] = []
    parents: list[int] = []
    ends: list[int] = []
    sizes: list[int] = []
    pieces: list[str] = []
    rows: list[tuple[int, int, int]] = []  # of attributes: name, node, value
    values: list[str] = []
    numbers: dict[str, int] = {}
    scripts: list[tuple[int, int]] = []
    open_elements: list[tuple[Any, int, int]] = []  # selectolax's node, its number, what its tag means
    node, parent, size, in_preformatted, in_menu, at_block_start = root, -1, 0, 0, 0, True

    def add_value(value: str) -> int:
        if value not in numbers:
            numbers[value] = len(values)
            values.append(value)
        return numbers[value]

    while True:
        tag, number, bits = node.tag, len(tags), 0
        if tag is not None and (tag == names.TEXT or tag[0] not in "-!"):  # no comments and document types
            if number > max_nodes:
                return _build_columns(TOO_MANY_NODES)
            text = (node.text_content or "") if tag == names.TEXT else ""
            if tag != names.TEXT or in_preformatted or not (at_block_start and text.isspace()):
                tags.append(TAG_NUMBERS[tag] if tag in TAG_NUMBERS else len(TAGS) + add_value(tag))
                bits = TAG_BITS[tags[-1]] if tag in TAG_NUMBERS else 0
                parents.append(parent)
                ends.append(number + 1)
                sizes.append(size)
                size += len(text.strip())
                line = text if in_preformatted else text.replace("\n", " ")
                pieces.append("\n" + line if tag == names.TEXT and at_block_start else line)
                at_block_start = bool(bits & names.BLOCK) or (tag != names.TEXT and at_block_start)
        if tag is not None and tag != names.TEXT and tag[0] not in "-!":
            for name, value in node.attributes.items():
                if name in ATTRIBUTE_NUMBERS:
                    rows.append((ATTRIBUTE_NUMBERS[name], number, NO_VALUE if value is None else add_value(value)))
                if name == "type" and bits & names.SCRIPT and value and names.JSON_LD in value.lower():
                    scripts.append((number, len(values)))
                    values.append(node.text())
            # Only the outermost menu is searched for content: searching menus in menus takes quadratic time.
            is_left_out = bits & names.LEFT_OUT or (
                bits & names.MENU and not in_menu and node.css_first(_CONTENT_SELECTOR) is None
            )
            if not is_left_out and (child := node.first_child) is not None:
                if len(open_elements) >= max_depth:
                    return _build_columns(TOO_DEEP)
                open_elements.append((node, number, bits))
                in_preformatted += bool(bits & names.PREFORMATTED)
                in_menu += bool(bits & names.MENU)
                node, parent = child, number
                continue
        after = node.next
        while after is None and open_elements:
            node, closed, bits = open_elements.pop()
            ends[closed] = len(tags)
            parent = parents[closed]
            in_preformatted -= bool(bits & names.PREFORMATTED)
            in_menu -= bool(bits & names.MENU)
            at_block_start = at_block_start or bool(bits & names.BLOCK)
            after = node.next if open_elements else None
        if after is None:
            return _build_columns(COMPLETE, tags, parents, ends, pieces, [*sizes, size], rows, values, scripts)
        node = after


def _build_columns(
    status: int,
    tags: list[int] = [],  # noqa: B006 - never changed
    parents: list[int] = [],  # noqa: B006
    ends: list[int] = [],  # noqa: B006
    pieces: list[str] = [],  # noqa: B006
    sizes: list[int] = [],  # noqa: B006
    rows: list[tuple[int, int, int]] = [],  # noqa: B006
    values: list[str] = [],  # noqa: B006
    scripts: list[tuple[int, int]] = [],  # noqa: B006
) -> Columns:
    attributes = np.array(sorted(rows, key=lambda row: row[:2]), np.int32).reshape(-1, 3)
    groups = np.minimum(np.array(tags, np.int32), len(TAGS))
    return Columns(
        status,
        np.array(tags, np.int32),
        np.array(parents, np.int32),
        np.array(ends, np.int32),
        np.cumsum([0, *map(len, pieces)], dtype=np.int32),
        np.array(sizes, np.int32),
        np.frombuffer("".join(pieces).encode("utf-8", "replace"), np.uint8),
        attributes[:, 1],
        attributes[:, 2],
        np.searchsorted(attributes[:, 0], np.arange(len(ATTRIBUTES) + 1)).astype(np.int32),
        np.argsort(groups, kind="stable").astype(np.int32),
        np.searchsorted(np.sort(groups), np.arange(len(TAGS) + 2)).astype(np.int32),
        np.frombuffer("".join(values).encode("utf-8", "replace"), np.uint8),
        np.cumsum([0, *map(len, values)], dtype=np.int64),
        np.array(scripts, np.int32).reshape(-1, 2),
    )
