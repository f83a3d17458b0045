"""How a date is written: ISO 8601, RFC 2822, by hand in many languages; not numbers whose order can't be known."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from itertools import islice

from newsmill.pages.phrases import MONTHS

# A wall time, and its offset from UTC in minutes where one is stated.
Moment = tuple[dt.datetime, int | None]

# Zones by name, as far as a name means one zone only (`CST` and `IST` don't).
_hours = {
    "z": 0,
    "utc": 0,
    "gmt": 0,
    "bst": 1,
    "cet": 1,
    "mez": 1,
    "cest": 2,
    "mesz": 2,
    "msk": 3,
    "мск": 3,
    "hkt": 8,
    "jst": 9,
    "kst": 9,
    "edt": -4,
    "est": -5,
    "cdt": -5,
    "mdt": -6,
    "mst": -7,
    "pdt": -7,
    "pst": -8,
}
_eras = {"令和": 2018, "平成": 1988, "民國": 1911, "民国": 1911}
_buddhist = 543  # years that Thai pages are ahead

_clock = r"""(?:[T\s.,;|·•–—@/-]|à|[(（][^()（）]{1,12}[)）]|(?:星期|周|週)[一二三四五六日天]
    |\b(?:at|um|kl|klo|saat|pukul|lúc|alle|ore|a\slas|às|om|в|о|об|o\sgodz|στις|الساعة|ساعت)\b)*
    (?:(?P<half>[上下]午|午[前後]|凌晨|晚上|오전|오후)\s*)?
    (?P<hour>[01]?\d|2[0-4])\s*(?:[:.hH]|時|时|点|點|시)\s*(?P<minute>[0-5]\d)?(?:\s*(?:[:.]|分|분)\s*(?P<second>[0-5]\d)?(?:[.,]\d{1,9})?)?
    (?:\s*(?P<noon>[ap]\.?m\.?)\b)?
    (?:\s*(?:Uhr\b)?\s*\(?(?:(?:GMT|UTC)?(?P<zone>[+-]\d{1,2}:?\d{2}|[+-]\d{2}\b)|(?P<named>[A-Z]{1,4}\b|мск\b|z\b))\)?)?"""
_day = r"(?P<day>0?[1-9]|[12]\d|3[01])(?!\d)"
_month = r"(?P<month>0?[1-9]|1[0-2])(?!\d)"
_year = r"(?P<year>\d{4})(?!\d)"
# Any word: the dictionary of months tells which are meant, an alternation of all would be tried at every number.
_name = r"""(?P<name>[^\W\d_][^\s\d,./|()<>:;_-]{1,13}(?:\s(?:الثاني|الأول))?
    |[ก-ฮ]{1,2}\.[ก-ฮ]\.|[ก-ฮ][^\s\d]{1,4}\.[ก-ฮ]\.)\.?"""
_patterns = tuple(
    re.compile(f"{pattern}(?:{clock})?", re.IGNORECASE | re.VERBOSE)
    for pattern, clock in (
        (rf"(?<![\d/.-]){_year}\s*[-/.年년]\s*{_month}\s*[-/.月월]\s*{_day}\s*[日일]?", _clock),
        (rf"(?P<era>{'|'.join(_eras)})\s*(?P<year>\d{{1,3}}|元)\s*年\s*{_month}\s*月\s*{_day}\s*日?", _clock),
        (
            rf"(?<![\d/.-]){_day}(?:st|nd|rd|th|er|\.|º|ª)?\s*(?:(?:of|de|di|da)\s+|[-/])?{_name},?\s*(?:(?:de|del|of)\s+|[-/])?{_year}",
            _clock,
        ),
        (rf"(?<!\w){_name}\s*{_day}(?:st|nd|rd|th)?(?:\s*,\s*|\s+)(?:de\s+)?{_year}", _clock),
        (rf"(?<![\d/.-]){_year}\s*[-/.]?\s*{_name}\s*[-/]?\s*{_day}", _clock),
        (rf"(?<![\d/.-]){_day}\s+tháng\s+{_month}\s*(?:,|năm|/)?\s*(?:năm\s+)?{_year}", _clock),
        (rf"(?<![\d/.-]){_day}\.\s?{_month}\.\s?{_year}", _clock),
        (rf"(?<![\d/.-])(?P<one>\d{{1,2}})(?P<dash>[/-])(?P<two>\d{{1,2}})(?P=dash){_year}", _clock),
        # As Unix prints it: Thu Jul  2 10:00:00 EDT 2026.
        (
            rf"(?<!\w){_name}\s+{_day}\s+(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d):(?P<second>[0-5]\d)\s+(?:(?P<named>[A-Z]{{3,4}})\s+)?{_year}",
            "",
        ),
    )
)
_any_year = re.compile(r"\d\s*[年년]|\d{4}")
_digits = {
    ord(digit): str(value)
    for digits in ("٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹", "०१२३४५६७८९", "０１２３４５６７８９")
    for value, digit in enumerate(digits)
}
_time_before = re.compile(
    r"(?<![\d:.])([01]?\d|2[0-3])[:.]([0-5]\d)(?:\s*(?:uhr|h|uur))?[\s,|·•/–—-]{1,3}\Z", re.IGNORECASE
)
_compact = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T?(\d{2})(\d{2})(\d{2})?(Z)?)?")
_epoch = re.compile(r"\d{10}(?:\d{3})?")
_longest = 300  # of a text in which a date is sought
_most_years = 5  # in a text, around which a date is sought
_before_year, _behind_year = 36, 60  # characters in which the rest of a date stands


def parse(text: str, day_first: bool | None = None) -> Moment | None:
    """A date as metadata gives it; None where it is none.

    `day_first` says how `02/07/2026` is meant; None, and only one with a number above 12 is believed.

    >>> parse("2026-07-02T12:30:00+09:00")
    (datetime.datetime(2026, 7, 2, 12, 30), 540)
    """
    text = text.strip()[:_longest]
    if text[4:5] == "-" == text[7:8] and (moment := _iso(text)):
        return moment
    if compact := _compact.fullmatch(text):
        year, month, day, hour, minute, second = (int(part or 0) for part in compact.groups()[:6])
        return _moment(year, month, day, (hour, minute, second), 0 if compact[7] else None)
    if _epoch.fullmatch(text):
        return dt.datetime.fromtimestamp(int(text[:10]), dt.UTC).replace(tzinfo=None), 0
    return find(text, day_first)


def find(text: str, day_first: bool | None = None) -> Moment | None:
    """The first date that stands in the text."""
    return next((moment for moment, _, _ in find_all(text, day_first)), None)


def find_all(text: str, day_first: bool | None = None) -> Iterator[tuple[Moment, int, int]]:
    """The dates that stand in the text, at most a few; with where each begins and ends."""
    text = text[:_longest]
    if not _any_year.search(text):
        return
    if not text.isascii():
        text = text.translate(_digits)
    done = 0
    for year in islice(_any_year.finditer(text), _most_years):
        start = max(done, year.start() - _before_year)
        around = text[start : year.end() + _behind_year]
        if year.start() < done:
            continue
        if found := [one for pattern in _patterns if (one := _first(pattern, around, day_first))]:
            match, moment = min(found, key=lambda one: one[0].start())
            done = start + match.end()
            yield moment, start + match.start(), done


def _first(pattern: re.Pattern[str], text: str, day_first: bool | None) -> tuple[re.Match[str], Moment] | None:
    for match in pattern.finditer(text):
        if moment := _of_match(match, day_first):
            return match, moment
    return None


def _iso(text: str) -> Moment | None:
    """ISO 8601 as Python reads it, in a tenth of the time."""
    try:
        at = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    offset = at.utcoffset()
    minutes = None if offset is None else round(offset.total_seconds() / 60)
    return _moment(at.year, at.month, at.day, (at.hour, at.minute, at.second), minutes)


def _of_match(match: re.Match[str], day_first: bool | None) -> Moment | None:
    part = match.groupdict()
    if part.get("name"):
        name = part["name"].lower().replace(".", "")
        month = MONTHS.get(name) or MONTHS.get(name.removeprefix("ב"), 0)
        day = int(part["day"])
    elif part.get("one"):
        one, two = int(part["one"]), int(part["two"])
        if day_first is None and one <= 12 and two <= 12 and one != two:
            return None
        day, month = (one, two) if one > 12 or (day_first and two <= 12) else (two, one)
    else:
        month, day = int(part["month"]), int(part["day"])
    year = 1 if part["year"] == "元" else int(part["year"])
    if part.get("era"):
        year += _eras[part["era"]]
    if not part["hour"] and (before := _time_before.search(match.string[: match.start()][-16:])):
        return _moment(year, month, day, (int(before[1]), int(before[2]), 0), None)
    return _moment(year, month, day, _time(part), _offset(part) if part["hour"] else None)


def _time(part: dict[str, str | None]) -> tuple[int, int, int]:
    noon, half = (part.get("noon") or "").lower(), part.get("half") or ""
    if not part["hour"] or not (part["minute"] or noon or half):
        return 0, 0, 0
    hour = int(part["hour"])
    if (noon.startswith("p") or half in ("下午", "午後", "晚上", "오후")) and hour < 12:
        hour += 12
    elif noon.startswith("a") and hour == 12:
        hour = 0
    return hour, int(part["minute"] or 0), int(part["second"] or 0)


def _offset(part: dict[str, str | None]) -> int | None:
    if named := part.get("named"):
        hours = _hours.get(named.lower())
        return None if hours is None else 60 * hours
    if not (zone := part.get("zone")):
        return None
    digits = zone[1:].replace(":", "")
    digits = digits.ljust(4, "0") if len(digits) < 3 else digits.rjust(4, "0")
    minutes = int(digits[:2]) * 60 + int(digits[2:])
    return minutes if zone[0] == "+" else -minutes


def _moment(year: int, month: int, day: int, time: tuple[int, int, int], offset: int | None) -> Moment | None:
    hour, minute, second = time
    if year > 2400:
        year -= _buddhist
    if offset is not None and abs(offset) > 14 * 60:
        offset = None
    try:
        return dt.datetime(year, month, day, 0 if hour == 24 else hour, minute, second), offset
    except ValueError:
        return None
