"""How a date is written: ISO 8601, RFC 2822, by hand in several languages; not numbers whose order can't be known."""

from __future__ import annotations

import datetime as dt
import re

# A wall time, and its offset from UTC in minutes where one is stated.
Moment = tuple[dt.datetime, int | None]

_months = {
    name: number
    for number, names in enumerate(
        (
            "january jan jan. januar jänner januari janvier janv janv. enero gennaio janeiro",
            "february feb feb. febr febr. februar februari février fevrier févr févr. fév febrero febbraio fevereiro",
            "march mar mar. märz mrz mrz. maerz mars maart marzo março",
            "april apr apr. avril avr avr. abril aprile",
            "may mai mei mayo maggio maio",
            "june jun jun. juni juin junio giugno junho",
            "july jul jul. juli juillet juil juil. julio luglio julho",
            "august aug aug. août aout augustus agosto",
            "september sept sept. sep sep. septembre septiembre settembre setembro",
            "october oct oct. oktober okt okt. octobre octubre ottobre outubro",
            "november nov nov. novembre noviembre novembro",
            "december dec dec. dezember dez dez. décembre decembre déc déc. diciembre dicembre dezembro",
        ),
        start=1,
    )
    for name in names.split()
}
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

_month = "|".join(sorted(map(re.escape, _months), key=len, reverse=True))
_clock = r"""(?:[T\s.,;|·•–—-]|\bat\b|\bum\b|à|[(（][^()（）]{1,12}[)）]|(?:星期|周|週)[一二三四五六日天])*
    (?:(?P<half>[上下]午|午[前後]|凌晨|晚上|오전|오후)\s*)?
    (?P<hour>[01]?\d|2[0-4])\s*(?:[:.hH]|時|时|点|點|시)\s*(?P<minute>[0-5]\d)?(?:\s*(?:[:.]|分)\s*(?P<second>[0-5]\d)?(?:[.,]\d{1,9})?)?
    (?:\s*(?P<noon>[ap]\.?m\.?)\b)?
    (?:\s*(?:Uhr\b)?\s*\(?(?P<zone>[+-]\d{2}:?\d{2}|[+-]\d{2}\b|[A-Z]{1,4}\b|z\b)\)?)?"""
_patterns = tuple(
    re.compile(f"(?<![\\d/.-])(?:{pattern})(?:{_clock})?", re.IGNORECASE | re.VERBOSE)
    for pattern in (
        r"(?P<year>\d{4})\s*[-/.年]\s*(?P<month>0?[1-9]|1[0-2])\s*[-/.月]\s*(?P<day>0?[1-9]|[12]\d|3[01])(?!\d)\s*日?",
        r"(?P<year>\d{4})\s*년\s*(?P<month>\d{1,2})\s*월\s*(?P<day>\d{1,2})\s*일",
        rf"(?P<day>0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th|er|\.|º)?\s*(?:of\s+|de\s+|[-/])?(?P<name>{_month})\b\.?,?\s*(?:de\s+|[-/])?(?P<year>\d{{4}})\b",
        rf"\b(?P<name>{_month})\b\.?\s*(?P<day>0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?(?:\s*,\s*|\s+)(?P<year>\d{{4}})\b",
        r"(?P<day>0?[1-9]|[12]\d|3[01])\.\s?(?P<month>0?[1-9]|1[0-2])\.\s?(?P<year>\d{4})(?!\d)",
        r"(?P<one>\d{1,2})/(?P<two>\d{1,2})/(?P<year>\d{4})(?!\d)",
    )
)
_compact = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T?(\d{2})(\d{2})(\d{2})?(Z)?)?")
_epoch = re.compile(r"\d{10}(?:\d{3})?")
_longest = 300  # of a text in which a date is sought


def parse(text: str, day_first: bool | None = None) -> Moment | None:
    """A date as metadata gives it; None where it is none.

    `day_first` says how `02/07/2026` is meant; None, and only one with a number above 12 is believed.

    >>> parse("2026-07-02T12:30:00+09:00")
    (datetime.datetime(2026, 7, 2, 12, 30), 540)
    """
    text = text.strip()[:_longest]
    if compact := _compact.fullmatch(text):
        year, month, day, hour, minute, second = (int(part or 0) for part in compact.groups()[:6])
        return _moment(year, month, day, (hour, minute, second), 0 if compact[7] else None)
    if _epoch.fullmatch(text):
        return dt.datetime.fromtimestamp(int(text[:10]), dt.UTC).replace(tzinfo=None), 0
    return find(text, day_first)


def find(text: str, day_first: bool | None = None) -> Moment | None:
    """The first date that stands in the text."""
    text = text[:_longest]
    found = [
        (match.start(), moment)
        for pattern in _patterns
        if (match := pattern.search(text)) and (moment := _of_match(match, day_first))
    ]
    return min(found, key=lambda one: one[0])[1] if found else None


def _of_match(match: re.Match[str], day_first: bool | None) -> Moment | None:
    part = match.groupdict()
    if part.get("name"):
        month, day = _months[part["name"].lower()], int(part["day"])
    elif part.get("one"):
        one, two = int(part["one"]), int(part["two"])
        if day_first is None and one <= 12 and two <= 12 and one != two:
            return None
        day, month = (one, two) if one > 12 or (day_first and two <= 12) else (two, one)
    else:
        month, day = int(part["month"]), int(part["day"])
    return _moment(int(part["year"]), month, day, _time(part), _offset(part["zone"]) if part["hour"] else None)


def _time(part: dict[str, str | None]) -> tuple[int, int, int]:
    if not part["hour"] or not (part["minute"] or part["noon"] or part["half"]):
        return 0, 0, 0
    hour = int(part["hour"])
    late = (part["noon"] or "").lower().startswith("p") or (part["half"] or "") in ("下午", "午後", "晚上", "오후")
    if late and hour < 12:
        hour += 12
    elif (part["noon"] or "").lower().startswith("a") and hour == 12:
        hour = 0
    return hour, int(part["minute"] or 0), int(part["second"] or 0)


def _offset(zone: str | None) -> int | None:
    if not zone:
        return None
    if zone[0] in "+-":
        digits = zone[1:].replace(":", "").ljust(4, "0")
        minutes = int(digits[:2]) * 60 + int(digits[2:])
        return None if minutes > 14 * 60 else minutes if zone[0] == "+" else -minutes
    hours = _hours.get(zone.lower())
    return None if hours is None else 60 * hours


def _moment(year: int, month: int, day: int, time: tuple[int, int, int], offset: int | None) -> Moment | None:
    hour, minute, second = time
    try:
        if hour == 24:
            hour = 0
        return dt.datetime(year, month, day, hour, minute, second), offset
    except ValueError:
        return None
