"""Trends room: one topic's series, day after day, against what its own past makes one expect; compiled."""

from __future__ import annotations

import math

import numpy as np

from newsmill.trends.forecast import (
    EXPERTS,
    FIRST_TRUST,
    PATTERNS,
    SUMS,
    WEEKDAYS,
    enter,
    forecast,
    score_of,
    shares_of,
    summed,
    weigh,
)
from newsmill.trends.kernel import Array, compiled, tail_score

# Days that each score so much may burst together; since more sums are tried than days, their sum must score more.
RAISED, FOR_SUMS, MOST_TOGETHER = 1.0, 0.3, 5
# A day without a story, where that is rarer than this, was not read; after so many in a row the topic has gone.
SILENT, GONE_DAYS = 1e-3, 7


@compiled
def scan(
    counts: Array,
    read: Array,
    highest_first: float,
    weekday_of_first: int,
    least_history: int,
    threshold: float,
    caution: float,
    least_count: int,
    settled: int,
) -> tuple[Array, Array, Array, Array, Array]:
    """Expected count, dispersion, its part not known of the mean, and score of every day, and whether it bursts.

    Zeros until `least_history` days were read, each of which counts for `highest_first` at most. Days that burst, and
    raised ones after them, stay out of the later baselines; once `settled` days in a row burst they are the new level.
    Days not `read` say nothing.
    """
    size = counts.size
    bursting = np.zeros(size, np.bool_)
    expected, dispersion = np.zeros(size), np.zeros(size)
    unknown, score = np.zeros(size), np.zeros(size)
    levels, weekdays = np.zeros((SUMS, 1 + 2 * PATTERNS)), np.zeros((3, WEEKDAYS))
    trust, shares = np.zeros(EXPERTS), np.zeros(EXPERTS)
    for life in range(SUMS):
        for pattern in range(PATTERNS):
            for place in range(EXPERTS[2]):
                trust[life, pattern, place] = FIRST_TRUST[life]
    typical = shares_of(trust, shares)
    known, running, silent = 0, 0, 0
    for day in range(size):
        weekday = (weekday_of_first + day) % 7
        means, doubts, factors = forecast(levels, weekdays, weekday, typical)
        if known < least_history:
            if read[day]:
                enter(levels, weekdays, weekday, min(float(counts[day]), highest_first), factors)
                known += 1
            continue
        mean, extra, doubt = summed(shares, means, doubts)
        expected[day], dispersion[day], unknown[day] = mean, extra, doubt
        if not read[day]:
            continue
        silent = silent + 1 if counts[day] == 0 and math.log1p(extra * mean) / extra > -math.log(SILENT) else 0
        if 0 < silent <= GONE_DAYS:
            running = 0
            continue
        score[day] = score_of(counts[day], shares, means, doubts)
        asked = threshold * (1.0 + caution / known)
        known += 1
        together = 0
        if score[day] >= RAISED:
            together = 1 if score[day] >= asked and counts[day] >= least_count else 0
            if not together:
                together = raised_days(counts, expected, dispersion, unknown, score, day, asked + FOR_SUMS)
            for past in range(day - together + 1, day + 1):
                bursting[past] = True
        goes_on = running > 0 and score[day] >= RAISED
        running = max(running + 1, together) if together or goes_on else 0
        if running == settled:
            levels = np.zeros((SUMS, 1 + 2 * PATTERNS))
            for past in range(day - settled + 1, day + 1):
                at = (weekday_of_first + past) % 7
                _, _, factors = forecast(levels, weekdays, at, typical)
                enter(levels, weekdays, at, float(counts[past]), factors)
            running = 0
            continue
        if running == 0:
            weigh(trust, float(counts[day]), means, doubts)
            typical = shares_of(trust, shares)
            enter(levels, weekdays, weekday, float(counts[day]), factors)
    return expected, dispersion, unknown, score, bursting


@compiled
def raised_days(
    counts: Array, expected: Array, dispersion: Array, unknown: Array, score: Array, day: int, threshold: float
) -> int:
    """How many days up to this one, two at least, burst together, each of them raised; 0 where they don't."""
    count, mean, excess, doubt = 0, 0.0, 0.0, 0.0
    for length in range(1, MOST_TOGETHER + 1):
        past = day - length + 1
        if past < 0 or score[past] < RAISED:
            return 0
        count += counts[past]
        mean += expected[past]
        excess += (dispersion[past] - unknown[past]) * expected[past] ** 2
        # What is not known of the level is the same on all days.
        doubt = max(doubt, unknown[past])
        if length > 1 and count >= 2 * length and tail_score(count, mean, excess / mean**2 + doubt) >= threshold:
            return length
    return 0
