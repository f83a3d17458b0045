"""Parse dates: ISO 8601, RFC 2822, epochs, and dates written out in many languages.

Numeric dates whose order of day and month is unknown are not parsed.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from itertools import islice

from newsmill.pages.phrases import MONTHS

# A local time, and its UTC offset in minutes where one is stated.
Moment = tuple[dt.datetime, int | None]

# UTC offset in hours by zone name, for names that mean one zone only (`CST` and `IST` don't).
_ZONE_HOURS = {
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
# The year before year 1 of each era.
_ERA_YEARS = {"令和": 2018, "平成": 1988, "民國": 1911, "民国": 1911}
_BUDDHIST_ERA_YEARS = 543  # added to the year on Thai pages

_CLOCK = r"""(?:[T\s.,;|·•–—@/-]|à|[(（][^()（）]{1,12}[)）]|(?:星期|周|週)[一二三四五六日天]
    |\b(?:at|um|kl|klo|saat|pukul|lúc|alle|ore|a\slas|às|om|в|о|об|o\sgodz|στις|الساعة|ساعت)\b)*
    (?:(?P<half>[上下]午|午[前後]|凌晨|晚上|오전|오후)\s*)?
    (?P<hour>[01]?\d|2[0-4])\s*(?:[:.hH]|時|时|点|點|시)\s*(?P<minute>[0-5]\d)?(?:\s*(?:[:.]|分|분)\s*(?P<second>[0-5]\d)?(?:[.,]\d{1,9})?)?
    (?:\s*(?P<noon>[ap]\.?m\.?)\b)?
    (?:\s*(?:Uhr\b)?\s*\(?(?:(?:GMT|UTC)?(?P<zone>[+-]\d{1,2}:?\d{2}|[+-]\d{2}\b)|(?P<named>[A-Z]{1,4}\b|мск\b|z\b))\)?)?"""
_DAY = r"(?P<day>0?[1-9]|[12]\d|3[01])(?!\d)"
_MONTH = r"(?P<month>0?[1-9]|1[0-2])(?!\d)"
_YEAR = r"(?P<year>\d{4})(?!\d)"
# Any word: MONTHS decides whether it is a month. An alternation of all names would be tried at every number.
_MONTH_NAME = r"""(?P<name>[^\W\d_][^\s\d,./|()<>:;_-]{1,13}(?:\s(?:الثاني|الأول))?
    |[ก-ฮ]{1,2}\.[ก-ฮ]\.|[ก-ฮ][^\s\d]{1,4}\.[ก-ฮ]\.)\.?"""
_PATTERNS = tuple(
    re.compile(f"{pattern}(?:{clock})?", re.IGNORECASE | re.VERBOSE)
    for pattern, clock in (
        (rf"(?<![\d/.-]){_YEAR}\s*[-/.年년]\s*{_MONTH}\s*[-/.月월]\s*{_DAY}\s*[日일]?", _CLOCK),
        (rf"(?P<era>{'|'.join(_ERA_YEARS)})\s*(?P<year>\d{{1,3}}|元)\s*年\s*{_MONTH}\s*月\s*{_DAY}\s*日?", _CLOCK),
        (
            rf"(?<![\d/.-]){_DAY}(?:st|nd|rd|th|er|\.|º|ª)?\s*(?:(?:of|de|di|da)\s+|[-/])?{_MONTH_NAME},?\s*(?:(?:de|del|of)\s+|[-/])?{_YEAR}",
            _CLOCK,
        ),
        (rf"(?<!\w){_MONTH_NAME}\s*{_DAY}(?:st|nd|rd|th)?(?:\s*,\s*|\s+)(?:de\s+)?{_YEAR}", _CLOCK),
        (rf"(?<![\d/.-]){_YEAR}\s*[-/.]?\s*{_MONTH_NAME}\s*[-/]?\s*{_DAY}", _CLOCK),
        (rf"(?<![\d/.-]){_DAY}\s+tháng\s+{_MONTH}\s*(?:,|năm|/)?\s*(?:năm\s+)?{_YEAR}", _CLOCK),
        (rf"(?<![\d/.-]){_DAY}\.\s?{_MONTH}\.\s?{_YEAR}", _CLOCK),
        (rf"(?<![\d/.-])(?P<left>\d{{1,2}})(?P<dash>[/-])(?P<right>\d{{1,2}})(?P=dash){_YEAR}", _CLOCK),
        # Output of Unix `date`: Thu Jul  2 10:00:00 EDT 2026.
        (
            rf"(?<!\w){_MONTH_NAME}\s+{_DAY}\s+(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d):(?P<second>[0-5]\d)\s+(?:(?P<named>[A-Z]{{3,4}})\s+)?{_YEAR}",
            "",
        ),
    )
)
_ANY_YEAR = re.compile(r"\d\s*[年년]|\d{4}")
_DIGITS = {
    ord(digit): str(value)
    for digits in ("٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹", "०१२३४५६७८९", "０１２３４５６７８９")
    for value, digit in enumerate(digits)
}
_TIME_BEFORE = re.compile(
    r"(?<![\d:.])([01]?\d|2[0-3])[:.]([0-5]\d)(?:\s*(?:uhr|h|uur))?[\s,|·•/–—-]{1,3}\Z", re.IGNORECASE
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T?(\d{2})(\d{2})(\d{2})?(Z)?)?")
_EPOCH = re.compile(r"\d{10}(?:\d{3})?")
_MAX_CHARS = 300  # of a text that is searched for dates
_MAX_YEARS = 5  # years of a text around which a date is searched
_MAX_CHARS_BEFORE_YEAR, _MAX_CHARS_AFTER_YEAR = 36, 60  # for the other parts of a date


def parse_date(text: str, day_first: bool | None = None) -> Moment | None:
    """Parse a date as metadata contains it; None where the text does not contain one.

    `day_first` is the order of `02/07/2026`. If it is None, such a date needs a number above 12.

    >>> parse_date("2026-07-02T12:30:00+09:00")
    (datetime.datetime(2026, 7, 2, 12, 30), 540)
    """
    text = text.strip()[:_MAX_CHARS]
    if text[4:5] == "-" == text[7:8] and (moment := _parse_iso(text)):
        return moment
    if compact := _COMPACT.fullmatch(text):
        year, month, day, hour, minute, second = (int(part or 0) for part in compact.groups()[:6])
        return _build_moment(year, month, day, (hour, minute, second), 0 if compact[7] else None)
    if _EPOCH.fullmatch(text):
        return dt.datetime.fromtimestamp(int(text[:10]), dt.UTC).replace(tzinfo=None), 0
    return find_date(text, day_first)


def find_date(text: str, day_first: bool | None = None) -> Moment | None:
    """Return the first date in a text."""
    return next((moment for moment, _, _ in find_dates(text, day_first)), None)


def find_dates(text: str, day_first: bool | None = None) -> Iterator[tuple[Moment, int, int]]:
    """Iterate over the dates in a text, at most _MAX_YEARS; with the start and end of each."""
    text = text[:_MAX_CHARS]
    if not _ANY_YEAR.search(text):
        return
    if not text.isascii():
        text = text.translate(_DIGITS)
    previous_end = 0
    for year in islice(_ANY_YEAR.finditer(text), _MAX_YEARS):
        start = max(previous_end, year.start() - _MAX_CHARS_BEFORE_YEAR)
        around = text[start : year.end() + _MAX_CHARS_AFTER_YEAR]
        if year.start() < previous_end:
            continue
        matches = [found for pattern in _PATTERNS if (found := _find_first(pattern, around, day_first))]
        if matches:
            match, moment = min(matches, key=lambda found: found[0].start())
            previous_end = start + match.end()
            yield moment, start + match.start(), previous_end


def _find_first(pattern: re.Pattern[str], text: str, day_first: bool | None) -> tuple[re.Match[str], Moment] | None:
    for match in pattern.finditer(text):
        if moment := _build_from_match(match, day_first):
            return match, moment
    return None


def _parse_iso(text: str) -> Moment | None:
    """Parse ISO 8601 with Python, which takes a tenth of the time of the patterns."""
    try:
        at = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    offset = at.utcoffset()
    minutes = None if offset is None else round(offset.total_seconds() / 60)
    return _build_moment(at.year, at.month, at.day, (at.hour, at.minute, at.second), minutes)


def _build_from_match(match: re.Match[str], day_first: bool | None) -> Moment | None:
    part = match.groupdict()
    if part.get("name"):
        name = part["name"].lower().replace(".", "")
        month = MONTHS.get(name) or MONTHS.get(name.removeprefix("ב"), 0)
        day = int(part["day"])
    elif part.get("left"):
        left, right = int(part["left"]), int(part["right"])
        if day_first is None and left <= 12 and right <= 12 and left != right:
            return None
        day, month = (left, right) if left > 12 or (day_first and right <= 12) else (right, left)
    else:
        month, day = int(part["month"]), int(part["day"])
    year = 1 if part["year"] == "元" else int(part["year"])
    if part.get("era"):
        year += _ERA_YEARS[part["era"]]
    if not part["hour"] and (before := _TIME_BEFORE.search(match.string[: match.start()][-16:])):
        return _build_moment(year, month, day, (int(before[1]), int(before[2]), 0), None)
    return _build_moment(year, month, day, _get_time(part), _get_offset_minutes(part) if part["hour"] else None)


def _get_time(part: dict[str, str | None]) -> tuple[int, int, int]:
    noon, half = (part.get("noon") or "").lower(), part.get("half") or ""
    if not part["hour"] or not (part["minute"] or noon or half):
        return 0, 0, 0
    hour = int(part["hour"])
    if (noon.startswith("p") or half in ("下午", "午後", "晚上", "오후")) and hour < 12:
        hour += 12
    elif noon.startswith("a") and hour == 12:
        hour = 0
    return hour, int(part["minute"] or 0), int(part["second"] or 0)


def _get_offset_minutes(part: dict[str, str | None]) -> int | None:
    if named := part.get("named"):
        hours = _ZONE_HOURS.get(named.lower())
        return None if hours is None else 60 * hours
    if not (zone := part.get("zone")):
        return None
    digits = zone[1:].replace(":", "")
    digits = digits.ljust(4, "0") if len(digits) < 3 else digits.rjust(4, "0")
    minutes = int(digits[:2]) * 60 + int(digits[2:])
    return minutes if zone[0] == "+" else -minutes


def _build_moment(year: int, month: int, day: int, time: tuple[int, int, int], offset: int | None) -> Moment | None:
    hour, minute, second = time
    if year > 2400:
        year -= _BUDDHIST_ERA_YEARS
    if offset is not None and abs(offset) > 14 * 60:
        offset = None
    try:
        return dt.datetime(year, month, day, 0 if hour == 24 else hour, minute, second), offset
    except ValueError:
        return None
