"""The probability that a text block is part of the body, from two ensembles of small decision trees.

The first model classifies a block by its own features. The second model also uses the first model's probabilities of
the blocks around it (stacked generalization, Wolpert 1992; gradient boosting, Friedman 2001). Both are trained on
labeled pages and stored in `weights.json`; `python -m benchmarks.learn_bodies` retrains them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from newsmill.pages.bodies.features import COLUMNS, CONTEXT_COLUMNS, Features, Floats, Layout, compute_context
from newsmill.pages.bodies.kernels import MAX_LEAVES, sum_tree_leaves

WEIGHTS = Path(__file__).with_name("weights.json")


@dataclass(frozen=True)
class Trees:
    """Decision trees as columns over their inner nodes and leaves.

    A node compares a feature with a threshold. Where the feature is above it, only the leaves in `masks` remain: those
    that are not at the node's left. Bit 0 is the leftmost leaf. `values` are those of the leaves, in log-odds, from
    left to right. `first_nodes` and `first_leaves` are each tree's; the former has one entry more.
    """

    columns: NDArray[np.uint32]
    thresholds: NDArray[np.float32]
    masks: NDArray[np.uint16]
    first_nodes: NDArray[np.int64]
    values: NDArray[np.float32]
    first_leaves: NDArray[np.int64]

    def predict(self, features: Features) -> Floats:
        """Return one probability per block."""
        log_odds = sum_tree_leaves(
            features,
            self.columns,
            self.thresholds,
            self.masks,
            self.first_nodes,
            self.values,
            self.first_leaves,
        )
        probabilities: Floats = (1 / (1 + np.exp(-log_odds))).astype(np.float32)
        return probabilities


def predict_body(features: Features, layout: Layout) -> Floats:
    """Return for every block the probability that it is part of the body."""
    by_itself, in_context = load_models()
    first = by_itself.predict(features)
    return in_context.predict(np.concatenate([features, compute_context(layout, first)]))


@cache
def load_models() -> tuple[Trees, Trees]:
    """Load both models from `weights.json`, once per process."""
    weights = json.loads(WEIGHTS.read_text("utf-8"))
    names = [*COLUMNS, *CONTEXT_COLUMNS]
    return _build_trees(weights["by_itself"], names), _build_trees(weights["in_context"], names)


def _build_trees(weights: list[dict[str, list[Any]]], names: list[str]) -> Trees:
    """Build trees from their form in `weights.json`, which numbers nodes from 0 up and leaves from -1 down."""
    column_by_name = {name: column for column, name in enumerate(names)}
    columns: list[int] = []
    thresholds: list[float] = []
    masks: list[int] = []
    values: list[float] = []
    first_nodes, first_leaves = [0], []
    for tree in weights:
        left_leaves: dict[int, int] = {}
        order = _order_leaves(tree["then"], tree["else"], 0 if tree["column"] else -1, [], left_leaves)
        if len(order) > MAX_LEAVES:
            raise ValueError(f"a tree with {len(order)} leaves, more than {MAX_LEAVES}")
        columns += [column_by_name[name] for name in tree["column"]]
        thresholds += tree["at_most"]
        masks += [0xFFFF & ~left_leaves[node] for node in range(len(tree["column"]))]
        first_leaves.append(len(values))
        values += [tree["leaf"][-1 - leaf] for leaf in order]
        first_nodes.append(len(columns))
    return Trees(
        np.array(columns, np.uint32),
        np.array(thresholds, np.float32),
        np.array(masks, np.uint16),
        np.array(first_nodes, np.int64),
        np.array(values, np.float32),
        np.array(first_leaves, np.int64),
    )


def _order_leaves(
    then: list[int], other: list[int], node: int, before: list[int], left_leaves: dict[int, int]
) -> list[int]:
    """Return the leaves up to the end of a subtree, from left to right; put the leaves at the left of its nodes."""
    if node < 0:
        return [*before, node]
    order = _order_leaves(then, other, then[node], before, left_leaves)
    left_leaves[node] = (1 << len(order)) - (1 << len(before))
    return _order_leaves(then, other, other[node], order, left_leaves)
