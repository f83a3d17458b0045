"""Bursts: found where they were planted, not told where there is only noise, and never by their own shadow."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest
from scipy import stats

from benchmarks.simulate_trends import FIRST_DAY, Noise, false_bursts, found_bursts, series, told
from newsmill.trends.bursts import LEAST_HISTORY_DAYS, bursts, expected_days
from newsmill.trends.kernel import tail_score, two_states

YEARS = 20
MEANS = (0.2, 1.0, 5.0, 20.0, 100.0)
LAWS = [Noise(mean, dispersion) for mean in MEANS for dispersion in (0.0, 0.1)]
OFTEN = [Noise(0.2), Noise(5.0, 0.1), Noise(100.0)]
PLAIN = [
    *(law for law in LAWS if law not in OFTEN),
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
    return told([np.array(counts)]).select("start_day", "end_day").rows()


@pytest.mark.parametrize("noise", [*OFTEN, *(pytest.param(law, marks=pytest.mark.slow) for law in PLAIN)], ids=str)
def test_noise_bursts_less_than_once_a_year(noise: Noise) -> None:
    assert false_bursts(noise, YEARS) <= 1


@pytest.mark.slow
@pytest.mark.parametrize("days", [28, 60])
@pytest.mark.parametrize("noise", [Noise(5.0), Noise(100.0, 0.1), Noise(20.0, 0.5)], ids=lambda noise: noise.name)
def test_short_series_of_noise_burst_no_more(noise: Noise, days: int) -> None:
    assert false_bursts(noise, 2 * YEARS, days) <= 1


@pytest.mark.parametrize("noise", [Noise(5.0), Noise(100.0)], ids=lambda noise: noise.name)
def test_days_that_are_missing_make_no_bursts(noise: Noise) -> None:
    assert false_bursts(noise, YEARS, missing=0.05) <= 1


@pytest.mark.parametrize(
    "noise", [Noise(5.0), *(pytest.param(law, marks=pytest.mark.slow) for law in LAWS if law.mean >= 1)], ids=str
)
def test_bursts_of_four_sigma_are_found(noise: Noise) -> None:
    three = found_bursts(noise, YEARS, days=3)
    assert three.found == three.planted == 5 * YEARS
    assert three.once == three.found
    assert found_bursts(noise, YEARS, days=1).share >= 0.97


@pytest.mark.slow
def test_four_sigma_on_top_of_the_noise_are_found_nearly_as_by_one_who_knows_the_law() -> None:
    for noise in (Noise(5.0), Noise(20.0, 0.1), Noise(100.0)):
        found = found_bursts(noise, YEARS, days=3, size="on_top")
        assert found.share >= found.share_by_the_law - 0.05
        assert found.share >= 0.95


def test_earlier_bursts_hide_no_later_ones() -> None:
    chance = np.random.default_rng(7)
    noise = Noise(10.0)
    # One day in thirty bursts, from the first week on.
    places = list(range(5, 200, 30))
    found = []
    for _ in range(10):
        counts = noise.draw(200, chance)
        counts[places] = noise.planted("as_rare", counts)[places]
        told_days = spans(counts.tolist())
        found += [any(start <= day(place) <= end for start, end in told_days) for place in places if place > 60]
    assert sum(found) / len(found) > 0.9


def test_days_that_were_not_read_are_not_judged_and_judge_none() -> None:
    calm = np.array([*STEADY, *[0] * 10, *STEADY])
    read = pl.Series([True] * 84 + [False] * 10 + [True] * 84)
    without = expected_days(series([calm]).with_columns(read=read))
    gone = without.slice(84, 10)
    assert gone["score"].to_list() == [0.0] * 10
    # The week after the gap is expected as the week before it.
    assert without["expected"][94:101].mean() == pytest.approx(without["expected"][77:84].mean(), rel=0.1)
    assert not without["bursting"].any()


def test_a_series_of_days_not_read_has_no_expectation() -> None:
    nothing = expected_days(series([np.array([0] * 20)]).with_columns(read=pl.lit(False)))
    assert nothing["expected"].is_null().all()


def test_a_day_without_a_story_where_there_are_many_was_not_read() -> None:
    weeks = [40, 42, 38, 41, 39, 40, 40] * 10
    holes = [0 if place % 9 == 0 else count for place, count in enumerate(weeks)]
    tail = expected_days(series([np.array([*holes, 40])])).tail(1)
    assert tail["expected"].item() == pytest.approx(40, rel=0.05)


def test_a_topic_that_fell_silent_is_followed_down() -> None:
    gone = [40, 42, 38, 41, 39, 40, 40] * 10 + [0] * 60
    assert expected_days(series([np.array(gone)])).tail(1)["expected"].item() < 2


def test_two_bursts_with_one_day_between_are_one() -> None:
    assert spans([*STEADY, 30, 4, 30, 4, 4]) == [(day(84), day(86))]
    assert spans([*STEADY, 30, 4, 4, 30, 4]) == [(day(84), day(84)), (day(87), day(87))]


def test_a_sum_of_days_shares_what_is_not_known_of_their_mean() -> None:
    counts = np.array([*[2, 3, 2, 1, 2, 2, 3] * 3, 12, 12, 12, 12])
    [row] = told([counts]).to_dicts()
    apart = expected_days(series([counts])).filter("bursting")
    assert row["score"] < apart["score"].sum()


@pytest.mark.parametrize(
    ("count", "mean", "dispersion"), [(0, 1.0, 0.1), (3, 0.01, 0.0), (9, 2.0, 0.3), (300, 100.0, 1e-5), (40, 60.0, 0.5)]
)
def test_the_score_is_the_probability(count: int, mean: float, dispersion: float) -> None:
    size = 1 / dispersion if dispersion else 1e12
    law = stats.nbinom(size, size / (size + mean)) if dispersion else stats.poisson(mean)
    assert tail_score(count, mean, dispersion) == pytest.approx(-np.log10(law.sf(count - 1)), abs=1e-6)


def test_the_score_goes_past_what_a_double_can_hold() -> None:
    assert tail_score(5000, 1.0, 0.0) > 1000
    assert np.isfinite(tail_score(10**6, 0.01, 0.2))


STEADY = [4, 5, 3, 4, 6, 2, 3] * 12


def test_a_burst_has_its_days_and_its_peak() -> None:
    [row] = told([np.array([*STEADY, 4, 19, 26, 15, 4, 5])]).to_dicts()
    assert (row["start_day"], row["end_day"], row["peak_day"]) == (day(85), day(87), day(86))
    assert row["observed"] == 60
    assert 10 < row["expected"] < 17
    assert row["p_value"] == pytest.approx(10 ** -row["score"])
    assert row["score"] > 8
    assert row["kleinberg"]


def test_the_weekday_is_part_of_what_is_expected() -> None:
    weeks = [30, 31, 29, 30, 32, 2, 3] * 14
    assert spans(weeks) == []
    # On a Saturday, 28 are a burst; on a Monday they are none.
    assert spans([*weeks, 30, 31, 29, 30, 32, 28, 2]) == [(day(103), day(103))]


def test_a_burst_does_not_poison_its_baseline() -> None:
    burst = [40] * 6
    quiet = [3, 4, 5, 4, 3, 4, 5, 4] * 2
    found = spans([*STEADY, *burst, *quiet, *[24] * 2])
    assert found == [(day(84), day(89)), (day(106), day(107))]


def test_what_lasts_is_the_new_level() -> None:
    found = spans([*STEADY, *[20] * 120])
    assert found[0][0] == day(84)
    assert all(end < day(84 + 45) for _, end in found)


def test_a_short_history_does_not_burst() -> None:
    assert spans([0] * LEAST_HISTORY_DAYS + [0]) == []
    assert spans([1, 2, 1, 90, 1, 2]) == []
    # A little later only what stands far out does.
    assert spans([1, 2, 1, 2, 1, 2, 1, 2, 6]) == []
    assert spans([1, 2, 1, 2, 1, 2, 1, 2, 30]) == [(day(8), day(8))]


def test_two_stories_are_a_coincidence() -> None:
    assert spans([0] * 200 + [2]) == []
    assert spans([1] + [0] * 200 + [4]) == [(day(201), day(201))]


def test_the_first_days_of_a_topic_are_told_but_not_judged() -> None:
    expected = expected_days(series([np.array([3] * 10)]))
    assert expected["expected"].is_null().to_list() == [True] * LEAST_HISTORY_DAYS + [False] * 3
    assert not expected["bursting"].any()


def test_the_past_alone_is_what_a_day_is_held_against() -> None:
    counts = np.array([*STEADY, 4, 19, 26, 15, 4, 5, 90])
    before = expected_days(series([counts[:-1]])).drop("bursting", "kleinberg")
    after = expected_days(series([counts])).drop("bursting", "kleinberg")
    assert after.head(-1).equals(before)


def test_topics_are_judged_apart() -> None:
    one, other = np.array([*STEADY, 30]), np.array([3] * 85)
    assert told([one, other]).equals(told([one]))
    assert told([other, one])["topic"].to_list() == ["topic_0001"]


def test_the_story_on_most_pages_drives_the_burst() -> None:
    expected = expected_days(series([np.array([*STEADY, 30])]))
    seen = dt.datetime(2024, 3, 25, 9)
    late = seen + dt.timedelta(hours=1)
    rows = [("late", day(84), "r1", late), ("late", day(84), "r2", late), ("early", day(84), "r3", seen)]
    rows += [("early", day(84), "r4", seen), (None, day(84), "r5", seen), ("before", day(83), "r6", seen)]
    rows += [("before", day(83), f"r{number}", seen) for number in range(7, 12)]
    pages = pl.DataFrame(
        [("topic_0000", *row) for row in rows], ["topic", "story_id", "day", "record_id", "seen_at"], orient="row"
    )
    assert bursts(expected, pages)["top_story_id"].to_list() == ["early"]


def test_nothing_gives_nothing() -> None:
    empty = expected_days(series([np.array([1])]).head(0))
    assert empty.height == 0
    assert bursts(empty, pl.DataFrame()).height == 0


def oracle(counts: list[int], mean: float, ratio: float, cost: float) -> list[bool]:
    """The cheapest of all paths of the automaton, tried one by one."""
    best, found = np.inf, []
    for number in range(2 ** len(counts)):
        path = [bool(number >> place & 1) for place in range(len(counts))]
        spent = sum(cost for before, now in zip([False, *path], path, strict=False) if now and not before)
        for count, high in zip(counts, path, strict=True):
            spent -= stats.poisson.logpmf(count, mean * (ratio if high else 1))
        if spent < best - 1e-12:
            best, found = spent, path
    return found


@pytest.mark.parametrize("counts", [[2, 1, 9, 8, 1, 2], [9, 1, 9, 1, 1, 1], [1, 1, 1, 1, 12, 3], [2, 2, 4, 5, 5, 4]])
def test_kleinbergs_automaton_takes_the_cheapest_path(counts: list[int]) -> None:
    days = len(counts)
    states = two_states(np.array(counts), np.full(days, 2.0), np.zeros(days), 2.0, 1.5)
    assert states.tolist() == oracle(counts, 2.0, 2.0, 1.5)
