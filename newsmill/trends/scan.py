"""Scan the days in one pass: score every day by the baseline of the days before it, then learn it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from newsmill.trends.baseline import Baseline, Floats, Forecast, Mask, mixture_probability, to_score

# The first days of a topic have no expected value and never burst.
MIN_HISTORY_DAYS = 7
# The first days have no past to compare with, so their counts are capped at this many deviations above their median. A
# zero among first days whose median is MANY_STORIES or more counts as not read.
FIRST_DAYS_DEVIATIONS, MANY_STORIES = 3.0, 10
# The minimum score of a burst: a probability of 1 in 480. `python -m benchmarks.trends` counts bursts in noise.
MIN_SCORE = 2.68
# For a topic known for n days the minimum is 1 + SHORT_HISTORY_PENALTY / n times that score.
SHORT_HISTORY_PENALTY = 2.2
# Fewer stories on one day are a coincidence, even for a quiet topic.
MIN_STORIES = 3
# Raised days score RAISED_SCORE or more. Two to MAX_RAISED_DAYS of them in a row burst together if their joint score is
# the minimum or more.
RAISED_SCORE, MAX_RAISED_DAYS = 1.0, 5
# A burst that lasts this many days is the new level.
SETTLED_DAYS = 28
# A day without a story counts as not read if its probability is below this. After more than MAX_SILENT_DAYS such days
# in a row the topic has ended, and its level is re-learned.
SILENCE_PROBABILITY, MAX_SILENT_DAYS = 1e-3, 7


class Scan:
    """The scored days, in arrays of topics x days; zeros where a day is not scored.

    Attributes:
        mean: expected stories; zeros in a topic's first days.
        dispersion: of the counts around a known mean.
        mean_uncertainty: relative variance of the mean.
        score: -log10 of the probability of at least this many stories.
        dispersion_weights: of the raised days, by topic and day; probability of each of DISPERSIONS.
        is_bursting: days that burst alone or together with earlier days.
    """

    def __init__(
        self, stories: NDArray[np.int64], is_read: Mask, first_weekday: int, exposure: Floats | None = None
    ) -> None:
        topics, days = stories.shape
        self.mean, self.dispersion = np.zeros(stories.shape), np.zeros(stories.shape)
        self.mean_uncertainty, self.score = np.zeros(stories.shape), np.zeros(stories.shape)
        self.is_bursting = np.zeros(stories.shape, np.bool_)
        self.dispersion_weights: dict[tuple[int, int], Floats] = {}
        self._stories = stories.astype(np.float64)
        self._exposure = np.ones(stories.shape) if exposure is None else exposure
        self._is_read, self._max_first_stories = _prepare_first_days(self._stories / self._exposure.clip(1e-3), is_read)
        self._first_weekday = first_weekday
        self._baseline = Baseline(topics)
        # Days learned or scored, days of the current burst, and days without a story in a row, each up to now.
        self._known_days, self._burst_days, self._silent_days = (np.zeros(topics, np.int64) for _ in range(3))
        for day in range(days):
            self._score_day(day)

    def _score_day(self, day: int) -> None:
        """Score a day, determine whether it bursts, and learn it if not."""
        weekday, stories = (self._first_weekday + day) % 7, self._stories[:, day]
        exposure = self._exposure[:, day]
        forecast = self._baseline.forecast(weekday, exposure)
        is_first = self._known_days < MIN_HISTORY_DAYS
        self.mean[:, day] = np.where(is_first, 0.0, forecast.mean)
        self.dispersion[:, day] = np.where(is_first, 0.0, forecast.dispersion)
        self.mean_uncertainty[:, day] = np.where(is_first, 0.0, forecast.mean_uncertainty)

        is_scored = ~is_first & self._is_read[:, day] & ~self._is_silent(day, stories, forecast)
        weights = forecast.dispersion_weights
        score = to_score(mixture_probability(stories, forecast.mean, weights, forecast.mean_uncertainty))
        self.score[:, day] = np.where(is_scored, score, 0.0)
        for topic in np.flatnonzero(self.score[:, day] >= RAISED_SCORE):
            self.dispersion_weights[int(topic), day] = weights[topic]
        raised_days = self._count_raised_days(day, is_scored)
        for topic in np.flatnonzero(raised_days):
            self.is_bursting[topic, day - raised_days[topic] + 1 : day + 1] = True

        continues = (self._burst_days > 0) & (self.score[:, day] >= RAISED_SCORE)
        burst_days = np.where((raised_days > 0) | continues, np.maximum(self._burst_days + 1, raised_days), 0)
        self._burst_days = np.where(is_scored, burst_days, self._burst_days)
        self._known_days += is_scored
        is_settled = is_scored & (self._burst_days == SETTLED_DAYS)
        has_ended = is_scored & (self._silent_days == MAX_SILENT_DAYS + 1)
        is_ordinary = is_scored & (self._burst_days == 0) & ~has_ended
        self._baseline.learn_dispersion(is_ordinary, stories, forecast)
        self._baseline.learn(is_ordinary, weekday, stories, forecast.weekday_factor, exposure)
        self._learn_new_level(is_settled, day, SETTLED_DAYS)
        self._learn_new_level(has_ended, day, MAX_SILENT_DAYS + 1)
        self._burst_days[is_settled] = 0
        is_first &= self._is_read[:, day]
        self._baseline.learn_dispersion(is_first & (self._known_days > 1), stories, forecast)
        capped = np.minimum(stories, self._max_first_stories * exposure)
        self._baseline.learn(is_first, weekday, capped, forecast.weekday_factor, exposure)
        self._known_days += is_first

    def _is_silent(self, day: int, stories: Floats, forecast: Forecast) -> Mask:
        """Return the topics whose day without a story counts as not read, and end their bursts."""
        dispersion = forecast.dispersion + forecast.mean_uncertainty
        is_rare = np.log1p(dispersion * forecast.mean) / dispersion > -np.log(SILENCE_PROBABILITY)
        is_scored = self._is_read[:, day] & (self._known_days >= MIN_HISTORY_DAYS)
        silent_days = np.where(is_rare & (stories == 0), self._silent_days + 1, 0)
        self._silent_days = np.where(is_scored, silent_days, self._silent_days)
        is_silent = is_scored & (self._silent_days > 0) & (self._silent_days <= MAX_SILENT_DAYS)
        self._burst_days[is_silent] = 0
        return np.asarray(is_silent)

    def _count_raised_days(self, day: int, is_scored: Mask) -> NDArray[np.int64]:
        """Return by topic how many days up to this one burst, alone or together; 0 if none does."""
        needed = MIN_SCORE * (1.0 + SHORT_HISTORY_PENALTY / np.maximum(self._known_days, 1))
        is_raised = is_scored & (self.score[:, day] >= RAISED_SCORE)
        is_enough = (self.score[:, day] >= needed) & (self._stories[:, day] >= MIN_STORIES)
        length = (is_raised & is_enough).astype(np.int64)
        for days in range(2, min(MAX_RAISED_DAYS, day + 1) + 1):
            is_raised &= self.score[:, day - days + 1] >= RAISED_SCORE
            span = slice(day - days + 1, day + 1)
            stories = self._stories[:, span].sum(axis=1)
            topics = np.flatnonzero(is_raised & (length == 0) & (stories >= 2 * days))
            if topics.size:
                # The weights of the first day: it has learned nothing of the others.
                weights = np.array([self.dispersion_weights[int(topic), span.start] for topic in topics])
                mean, uncertainty = self.mean[topics, span], self.mean_uncertainty[topics, span].max(axis=1)
                total = mean.sum(axis=1)
                concentration = (mean**2).sum(axis=1) / total**2
                score = to_score(mixture_probability(stories[topics], total, weights, uncertainty, concentration))
                length[topics[score >= needed[topics]]] = days
        return length

    def _learn_new_level(self, topics: Mask, day: int, days: int) -> None:
        """Re-learn the level of some topics from the last days alone."""
        if not topics.any():
            return
        self._baseline.forget_level(topics)
        for past in range(day - days + 1, day + 1):
            weekday = (self._first_weekday + past) % 7
            factor = self._baseline.forecast(weekday).weekday_factor
            self._baseline.learn(topics, weekday, self._stories[:, past], factor, self._exposure[:, past])


def _prepare_first_days(stories: Floats, is_read: Mask) -> tuple[Mask, Floats]:
    """Return which days count as read, and by topic the cap on the stories of its first days."""
    is_read, max_stories = is_read.copy(), np.zeros(len(stories))
    for topic, days in enumerate(is_read):
        first = np.flatnonzero(days)[:MIN_HISTORY_DAYS]
        typical = max(0.5, float(np.median(stories[topic, first]))) if first.size else 0.5
        if typical >= MANY_STORIES:
            is_read[topic, first[stories[topic, first] == 0]] = False
        max_stories[topic] = typical + FIRST_DAYS_DEVIATIONS * np.sqrt(typical + 0.1 * typical**2)
    return is_read, max_stories
