"""Format values as text for readers."""

from __future__ import annotations

from datetime import date, datetime, time

from newsmill.urls import split_web

MAX_URL_CHARS = 500
MAX_TEXT_CHARS = 160
MAX_SENTENCE_CHARS = 320
POWER_NAMES = ((12, "trillion"), (9, "billion"), (6, "million"))


def number(value: float) -> str:
    return f"{value:,.0f}" if float(value).is_integer() or abs(value) >= 100 else f"{value:,.2g}"


def signed(value: float) -> str:
    """Format a number with its sign; U+2212 is a minus as wide as the plus."""
    return f"{'+' if value > 0 else '−' if value < 0 else ''}{number(abs(value))}"


def percent(share: float) -> str:
    return f"{share:.0%}" if share >= 0.01 or share == 0 else "<1%"


def format_chance(score: float) -> str:
    """Format the probability 10 ** -score as odds.

    >>> format_chance(3), format_chance(8.39), format_chance(40)
    ('1 in 1,000', '1 in 250 million', 'less than 1 in 1,000 trillion')
    """
    if score >= 15:
        return "less than 1 in 1,000 trillion"
    odds = float(f"{10**score:.2g}")
    for power, name in POWER_NAMES:
        if odds >= 10**power:
            return f"1 in {odds / 10**power:,.3g} {name}"
    return f"1 in {odds:,.0f}"


def day(value: date) -> str:
    return f"{value.day} {value:%b %Y}"


def days(first: date, last: date) -> str:
    """Format a range of days; a common month and year appear once."""
    if first == last:
        return day(first)
    if first.year != last.year:
        return f"{day(first)} to {day(last)}"
    start = f"{first.day}" if first.month == last.month else f"{first.day} {first:%b}"
    return f"{start} to {day(last)}"


def moment(value: datetime) -> str:
    return f"{day(value)}, {value:%H:%M} UTC"


def is_day_only(value: datetime) -> bool:
    """Return whether the value is a date without a time, stored as the end of its day."""
    return value.time() == time.max


def shorten(text: str | None, max_chars: int = MAX_TEXT_CHARS) -> str:
    """Return the text on one line with at most `max_chars` characters."""
    line = " ".join((text or "").split())
    return line if len(line) <= max_chars else line[: max_chars - 1].rstrip() + "…"


def split_at_phrase(text: str, phrase: str) -> tuple[str, str, str]:
    """Return the text before the phrase, the phrase, and the text after it; a long sentence is cut on both sides."""
    before, match, after = text.partition(phrase)
    if len(text) > MAX_SENTENCE_CHARS:
        side_chars = max(MAX_SENTENCE_CHARS - len(match), 0) // 2
        if len(before) > side_chars:
            before = "…" + before[len(before) - side_chars :]
        if len(after) > side_chars:
            after = after[:side_chars] + "…"
        match = shorten(match, MAX_SENTENCE_CHARS)
    return before, match, after


def is_linkable(url: str | None) -> bool:
    """Return whether the URL is a valid http or https address, so that a link to it can only open a web page."""
    return url is not None and len(url) <= MAX_URL_CHARS and url.isprintable() and split_web(url) is not None
