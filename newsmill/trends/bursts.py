"""Trends room: which days of a topic have more stories than its own past makes one expect.

What a day is held against is told in `forecast`, how days are judged one after the other in `scan`. Past bursts are
kept out of the baseline, after Noufaily et al., An improved algorithm for outbreak detection (2013). The cross-check is
Kleinberg's, Bursty and hierarchical structure in streams (2002).
"""

from __future__ import annotations

import math

import numpy as np
import polars as pl
from numpy.typing import NDArray

from newsmill.trends.tables import BURSTS, EXPECTED

# Below so many days nothing is known of a topic, and nothing bursts.
LEAST_HISTORY_DAYS = 7
# Before there is a past to judge them by, first days are cut to so many deviations above their median.
FIRST_DEVIATIONS, MANY = 3.0, 10
# The one threshold: a probability of 1 in 450 a day. What plain noise makes of it `python -m benchmarks.trends` tells:
# at most one burst a topic-year, a little more where 300 stories a day grow by 40 % a year.
SCORE = 2.65
# Of a topic known for n days 1 + CAUTION / n times that score is asked.
CAUTION = 1.0
# Two stories on a day are a coincidence, however quiet a topic is.
LEAST_STORIES = 3
# A burst reaches over the days beside it that are rarer than one in ten, and over one day between two bursts.
EDGE_SCORE = 1.0
# A burst that lasts so long is the new level.
SETTLED_DAYS = 28
# Kleinberg's s and gamma.
RATIO, GAMMA = 2.0, 1.0


def expected_days(daily: pl.DataFrame) -> pl.DataFrame:
    """Every day of `daily` (`topic`, `day`, `stories`; no gaps) against its topic's past, as EXPECTED says.

    A column `read` may say which days were read at all; the others are not judged, and judge none.
    """
    parts = [EXPECTED.empty()]
    for days in daily.sort("topic", "day").partition_by("topic", maintain_order=True):
        parts.append(_one_topic(days))
    return pl.concat(parts)


def bursts(expected: pl.DataFrame, page_stories: pl.DataFrame) -> pl.DataFrame:
    """The bursts that `expected` (as EXPECTED) holds, as BURSTS says.

    `page_stories` has the pages of bursting days: `topic`, `day`, `story_id`, `record_id`, `seen_at`.
    """
    from newsmill.trends.kernel import tail_score

    if not expected["bursting"].any():
        return BURSTS.empty()
    days = (
        expected.sort("topic", "day")
        .with_columns(run=(pl.col("bursting").rle_id() + pl.col("topic").rle_id()))
        .filter("bursting")
    )
    found = days.group_by("topic", "run", maintain_order=True).agg(
        start_day=pl.col("day").first(),
        end_day=pl.col("day").last(),
        observed=pl.col("stories").sum(),
        # Days add up: means and variances do, save that what is not known of the mean is the same on all of them; the
        # sum is taken as negative binomial again.
        excess=((pl.col("dispersion") - pl.col("unknown")) * pl.col("expected") ** 2).sum(),
        unknown=pl.col("unknown").max(),
        expected=pl.col("expected").sum(),
        peak_day=pl.col("day").sort_by(-pl.col("score"), "day").first(),
        kleinberg=pl.col("kleinberg").any(),
    )
    scores = [
        float(tail_score(count, mean, excess / mean**2 + unknown))
        for count, mean, excess, unknown in found.select("observed", "expected", "excess", "unknown").iter_rows()
    ]
    scored = found.with_columns(score=pl.Series(scores, dtype=pl.Float64)).with_columns(
        p_value=10.0 ** -pl.col("score")
    )
    return BURSTS.conform(
        scored.join(_drivers(days, page_stories), on=["topic", "run"], how="left").sort("topic", "start_day")
    )


def _drivers(days: pl.DataFrame, page_stories: pl.DataFrame) -> pl.DataFrame:
    """By `topic` and `run` the `top_story_id`."""
    told = days.select("topic", "day", "run").join(page_stories.drop_nulls("story_id"), on=["topic", "day"])
    stories = told.group_by("topic", "run", "story_id").agg(
        pages=pl.col("record_id").n_unique().cast(pl.Int64), first_seen=pl.col("seen_at").min()
    )
    return (
        stories.sort("topic", "run", -pl.col("pages"), "first_seen", "story_id")
        .group_by("topic", "run", maintain_order=True)
        .agg(top_story_id=pl.col("story_id").first())
    )


def _one_topic(days: pl.DataFrame) -> pl.DataFrame:
    from newsmill.trends.kernel import two_states
    from newsmill.trends.scan import scan

    counts = days["stories"].to_numpy().astype(np.int64)
    read = days["read"].to_numpy() if "read" in days.columns else np.ones(counts.size, np.bool_)
    weekday = int(days["day"][0].weekday())
    usual = max(0.5, float(np.median(counts[read][:LEAST_HISTORY_DAYS]))) if read.any() else 0.5
    # A zero among first days of many was no reading; later ones are told by the law.
    read = read & ((counts > 0) | (np.arange(counts.size) >= LEAST_HISTORY_DAYS) | (usual < MANY))
    highest = usual + FIRST_DEVIATIONS * math.sqrt(usual + 0.1 * usual**2)
    mean, dispersion, unknown, score, bursting = scan(
        counts, read, highest, weekday, LEAST_HISTORY_DAYS, SCORE, CAUTION, LEAST_STORIES, SETTLED_DAYS
    )
    high = two_states(counts, mean, dispersion, RATIO, GAMMA * math.log(max(2, counts.size)))
    frame = days.with_columns(
        expected=pl.Series(mean),
        dispersion=pl.Series(dispersion),
        unknown=pl.Series(unknown),
        score=pl.Series(score),
        bursting=pl.Series(_with_edges(bursting, score)),
        kleinberg=pl.Series(high),
    ).with_columns(p_value=10.0 ** -pl.col("score"))
    measures = ("expected", "dispersion", "unknown", "score", "p_value")
    known = pl.col("expected") > 0
    return EXPECTED.conform(frame.with_columns(pl.when(known).then(pl.col(name)).alias(name) for name in measures))


def _with_edges(bursting: NDArray[np.bool_], score: NDArray[np.float64]) -> NDArray[np.bool_]:
    """The days that burst, those beside them that are nearly as much, and single days between two bursts."""
    high = bursting | (score >= EDGE_SCORE)
    runs = np.cumsum(np.diff(high.astype(np.int8), prepend=0) != 0)
    wide = high & np.isin(runs, runs[bursting])
    wide[1:-1] |= wide[:-2] & wide[2:]
    return np.asarray(wide)
