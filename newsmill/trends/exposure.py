"""Compute the exposure of topics: the share of a topic's usual stories whose sites were collected on a day.

A site that starts or stops being collected changes the stories of a topic without any news. The expected stories of a
day are scaled by the exposure, so that such a change is neither a burst nor a new level.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl

from newsmill.trends.baseline import Floats

# A site with fewer pages in its first days, from its first fetch on at the latest, may have more later because of news:
# it counts as collected on all days.
FIRST_SITE_DAYS, MIN_FIRST_PAGES = 7, 5
# A site is collected from its first day with this share of its median pages, if the week from then on has this share of
# its usual pages too; days before count in proportion.
MIN_START_SHARE = 1 / 3
# With fewer days with pages since a site's first fetch, the median is that of all days, each weighted by its pages.
MIN_FETCHED_DAYS = 3
# A site is not collected while it has no page for so many days, if it would have had this many pages on them.
MIN_SILENT_DAYS, MIN_MISSED_PAGES = 3, 7.0
# With a lower exposure a day says nothing about a topic: it is neither scored nor learned.
MIN_EXPOSURE = 0.05


def compute_exposure(daily: pl.DataFrame, site_days: pl.DataFrame, story_sites: pl.DataFrame) -> pl.DataFrame:
    """Add `exposure`, 0 to 1, to the topics and days of `daily`; 1 where all sites of the topic were collected.

    Args:
        daily: `topic`, `day`; no gaps within a topic.
        site_days: the pages of each `site` and `day`: `pages`, and `first_fetch`, the day of the site's first fetch.
            Files without a site, null, count as one site.
        story_sites: one row for each `topic`, `day`, `story_id` and `site`.
    """
    if daily.is_empty() or story_sites.is_empty():
        return daily.with_columns(exposure=pl.lit(1.0))
    first: dt.date = daily["day"].min()  # type: ignore[assignment]
    last: dt.date = daily["day"].max()  # type: ignore[assignment]
    size = (last - first).days + 1
    # Files without a site are collected together, as if from one.
    site_days, story_sites = (frame.with_columns(pl.col("site").fill_null("")) for frame in (site_days, story_sites))
    coverage = _cover_sites(site_days, first, size)
    spans = daily.group_by("topic").agg(
        start=(pl.col("day").min() - first).dt.total_days(), end=(pl.col("day").max() - first).dt.total_days() + 1
    )
    stories = _attribute_stories(story_sites, coverage).join(spans, on="topic")
    exposure: dict[str, Floats] = {}
    for topic, site, count, start, end in stories.iter_rows():
        days = coverage[site][start:end] if site in coverage else np.ones(end - start)
        # Stories per day on which the site was collected, on each day on which it was.
        exposure.setdefault(topic, np.zeros(end - start))
        exposure[topic] += count / max(float(days.sum()), 1.0) * days
    rows = [
        pl.DataFrame(
            {
                "topic": [topic] * values.size,
                "day": pl.date_range(
                    first + dt.timedelta(days=start), first + dt.timedelta(days=start + values.size - 1), eager=True
                ),
                "exposure": values / values.max() if values.max() > 0 else np.ones(values.size),
            }
        )
        for topic, start, _ in spans.iter_rows()
        if (values := exposure.get(topic)) is not None
    ]
    found = daily.join(pl.concat(rows), on=["topic", "day"], how="left", maintain_order="left") if rows else daily
    return found.with_columns(pl.col("exposure").fill_null(1.0)) if rows else daily.with_columns(exposure=pl.lit(1.0))


def _cover_sites(site_days: pl.DataFrame, first: dt.date, size: int) -> dict[str, Floats]:
    """Return by site how far each day was collected, 0 to 1; only sites that were not collected on all days."""
    days = site_days.with_columns(index=(pl.col("day") - first).dt.total_days())
    coverage = {}
    for (site,), rows in days.filter(pl.col("index").is_between(0, size - 1)).group_by("site"):
        pages = np.zeros(size)
        pages[rows["index"].to_numpy()] = rows["pages"].to_numpy()
        covered = cover_days(pages, (rows["first_fetch"][0] - first).days)
        if covered.min() < 1.0:
            coverage[str(site)] = covered
    return coverage


def cover_days(pages: Floats, first_fetch: int = 0) -> Floats:
    """Return how far a site was collected on each day, 0 to 1.

    Args:
        pages: of each day.
        first_fetch: index of the day of the site's first fetch. New collections also find some older pages, so days
            before it are compared with the days since.
    """
    found = np.flatnonzero(pages)
    if not found.size:
        return np.ones(pages.size)
    since = found[found >= first_fetch]
    if since.size >= MIN_FETCHED_DAYS:
        median = float(np.median(pages[since]))
    else:
        since, median = found, float(np.median(np.repeat(pages[found], pages[found].astype(np.int64))))
    # Pages per day with a page times the share of such days: the rate that one day of much news does not change.
    usual = median * since.size / (since[-1] - since[0] + 1)
    sums = np.cumsum(np.r_[0.0, pages])
    ends = np.minimum(found + FIRST_SITE_DAYS, found[-1] + 1)
    first_weeks = sums[ends] - sums[found]
    is_full = (pages[found] >= MIN_START_SHARE * median) & (first_weeks >= MIN_START_SHARE * usual * (ends - found))
    if not is_full.any():
        return np.ones(pages.size)
    start = int(found[is_full][0])
    begin = max(0, min(start, first_fetch))
    if pages[begin : begin + FIRST_SITE_DAYS].sum() < MIN_FIRST_PAGES:
        return np.ones(pages.size)
    covered = np.ones(pages.size)
    covered[:start] = np.minimum(pages[:start] / median, 1.0)
    rate = pages[start:].sum() / (found[-1] - start + 1)
    # Runs of days without a page: their first days and the days after them.
    edges = np.flatnonzero(np.diff(np.r_[False, pages[start:] == 0, False])) + start
    for begin, end in zip(edges[::2], edges[1::2], strict=True):
        if end - begin >= MIN_SILENT_DAYS and rate * (end - begin) >= MIN_MISSED_PAGES:
            covered[begin:end] = 0.0
    return covered


def _attribute_stories(story_sites: pl.DataFrame, coverage: dict[str, Floats]) -> pl.DataFrame:
    """Return `topic`, `site`, `stories`: each story of a day counts for its site that was collected on most days.

    That site would have shown the story without the others. Sites collected on all days count as one, null.
    """
    covered = pl.DataFrame(
        {"site": list(coverage), "covered": [float(days.sum()) for days in coverage.values()]},
        schema={"site": pl.String, "covered": pl.Float64},
    )
    known = story_sites.join(covered, on="site", how="left").with_columns(
        site=pl.when(pl.col("covered").is_not_null()).then("site"), covered=pl.col("covered").fill_null(np.inf)
    )
    longest = known.sort("covered", "site", descending=[True, False]).unique(
        ["topic", "day", "story_id"], keep="first", maintain_order=True
    )
    return longest.group_by("topic", "site", maintain_order=True).agg(stories=pl.len()).sort("topic", "site")
