"""The time of a fetch: as UTC, or the problem with it; none breaks a reader."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsmill.sources.fetch_metadata import parse_time
from newsmill.sources.plausible import is_plausible_date, now_utc


@pytest.mark.parametrize(
    "wrong",
    ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00+02:00", "9999-12-31T23:59:59-05:00", "2999-01-01", "1970-01-01"],
)
def test_a_placeholder_is_not_a_fetch_time(wrong: str) -> None:
    moment, problem = parse_time(wrong)
    assert moment is None
    assert problem == f"not a time when a page can have been fetched: {wrong!r}"


def test_a_clock_may_be_a_few_hours_ahead() -> None:
    ahead = now_utc() + dt.timedelta(hours=20)
    assert parse_time(ahead) == (ahead, None)
    assert parse_time(ahead + dt.timedelta(hours=5))[0] is None


@given(
    st.datetimes(timezones=st.none() | st.timezones())
    | st.dates()
    | st.text()
    | st.floats()
    | st.integers()
    | st.none()
)
def test_any_value_is_a_plausible_time_or_a_problem(value: object) -> None:
    moment, problem = parse_time(value)
    assert moment is None or (problem is None and dt.datetime(1990, 1, 1) <= moment < now_utc() + dt.timedelta(days=2))


@pytest.mark.parametrize(
    ("date", "is_plausible"),
    [("0001-01-01", False), ("1980-01-01", False), ("2019-12-31", True), ("2026-01-15", True), ("2026-01-16", False)],
)
def test_a_file_arrives_since_1990_and_not_after_today(date: str, is_plausible: bool) -> None:
    assert is_plausible_date(dt.date.fromisoformat(date), dt.date(2026, 1, 15)) is is_plausible
