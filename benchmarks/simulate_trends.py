"""Trends room: series to hold the bursts against: noise of a known law, with bursts of a known size or none."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from newsmill.trends.bursts import LEAST_STORIES, bursts, expected_days
from newsmill.trends.tables import BURSTS

FIRST_DAY = dt.date(2024, 1, 1)
YEAR = 365
# Far more in the week than at its end, as news has it; the same all week; nearly nothing at its end; all in between.
# Mean 1 each.
WEEKS = {
    "news": (1.15, 1.2, 1.2, 1.15, 1.1, 0.6, 0.6),
    "flat": (1.0,) * 7,
    "office": (1.36, 1.36, 1.36, 1.36, 1.36, 0.1, 0.1),
    "odd": (0.6, 0.8, 1.9, 0.7, 1.2, 1.1, 0.7),
}
# The tail of a normal law past 4 sigma.
FOUR_SIGMA = 3.167e-5
# The first burst comes once a quarter is known; then one every two months.
FIRST_BURST, BETWEEN_BURSTS = 90, 60

# What a burst of 4 sigma is: the day's count as rare as 4 sigma are in a normal law; the day's count at 4 standard
# deviations over the mean; noise as ever, with 4 standard deviations on top.
Size = Literal["as_rare", "observed", "on_top"]
Counts = NDArray[np.int64]


@dataclass(frozen=True)
class Noise:
    """Daily counts of a mean, with a weekday pattern: Poisson, or negative binomial of variance m + dispersion m^2."""

    mean: float
    dispersion: float = 0.0
    week: str = "news"
    # What the level grows by in a year, as a share.
    growth: float = 0.0

    @property
    def name(self) -> str:
        law = f"negative binomial {self.dispersion:g}" if self.dispersion else "Poisson"
        return f"{law}, {self.mean:g} a day"

    def means(self, days: int) -> NDArray[np.float64]:
        place = np.arange(days)
        return np.asarray(self.mean * np.array(WEEKS[self.week])[place % 7] * (1 + self.growth) ** (place / YEAR))

    def deviations(self, days: int) -> NDArray[np.float64]:
        means = self.means(days)
        return np.asarray(np.sqrt(means + self.dispersion * means**2))

    def draw(self, days: int, chance: np.random.Generator) -> Counts:
        means = self.means(days)
        if self.dispersion:
            size = 1 / self.dispersion
            return np.asarray(chance.negative_binomial(size, size / (size + means)), np.int64)
        return np.asarray(chance.poisson(means), np.int64)

    def planted(self, size: Size, drawn: Counts) -> Counts:
        """The count of each day, were it in a burst."""
        days = drawn.size
        if size == "on_top":
            return np.asarray(drawn + np.ceil(4 * self.deviations(days)), np.int64)
        if size == "observed":
            large = np.ceil(self.means(days) + 4 * self.deviations(days))
        else:
            large = self._law(days).isf(FOUR_SIGMA) + 1
        return np.maximum(LEAST_STORIES, large.astype(np.int64))

    def reached_a_year(self) -> float:
        """On how many days of a year plain noise has 4 standard deviations over its mean."""
        large = self.planted("observed", np.zeros(YEAR, np.int64))
        return float(self._law(YEAR).sf(large - 1).sum())

    def known_scores(self, counts: Counts) -> NDArray[np.float64]:
        """-log10 of the probability of so many or more, to one who knows the law."""
        return np.asarray(-np.log10(np.maximum(1e-300, self._law(counts.size).sf(counts - 1))))

    def _law(self, days: int) -> Any:
        from scipy import stats

        means, size = self.means(days), 1 / self.dispersion if self.dispersion else 0.0
        return stats.nbinom(size, size / (size + means)) if self.dispersion else stats.poisson(means)


NOISES = tuple(
    Noise(mean, dispersion) for mean in (0.05, 0.2, 1.0, 5.0, 20.0, 100.0, 300.0) for dispersion in (0.0, 0.1, 0.3, 0.5)
)


def series(counts: list[Counts]) -> pl.DataFrame:
    """A topic for each of the counts, as `expected_days` takes them."""
    return pl.concat(
        pl.DataFrame({"topic": f"topic_{number:04}", "stories": one}).select(
            "topic",
            pl.date_range(pl.lit(FIRST_DAY), pl.lit(FIRST_DAY + dt.timedelta(days=one.size - 1))).alias("day"),
            "stories",
        )
        for number, one in enumerate(counts)
    )


def told(counts: list[Counts]) -> pl.DataFrame:
    """The bursts of the counts, as BURSTS, without a story."""
    nobody = pl.DataFrame(
        schema={
            "topic": pl.String,
            "day": pl.Date,
            "story_id": pl.String,
            "record_id": pl.String,
            "seen_at": pl.Datetime("us"),
        }
    )
    found = bursts(expected_days(series(counts)), nobody)
    assert found.schema == BURSTS.schema
    return found


def false_bursts(noise: Noise, years: int, days: int = YEAR, missing: float = 0.0, seed: int = 1) -> float:
    """Bursts told a topic-year, in years of noise cut into topics of so many days; the share `missing` is zeros."""
    chance = np.random.default_rng(seed)
    drawn = []
    for _ in range(years * YEAR // days):
        counts = noise.draw(days, chance)
        counts[chance.random(days) < missing] = 0
        drawn.append(counts)
    return told(drawn).height / (len(drawn) * days / YEAR)


@dataclass(frozen=True)
class Found:
    """Of bursts planted: how many were found, how many as one burst, how many one finds who knows the law."""

    planted: int
    found: int
    once: int
    by_the_law: int

    @property
    def share(self) -> float:
        return self.found / self.planted

    @property
    def share_by_the_law(self) -> float:
        return self.by_the_law / self.planted


def found_bursts(noise: Noise, years: int, days: int, size: Size = "as_rare", seed: int = 2) -> Found:
    """Bursts of 4 sigma, of so many days each, planted in years of noise."""
    chance = np.random.default_rng(seed)
    counts, planted, by_the_law = [], [], 0
    for year in range(years):
        one = noise.draw(YEAR, chance)
        large = noise.planted(size, one)
        starts = [start + int(chance.integers(0, 7)) for start in range(FIRST_BURST, YEAR - days, BETWEEN_BURSTS)]
        for start in starts:
            one[start : start + days] = large[start : start + days]
        planted += [(year, start) for start in starts if start + days <= YEAR]
        hit = known_bursts(noise, one)
        by_the_law += sum(bool(hit[start : start + days].any()) for start in starts if start + days <= YEAR)
        counts.append(one)
    spans = told(counts).select("topic", "start_day", "end_day").rows_by_key("topic")
    found = once = 0
    for year, start in planted:
        first = FIRST_DAY + dt.timedelta(days=start)
        last = first + dt.timedelta(days=days - 1)
        touching = sum(a <= last and b >= first for a, b in spans.get(f"topic_{year:04}", []))
        found, once = found + (touching > 0), once + (touching == 1)
    return Found(len(planted), found, once, by_the_law)


def known_bursts(noise: Noise, counts: Counts) -> NDArray[np.bool_]:
    """The days that one who knows the law calls bursting by the same rule: no more is to be had from any past."""
    from newsmill.trends.bursts import SCORE
    from newsmill.trends.scan import FOR_SUMS, raised_days

    means = noise.means(counts.size)
    dispersion, nothing = np.full(counts.size, noise.dispersion), np.zeros(counts.size)
    score = noise.known_scores(counts)
    bursting = (score >= SCORE) & (counts >= LEAST_STORIES)
    for day in range(counts.size):
        together = raised_days(counts, means, dispersion, nothing, score, day, SCORE + FOR_SUMS)
        bursting[day - max(0, together - 1) : day + 1] |= together > 0
    return bursting


def conditions(noise: Noise) -> Iterator[tuple[str, Noise, int, float]]:
    """What plain noise may look like besides: its name, the noise, days of history, the share of missing days."""
    for week in WEEKS:
        yield week, replace(noise, week=week), YEAR, 0.0
    yield "growing 40 % a year", replace(noise, growth=0.4), YEAR, 0.0
    yield "shrinking 40 % a year", replace(noise, growth=-0.4), YEAR, 0.0
    yield "5 % missing", noise, YEAR, 0.05
    yield "60 days", noise, 60, 0.0
    yield "28 days", noise, 28, 0.0
