"""Parsing of dates, in many forms and languages."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsmill.pages.dates.parse import find_dates, parse_date


@pytest.mark.parametrize(
    ("text", "moment", "offset"),
    [
        ("2026-07-02", dt.datetime(2026, 7, 2), None),
        ("2026-07-02T12:30:00+09:00", dt.datetime(2026, 7, 2, 12, 30), 540),
        ("2026-07-02T12:30:05.123Z", dt.datetime(2026, 7, 2, 12, 30, 5), 0),
        ("2026-07-02 12:30:00-0500", dt.datetime(2026, 7, 2, 12, 30), -300),
        ("20260702T123000Z", dt.datetime(2026, 7, 2, 12, 30), 0),
        ("1782995400", dt.datetime(2026, 7, 2, 12, 30), 0),
        ("Thu, 02 Jul 2026 10:00:00 GMT", dt.datetime(2026, 7, 2, 10), 0),
        ("Thu, 02 Jul 2026 10:00:00 +0800", dt.datetime(2026, 7, 2, 10), 480),
        ("July 2, 2026 at 3:45 PM EDT", dt.datetime(2026, 7, 2, 15, 45), -240),
        ("2 July 2026", dt.datetime(2026, 7, 2), None),
        ("2. Juli 2026, 15:30 Uhr", dt.datetime(2026, 7, 2, 15, 30), None),
        ("02.07.2026", dt.datetime(2026, 7, 2), None),
        ("1er juin 2026 à 15h30", dt.datetime(2026, 6, 1, 15, 30), None),
        ("2026年7月2日 12:34", dt.datetime(2026, 7, 2, 12, 34), None),
        ("2026年7月2日（木） 12時34分", dt.datetime(2026, 7, 2, 12, 34), None),
        ("2026年07月02日 星期四 下午3:05", dt.datetime(2026, 7, 2, 15, 5), None),
        ("2026/7/2 9:05", dt.datetime(2026, 7, 2, 9, 5), None),
        ("23/07/2026", dt.datetime(2026, 7, 23), None),
        ("12:00 am is not said here: Jul. 2, 2026 12:05 am", dt.datetime(2026, 7, 2, 0, 5), None),
        ("Thu Jul 02 2026 10:00:00 GMT+0800 (CST)", dt.datetime(2026, 7, 2, 10), 480),
        ("Thu Jul  2 10:00:00 EDT 2026", dt.datetime(2026, 7, 2, 10), -240),
        ("2026-07-02 12:30:00 +0530", dt.datetime(2026, 7, 2, 12, 30), 330),
        ("2026-07-02T12:30:00+5:30", dt.datetime(2026, 7, 2, 12, 30), 330),
        ("02-Jul-2026", dt.datetime(2026, 7, 2), None),
        ("14:30, 2 июля 2026", dt.datetime(2026, 7, 2, 14, 30), None),
    ],
)
def test_forms_of_a_date(text, moment, offset):
    assert parse_date(text) == (moment, offset)


@pytest.mark.parametrize(
    "text",
    [
        "2 de julio de 2026",
        "2 de jul. de 2026",
        "2 de julho de 2026",
        "2 luglio 2026",
        "2 juli 2026",
        "2 lipca 2026",
        "2 июля 2026",
        "2 липня 2026 р.",
        "d. 2. juli 2026",
        "2. heinäkuuta 2026",
        "2. července 2026",
        "2 Temmuz 2026 Perşembe",
        "2026. július 2.",
        "2 iulie 2026",
        "2 Ιουλίου 2026",
        "2 يوليو 2026",
        "٢ يوليو ٢٠٢٦",
        "2 ביולי 2026",
        "2 जुलाई 2026",
        "2 Juli 2026",
        "ngày 2 tháng 7 năm 2026",
        "2 ก.ค. 2569",
        "2026년 7월 2일",
        "2026. 7. 2.",
        "令和8年7月2日",
        "民國115年7月2日",
    ],
)
def test_day_in_many_languages(text):
    assert parse_date(text) == (dt.datetime(2026, 7, 2), None)


def test_month_of_two_words():
    assert parse_date("2 كانون الثاني 2026") == (dt.datetime(2026, 1, 2), None)


@pytest.mark.parametrize("text", ["", "soon", "2026-13-40", "30 February 2026", "99999999999", "Mai 2026", "2026"])
def test_text_without_a_date(text):
    assert parse_date(text) is None


def test_numbers_need_the_order_of_day_and_month():
    assert parse_date("02/07/2026") is None
    assert parse_date("02/07/2026", day_first=True) == (dt.datetime(2026, 7, 2), None)
    assert parse_date("02/07/2026", day_first=False) == (dt.datetime(2026, 2, 7), None)


def test_ambiguous_zone_name_is_ignored():
    assert parse_date("2 July 2026 12:30 CST") == (dt.datetime(2026, 7, 2, 12, 30), None)


@settings(deadline=None, max_examples=50)
@given(st.datetimes(dt.datetime(1995, 1, 2), dt.datetime(2026, 7, 9)), st.integers(-12 * 60, 14 * 60))
def test_iso_dates_round_trip(moment, offset):
    moment = moment.replace(microsecond=0)
    zone = dt.timezone(dt.timedelta(minutes=offset))
    assert parse_date(moment.replace(tzinfo=zone).isoformat()) == (moment, offset)


@settings(deadline=None, max_examples=50)
@given(st.text(max_size=80) | st.from_regex(r"[0-9./: -]{4,25}", fullmatch=True))
def test_any_text_parses_without_an_error(text):
    moment = parse_date(text)
    assert moment is None or moment[0].tzinfo is None


def test_several_dates_in_one_line():
    line = "Published July 2, 2026 | Updated 5 July 2026, 10:20"
    found = [(str(at), line[start:end]) for (at, _), start, end in find_dates(line)]
    assert found == [("2026-07-02 00:00:00", "July 2, 2026"), ("2026-07-05 10:20:00", "5 July 2026, 10:20")]


def test_text_full_of_years_takes_bounded_time():
    assert parse_date("2026 " * 100_000) is None
