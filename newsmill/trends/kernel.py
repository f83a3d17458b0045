"""Trends room: the law of counts, and Kleinberg's automaton; compiled."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numba
import numpy as np
from numpy.typing import NDArray

from newsmill.compiled import drop_stale_code

drop_stale_code(Path(__file__).parent)

Array = NDArray[Any]
Kernel = TypeVar("Kernel", bound=Callable[..., Any])

LOG_10 = math.log(10.0)


def compiled(kernel: Kernel) -> Kernel:
    """The function as machine code, kept on disk."""
    njit: Any = numba.njit
    made: Kernel = njit(cache=True, nogil=True)(kernel)
    return made


@compiled
def tail_score(count: int, mean: float, dispersion: float) -> float:
    """-log10 of the probability of `count` or more, negative binomial with variance mean + dispersion * mean^2."""
    if count <= 0:
        return 0.0
    if dispersion > 1e-6:
        size = 1.0 / dispersion
        # log1p keeps its digits where the size is large, and the law all but Poisson.
        log_first = (
            math.lgamma(count + size)
            - math.lgamma(size)
            - math.lgamma(count + 1.0)
            - size * math.log1p(mean * dispersion)
            - count * math.log1p(size / mean)
        )
        share = mean / (size + mean)
    else:
        size = 0.0
        log_first = count * math.log(mean) - mean - math.lgamma(count + 1.0)
        share = mean
    total, term, k = 1.0, 1.0, float(count)
    # Below the mode terms grow first; past it they fall off geometrically.
    while term > total * 1e-15 or k < mean:
        term *= (k + size) * share / (k + 1.0) if size > 0.0 else share / (k + 1.0)
        total += term
        k += 1.0
        if k > count + 1e6:
            break
    return max(0.0, -(log_first + math.log(total)) / LOG_10)


@compiled
def two_states(counts: Array, expected: Array, dispersion: Array, ratio: float, cost: float) -> Array:
    """Kleinberg's automaton: of each day whether the cheapest path stands in the state that expects `ratio` times more.

    Entering that state costs `cost`, leaving it nothing; days before the first expectation are in the low state.
    """
    days = counts.size
    came_from = np.zeros((days, 2), np.uint8)
    low, high = 0.0, cost
    for day in range(days):
        came_from[day, 0] = 1 if high < low else 0
        came_from[day, 1] = 0 if low + cost < high else 1
        low, high = min(low, high), min(low + cost, high)
        if expected[day] > 0.0:
            extra = log_ratio(counts[day], expected[day], dispersion[day], ratio)
            high -= extra
        else:
            high += cost
    states = np.zeros(days, np.bool_)
    state = 1 if high < low else 0
    for day in range(days - 1, -1, -1):
        states[day] = state == 1
        state = came_from[day, state]
    return states


@compiled
def log_ratio(count: int, mean: float, dispersion: float, ratio: float) -> float:
    """How much likelier the count is with `ratio` times the mean: the logarithm, both negative binomial."""
    if dispersion <= 1e-6:
        return count * math.log(ratio) - mean * (ratio - 1.0)
    size = 1.0 / dispersion
    return count * math.log(ratio) - (count + size) * (math.log(size + mean * ratio) - math.log(size + mean))


@compiled
def log_mass(count: float, mean: float, dispersion: float) -> float:
    """Logarithm of the probability of just `count`, negative binomial as in `tail_score`, less what no law changes."""
    if dispersion <= 1e-6:
        return count * math.log(mean) - mean
    size = 1.0 / dispersion
    return (
        math.lgamma(count + size)
        - math.lgamma(size)
        - size * math.log1p(mean * dispersion)
        - count * math.log1p(size / mean)
    )
