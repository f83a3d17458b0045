"""How likely a block of text is part of the body: two sums of small decision trees, learned from labelled pages.

The first judges a block by what it looks like, the second again knowing how its neighbours were judged (stacked
generalisation, Wolpert 1992; gradient boosting, Friedman 2001). `weights.json` holds their numbers, and
`python -m benchmarks.learn_bodies` makes them anew.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from newsmill.pages.bodies.features import COLUMNS, CONTEXT_COLUMNS, Features, Floats, Layout, compute_context
from newsmill.pages.bodies.kernels import sum_of_trees

WEIGHTS = Path(__file__).with_name("weights.json")


@dataclass(frozen=True)
class Trees:
    """Decision trees as columns over their nodes: a node asks whether a column's value is at most a threshold.

    `children` has two nodes for each: the next where it is, the next where it is not. A leaf is a node that leads to
    itself and has a value, in log-odds. `roots` are the trees' first nodes, `depths` the steps to their deepest leaf.
    """

    columns: NDArray[np.uint32]
    thresholds: NDArray[np.float32]
    children: NDArray[np.uint32]
    values: NDArray[np.float32]
    roots: NDArray[np.uint32]
    depths: NDArray[np.int64]

    def probabilities(self, features: Features) -> Floats:
        told = sum_of_trees(
            features.ravel(),
            features.shape[1],
            self.columns,
            self.thresholds,
            self.children,
            self.values,
            self.roots,
            self.depths,
        )
        probabilities: Floats = (1 / (1 + np.exp(-told))).astype(np.float32)
        return probabilities


def predict_body(features: Features, layout: Layout) -> Floats:
    """For every block, the probability that it is part of the body."""
    by_itself, in_context = _load_models()
    first = by_itself.probabilities(features)
    return in_context.probabilities(np.concatenate([features, compute_context(layout, first)]))


@cache
def _load_models() -> tuple[Trees, Trees]:
    written = json.loads(WEIGHTS.read_text("utf-8"))
    names = [*COLUMNS, *CONTEXT_COLUMNS]
    return _trees(written["by_itself"], names), _trees(written["in_context"], names)


def _trees(written: list[dict[str, list[float | str]]], names: list[str]) -> Trees:
    """Trees as `weights.json` has them: nodes count from 0 in each, leaves from -1 down."""
    number = {name: place for place, name in enumerate(names)}
    columns: list[int] = []
    thresholds: list[float] = []
    children: list[tuple[int, int]] = []
    values: list[float] = []
    roots: list[int] = []
    depths: list[int] = []
    for tree in written:
        first, nodes, leaves = len(columns), len(tree["column"]), len(tree["leaf"])
        after = [
            (_place(then, nodes), _place(other, nodes)) for then, other in zip(tree["then"], tree["else"], strict=True)
        ]
        after += [(nodes + leaf, nodes + leaf) for leaf in range(leaves)]
        roots.append(first)
        depths.append(_depth(after, 0))
        columns += [*(number[str(name)] for name in tree["column"]), *[0] * leaves]
        thresholds += [*map(float, tree["at_most"]), *[0.0] * leaves]
        children += [(first + then, first + other) for then, other in after]
        values += [*[0.0] * nodes, *map(float, tree["leaf"])]
    return Trees(
        np.array(columns, np.uint32),
        np.array(thresholds, np.float32),
        np.array(children, np.uint32).ravel(),
        np.array(values, np.float32),
        np.array(roots, np.uint32),
        np.array(depths, np.int64),
    )


def _place(written: float | str, nodes: int) -> int:
    """Where a child stands in its tree, whose leaves follow its nodes."""
    child = int(written)
    return child if child >= 0 else nodes - 1 - child


def _depth(children: list[tuple[int, int]], node: int) -> int:
    return max((1 + _depth(children, child) for child in children[node] if child != node), default=0)
