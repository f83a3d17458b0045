"""Trends room: what a topic's past makes one expect of a day: experts, each weighed by how well it foretold the past.

An expert holds that the level fades by one half-life, that weekdays follow one pattern, and that counts are negative
binomial of one dispersion. Their forecasts are averaged, after Raftery et al., Online prediction under model
uncertainty via dynamic model averaging (2010), so that what is not known of level, weekdays and dispersion widens
the law.
"""

from __future__ import annotations

import math

import numpy as np

from newsmill.trends.kernel import Array, compiled, log_mass, tail_score

# Days after which a day counts half for the level: news moves within weeks, quiet topics need a year to be known.
# The last of them holds that the level doubles in a year.
HALF_LIVES = np.array([5.0, 20.0, 90.0, 90.0])
GROWTH = np.array([0.0, 0.0, 0.0, math.log(2.0) / 365.0])
# No pattern; a weekend, and days that differ a little beside; seven days each of its own.
FLAT, WEEKEND, FREE = 0, 1, 2
PATTERNS = 3
WEEKEND_VARIANCE, WITHIN_VARIANCE, FREE_VARIANCE = 0.2, 0.02, 0.3
# The weekdays are learnt by days that count half after so many.
WEEKDAY_HALF_LIFE = 120.0
# The variance beyond Poisson, over the squared mean.
DISPERSIONS = np.array([0.0, 0.003, 0.01, 0.03, 0.06, 0.11, 0.18, 0.28, 0.42, 0.65, 1.0])
FIRST_TRUST = np.array([-2.0, -1.0, 0.0, 0.0])
# A law too narrow is worse than one too wide: a dispersion counts for WIDER than it is; above WIDE for more, the larger
# it is, since then the tail is long and the days that tell of it are few.
WIDER, WIDE = 1.3, 0.28
# What an expert foretold fades too, so that a law that changes is followed.
MEMORY = 0.997
# A day in so many may be odd, that is of this dispersion: else a few bursts not seen as such make all laws too wide.
ODD, ODD_DISPERSION = 0.025, 2.0
# Experts of less weight say nothing to the sum.
HEARD = 1e-3

DEGREES = len(DISPERSIONS)
EXPERTS = (len(HALF_LIVES), PATTERNS, DEGREES)
# Weekdays of a lower share are known no better.
LEAST_SHARE = 0.3
# The variance of a weekday that was never seen.
UNKNOWN = 1e9
# Rows of what is kept of the days, see `enter`.
SUMS, WEEKDAYS = len(HALF_LIVES), 7


@compiled
def factors_of(days: Array, weekday: int, dispersion: float) -> tuple[Array, Array]:
    """The share of one weekday by pattern, mean 1 over the week, and the relative variance of what is not known of it.

    `days` are by weekday the faded counts, their weights and the squares of those.
    """
    total, known = 0.0, 0
    for place in range(7):
        if days[1, place] > 0.0:
            total += days[0, place] / days[1, place]
            known += 1
    middle = (total + 0.5) / (known + 0.5) if known else 1.0
    # Each weekday's share as counted, and the variance of that; unknown ones are as the rest.
    raw, noise = np.ones(7), np.ones(7)
    for place in range(7):
        noise[place] = UNKNOWN
        if days[1, place] > 0.0:
            usual = (days[0, place] + 0.5) / days[1, place]
            raw[place] = usual / middle
            of_one = max(raw[place], LEAST_SHARE) ** 2 * (1.0 / usual + dispersion)
            noise[place] = of_one * days[2, place] / days[1, place] ** 2
    factors, unsure = np.ones(PATTERNS), np.zeros(PATTERNS)
    free, ends = np.ones(7), np.ones(7)
    for first, last in ((0, 5), (5, 7)):
        certainty, share = 0.0, 0.0
        for place in range(first, last):
            certainty += days[1, place]
            share += raw[place] * days[1, place]
        share = share / certainty if certainty > 0.0 else 1.0
        doubt = 0.0
        for place in range(first, last):
            if days[1, place] > 0.0:
                doubt += noise[place] * (days[1, place] / certainty) ** 2
        trust = WEEKEND_VARIANCE / (WEEKEND_VARIANCE + doubt) if certainty > 0.0 else 0.0
        of_group = max(0.05, 1.0 + trust * (share - 1.0))
        for place in range(first, last):
            within = WITHIN_VARIANCE / (WITHIN_VARIANCE + noise[place])
            alone = FREE_VARIANCE / (FREE_VARIANCE + noise[place])
            ends[place] = max(0.05, of_group * (1.0 + within * (raw[place] / max(share, 0.05) - 1.0)))
            free[place] = max(0.05, 1.0 + alone * (raw[place] - 1.0))
            if place == weekday:
                unsure[WEEKEND] = (trust * doubt + within * noise[place]) / ends[place] ** 2
                unsure[FREE] = alone * noise[place] / free[place] ** 2
    of_ends, of_free = 0.0, 0.0
    for place in range(7):
        of_ends += ends[place] / 7.0
        of_free += free[place] / 7.0
    factors[WEEKEND] = ends[weekday] / of_ends
    factors[FREE] = free[weekday] / of_free
    return factors, unsure


@compiled
def forecast(levels: Array, days: Array, weekday: int, dispersion: float) -> tuple[Array, Array, Array]:
    """By half-life and pattern the mean of a day of that weekday and the relative variance of what is not known of it;
    and by pattern the weekday's share.

    `levels` are by half-life the faded counts, and by half-life and pattern their faded exposures and its squares.
    """
    factors, unsure = factors_of(days, weekday, dispersion)
    means, doubts = np.empty((SUMS, PATTERNS)), np.empty((SUMS, PATTERNS))
    for life in range(SUMS):
        for pattern in range(PATTERNS):
            exposure = max(levels[life, 1 + pattern], 1e-9)
            counted = levels[life, 0] + 0.5
            means[life, pattern] = counted / exposure * factors[pattern]
            spread = levels[life, 1 + PATTERNS + pattern] / exposure**2
            doubts[life, pattern] = 1.0 / counted + dispersion * spread + unsure[pattern]
    return means, doubts, factors


@compiled
def enter(levels: Array, days: Array, weekday: int, count: float, factors: Array) -> None:
    """Let a day fade what came before, and count."""
    for life in range(SUMS):
        fade = 0.5 ** (1.0 / HALF_LIVES[life])
        levels[life, 0] = levels[life, 0] * fade + count
        for pattern in range(PATTERNS):
            # What a day of then counted for, at the level of now.
            levels[life, 1 + pattern] = (levels[life, 1 + pattern] * fade + factors[pattern]) * math.exp(-GROWTH[life])
            square = levels[life, 1 + PATTERNS + pattern]
            shrunk = math.exp(-2.0 * GROWTH[life])
            levels[life, 1 + PATTERNS + pattern] = (square * fade**2 + factors[pattern] ** 2) * shrunk
    fade = 0.5 ** (1.0 / WEEKDAY_HALF_LIFE)
    for place in range(7):
        days[0, place] *= fade
        days[1, place] *= fade
        days[2, place] *= fade**2
    days[0, weekday] += count
    days[1, weekday] += 1.0
    days[2, weekday] += 1.0


@compiled
def shares_of(trust: Array, shares: Array) -> float:
    """Set the experts' weights, which sum to 1, from their logarithms; returns the dispersion that they hold."""
    highest, total, dispersion = -np.inf, 0.0, 0.0
    for life in range(SUMS):
        for pattern in range(PATTERNS):
            for place in range(DEGREES):
                highest = max(highest, trust[life, pattern, place])
    for life in range(SUMS):
        for pattern in range(PATTERNS):
            for place in range(DEGREES):
                trust[life, pattern, place] -= highest
                shares[life, pattern, place] = math.exp(trust[life, pattern, place])
                total += shares[life, pattern, place]
    for life in range(SUMS):
        for pattern in range(PATTERNS):
            for place in range(DEGREES):
                shares[life, pattern, place] /= total
                dispersion += shares[life, pattern, place] * DISPERSIONS[place]
    return dispersion


@compiled
def summed(shares: Array, means: Array, doubts: Array) -> tuple[float, float, float]:
    """Mean, dispersion in all, and the part of it that is not known of the mean, of the experts' law."""
    mean, extra, doubt, square = 0.0, 0.0, 0.0, 0.0
    for life in range(SUMS):
        for pattern in range(PATTERNS):
            share = 0.0
            for place in range(DEGREES):
                share += shares[life, pattern, place]
            mean += share * means[life, pattern]
            square += share * means[life, pattern] ** 2
            doubt += share * doubts[life, pattern] * means[life, pattern] ** 2
            for place in range(DEGREES):
                extra += shares[life, pattern, place] * DISPERSIONS[place] * means[life, pattern] ** 2
    doubt += square - mean**2
    return mean, (extra + doubt) / mean**2, doubt / mean**2


@compiled
def score_of(count: int, shares: Array, means: Array, doubts: Array) -> float:
    """-log10 of the probability of so many or more, averaged over the experts."""
    if count <= 0:
        return 0.0
    least = np.inf
    scores = np.empty(shares.shape)
    for life in range(SUMS):
        for pattern in range(PATTERNS):
            for place in range(DEGREES):
                scores[life, pattern, place] = np.inf
                if shares[life, pattern, place] >= HEARD:
                    wider = 1.0 + (WIDER - 1.0) * max(1.0, DISPERSIONS[place] / WIDE)
                    dispersion = wider * DISPERSIONS[place] + doubts[life, pattern]
                    one = tail_score(count, means[life, pattern], dispersion)
                    scores[life, pattern, place] = one
                    least = min(least, one)
    chance, heard = 0.0, 0.0
    for life in range(SUMS):
        for pattern in range(PATTERNS):
            for place in range(DEGREES):
                if scores[life, pattern, place] < np.inf:
                    heard += shares[life, pattern, place]
                    chance += shares[life, pattern, place] * 10.0 ** (least - scores[life, pattern, place])
    return max(0.0, least - math.log10(chance / heard))


@compiled
def weigh(trust: Array, count: float, means: Array, doubts: Array) -> None:
    """Trust each expert by how likely it held the count that came."""
    for life in range(SUMS):
        for pattern in range(PATTERNS):
            odd = log_mass(count, means[life, pattern], ODD_DISPERSION) + math.log(ODD)
            for place in range(DEGREES):
                dispersion = DISPERSIONS[place] + doubts[life, pattern]
                told = log_mass(count, means[life, pattern], dispersion) + math.log(1.0 - ODD)
                # The logarithm of the sum of both.
                told = max(told, odd) + math.log1p(math.exp(-abs(told - odd)))
                trust[life, pattern, place] = MEMORY * trust[life, pattern, place] + told
