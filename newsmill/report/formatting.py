"""How values are written for a person."""

from __future__ import annotations

from datetime import date, datetime, time

from markupsafe import Markup, escape

from newsmill.urls import split_web

URL_CHARACTERS = 500
TEXT_CHARACTERS = 160
SENTENCE_CHARACTERS = 320
NAMED_POWERS = ((12, "trillion"), (9, "billion"), (6, "million"))


def number(value: float) -> str:
    return f"{value:,.0f}" if float(value).is_integer() or abs(value) >= 100 else f"{value:,.2g}"


def signed(value: float) -> str:
    """With its sign, and the minus that is as wide as the plus."""
    return f"{'+' if value > 0 else '−' if value < 0 else ''}{number(abs(value))}"


def percent(share: float) -> str:
    return f"{share:.0%}" if share >= 0.01 or share == 0 else "<1%"


def chance(score: float) -> str:
    """A probability of 10 to the minus `score`, as people say it.

    >>> chance(3), chance(8.39), chance(40)
    ('1 in 1,000', '1 in 250 million', 'less than 1 in 1,000 trillion')
    """
    if score >= 15:
        return "less than 1 in 1,000 trillion"
    odds = float(f"{10**score:.2g}")
    for power, name in NAMED_POWERS:
        if odds >= 10**power:
            return f"1 in {odds / 10**power:,.3g} {name}"
    return f"1 in {odds:,.0f}"


def day(value: date) -> str:
    return f"{value.day} {value:%b %Y}"


def days(first: date, last: date) -> str:
    """A range of days, the month and year said once."""
    if first == last:
        return day(first)
    if first.year != last.year:
        return f"{day(first)} to {day(last)}"
    start = f"{first.day}" if first.month == last.month else f"{first.day} {first:%b}"
    return f"{start} to {day(last)}"


def moment(value: datetime) -> str:
    return f"{day(value)}, {value:%H:%M} UTC"


def is_day_only(value: datetime) -> bool:
    """A date without a time is stored as the end of its day."""
    return value.time() == time.max


def cut(text: str | None, characters: int = TEXT_CHARACTERS) -> str:
    """The text on one line, at most so long."""
    line = " ".join((text or "").split())
    return line if len(line) <= characters else line[: characters - 1].rstrip() + "…"


def around(text: str, phrase: str) -> tuple[str, str, str]:
    """What stands before the phrase, the phrase, and what follows; of a long sentence, the part around it."""
    before, found, after = text.partition(phrase)
    if len(text) > SENTENCE_CHARACTERS:
        kept = max(SENTENCE_CHARACTERS - len(found), 0) // 2
        if len(before) > kept:
            before = "…" + before[len(before) - kept :]
        if len(after) > kept:
            after = after[:kept] + "…"
        found = cut(found, SENTENCE_CHARACTERS)
    return before, found, after


def code(text: str) -> Markup:
    return Markup("<code>{}</code>").format(escape(text))


def linkable(url: str | None) -> bool:
    """True where a link to it can do nothing but open a web page."""
    return url is not None and len(url) <= URL_CHARACTERS and url.isprintable() and split_web(url) is not None
