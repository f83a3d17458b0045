"""Copy a document that lexbor has parsed to flat columns, in one compiled walk; see `columns.Columns`."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from newsmill.compiled import compiled, compiled_inner
from newsmill.pages.html import names
from newsmill.pages.html.columns import COMPLETE, NO_VALUE, TOO_DEEP, TOO_MANY_NODES, Columns
from newsmill.pages.html.lexbor import (
    ELEMENT_NODE,
    TAG_BITS,
    TEXT_NODE,
    attribute_name,
    attribute_value,
    bytes_at,
    contains,
    destroy_text,
    find_name,
    first_attribute,
    first_child,
    holds_content,
    measure,
    next_attribute,
    next_node,
    node_type,
    parent_node,
    tag_id,
    tag_name,
    text_content,
)

Bytes = NDArray[np.uint8]
Ints = NDArray[np.int32]

_NAME_SLOTS = 1 << 10  # of remembered names, by lexbor's number, which can be an address
_LINE_BREAK, _SPACE = np.uint8(0x0A), np.uint8(0x20)
_BLOCK, _LEFT_OUT, _MENU, _SCRIPT = names.BLOCK, names.LEFT_OUT, names.MENU, names.SCRIPT
_PREFORMATTED = names.PREFORMATTED
_TYPE = names.ATTRIBUTE_NUMBERS["type"]
_KNOWN_TAGS = len(names.TAGS)
_JSON_LD = np.frombuffer(names.JSON_LD.encode(), np.uint8)


def read_columns(root: Any, size: int, max_nodes: int, max_depth: int) -> Columns:
    """Copy the document below selectolax's root node; `size` is the length of its source in bytes."""
    return Columns(*_walk(root.mem_id, size, max_nodes, max_depth, *_get_name_tables()))


@cache
def _get_name_tables() -> tuple[Bytes, Ints, Bytes, Ints]:
    tables: list[Any] = []
    for known in (names.TAGS, names.ATTRIBUTES):
        encoded = [name.encode() for name in known]
        tables += [
            np.frombuffer(b"".join(encoded), np.uint8),
            np.cumsum([0, *map(len, encoded)], dtype=np.int32),
        ]
    return tables[0], tables[1], tables[2], tables[3]


@compiled_inner
def _add_value(
    address: Any,
    length: Any,
    is_shared: bool,
    values: Bytes,
    starts: NDArray[np.int64],
    slots: Ints,
    used: NDArray[np.int64],
) -> Any:
    """Add a value and return its number; -1 where the buffer is full. A shared value is stored once.

    `starts` has the bytes and characters before each value, and its hash; `slots` are a hash table of values. `used`
    counts the values, then their bytes and characters.
    """
    text = bytes_at(address)
    number = used[0]
    code = np.uint64(length)
    if is_shared:
        for position in range(length):
            code = (code ^ np.uint64(text[position])) * np.uint64(0x100000001B3)
        code ^= code >> np.uint64(29)
        slot = np.int64(code >> np.uint64(1)) & (len(slots) - 1)
        while slots[slot] >= 0:
            known = slots[slot]
            start = starts[known, 0]
            if starts[known + 1, 0] - start == length:
                same = 0
                while same < length and values[start + same] == text[same]:
                    same += 1
                if same == length:
                    return known
            slot = (slot + 1) & (len(slots) - 1)
        slots[slot] = number
    start = used[1]
    if start + length > len(values):
        return -1
    for position in range(length):
        values[start + position] = text[position]
    chars = 0
    for position in range(length):
        chars += text[position] & 0xC0 != 0x80
    used[0] = number + 1
    used[1] += length
    used[2] += chars
    starts[number, 2] = np.int64(code >> np.uint64(1)) if is_shared else -1
    starts[number + 1, 0], starts[number + 1, 1] = used[1], used[2]
    return number


@compiled_inner
def _rebuild_slots(starts: NDArray[np.int64], count: int) -> Ints:
    """Return a hash table of twice as many slots as values fit into `starts`."""
    slots = np.full(2 * len(starts), -1, np.int32)
    for number in range(count):
        if starts[number, 2] >= 0:
            slot = starts[number, 2] & (len(slots) - 1)
            while slots[slot] >= 0:
                slot = (slot + 1) & (len(slots) - 1)
            slots[slot] = number
    return slots


@compiled_inner
def _reserve_values(starts: NDArray[np.int64], slots: Ints, count: int) -> tuple[NDArray[np.int64], Ints]:
    """Return `starts` and `slots` with space for two more values than the `count` there."""
    if count + 3 < len(starts):
        return starts, slots
    more = np.zeros((2 * len(starts), 3), np.int64)
    more[: len(starts)] = starts
    return more, _rebuild_slots(more, count)


@compiled_inner
def _group(numbers: Any, count: int) -> tuple[Ints, Ints]:
    """Return the indexes of numbers grouped by number, and the start of each group; `count - 1` includes the higher."""
    starts = np.zeros(count + 1, np.int32)
    for index in range(len(numbers)):
        starts[min(numbers[index], count - 1) + 1] += 1
    for group in range(count):
        starts[group + 1] += starts[group]
    following, order = starts.copy(), np.empty(len(numbers), np.int32)
    for index in range(len(numbers)):
        group = min(numbers[index], count - 1)
        order[following[group]] = index
        following[group] += 1
    return order, starts


@compiled
def _walk(
    root: Any,
    size: int,
    max_nodes: int,
    max_depth: int,
    tag_names: Bytes,
    tag_starts: Ints,
    attribute_names: Bytes,
    attribute_starts: Ints,
) -> Any:
    """Return the fields of `Columns`. White space at the start of a block is left out."""
    document = parent_node(root)
    cell = np.zeros(1, np.uint64)
    length_at = cell.ctypes.data
    # Memory that is not written to is not allocated. A byte of the source becomes at most three.
    columns = np.empty((5, max_nodes + 3), np.int32)
    tags, parents, ends, offsets, sizes = columns[0], columns[1], columns[2], columns[3], columns[4]
    text, text_bytes, text_chars, text_size = np.empty(3 * size + max_nodes + 3, np.uint8), 0, 0, 0
    attributes, attribute_count = np.empty((4096, 3), np.int32), 0
    values, starts, used = np.empty(3 * size + 64, np.uint8), np.zeros((1024, 3), np.int64), np.zeros(3, np.int64)
    slots = _rebuild_slots(starts, 0)
    scripts, script_count = np.empty((64, 2), np.int32), 0
    known_tags, tag_of = np.zeros(_NAME_SLOTS, np.uint64), np.zeros(_NAME_SLOTS, np.int32)
    known_names, name_of = np.zeros(_NAME_SLOTS, np.uint64), np.zeros(_NAME_SLOTS, np.int32)
    open_nodes, open_numbers = np.empty(max_depth + 2, np.uint64), np.empty(max_depth + 2, np.int32)
    parent: Any = -1
    status, depth, count = COMPLETE, 0, 0
    in_preformatted, in_menu, at_block_start = 0, 0, True
    node = np.uint64(root)
    while True:
        kind = node_type(node)
        child = np.uint64(0)
        if kind in (ELEMENT_NODE, TEXT_NODE) and count > max_nodes:
            status = TOO_MANY_NODES
            break
        if kind == TEXT_NODE:
            cell[0] = 0
            content = text_content(node, length_at)
            length: Any = np.int64(cell[0]) if content != 0 else 0
            chars, stripped = measure(content, length)
            if in_preformatted or not (at_block_start and chars > 0 and stripped == 0):
                tags[count], parents[count], ends[count] = 0, parent, count + 1
                offsets[count], sizes[count] = text_chars, text_size
                if text_bytes + length + 1 > len(text):
                    status = TOO_MANY_NODES
                    break
                if at_block_start:
                    text[text_bytes] = _LINE_BREAK
                    text_bytes += 1
                    text_chars += 1
                source = bytes_at(content)
                for position in range(length):
                    code = source[position]
                    text[text_bytes + position] = _SPACE if code == _LINE_BREAK and not in_preformatted else code
                text_bytes += length
                text_chars += chars
                text_size += stripped
                count += 1
                at_block_start = False
            if content != 0:
                destroy_text(document, content)
        elif kind == ELEMENT_NODE:
            tag_key = tag_id(node)
            slot = np.int64((tag_key ^ (tag_key >> np.uint64(7))) & np.uint64(_NAME_SLOTS - 1))
            if known_tags[slot] != tag_key:
                name = tag_name(node, length_at)
                length = np.int64(cell[0])
                found = find_name(name, length, tag_names, tag_starts)
                if found < 0:
                    starts, slots = _reserve_values(starts, slots, used[0])
                    found = _add_value(name, length, True, values, starts, slots, used)
                    if found < 0:
                        status = TOO_MANY_NODES
                        break
                    found += _KNOWN_TAGS
                known_tags[slot], tag_of[slot] = tag_key, found
            tag = tag_of[slot]
            bits = TAG_BITS[tag] if tag < _KNOWN_TAGS else np.uint8(0)
            at_block_start = at_block_start or bits & _BLOCK != 0
            tags[count], parents[count], ends[count] = tag, parent, count + 1
            offsets[count], sizes[count] = text_chars, text_size
            attribute = first_attribute(node)
            while attribute != 0:
                # An attribute is a node too: its number is that of its name without a prefix, which only SVG and MathML
                # separate from the name.
                name_key = tag_id(attribute)
                slot = np.int64((name_key ^ (name_key >> np.uint64(7))) & np.uint64(_NAME_SLOTS - 1))
                if known_names[slot] != name_key or bits & _LEFT_OUT:
                    name = attribute_name(attribute, length_at)
                    number = find_name(name, np.int64(cell[0]), attribute_names, attribute_starts)
                    if not bits & _LEFT_OUT:
                        known_names[slot], name_of[slot] = name_key, number
                else:
                    number = name_of[slot]
                if number >= 0:
                    value: Any = NO_VALUE
                    value_at = attribute_value(attribute, length_at)
                    length = np.int64(cell[0])
                    starts, slots = _reserve_values(starts, slots, used[0])
                    if value_at != 0:
                        value = _add_value(value_at, length, True, values, starts, slots, used)
                        if value < 0:
                            status = TOO_MANY_NODES
                            break
                        if number == _TYPE and bits & _SCRIPT and contains(value_at, length, _JSON_LD):
                            cell[0] = 0
                            content = text_content(node, length_at)
                            length = np.int64(cell[0]) if content != 0 else 0
                            script = _add_value(content, length, False, values, starts, slots, used)
                            if content != 0:
                                destroy_text(document, content)
                            if script < 0:
                                status = TOO_MANY_NODES
                                break
                            if script_count == len(scripts):
                                more = np.empty((2 * len(scripts), 2), np.int32)
                                more[: len(scripts)] = scripts
                                scripts = more
                            scripts[script_count, 0], scripts[script_count, 1] = count, script
                            script_count += 1
                    if attribute_count == len(attributes):
                        more = np.empty((2 * len(attributes), 3), np.int32)
                        more[: len(attributes)] = attributes
                        attributes = more
                    attributes[attribute_count, 0], attributes[attribute_count, 1] = count, number
                    attributes[attribute_count, 2] = value
                    attribute_count += 1
                attribute = next_attribute(attribute)
            if status != COMPLETE:
                break
            # Only the outermost menu is searched for content: searching menus in menus takes quadratic time.
            is_left_out = bits & _LEFT_OUT != 0 or (
                bits & _MENU != 0 and in_menu == 0 and not holds_content(node, cell, tag_names, tag_starts)
            )
            count += 1
            child = np.uint64(0) if is_left_out else first_child(node)
            if child != 0:
                if depth >= max_depth:
                    status = TOO_DEEP
                    break
                open_nodes[depth], open_numbers[depth] = node, count - 1
                depth += 1
                in_preformatted += bits & _PREFORMATTED != 0
                in_menu += bits & _MENU != 0
                node, parent = child, np.int64(count - 1)
                continue
        following = next_node(node)
        while following == 0 and depth > 0:
            depth -= 1
            node = open_nodes[depth]
            closed = open_numbers[depth]
            ends[closed] = count
            parent = np.int64(parents[closed])
            bits = TAG_BITS[tags[closed]] if tags[closed] < _KNOWN_TAGS else np.uint8(0)
            in_preformatted -= bits & _PREFORMATTED != 0
            in_menu -= bits & _MENU != 0
            at_block_start = at_block_start or bits & _BLOCK != 0
            following = next_node(node) if depth > 0 else np.uint64(0)
        if following == 0:
            break
        node = following
    if status != COMPLETE:
        count = attribute_count = script_count = text_bytes = 0
    offsets[count], sizes[count] = text_chars, text_size
    by_tag, first_of_tag = _group(tags[:count], _KNOWN_TAGS + 1)
    by_name, name_starts = _group(attributes[:attribute_count, 1], len(attribute_starts) - 1)
    return (
        status,
        tags[:count].copy(),
        parents[:count].copy(),
        ends[:count].copy(),
        offsets[: count + 1].copy(),
        sizes[: count + 1].copy(),
        text[:text_bytes].copy(),
        attributes[:attribute_count, 0][by_name],
        attributes[:attribute_count, 2][by_name],
        name_starts,
        by_tag,
        first_of_tag,
        values[: used[1]].copy(),
        starts[: used[0] + 1, 1].copy(),
        scripts[:script_count].copy(),
    )
