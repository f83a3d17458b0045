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

from newsmill.pages.bodies.features import COLUMNS, CONTEXT, Features, Floats, Layout, context_of
from newsmill.pages.bodies.kernels import sum_of_trees

WEIGHTS = Path(__file__).with_name("weights.json")


@dataclass(frozen=True)
class Trees:
    """Decision trees as columns over their nodes: a node asks whether a column's value is at most a threshold.

    `left` and `right` are nodes, or, below zero, leaves: `values[-1 - leaf]` in log-odds. `roots` are the trees'
    first nodes.
    """

    columns: NDArray[np.int32]
    thresholds: NDArray[np.float32]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    values: NDArray[np.float32]
    roots: NDArray[np.int32]

    def probabilities(self, features: Features) -> Floats:
        told = sum_of_trees(features, self.columns, self.thresholds, self.left, self.right, self.values, self.roots)
        probabilities: Floats = (1 / (1 + np.exp(-told))).astype(np.float32)
        return probabilities


def judge(features: Features, layout: Layout) -> Floats:
    """For every block, the probability that it is part of the body."""
    by_itself, in_context = _model()
    first = by_itself.probabilities(features)
    return in_context.probabilities(np.concatenate([features, context_of(layout, first)]))


@cache
def _model() -> tuple[Trees, Trees]:
    written = json.loads(WEIGHTS.read_text("utf-8"))
    names = [*COLUMNS, *CONTEXT]
    return _trees(written["by_itself"], names), _trees(written["in_context"], names)


def _trees(written: list[dict[str, list[float | str]]], names: list[str]) -> Trees:
    """Trees as `weights.json` has them: nodes count from 0 in each, leaves from -1 down."""
    number = {name: place for place, name in enumerate(names)}
    columns: list[int] = []
    left: list[int] = []
    right: list[int] = []
    roots: list[int] = []
    thresholds: list[float | str] = []
    values: list[float | str] = []
    for tree in written:
        first_node, first_leaf = len(columns), len(values)
        roots.append(first_node)
        columns += [number[str(name)] for name in tree["column"]]
        thresholds += tree["at_most"]
        for side, nodes in (("then", left), ("else", right)):
            nodes += [int(node) + first_node if int(node) >= 0 else int(node) - first_leaf for node in tree[side]]
        values += tree["leaf"]
    return Trees(
        np.array(columns, np.int32),
        np.array(thresholds, np.float32),
        np.array(left, np.int32),
        np.array(right, np.int32),
        np.array(values, np.float32),
        np.array(roots, np.int32),
    )
