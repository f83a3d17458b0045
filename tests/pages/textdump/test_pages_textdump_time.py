"""The time of reading a text dump grows with its lines, not with their square."""

import datetime as dt
import time
from collections.abc import Callable

import pytest

from newsmill.pages.textdump.parse import read_dump
from newsmill.pages.types import Fetch

SHAPES: dict[str, Callable[[int], str]] = {
    "wrapped prose": lambda n: "\n".join(
        f"This is line {i % 10} of prose that was wrapped at a width of seventy and" for i in range(n)
    ),
    "labels": lambda n: "\n\n\n".join("Share" for _ in range(n)),
    "related sections": lambda n: "\n\n".join(
        f"Body text {i} that is long enough.\n\nRelated articles\n\nA headline number {i} here" for i in range(n // 3)
    ),
}


def seconds(text: str) -> float:
    started = time.process_time()
    read_dump(text, Fetch(b"", "https://news.example/a", dt.datetime(2026, 7, 10)))
    return time.process_time() - started


@pytest.mark.parametrize("shape", SHAPES)
def test_four_times_the_lines_take_about_four_times_as_long(shape: str) -> None:
    small, large = (min(seconds(SHAPES[shape](lines)) for _ in range(2)) for lines in (5000, 20_000))
    assert large < 8 * small + 0.05
