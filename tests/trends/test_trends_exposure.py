"""A site that starts or stops being collected makes no burst; a burst beside it is still found."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import numpy as np
import polars as pl
import pytest

from newsmill.trends.bursts import compute_expected_days
from newsmill.trends.exposure import compute_exposure, cover_days

FIRST = dt.date(2026, 1, 5)
DAYS = 120
Counts = Mapping[str | None, np.ndarray] | Mapping[str, np.ndarray]


def day(number: int) -> dt.date:
    return FIRST + dt.timedelta(days=number)


def scored(stories: Counts, pages_a_story: int = 10, first_fetch: dt.date | None = None) -> pl.DataFrame:
    """Return the scored days of one topic with these stories by site; each site has ten times as many pages."""
    topic = pl.DataFrame(
        [
            {"topic": "t", "day": day(number), "story_id": f"{site}-{number}-{story}", "site": site}
            for site, counts in stories.items()
            for number, count in enumerate(counts.tolist())
            for story in range(count)
        ]
    )
    site_days = pl.DataFrame(
        [
            {
                "site": site,
                "day": day(number),
                "pages": pages_a_story * count,
                "first_fetch": first_fetch or day(int(np.flatnonzero(counts)[0])),
            }
            for site, counts in stories.items()
            for number, count in enumerate(counts.tolist())
            if count
        ]
    )
    totals = sum(stories.values(), np.zeros(DAYS, np.int64))
    daily = pl.DataFrame({"topic": "t", "day": [day(number) for number in range(DAYS)], "stories": totals})
    return compute_expected_days(compute_exposure(daily, site_days, topic))


def draw(mean: float, seed: int, first: int = 0, last: int = DAYS) -> np.ndarray:
    counts = np.random.default_rng(seed).poisson(mean, DAYS)
    counts[:first] = counts[last:] = 0
    return counts


@pytest.mark.parametrize("seed", range(6))
def test_a_site_that_starts_or_returns_is_no_burst(seed: int) -> None:
    away = draw(9, seed + 50)
    away[50:80] = 0
    starting = scored({"a": draw(6, seed), "b": draw(9, seed + 20, first=60), "c": draw(4, seed + 30, first=90)})
    returning = scored({"a": draw(6, seed + 40), "b": away})
    stopping = scored({"a": draw(6, seed), "b": draw(9, seed + 20, last=60)})
    for days in (starting, returning, stopping):
        assert not days.filter("bursting")["day"].is_in([day(60), day(80), day(90)]).any()
        assert days["bursting"].sum() <= 2
    # The expected stories follow at once.
    assert starting.filter(pl.col("day") == day(75))["expected"].item() == pytest.approx(15, rel=0.25)
    assert stopping.filter(pl.col("day") == day(70))["expected"].item() == pytest.approx(6, rel=0.25)


def test_without_exposure_the_same_site_would_burst() -> None:
    stories = {"a": draw(6, 1), "b": draw(9, 21, first=60)}
    daily = scored(stories).select("topic", "day", "stories")
    assert compute_expected_days(daily).filter(pl.col("day") == day(60))["bursting"].item()


def test_a_burst_beside_a_new_site_is_found() -> None:
    stories = {"a": draw(6, 3), "b": draw(9, 4, first=60)}
    stories["a"][85] = 40
    assert scored(stories).filter("bursting")["day"].to_list() == [day(85)]


def test_sites_that_appear_with_the_news_are_part_of_the_burst() -> None:
    late = {f"s{n}": draw(1, 1, first=100, last=100) for n in range(25)}
    for counts in late.values():
        counts[100] = 1
    stories = {"a": draw(4, 3), **late}
    days = scored(stories, pages_a_story=1)
    assert days["exposure"].to_list() == [1.0] * DAYS
    assert day(100) in days.filter("bursting")["day"].to_list()


def test_constant_sites_leave_every_day_as_it_is() -> None:
    days = scored({"a": draw(6, 3), "b": draw(3, 5)})
    assert days["exposure"].to_list() == [1.0] * DAYS


def test_a_site_is_covered_from_its_first_full_day_and_not_while_silent() -> None:
    pages = np.array([0, 0, 3, 0, 12, 30, 30, 28, 0, 0, 31, 30, 0, 0, 0, 0, 29, 30, 0, 0, 0])
    expected = [0, 0, 0.1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 0, 0, 0]
    assert cover_days(pages.astype(float)).round(1).tolist() == expected
    # A site with few pages counts as collected throughout.
    assert cover_days(np.array([0.0, 1, 0, 0, 0, 0, 2, 0])).tolist() == [1.0] * 8


def draw_collection(seed: int, start: int) -> np.ndarray:
    """Return the stories of a site collected from a day on; one in eight is older, by 30 days on average."""
    rng = np.random.default_rng(seed)
    days = np.repeat(np.arange(start, DAYS), rng.poisson(6, DAYS - start))
    late = rng.random(days.size) < 1 / 8
    days = days - np.where(late, 1 + rng.exponential(30, days.size).astype(int), 0)
    return np.bincount(days[days >= 0], minlength=DAYS)


@pytest.mark.parametrize("site", ["a", None])
@pytest.mark.parametrize("seed", range(3))
def test_older_pages_found_by_a_new_collection_make_no_burst_at_its_start(seed: int, site: str | None) -> None:
    counts = draw_collection(seed, start=60)
    assert counts[:60].sum() > 10
    days = scored({site: counts}, first_fetch=day(60))
    assert not days.filter("bursting")["day"].is_between(day(50), day(75)).any()
    counts[100] += 40
    assert day(100) in scored({site: counts}, first_fetch=day(60)).filter("bursting")["day"].to_list()


def test_an_archive_fetched_at_once_counts_as_collected_on_its_days() -> None:
    counts = draw(20, 3)
    # Pages without a date count on the day of the fetch.
    counts[-1] = 300
    counts[80] += 60
    days = scored({"a": counts}, first_fetch=day(DAYS - 1))
    assert days["exposure"].to_list() == [1.0] * DAYS
    assert day(80) in days.filter("bursting")["day"].to_list()


def test_a_small_site_with_more_pages_later_counts_as_collected_throughout() -> None:
    # Its first page was fetched the day after it was published.
    pages = np.array([0.0, 1, 0, 0, 0, 0, 0, 1, 2, 1, 2, 0, 2, 0])
    assert cover_days(pages, first_fetch=2).tolist() == [1.0] * 14
