"""One pass over the days: every day is judged by the baseline of the days before it, then learned."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from newsmill.trends.baseline import DISPERSIONS, Baseline, Floats, Forecast, Mask, tail_probability, to_score

# The first days of a topic have no expectation and never burst.
MIN_HISTORY_DAYS = 7
# Before there is a past to judge them by, first days count for at most so many deviations above their median; a zero
# among first days whose median is MANY_STORIES or more counts as not read.
FIRST_DAYS_DEVIATIONS, MANY_STORIES = 3.0, 10
# A day bursts from this score on: a probability of 1 in 480. `python -m benchmarks.trends` counts what noise bursts.
MIN_SCORE = 2.68
# In a topic known for n days it takes 1 + SHORT_HISTORY_PENALTY / n times that score.
SHORT_HISTORY_PENALTY = 2.2
# Two stories on one day are a coincidence, however quiet the topic is.
MIN_STORIES = 3
# Dispersions are raised by this factor before a day is scored: too narrow a distribution costs false bursts, too wide a
# one only weakens scores.
DISPERSION_MARGIN = 1.4
# Raised days score RAISED_SCORE or more. Two to MAX_RAISED_DAYS of them in a row burst together if their sum scores
# SUM_PENALTY above MIN_SCORE: more sums are tried than days.
RAISED_SCORE, MAX_RAISED_DAYS, SUM_PENALTY = 1.0, 5, 0.25
# A burst that lasts so many days is the new level.
SETTLED_DAYS = 28
# A day without a story that is rarer than this counts as not read; after so many in a row the topic has ended, and its
# level is learned again.
SILENCE_PROBABILITY, MAX_SILENT_DAYS = 1e-3, 7


class Scan:
    """The judged days, in arrays of topics x days; zeros where a day is not judged.

    Attributes:
        mean: expected stories; zeros in a topic's first days.
        dispersion: of the counts around a known mean.
        mean_uncertainty: relative variance of the mean.
        score: -log10 of the probability of so many stories or more.
        is_bursting: days that burst alone or together with those before.
    """

    def __init__(self, stories: NDArray[np.int64], is_read: Mask, first_weekday: int) -> None:
        topics, days = stories.shape
        self.mean, self.dispersion = np.zeros(stories.shape), np.zeros(stories.shape)
        self.mean_uncertainty, self.score = np.zeros(stories.shape), np.zeros(stories.shape)
        self.is_bursting = np.zeros(stories.shape, np.bool_)
        self._stories = stories.astype(np.float64)
        self._is_read, self._max_first_stories = _judge_first_days(self._stories, is_read)
        self._first_weekday = first_weekday
        self._baseline = Baseline(topics)
        # Days learned or judged, days of the burst that goes on, and days without a story, each up to now.
        self._known_days, self._burst_days, self._silent_days = (np.zeros(topics, np.int64) for _ in range(3))
        for day in range(days):
            self._judge(day)

    def _judge(self, day: int) -> None:
        """Score a day, decide whether it bursts, and learn it if not."""
        weekday, stories = (self._first_weekday + day) % 7, self._stories[:, day]
        forecast = self._baseline.forecast(weekday)
        is_first = self._known_days < MIN_HISTORY_DAYS
        self.mean[:, day] = np.where(is_first, 0.0, forecast.mean)
        self.dispersion[:, day] = np.where(is_first, 0.0, forecast.dispersion)
        self.mean_uncertainty[:, day] = np.where(is_first, 0.0, forecast.mean_uncertainty)

        is_judged = ~is_first & self._is_read[:, day] & ~self._is_silent(day, stories, forecast)
        laws = DISPERSION_MARGIN * DISPERSIONS + forecast.mean_uncertainty[:, None]
        probabilities = tail_probability(stories[:, None], forecast.mean[:, None], laws)
        score = to_score(np.minimum((forecast.dispersion_weights * probabilities).sum(axis=1), 1.0))
        self.score[:, day] = np.where(is_judged, score, 0.0)
        raised_days = self._count_raised_days(day, is_judged)
        for topic in np.flatnonzero(raised_days):
            self.is_bursting[topic, day - raised_days[topic] + 1 : day + 1] = True

        goes_on = (self._burst_days > 0) & (self.score[:, day] >= RAISED_SCORE)
        lasts = np.where((raised_days > 0) | goes_on, np.maximum(self._burst_days + 1, raised_days), 0)
        self._burst_days = np.where(is_judged, lasts, self._burst_days)
        self._known_days += is_judged
        is_settled = is_judged & (self._burst_days == SETTLED_DAYS)
        has_ended = is_judged & (self._silent_days == MAX_SILENT_DAYS + 1)
        is_ordinary = is_judged & (self._burst_days == 0) & ~has_ended
        self._baseline.learn_dispersion(is_ordinary, stories, forecast)
        self._baseline.learn(is_ordinary, weekday, stories, forecast.weekday_factor)
        self._learn_new_level(is_settled, day, SETTLED_DAYS)
        self._learn_new_level(has_ended, day, MAX_SILENT_DAYS + 1)
        self._burst_days[is_settled] = 0
        is_first &= self._is_read[:, day]
        self._baseline.learn_dispersion(is_first & (self._known_days > 1), stories, forecast)
        self._baseline.learn(is_first, weekday, np.minimum(stories, self._max_first_stories), forecast.weekday_factor)
        self._known_days += is_first

    def _is_silent(self, day: int, stories: Floats, forecast: Forecast) -> Mask:
        """Return the topics whose day without a story counts as not read; ends their burst."""
        law = forecast.dispersion + forecast.mean_uncertainty
        is_rare = np.log1p(law * forecast.mean) / law > -np.log(SILENCE_PROBABILITY)
        is_judged = self._is_read[:, day] & (self._known_days >= MIN_HISTORY_DAYS)
        silent_days = np.where(is_rare & (stories == 0), self._silent_days + 1, 0)
        self._silent_days = np.where(is_judged, silent_days, self._silent_days)
        is_silent = is_judged & (self._silent_days > 0) & (self._silent_days <= MAX_SILENT_DAYS)
        self._burst_days[is_silent] = 0
        return np.asarray(is_silent)

    def _count_raised_days(self, day: int, is_judged: Mask) -> NDArray[np.int64]:
        """Return by topic how many days up to this one burst, alone or together; 0 where none does."""
        needed = MIN_SCORE * (1.0 + SHORT_HISTORY_PENALTY / np.maximum(self._known_days, 1))
        is_raised = is_judged & (self.score[:, day] >= RAISED_SCORE)
        is_enough = (self.score[:, day] >= needed) & (self._stories[:, day] >= MIN_STORIES)
        length = (is_raised & is_enough).astype(np.int64)
        for days in range(2, min(MAX_RAISED_DAYS, day + 1) + 1):
            is_raised &= self.score[:, day - days + 1] >= RAISED_SCORE
            span = slice(day - days + 1, day + 1)
            stories = self._stories[:, span].sum(axis=1)
            topics = np.flatnonzero(is_raised & (length == 0) & (stories >= 2 * days))
            if topics.size:
                mean, law = sum_days(
                    self.mean[topics, span], self.dispersion[topics, span], self.mean_uncertainty[topics, span]
                )
                score = to_score(tail_probability(stories[topics], mean, law))
                length[topics[score >= needed[topics] + SUM_PENALTY]] = days
        return length

    def _learn_new_level(self, topics: Mask, day: int, days: int) -> None:
        """Learn the level of some topics again, from the last days alone."""
        if not topics.any():
            return
        self._baseline.forget_level(topics)
        for past in range(day - days + 1, day + 1):
            weekday = (self._first_weekday + past) % 7
            factor = self._baseline.forecast(weekday).weekday_factor
            self._baseline.learn(topics, weekday, self._stories[:, past], factor)


def sum_days(mean: Floats, dispersion: Floats, mean_uncertainty: Floats) -> tuple[Floats, Floats]:
    """Return mean and dispersion of the sum of days (the last axis).

    Means and variances of days add up; the uncertainty of the mean is the same on all of them.
    """
    total = mean.sum(axis=-1)
    variance = (dispersion * mean**2).sum(axis=-1)
    return total, variance / total**2 + mean_uncertainty.max(axis=-1)


def _judge_first_days(stories: Floats, is_read: Mask) -> tuple[Mask, Floats]:
    """Return which days count as read, and the stories by topic that one of its first days counts for at most."""
    is_read, most = is_read.copy(), np.zeros(len(stories))
    for topic, days in enumerate(is_read):
        first = np.flatnonzero(days)[:MIN_HISTORY_DAYS]
        usual = max(0.5, float(np.median(stories[topic, first]))) if first.size else 0.5
        if usual >= MANY_STORIES:
            is_read[topic, first[stories[topic, first] == 0]] = False
        most[topic] = usual + FIRST_DAYS_DEVIATIONS * np.sqrt(usual + 0.1 * usual**2)
    return is_read, most
