"""Trends room: series to hold the bursts against: noise of a known law, with bursts of a known size or none."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from newsmill.trends.bursts import bursts, expected_days
from newsmill.trends.tables import BURSTS

FIRST_DAY = dt.date(2024, 1, 1)
YEAR = 365
# Far more in the week than at its end, as news has it; mean 1.
WEEKDAYS = np.array([1.15, 1.2, 1.2, 1.15, 1.1, 0.6, 0.6])
# The tail of a normal law past 4 sigma: a count of 4 sigma is the least that is rarer than this.
FOUR_SIGMA = 3.167e-5
# The first burst comes once a quarter is known; then one every two months.
FIRST_BURST, BETWEEN_BURSTS = 90, 60


@dataclass(frozen=True)
class Noise:
    """Daily counts of a mean with the weekday pattern: Poisson, or negative binomial of variance m + dispersion m^2."""

    mean: float
    dispersion: float

    @property
    def name(self) -> str:
        law = f"negative binomial {self.dispersion}" if self.dispersion else "Poisson"
        return f"{law}, {self.mean:g} a day"

    def means(self, days: int) -> NDArray[np.float64]:
        return np.asarray(self.mean * WEEKDAYS[np.arange(days) % 7], np.float64)

    def draw(self, days: int, chance: np.random.Generator) -> NDArray[np.int64]:
        means = self.means(days)
        if self.dispersion:
            size = 1 / self.dispersion
            return np.asarray(chance.negative_binomial(size, size / (size + means)), np.int64)
        return np.asarray(chance.poisson(means), np.int64)

    def of_four_sigma(self, days: int) -> NDArray[np.int64]:
        """The least count of each day that is rarer than FOUR_SIGMA, and no less than a burst needs."""
        from scipy import stats

        means, size = self.means(days), 1 / self.dispersion if self.dispersion else 0.0
        law = stats.nbinom(size, size / (size + means)) if self.dispersion else stats.poisson(means)
        least: NDArray[np.int64] = np.maximum(3, law.isf(FOUR_SIGMA).astype(np.int64) + 1)
        return least


NOISES = tuple(Noise(mean, dispersion) for mean in (0.2, 1.0, 5.0, 20.0, 100.0) for dispersion in (0.0, 0.1, 0.3))


def series(counts: list[NDArray[np.int64]]) -> pl.DataFrame:
    """A topic for each of the counts, as `expected_days` takes them."""
    return pl.concat(
        pl.DataFrame({"topic": f"topic_{number:04}", "stories": one}).select(
            "topic",
            pl.date_range(pl.lit(FIRST_DAY), pl.lit(FIRST_DAY + dt.timedelta(days=one.size - 1))).alias("day"),
            "stories",
        )
        for number, one in enumerate(counts)
    )


def told(counts: list[NDArray[np.int64]]) -> pl.DataFrame:
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


def false_bursts(noise: Noise, years: int, seed: int = 1) -> int:
    """Bursts told in so many years of noise, each a topic of its own."""
    chance = np.random.default_rng(seed)
    return told([noise.draw(YEAR, chance) for _ in range(years)]).height


def found_bursts(noise: Noise, years: int, days: int, seed: int = 2) -> tuple[int, int]:
    """How many bursts of 4 sigma, of so many days each, are found in years of noise, and how many were planted."""
    chance = np.random.default_rng(seed)
    counts, planted = [], []
    large = noise.of_four_sigma(YEAR)
    for year in range(years):
        one = noise.draw(YEAR, chance)
        for start in range(FIRST_BURST, YEAR - days, BETWEEN_BURSTS):
            first = start + int(chance.integers(0, 7))
            if first + days <= YEAR:
                one[first : first + days] = large[first : first + days]
                planted.append((f"topic_{year:04}", FIRST_DAY + dt.timedelta(days=first), days))
        counts.append(one)
    spans = told(counts).select("topic", "start_day", "end_day").rows_by_key("topic")
    found = sum(
        any(start < first + dt.timedelta(days=length) and end >= first for start, end in spans.get(topic, []))
        for topic, first, length in planted
    )
    return found, len(planted)
