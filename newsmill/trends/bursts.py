"""Trends room: which days of a topic have more stories than its own past makes one expect.

The count of a day is held against a negative binomial whose mean is the topic's level of the last eight weeks times its
weekday's share, whose dispersion is estimated from the last year, and whose spread includes what is not known of both.
Past bursts are taken out of the baseline, after Noufaily et al., An improved algorithm for outbreak detection (2013).
The cross-check is Kleinberg's, Bursty and hierarchical structure in streams (2002).
"""

from __future__ import annotations

import math

import numpy as np
import polars as pl
from numpy.typing import NDArray

from newsmill.trends.tables import BURSTS, EXPECTED

# Below so many days nothing is known of a topic, and nothing bursts.
LEAST_HISTORY_DAYS = 7
# One in 630: less than one false burst a topic-year. Of young topics more is asked, see kernel.needed.
SCORE = 2.8
# Two stories on a day are a coincidence, however quiet a topic is.
LEAST_STORIES = 3
# A burst reaches over the days beside it that are rarer than one in ten.
EDGE_SCORE = 1.0
# A burst that lasts so long is the new level.
SETTLED_DAYS = 28
# Kleinberg's s and gamma.
RATIO, GAMMA = 2.0, 1.0


def expected_days(daily: pl.DataFrame) -> pl.DataFrame:
    """Every day of `daily` (`topic`, `day`, `stories`; no gaps) against its topic's past, as EXPECTED says."""
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
        # Days add up: means and variances do, and the sum is taken as negative binomial again.
        excess=(pl.col("dispersion") * pl.col("expected") ** 2).sum(),
        expected=pl.col("expected").sum(),
        peak_day=pl.col("day").sort_by(-pl.col("score"), "day").first(),
        kleinberg=pl.col("kleinberg").any(),
    )
    scores = [
        float(tail_score(count, mean, excess / mean**2))
        for count, mean, excess in found.select("observed", "expected", "excess").iter_rows()
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
    from newsmill.trends import kernel

    counts = days["stories"].to_numpy().astype(np.int64)
    weekday = int(days["day"][0].weekday())
    mean, dispersion, score, bursting = kernel.scan(
        counts, weekday, LEAST_HISTORY_DAYS, SCORE, LEAST_STORIES, SETTLED_DAYS
    )
    high = kernel.two_states(counts, mean, dispersion, RATIO, GAMMA * math.log(max(2, counts.size)))
    frame = days.with_columns(
        expected=pl.Series(mean),
        dispersion=pl.Series(dispersion),
        score=pl.Series(score),
        bursting=pl.Series(_with_edges(bursting, score)),
        kleinberg=pl.Series(high),
    ).with_columns(p_value=10.0 ** -pl.col("score"))
    measures = ("expected", "dispersion", "score", "p_value")
    known = pl.int_range(pl.len()) >= LEAST_HISTORY_DAYS
    return EXPECTED.conform(frame.with_columns(pl.when(known).then(pl.col(name)).alias(name) for name in measures))


def _with_edges(bursting: NDArray[np.bool_], score: NDArray[np.float64]) -> NDArray[np.bool_]:
    """The days that burst, and those beside them that are nearly as much."""
    high = score >= EDGE_SCORE
    runs = np.cumsum(np.diff(high.astype(np.int8), prepend=0) != 0)
    return np.asarray(high & np.isin(runs, runs[bursting]))
