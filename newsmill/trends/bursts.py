"""Find bursts: days on which a topic has more stories than expected from its past.

Each day is compared with a negative binomial baseline of the days before. Bursts are left out of later baselines, after
Noufaily et al., An improved algorithm for outbreak detection in multiple surveillance systems (2013).
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
from numpy.typing import NDArray

from newsmill.trends.baseline import Floats, Mask, mixture_probability, to_score
from newsmill.trends.exposure import MIN_EXPOSURE
from newsmill.trends.scan import Scan
from newsmill.trends.tables import BURSTS, EXPECTED

# A burst includes adjacent days with a probability below one in ten, and a single day between two bursts.
EDGE_SCORE = 1.0


def compute_expected_days(daily: pl.DataFrame) -> pl.DataFrame:
    """Compare every day of `daily` (`topic`, `day`, `stories`; no gaps within a topic) with its topic's past.

    Args:
        daily: optionally with the columns `is_collected`, false on days for which nothing was collected: those are
            neither scored nor learned; and `exposure`, as `compute_exposure` adds it.

    Returns:
        A frame of `EXPECTED`, by topic and day.
    """
    if daily.is_empty():
        return EXPECTED.empty()
    defaults = {"is_collected": pl.lit(True), "exposure": pl.lit(1.0)}
    days = daily.with_columns(column.alias(name) for name, column in defaults.items() if name not in daily.columns)
    days = days.sort("topic", "day").with_columns(
        row=pl.col("topic").rle_id().cast(pl.Int64),
        column=(pl.col("day") - pl.col("day").min()).dt.total_days(),
    )
    cells = days["row"].to_numpy(), days["column"].to_numpy()
    shape = int(cells[0].max()) + 1, int(cells[1].max()) + 1
    stories, is_read = np.zeros(shape, np.int64), np.zeros(shape, np.bool_)
    exposure = np.ones(shape)
    stories[cells], exposure[cells] = days["stories"].to_numpy(), days["exposure"].to_numpy()
    is_read[cells] = (days["is_collected"] & (days["exposure"] >= MIN_EXPOSURE)).to_numpy()
    first_day: dt.date = days["day"].min()  # type: ignore[assignment]
    scan = Scan(stories, is_read, first_day.weekday(), exposure)
    is_known = pl.Series((scan.mean[cells] > 0) & is_read[cells])
    frame = days.with_columns(
        expected=pl.Series(scan.mean[cells]),
        dispersion=pl.Series(scan.dispersion[cells] + scan.mean_uncertainty[cells]),
        mean_uncertainty=pl.Series(scan.mean_uncertainty[cells]),
        score=pl.Series(scan.score[cells]),
        dispersion_weights=_list_weights(scan, *cells),
        bursting=pl.Series(_add_edges(scan.is_bursting, scan.score)[cells]),
    ).with_columns(p_value=10.0 ** -pl.col("score"))
    measures = ("expected", "dispersion", "mean_uncertainty", "score", "p_value")
    return EXPECTED.conform(
        frame.with_columns(pl.when(pl.Series(is_known)).then(pl.col(name)).alias(name) for name in measures)
    )


def find_bursts(expected: pl.DataFrame, page_stories: pl.DataFrame) -> pl.DataFrame:
    """Return the bursts (`BURSTS`) in the days of `expected` (`EXPECTED`).

    Args:
        expected: every day of the topics.
        page_stories: the pages of bursting days: `topic`, `day`, `story_id`, `record_id`, `seen_at`.
    """
    if not expected["bursting"].any():
        return BURSTS.empty()
    days = (
        expected.sort("topic", "day")
        .with_columns(burst=(pl.col("bursting").rle_id() + pl.col("topic").rle_id()))
        .filter("bursting")
    )
    found = days.group_by("topic", "burst", maintain_order=True).agg(
        start_day=pl.col("day").first(),
        end_day=pl.col("day").last(),
        observed=pl.col("stories").sum(),
        mean_uncertainty=pl.col("mean_uncertainty").max(),
        dispersion_weights=pl.col("dispersion_weights").first(),
        concentration=(pl.col("expected") ** 2).sum() / pl.col("expected").sum() ** 2,
        expected=pl.col("expected").sum(),
        peak_day=pl.col("day").sort_by(-pl.col("score"), "day").first(),
    )
    probability = mixture_probability(
        found["observed"].cast(pl.Float64).to_numpy(),
        found["expected"].to_numpy(),
        np.array(found["dispersion_weights"].to_list()),
        found["mean_uncertainty"].to_numpy(),
        found["concentration"].to_numpy(),
    )
    scored = found.with_columns(score=pl.Series(to_score(probability))).with_columns(p_value=10.0 ** -pl.col("score"))
    top_stories = _find_top_stories(days, page_stories)
    return BURSTS.conform(scored.join(top_stories, on=["topic", "burst"], how="left").sort("topic", "start_day"))


def _list_weights(scan: Scan, topics: NDArray[np.int64], days: NDArray[np.int64]) -> pl.Series:
    weights = scan.dispersion_weights
    found = [weights.get((topic, day)) for topic, day in zip(topics.tolist(), days.tolist(), strict=True)]
    return pl.Series([None if each is None else each.tolist() for each in found], dtype=pl.List(pl.Float64))


def _find_top_stories(days: pl.DataFrame, page_stories: pl.DataFrame) -> pl.DataFrame:
    """Return `top_story_id` by `topic` and `burst`: the story with the most pages; of equals the one seen first."""
    pages = days.select("topic", "day", "burst").join(page_stories.drop_nulls("story_id"), on=["topic", "day"])
    stories = pages.group_by("topic", "burst", "story_id").agg(
        pages=pl.col("record_id").n_unique().cast(pl.Int64), first_seen=pl.col("seen_at").min()
    )
    return (
        stories.sort("topic", "burst", -pl.col("pages"), "first_seen", "story_id")
        .group_by("topic", "burst", maintain_order=True)
        .agg(top_story_id=pl.col("story_id").first())
    )


def _add_edges(is_bursting: Mask, score: Floats) -> Mask:
    """Return the bursting days, the adjacent raised days, and single days between two bursts."""
    is_high = is_bursting | (score >= EDGE_SCORE)
    wide = np.zeros_like(is_bursting)
    for topic in np.flatnonzero(is_bursting.any(axis=1)):
        runs = np.cumsum(np.diff(is_high[topic], prepend=False))
        days = is_high[topic] & np.isin(runs, runs[is_bursting[topic]])
        days[1:-1] |= days[:-2] & days[2:]
        wide[topic] = days
    return wide
