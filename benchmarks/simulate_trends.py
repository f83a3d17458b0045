"""Simulated series to measure the bursts with: noise of a known distribution, with bursts of a known size or none."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from newsmill.trends.baseline import tail_probability, to_score
from newsmill.trends.bursts import compute_expected_days, find_bursts
from newsmill.trends.scan import MAX_RAISED_DAYS, MIN_SCORE, MIN_STORIES, RAISED_SCORE
from newsmill.trends.tables import BURSTS

FIRST_DAY = dt.date(2024, 1, 1)
YEAR_DAYS = 365
# Weekday patterns, Monday first, mean 1: news falls off at the weekend; an office's feed nearly stops there.
WEEKS = {
    "news": (1.15, 1.2, 1.2, 1.15, 1.1, 0.6, 0.6),
    "flat": (1.0,) * 7,
    "office": (1.36, 1.36, 1.36, 1.36, 1.36, 0.1, 0.1),
    "odd": (0.6, 0.8, 1.9, 0.7, 1.2, 1.1, 0.7),
}
# The tail of a normal distribution above 4 sigma.
FOUR_SIGMA_TAIL = 3.167e-5
# Bursts start after the first quarter, one every two months.
FIRST_BURST_DAY, DAYS_BETWEEN_BURSTS = 90, 60

# What a burst of 4 sigma is: a count as rare as 4 sigma in a normal distribution; a count of 4 standard deviations
# above the mean; 4 standard deviations added to the noise.
Size = Literal["as_rare", "observed", "on_top"]
Counts = NDArray[np.int64]


@dataclass(frozen=True)
class Noise:
    """Daily counts with a weekday pattern: Poisson, or negative binomial of variance mean + dispersion * mean^2.

    Attributes:
        growth: share by which the level grows in a year.
    """

    mean: float
    dispersion: float = 0.0
    week: str = "news"
    growth: float = 0.0

    @property
    def name(self) -> str:
        distribution = f"negative binomial {self.dispersion:g}" if self.dispersion else "Poisson"
        return f"{distribution}, {self.mean:g} a day"

    def means(self, days: int) -> NDArray[np.float64]:
        day = np.arange(days)
        return np.asarray(self.mean * np.array(WEEKS[self.week])[day % 7] * (1 + self.growth) ** (day / YEAR_DAYS))

    def deviations(self, days: int) -> NDArray[np.float64]:
        means = self.means(days)
        return np.asarray(np.sqrt(means + self.dispersion * means**2))

    def draw(self, days: int, rng: np.random.Generator) -> Counts:
        means = self.means(days)
        if self.dispersion:
            size = 1 / self.dispersion
            return np.asarray(rng.negative_binomial(size, size / (size + means)), np.int64)
        return np.asarray(rng.poisson(means), np.int64)

    def burst_counts(self, size: Size, drawn: Counts) -> Counts:
        """Return what each day would count in a burst."""
        days = drawn.size
        if size == "on_top":
            return np.asarray(drawn + np.ceil(4 * self.deviations(days)), np.int64)
        if size == "observed":
            large = np.ceil(self.means(days) + 4 * self.deviations(days))
        else:
            large = self._distribution(days).isf(FOUR_SIGMA_TAIL) + 1
        return np.maximum(MIN_STORIES, large.astype(np.int64))

    def exceedances_a_year(self) -> float:
        """Return on how many days of a year plain noise is 4 standard deviations above its mean."""
        large = self.burst_counts("observed", np.zeros(YEAR_DAYS, np.int64))
        return float(self._distribution(YEAR_DAYS).sf(large - 1).sum())

    def _distribution(self, days: int) -> Any:
        from scipy import stats

        means, size = self.means(days), 1 / self.dispersion if self.dispersion else 0.0
        return stats.nbinom(size, size / (size + means)) if self.dispersion else stats.poisson(means)


NOISES = tuple(
    Noise(mean, dispersion) for mean in (0.05, 0.2, 1.0, 5.0, 20.0, 100.0, 300.0) for dispersion in (0.0, 0.1, 0.3, 0.5)
)


def to_daily(counts: list[Counts]) -> pl.DataFrame:
    """Return one topic for each of the counts, as `compute_expected_days` takes them."""
    return pl.concat(
        pl.DataFrame({"topic": f"topic_{number:04}", "stories": stories}).select(
            "topic",
            pl.date_range(pl.lit(FIRST_DAY), pl.lit(FIRST_DAY + dt.timedelta(days=stories.size - 1))).alias("day"),
            "stories",
        )
        for number, stories in enumerate(counts)
    )


def detect_bursts(counts: list[Counts]) -> pl.DataFrame:
    """Return the bursts (`BURSTS`) of the counts, without stories."""
    no_pages = pl.DataFrame(
        schema={
            "topic": pl.String,
            "day": pl.Date,
            "story_id": pl.String,
            "record_id": pl.String,
            "seen_at": pl.Datetime("us"),
        }
    )
    found = find_bursts(compute_expected_days(to_daily(counts)), no_pages)
    assert found.schema == BURSTS.schema
    return found


def false_bursts_a_year(noise: Noise, years: int, days: int = YEAR_DAYS, missing: float = 0.0, seed: int = 1) -> float:
    """Return the bursts a topic-year in years of noise, cut into topics of `days`; the share `missing` of days is 0."""
    rng = np.random.default_rng(seed)
    drawn = []
    for _ in range(years * YEAR_DAYS // days):
        counts = noise.draw(days, rng)
        counts[rng.random(days) < missing] = 0
        drawn.append(counts)
    return detect_bursts(drawn).height / (len(drawn) * days / YEAR_DAYS)


@dataclass(frozen=True)
class Detection:
    """Counts of planted bursts: planted, found, found as one burst, found by one who knows the distribution."""

    planted: int
    found: int
    found_as_one: int
    found_by_oracle: int

    @property
    def share(self) -> float:
        return self.found / self.planted

    @property
    def oracle_share(self) -> float:
        return self.found_by_oracle / self.planted


def detect_planted(noise: Noise, years: int, days: int, size: Size = "as_rare", seed: int = 2) -> Detection:
    """Plant bursts of 4 sigma, of so many days each, in years of noise, and count how many are found."""
    rng = np.random.default_rng(seed)
    counts, planted, found_by_oracle = [], [], 0
    for year in range(years):
        stories = noise.draw(YEAR_DAYS, rng)
        large = noise.burst_counts(size, stories)
        first_days = range(FIRST_BURST_DAY, YEAR_DAYS - days, DAYS_BETWEEN_BURSTS)
        starts = [start + int(rng.integers(0, 7)) for start in first_days]
        for start in starts:
            stories[start : start + days] = large[start : start + days]
        starts = [start for start in starts if start + days <= YEAR_DAYS]
        planted += [(year, start) for start in starts]
        is_bursting = detect_as_oracle(noise, stories)
        found_by_oracle += sum(bool(is_bursting[start : start + days].any()) for start in starts)
        counts.append(stories)
    spans = detect_bursts(counts).select("topic", "start_day", "end_day").rows_by_key("topic")
    found = found_as_one = 0
    for year, start in planted:
        first = FIRST_DAY + dt.timedelta(days=start)
        last = first + dt.timedelta(days=days - 1)
        overlapping = sum(a <= last and b >= first for a, b in spans.get(f"topic_{year:04}", []))
        found, found_as_one = found + (overlapping > 0), found_as_one + (overlapping == 1)
    return Detection(len(planted), found, found_as_one, found_by_oracle)


def detect_as_oracle(noise: Noise, counts: Counts) -> NDArray[np.bool_]:
    """Return the days that burst by the same rule to one who knows the distribution: no past can teach more."""
    stories, means = counts.astype(np.float64), noise.means(counts.size)
    dispersion = np.full(counts.size, noise.dispersion)
    score = to_score(tail_probability(stories, means, dispersion))
    bursting = (score >= MIN_SCORE) & (counts >= MIN_STORIES)
    for length in range(2, MAX_RAISED_DAYS + 1):
        total, mean, variance, lowest = (
            np.lib.stride_tricks.sliding_window_view(values, length)
            for values in (stories, means, dispersion * means**2, score)
        )
        sums = mean.sum(axis=1)
        together = to_score(tail_probability(total.sum(axis=1), sums, variance.sum(axis=1) / sums**2))
        is_burst = (together >= MIN_SCORE) & (lowest.min(axis=1) >= RAISED_SCORE)
        for first in np.flatnonzero(is_burst & (total.sum(axis=1) >= 2 * length)):
            bursting[first : first + length] = True
    return np.asarray(bursting)


def noise_conditions(noise: Noise) -> Iterator[tuple[str, Noise, int, float]]:
    """Yield variants of a plain noise: name, noise, days of history, share of missing days."""
    for week in WEEKS:
        yield week, replace(noise, week=week), YEAR_DAYS, 0.0
    yield "growing 40 % a year", replace(noise, growth=0.4), YEAR_DAYS, 0.0
    yield "shrinking 40 % a year", replace(noise, growth=-0.4), YEAR_DAYS, 0.0
    yield "5 % missing", noise, YEAR_DAYS, 0.05
    yield "60 days", noise, 60, 0.0
    yield "28 days", noise, 28, 0.0
