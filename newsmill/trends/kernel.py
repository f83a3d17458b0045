"""Trends room: one topic's series, day after day, against what its own past makes one expect; compiled."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeVar

import numba
import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Kernel = TypeVar("Kernel", bound=Callable[..., Any])

# The level follows eight weeks, the weekday pattern and the dispersion a year.
LEVEL_DAYS = 56
PATTERN_DAYS = 364
# Before any is seen, weekdays are thought to differ by about a third of the level.
WEEKDAY_VARIANCE = 0.1
# The variance beyond Poisson, over the squared mean, that is taken for granted, and for how many days' worth.
PRIOR_DISPERSION, PRIOR_DAYS = 0.1, 3.0
# A dispersion estimated too low is worse than one too high: so many of its standard errors are added.
DISPERSION_ERRORS = 1.0
# Of a topic known for n days 1 + CAUTION / n times the score is asked.
CAUTION = 2.4
# Days that each score so much may burst together; since more sums are tried than days, their sum must score more.
RAISED, FOR_SUMS = 1.0, 0.7
# From this score on a day is no chance, and says nothing of the dispersion.
CERTAIN = 4.0
# A first guess for the days before there is a past to judge them by: what lies further out is cut to this.
CUT_DEVIATIONS = 3.0
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
def expectation(usual: Array, spread: Array, day: int, weekday_of_first: int, end: int) -> tuple[float, float, float]:
    """Mean and dispersion of one day's count from the days before `end`, and the relative variance of that mean.

    `usual` are the past counts with bursts taken out, `spread` what each says of the dispersion (see `scan`).
    """
    first = max(0, end - PATTERN_DAYS)
    days = end - first
    total = 0.0
    squares, means = PRIOR_DISPERSION * PRIOR_DAYS, PRIOR_DAYS
    by_weekday, of_weekday = np.zeros(7), np.zeros(7)
    for past in range(first, end):
        total += usual[past]
        place = (weekday_of_first + past) % 7
        by_weekday[place] += usual[past]
        of_weekday[place] += 1.0
    middle = (total + 0.5) / (days + 1.0)
    for past in range(first, end):
        squares += spread[past] / middle**2
        means += 1.0
    dispersion = max(0.0, squares / means)
    dispersion *= 1.0 + DISPERSION_ERRORS * math.sqrt((2.0 + 6.0 * dispersion) / means)
    factors, unsure = np.ones(7), np.full(7, WEEKDAY_VARIANCE)
    for place in range(7):
        if of_weekday[place] > 0.0:
            noise = (1.0 / middle + dispersion) / of_weekday[place]
            trust = WEEKDAY_VARIANCE / (WEEKDAY_VARIANCE + noise)
            factors[place] = max(0.05, 1.0 + trust * (by_weekday[place] / of_weekday[place] / middle - 1.0))
            unsure[place] = trust * noise
    level_sum, level_days, from_ = 0.5, 1.0, max(first, end - LEVEL_DAYS)
    for past in range(from_, end):
        level_sum += usual[past]
        level_days += factors[(weekday_of_first + past) % 7]
    level = level_sum / level_days
    place = (weekday_of_first + day) % 7
    level_unsure = 1.0 / level_sum + dispersion / (end - from_ + 1.0)
    return level * factors[place], dispersion, level_unsure + unsure[place]


@compiled
def needed(threshold: float, history: int) -> float:
    """The score from which a day bursts, where so many days are known: the fewer, the more is asked."""
    return threshold * (1.0 + CAUTION / history)


@compiled
def scan(
    counts: Array, weekday_of_first: int, least_history: int, threshold: float, least_count: int, settled: int
) -> tuple[Array, Array, Array, Array]:
    """Expected count, dispersion and score of every day, and whether it bursts; zeros where too little is known.

    A day that bursts enters the later baselines as what was expected of it, and the dispersion as the count at which
    a burst begins; once `settled` days in a row burst they are the new level, and enter as they are.
    """
    days = counts.size
    bursting = np.zeros(days, np.bool_)
    expected, dispersion, score = np.zeros(days), np.zeros(days), np.zeros(days)
    usual, spread = np.zeros(days), np.zeros(days)
    running = 0
    for day in range(days):
        if day < least_history:
            # Nothing bursts yet; at the end of these days the first of them are judged by all of them.
            usual[day] = counts[day]
            if day == least_history - 1:
                calm_start(counts, usual, spread, least_history, weekday_of_first)
            continue
        mean, extra, unsure = expectation(usual, spread, day, weekday_of_first, day)
        extra += unsure
        expected[day], dispersion[day] = mean, extra
        score[day] = tail_score(counts[day], mean, extra)
        bursts = score[day] >= needed(threshold, day) and counts[day] >= least_count
        if not bursts and score[day] >= RAISED:
            together = raised_days(counts, expected, dispersion, score, day, needed(threshold, day) + FOR_SUMS)
            for past in range(day - together + 1, day):
                bursting[past], usual[past] = True, expected[past]
                spread[past] = dispersion[past] * expected[past] ** 2
            if together:
                bursts, running = True, together - 1
        bursting[day] = bursts
        running = running + 1 if bursts else 0
        variance = mean + extra * mean**2
        residual = counts[day] - mean
        if bursts:
            usual[day] = mean
            # Two days in a row are no chance either.
            certain = score[day] >= CERTAIN or running > 1
            residual = math.sqrt(variance) * (1.0 if certain else CUT_DEVIATIONS)
            if running == 2:
                spread[day - 1] = dispersion[day - 1] * expected[day - 1] ** 2
        else:
            usual[day] = counts[day]
        # What is not known of the mean is no dispersion of the counts.
        spread[day] = residual**2 - mean - unsure * mean**2
        if running == settled:
            for past in range(day - settled + 1, day + 1):
                usual[past] = counts[past]
    return expected, dispersion, score, bursting


@compiled
def raised_days(counts: Array, expected: Array, dispersion: Array, score: Array, day: int, threshold: float) -> int:
    """Two or three days up to this one that burst together, each of them raised; 0 where they don't."""
    count, mean, excess = 0, 0.0, 0.0
    for length in range(1, 4):
        past = day - length + 1
        if past < 0 or score[past] < RAISED:
            return 0
        count += counts[past]
        mean += expected[past]
        excess += dispersion[past] * expected[past] ** 2
        if length > 1 and count >= 2 * length and tail_score(count, mean, excess / mean**2) >= threshold:
            return length
    return 0


@compiled
def calm_start(counts: Array, usual: Array, spread: Array, days: int, weekday_of_first: int) -> None:
    """Cut what stands out among the first days, and note what the rest says of the dispersion."""
    ordered = np.sort(counts[:days])
    middle = max(0.5, 0.5 * (ordered[(days - 1) // 2] + ordered[days // 2]))
    for _ in range(3):
        squares = 0.0
        for day in range(days):
            squares += min((counts[day] - middle) ** 2, (CUT_DEVIATIONS**2) * (middle + PRIOR_DISPERSION * middle**2))
        variance = max(middle, squares / days)
        total = 0.0
        for day in range(days):
            usual[day] = min(float(counts[day]), middle + CUT_DEVIATIONS * math.sqrt(variance))
            total += usual[day]
        middle = max(0.5 / days, total / days)
    for day in range(days):
        spread[day] = (usual[day] - middle) ** 2 - middle - 0.3 * WEEKDAY_VARIANCE * middle**2


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
