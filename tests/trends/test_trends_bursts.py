"""Bursts are found where they were planted, are rare in plain noise, and do not hide later bursts."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from benchmarks.simulate_trends import FIRST_DAY, Noise, detect_bursts, detect_planted, false_bursts_a_year, to_daily
from newsmill.trends.baseline import (
    DISPERSION_MARGIN,
    DISPERSIONS,
    mixture_probability,
    tail_probability,
    to_score,
)
from newsmill.trends.bursts import compute_expected_days, find_bursts
from newsmill.trends.scan import MIN_HISTORY_DAYS

YEARS = 20
NO_PAGES = pl.DataFrame(
    schema={
        "topic": pl.String,
        "day": pl.Date,
        "story_id": pl.String,
        "record_id": pl.String,
        "seen_at": pl.Datetime("us"),
    }
)
MEANS = (0.2, 1.0, 5.0, 20.0, 100.0)
NOISES = [Noise(mean, dispersion) for mean in MEANS for dispersion in (0.0, 0.1)]
QUICK = [Noise(0.2), Noise(5.0, 0.1), Noise(100.0)]
SLOW = [
    *(noise for noise in NOISES if noise not in QUICK),
    Noise(0.05),
    Noise(20.0, 0.5),
    Noise(300.0, 0.3),
    Noise(20.0, 0.1, week="flat"),
    Noise(20.0, 0.1, week="office"),
    Noise(5.0, 0.0, week="odd"),
    Noise(100.0, 0.0, growth=0.4),
    Noise(20.0, 0.1, growth=-0.4),
]


def day(number: int) -> dt.date:
    return FIRST_DAY + dt.timedelta(days=number)


def spans(counts: list[int]) -> list[tuple[dt.date, dt.date]]:
    return detect_bursts([np.array(counts)]).select("start_day", "end_day").rows()


@pytest.mark.parametrize("noise", [*QUICK, *(pytest.param(noise, marks=pytest.mark.slow) for noise in SLOW)], ids=str)
def test_plain_noise_bursts_at_most_once_a_year(noise: Noise) -> None:
    assert false_bursts_a_year(noise, YEARS) <= 1


@pytest.mark.slow
@pytest.mark.parametrize("days", [28, 60])
@pytest.mark.parametrize("noise", [Noise(5.0), Noise(100.0, 0.1), Noise(20.0, 0.5)], ids=lambda noise: noise.name)
def test_plain_noise_with_a_short_history_bursts_at_most_once_a_year(noise: Noise, days: int) -> None:
    assert false_bursts_a_year(noise, 2 * YEARS, days) <= 1


@pytest.mark.parametrize("noise", [Noise(5.0), Noise(100.0)], ids=lambda noise: noise.name)
def test_plain_noise_with_missing_days_bursts_at_most_once_a_year(noise: Noise) -> None:
    assert false_bursts_a_year(noise, YEARS, missing=0.05) <= 1


@pytest.mark.parametrize(
    "noise",
    [Noise(5.0), *(pytest.param(noise, marks=pytest.mark.slow) for noise in NOISES if noise.mean >= 1)],
    ids=str,
)
def test_bursts_of_four_sigma_are_found(noise: Noise) -> None:
    three = detect_planted(noise, YEARS, days=3)
    assert three.found == three.planted == 5 * YEARS
    assert three.found_as_one == three.found
    assert detect_planted(noise, YEARS, days=1).share >= 0.95


@pytest.mark.slow
def test_four_sigma_added_to_the_noise_are_found_nearly_as_often_as_by_an_oracle() -> None:
    for noise in (Noise(5.0), Noise(20.0, 0.1), Noise(100.0)):
        found = detect_planted(noise, YEARS, days=3, size="on_top")
        assert found.share >= found.oracle_share - 0.06
        assert found.share >= 0.94


def test_earlier_bursts_do_not_hide_later_ones() -> None:
    rng = np.random.default_rng(7)
    noise = Noise(10.0)
    # One day in thirty bursts, from the first week on.
    burst_days = list(range(5, 200, 30))
    found = []
    for _ in range(30):
        counts = noise.draw(200, rng)
        counts[burst_days] = noise.burst_counts("as_rare", counts)[burst_days]
        bursts = spans(counts.tolist())
        found += [any(start <= day(number) <= end for start, end in bursts) for number in burst_days if number > 60]
    assert sum(found) / len(found) > 0.85


def test_days_not_read_are_neither_scored_nor_learned() -> None:
    calm = np.array([*STEADY, *[0] * 10, *STEADY])
    read = pl.Series([True] * 84 + [False] * 10 + [True] * 84)
    scored = compute_expected_days(to_daily([calm]).with_columns(is_collected=read))
    gap = scored.slice(84, 10)
    assert gap["score"].to_list() == gap["expected"].to_list() == [None] * 10
    # The week after the gap is expected as the week before it.
    assert scored["expected"][94:101].mean() == pytest.approx(scored["expected"][77:84].mean(), rel=0.1)
    assert not scored["bursting"].any()


def test_topic_without_days_read_has_no_expectation() -> None:
    nothing = compute_expected_days(to_daily([np.array([0] * 20)]).with_columns(is_collected=pl.lit(False)))
    assert nothing["expected"].is_null().all()


def test_day_without_stories_in_a_busy_topic_counts_as_not_read() -> None:
    weeks = [40, 42, 38, 41, 39, 40, 40] * 10
    holes = [0 if number % 9 == 0 else count for number, count in enumerate(weeks)]
    tail = compute_expected_days(to_daily([np.array([*holes, 40])])).tail(1)
    assert tail["expected"].item() == pytest.approx(40, rel=0.05)


def test_expectation_follows_a_topic_that_ends() -> None:
    gone = [40, 42, 38, 41, 39, 40, 40] * 10 + [0] * 60
    assert compute_expected_days(to_daily([np.array(gone)])).tail(1)["expected"].item() < 2


def test_two_bursts_with_one_day_between_are_merged() -> None:
    assert spans([*STEADY, 30, 4, 30, 4, 4]) == [(day(84), day(86))]
    assert spans([*STEADY, 30, 4, 4, 30, 4]) == [(day(84), day(84)), (day(87), day(87))]


def test_days_of_a_burst_share_the_uncertainty_of_the_mean() -> None:
    counts = np.array([*[2, 3, 2, 1, 2, 2, 3] * 3, 12, 12, 12, 12])
    [row] = detect_bursts([counts]).to_dicts()
    single_days = compute_expected_days(to_daily([counts])).filter("bursting")
    assert row["score"] < single_days["score"].sum()


@pytest.mark.parametrize(
    ("count", "mean", "dispersion"), [(0, 1.0, 0.1), (3, 0.01, 0.0), (9, 2.0, 0.3), (300, 100.0, 1e-5), (40, 60.0, 0.5)]
)
def test_score_is_the_probability_of_so_many_or_more(count: int, mean: float, dispersion: float) -> None:
    size = 1 / dispersion if dispersion else 1e12
    fewer = np.arange(count)
    distribution = stats.nbinom(size, size / (size + mean)) if dispersion else stats.poisson(mean)
    probability = 1 - distribution.pmf(fewer).sum() if count < 30 else distribution.pmf(np.arange(count, 5000)).sum()
    assert _score(count, mean, dispersion) == pytest.approx(-np.log10(probability), abs=1e-5)


def test_score_is_at_most_300() -> None:
    assert _score(5000, 1.0, 0.0) == 300
    assert _score(10**6, 0.01, 0.2) == 300


def _score(count: int, mean: float, dispersion: float) -> float:
    return float(to_score(tail_probability(np.array([float(count)]), np.array([mean]), np.array([dispersion])))[0])


STEADY = [4, 5, 3, 4, 6, 2, 3] * 12


def test_burst_has_its_days_and_peak() -> None:
    [row] = detect_bursts([np.array([*STEADY, 4, 19, 26, 15, 4, 5])]).to_dicts()
    assert (row["start_day"], row["end_day"], row["peak_day"]) == (day(85), day(87), day(86))
    assert row["observed"] == 60
    assert 10 < row["expected"] < 17
    assert row["p_value"] == pytest.approx(10 ** -row["score"])
    assert row["score"] > 8


def test_expectation_follows_the_weekday() -> None:
    weeks = [30, 31, 29, 30, 32, 2, 3] * 14
    assert spans(weeks) == []
    # 28 stories are a burst on a Saturday, but not on a Monday.
    assert spans([*weeks, 30, 31, 29, 30, 32, 28, 2]) == [(day(103), day(103))]


def test_burst_stays_out_of_the_baseline() -> None:
    burst = [40] * 6
    quiet = [3, 4, 5, 4, 3, 4, 5, 4] * 2
    found = spans([*STEADY, *burst, *quiet, *[24] * 2])
    assert found == [(day(84), day(89)), (day(106), day(107))]


def test_burst_that_lasts_becomes_the_new_level() -> None:
    found = spans([*STEADY, *[20] * 120])
    assert found[0][0] == day(84)
    assert all(end < day(84 + 45) for _, end in found)


def test_short_history_bursts_only_far_above_it() -> None:
    assert spans([0] * MIN_HISTORY_DAYS + [0]) == []
    assert spans([1, 2, 1, 90, 1, 2]) == []
    # One day later only a count far above the others bursts.
    assert spans([1, 2, 1, 2, 1, 2, 1, 2, 6]) == []
    assert spans([1, 2, 1, 2, 1, 2, 1, 2, 30]) == [(day(8), day(8))]


def test_two_stories_never_burst() -> None:
    assert spans([0] * 200 + [2]) == []
    assert spans([1] + [0] * 200 + [4]) == [(day(201), day(201))]


def test_first_days_of_a_topic_have_no_expectation() -> None:
    expected = compute_expected_days(to_daily([np.array([3] * 10)]))
    assert expected["expected"].is_null().to_list() == [True] * MIN_HISTORY_DAYS + [False] * 3
    assert not expected["bursting"].any()


def test_later_days_do_not_change_the_expectation() -> None:
    counts = np.array([*STEADY, 4, 19, 26, 15, 4, 5, 90])
    before = compute_expected_days(to_daily([counts[:-1]])).drop("bursting")
    after = compute_expected_days(to_daily([counts])).drop("bursting")
    assert after.head(-1).equals(before)


def test_topics_do_not_affect_each_other() -> None:
    one, other = np.array([*STEADY, 30]), np.array([3] * 85)
    assert detect_bursts([one, other]).equals(detect_bursts([one]))
    assert detect_bursts([other, one])["topic"].to_list() == ["topic_0001"]


def test_top_story_is_the_one_on_most_pages() -> None:
    expected = compute_expected_days(to_daily([np.array([*STEADY, 30])]))
    seen = dt.datetime(2024, 3, 25, 9)
    late = seen + dt.timedelta(hours=1)
    rows = [("late", day(84), "r1", late), ("late", day(84), "r2", late), ("early", day(84), "r3", seen)]
    rows += [("early", day(84), "r4", seen), (None, day(84), "r5", seen), ("before", day(83), "r6", seen)]
    rows += [("before", day(83), f"r{number}", seen) for number in range(7, 12)]
    pages = pl.DataFrame(
        [("topic_0000", *row) for row in rows], ["topic", "story_id", "day", "record_id", "seen_at"], orient="row"
    )
    assert find_bursts(expected, pages)["top_story_id"].to_list() == ["early"]


def test_no_days_give_no_bursts() -> None:
    empty = compute_expected_days(to_daily([np.array([1])]).head(0))
    assert empty.height == 0
    assert find_bursts(empty, pl.DataFrame()).height == 0


@settings(deadline=None, max_examples=25)
@given(
    seed=st.integers(0, 10_000),
    noise=st.sampled_from([Noise(0.2), Noise(1.0, 0.3), Noise(5.0, 0.1), Noise(100.0, 0.5)]),
    extra=st.lists(st.integers(3, 40), min_size=1, max_size=4),
)
def test_a_burst_of_one_day_has_the_probability_of_that_day(seed: int, noise: Noise, extra: list[int]) -> None:
    counts = noise.draw(90, np.random.default_rng(seed))
    counts[60 : 60 + len(extra)] += extra
    expected = compute_expected_days(to_daily([counts]))
    bursts = find_bursts(expected, NO_PAGES)
    days = expected.select("day", day_p="p_value", day_score="score")
    single = bursts.filter(pl.col("start_day") == pl.col("end_day")).join(days, left_on="start_day", right_on="day")
    assert single["p_value"].to_list() == single["day_p"].to_list()
    assert single["score"].to_list() == single["day_score"].to_list()
    # Several days together are at most as probable as independent days would make them, and their p is a probability.
    several = bursts.filter(pl.col("start_day") < pl.col("end_day"))
    for burst in several.to_dicts():
        of_days = days.filter(pl.col("day").is_between(burst["start_day"], burst["end_day"]))
        assert 0 < burst["p_value"] <= 1
        assert burst["score"] <= of_days["day_score"].sum() + 1


@pytest.mark.parametrize("dispersion", [0.0, 0.11, 0.42])
def test_several_days_have_the_probability_of_their_sum(dispersion: float) -> None:
    """Draw the model of mixture_probability: days with means of their own and one common error of the mean."""
    rng = np.random.default_rng(3)
    means, uncertainty, draws = np.array([4.0, 5.0, 3.0]), 0.05, 400_000
    common = rng.gamma(1 / uncertainty, uncertainty, (draws, 1))
    spread = DISPERSION_MARGIN * dispersion
    own = rng.gamma(1 / spread, spread, (draws, 3)) if spread else np.ones((draws, 3))
    totals = rng.poisson(means * common * own).sum(axis=1)
    weights = (dispersion == DISPERSIONS).astype(float)[None, :]
    concentration = (means**2).sum() / means.sum() ** 2
    for stories in (12.0, 20.0, 27.0):
        found = mixture_probability(
            np.array([stories]), np.array([means.sum()]), weights, np.array([uncertainty]), np.array([concentration])
        )
        assert float(found[0]) == pytest.approx((totals >= stories).mean(), rel=0.15)
