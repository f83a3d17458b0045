"""Estimate the baseline of daily counts from past days: a decaying level, a weekday pattern and a dispersion."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

# Half-life of a past day's weight in the level. A day's count with mean m has the relative variance 1/m + dispersion;
# the half-life grows with its square root, because a noisy level takes longer to learn.
HALF_LIFE_DAYS, MIN_HALF_LIFE_DAYS, MAX_HALF_LIFE_DAYS = 50.0, 5.0, 80.0
# Half-life of a past day's weight in the weekday pattern.
WEEKDAY_HALF_LIFE_DAYS = 120.0
# The prior of a weekday's share, in stories: with fewer stories than this the share stays near 1.
WEEKDAY_PRIOR_STORIES = 5.0
# Stories added to the level, so that the level of a topic without stories is above 0.
LEVEL_PRIOR_STORIES = 0.5
# The grid of dispersions (variance beyond Poisson over the squared mean), with equal prior probabilities.
DISPERSIONS = np.array([0.0, 0.003, 0.01, 0.03, 0.06, 0.11, 0.18, 0.28, 0.42, 0.65, 1.0])
# Dispersions are multiplied by this factor before days are scored: too narrow a distribution causes false bursts, too
# wide a distribution only lowers scores.
DISPERSION_MARGIN = 1.35


@dataclass(frozen=True)
class Forecast:
    """The expected stories of one day, by topic.

    Attributes:
        mean: expected stories.
        dispersion: of the counts around a known mean; negative binomial, variance mean + dispersion * mean^2.
        dispersion_weights: probability of each of DISPERSIONS (topics x dispersions); `dispersion` is their mean.
        mean_uncertainty: relative variance of the mean itself.
        weekday_factor: factor of the weekday in the mean; 1 on average over the week.
    """

    mean: Floats
    dispersion: Floats
    dispersion_weights: Floats
    mean_uncertainty: Floats
    weekday_factor: Floats


class Baseline:
    """Decayed sums of the days learned so far, one row per topic."""

    def __init__(self, topics: int) -> None:
        self._stories, self._exposure = np.zeros(topics), np.zeros(topics)
        self._weekday_stories, self._weekday_expected = np.zeros((topics, 7)), np.zeros((topics, 7))
        self._log_likelihood = np.zeros((topics, DISPERSIONS.size))

    def forecast(self, weekday: int, exposure: Floats | float = 1.0) -> Forecast:
        """Forecast a day of one weekday and exposure: conjugate gamma estimates of level and weekday share.

        A day's count has 1 / (1 + dispersion * level) times the information of a Poisson count.
        """
        level, weights = self._compute_level(), self._compute_dispersion_weights()
        dispersion = (weights * DISPERSIONS).sum(axis=1)
        noise = (1.0 + dispersion * level)[:, None]
        shares = (self._weekday_stories / noise + WEEKDAY_PRIOR_STORIES) / (
            self._weekday_expected / noise + WEEKDAY_PRIOR_STORIES
        )
        uncertainty = noise[:, 0] / (self._stories + LEVEL_PRIOR_STORIES) + 1.0 / (
            self._weekday_stories[:, weekday] / noise[:, 0] + WEEKDAY_PRIOR_STORIES
        )
        factor = shares[:, weekday] / shares.mean(axis=1)
        return Forecast(level * factor * exposure, dispersion, weights, uncertainty, factor)

    def learn(
        self, topics: Mask, weekday: int, stories: Floats, weekday_factor: Floats, exposure: Floats | float = 1.0
    ) -> None:
        """Add a day's stories to level and weekday pattern of some topics."""
        exposure = np.broadcast_to(exposure, stories.shape)
        level = self._compute_level()[topics]
        dispersion = (self._compute_dispersion_weights()[topics] * DISPERSIONS).sum(axis=1)
        information = np.maximum(level / (1.0 + dispersion * level), 1e-2)
        half_life = np.clip(HALF_LIFE_DAYS / np.sqrt(information), MIN_HALF_LIFE_DAYS, MAX_HALF_LIFE_DAYS)
        decay = 0.5 ** (1.0 / half_life)
        self._stories[topics] = self._stories[topics] * decay + stories[topics]
        self._exposure[topics] = self._exposure[topics] * decay + weekday_factor[topics] * exposure[topics]
        weekday_decay = 0.5 ** (1.0 / WEEKDAY_HALF_LIFE_DAYS)
        self._weekday_stories[topics] *= weekday_decay
        self._weekday_expected[topics] *= weekday_decay
        self._weekday_stories[topics, weekday] += stories[topics]
        self._weekday_expected[topics, weekday] += self._compute_level()[topics] * exposure[topics]

    def learn_dispersion(self, topics: Mask, stories: Floats, forecast: Forecast) -> None:
        """Update the weights of the dispersions of some topics by the likelihood of a day's stories."""
        dispersion = DISPERSIONS + forecast.mean_uncertainty[topics, None]
        self._log_likelihood[topics] += _compute_log_likelihood(
            stories[topics, None], forecast.mean[topics, None], dispersion
        )

    def forget_level(self, topics: Mask) -> None:
        """Reset the level of some topics, to re-learn it; keep weekday pattern and dispersion."""
        self._stories[topics] = 0.0
        self._exposure[topics] = 0.0

    def _compute_level(self) -> Floats:
        """Return the mean stories per day with all sites collected, averaged over weekdays."""
        return (self._stories + LEVEL_PRIOR_STORIES) / np.maximum(self._exposure, 1.0)

    def _compute_dispersion_weights(self) -> Floats:
        """Return the posterior probability of each dispersion."""
        weights = np.exp(self._log_likelihood - self._log_likelihood.max(axis=1, keepdims=True))
        return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def tail_probability(stories: Floats, mean: Floats, dispersion: Floats) -> Floats:
    """Return the probability of at least this many stories; at least 1e-300.

    Negative binomial with variance mean + dispersion * mean^2; a dispersion below 1e-7 counts as 1e-7, nearly Poisson.
    """
    # SciPy takes a third of a second to import, and most commands do not need it.
    from scipy.special import betainc

    size = 1.0 / np.maximum(dispersion, 1e-7)
    probability = betainc(np.maximum(stories, 1.0), size, mean / (size + mean))
    return np.where(stories > 0, np.maximum(probability, 1e-300), 1.0)


def mixture_probability(
    stories: Floats, mean: Floats, weights: Floats, mean_uncertainty: Floats, concentration: Floats | float = 1.0
) -> Floats:
    """Return the probability of at least this many stories under the mixture of DISPERSIONS, on one day or several.

    The counts of several days are independent around their means, which share one uncertainty: means and variances add
    up. So the sum of days has the distribution of one day, but for its dispersion, which is smaller by `concentration`.

    Args:
        stories: of the day, or the sum over days.
        mean: the same of the expected stories.
        weights: probability of each of DISPERSIONS (rows x dispersions).
        mean_uncertainty: relative variance of the mean itself.
        concentration: sum of the squared means of the days over the square of their sum; 1 for one day.
    """
    dispersions = DISPERSION_MARGIN * DISPERSIONS * np.reshape(concentration, (-1, 1)) + mean_uncertainty[:, None]
    probabilities = tail_probability(stories[:, None], mean[:, None], dispersions)
    return np.asarray(np.minimum((weights * probabilities).sum(axis=1), 1.0))


def to_score(probability: Floats) -> Floats:
    """Return -log10 of a probability."""
    return 0.0 - np.log10(probability)


def _compute_log_likelihood(stories: Floats, mean: Floats, dispersion: Floats) -> Floats:
    """Return the log-likelihood of negative binomial counts, without the terms that do not depend on the dispersion."""
    from scipy.special import gammaln

    size = 1.0 / dispersion
    return np.asarray(
        gammaln(stories + size) - gammaln(size) - size * np.log1p(mean * dispersion) - stories * np.log1p(size / mean)
    )
