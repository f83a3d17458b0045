"""Compiled loops over the tree for what elements are: the flags of their names, and the paths around blocks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from newsmill.compiled import compiled
from newsmill.pages.html.names import TAG_NUMBERS

Ints = NDArray[np.int64]
Columns = NDArray[np.int32]

_PARAGRAPH = TAG_NUMBERS["p"]
_PATH_LENGTH = 5


@compiled
def mark_ancestors(holders: Ints, parents: Columns) -> NDArray[np.bool_]:
    """Return for each node whether it is one of the holders or an ancestor of one."""
    is_marked = np.zeros(len(parents), np.bool_)
    for holder in holders:
        node = holder
        while node >= 0 and not is_marked[node]:
            is_marked[node] = True
            node = np.int64(parents[node])
    return is_marked


@compiled
def collect_flags(
    holders: Ints,
    parents: Columns,
    tags: Columns,
    tag_flags: Ints,
    has_names: NDArray[np.bool_],
    nodes: Columns,
    flags: Ints,
) -> Ints:
    """Return three rows over `holders`: flags of the three nearest elements, flags of all ancestors, depths.

    `tag_flags` and `has_names` are by tag, the last entry for all higher numbers. `flags` are those of attributes,
    which belong to `nodes`.
    """
    count, unlisted = len(parents), len(tag_flags) - 1
    own, inherited, depths = np.zeros(count, np.int64), np.zeros(count, np.int64), np.zeros(count, np.int64)
    for row in range(len(nodes)):
        if has_names[min(tags[nodes[row]], unlisted)]:
            own[nodes[row]] |= flags[row]
    for node in range(count):
        own[node] |= tag_flags[min(tags[node], unlisted)]
        parent = parents[node]
        inherited[node] = own[node] | (inherited[parent] if parent >= 0 else 0)
        depths[node] = 1 + (depths[parent] if parent >= 0 else 0)
    out = np.empty((3, len(holders)), np.int64)
    for block in range(len(holders)):
        holder = holders[block]
        near, node = own[holder], parents[holder]
        for _ in range(2):
            if node >= 0:
                near |= own[node]
                node = parents[node]
        out[0, block], out[1, block], out[2, block] = near, inherited[holder], depths[holder]
    return out


@compiled
def number_paths(holders: Ints, parents: Columns, tags: Columns, class_nodes: Columns, classes: Columns) -> Ints:
    """Number the blocks' paths: the tags and classes of the holder and of the two elements around it.

    `classes` are the numbers of classes, which belong to `class_nodes`. The class of a paragraph does not count.
    """
    class_of = np.full(len(parents), -1, np.int32)
    for row in range(len(class_nodes)):
        class_of[class_nodes[row]] = classes[row]
    size = 64
    while size < 2 * len(holders):
        size *= 2
    slots = np.full(size, -1, np.int32)
    paths, numbers, count = np.empty((len(holders), _PATH_LENGTH), np.int32), np.empty(len(holders), np.int64), 0
    for block in range(len(holders)):
        holder = holders[block]
        parent = max(parents[holder], 0)
        path = paths[count]
        path[0], path[2], path[4] = tags[holder], tags[parent], tags[max(parents[parent], 0)]
        path[1] = -1 if tags[holder] == _PARAGRAPH else class_of[holder]
        path[3] = class_of[parent]
        code = np.uint64(0)
        for part in range(_PATH_LENGTH):
            code = (code ^ np.uint64(path[part] + 1)) * np.uint64(0x9E3779B97F4A7C15)
        slot = np.int64(code >> np.uint64(40)) & (size - 1)
        while slots[slot] >= 0:
            known = paths[slots[slot]]
            same = 0
            while same < _PATH_LENGTH and known[same] == path[same]:
                same += 1
            if same == _PATH_LENGTH:
                break
            slot = (slot + 1) & (size - 1)
        if slots[slot] < 0:
            slots[slot] = count
            count += 1
        numbers[block] = slots[slot]
    return numbers
