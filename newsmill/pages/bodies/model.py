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

import numpy as np
from numpy.typing import NDArray

from newsmill.pages.bodies.features import COLUMNS, CONTEXT_COLUMNS, Features, Floats, Layout, compute_context
from newsmill.pages.bodies.kernels import sum_tree_leaves

WEIGHTS = Path(__file__).with_name("weights.json")


@dataclass(frozen=True)
class Trees:
    """Decision trees as columns over their nodes: a node compares a feature with a threshold.

    `children` has two entries per node: the next node where the value is at most the threshold, and where it is not. A
    leaf is its own child and has a value, in log-odds. `roots` are the trees' first nodes, `depths` their heights.
    """

    columns: NDArray[np.uint32]
    thresholds: NDArray[np.float32]
    children: NDArray[np.uint32]
    values: NDArray[np.float32]
    roots: NDArray[np.uint32]
    depths: NDArray[np.int64]

    def predict(self, features: Features) -> Floats:
        """Return one probability per block."""
        log_odds = sum_tree_leaves(
            features.ravel(),
            features.shape[1],
            self.columns,
            self.thresholds,
            self.children,
            self.values,
            self.roots,
            self.depths,
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


def _build_trees(weights: list[dict[str, list[float | str]]], names: list[str]) -> Trees:
    """Build trees from their form in `weights.json`, which numbers nodes from 0 up and leaves from -1 down."""
    column_by_name = {name: column for column, name in enumerate(names)}
    columns: list[int] = []
    thresholds: list[float] = []
    children: list[tuple[int, int]] = []
    values: list[float] = []
    roots: list[int] = []
    depths: list[int] = []
    for tree in weights:
        first, nodes, leaves = len(columns), len(tree["column"]), len(tree["leaf"])
        child_pairs = [
            (_to_index(then, nodes), _to_index(other, nodes))
            for then, other in zip(tree["then"], tree["else"], strict=True)
        ]
        child_pairs += [(nodes + leaf, nodes + leaf) for leaf in range(leaves)]
        roots.append(first)
        depths.append(_compute_depth(child_pairs, 0))
        columns += [*(column_by_name[str(name)] for name in tree["column"]), *[0] * leaves]
        thresholds += [*map(float, tree["at_most"]), *[0.0] * leaves]
        children += [(first + then, first + other) for then, other in child_pairs]
        values += [*[0.0] * nodes, *map(float, tree["leaf"])]
    return Trees(
        np.array(columns, np.uint32),
        np.array(thresholds, np.float32),
        np.array(children, np.uint32).ravel(),
        np.array(values, np.float32),
        np.array(roots, np.uint32),
        np.array(depths, np.int64),
    )


def _to_index(written: float | str, nodes: int) -> int:
    """Return a child's index in its tree, whose leaves follow its nodes."""
    child = int(written)
    return child if child >= 0 else nodes - 1 - child


def _compute_depth(children: list[tuple[int, int]], node: int) -> int:
    return max((1 + _compute_depth(children, child) for child in children[node] if child != node), default=0)
