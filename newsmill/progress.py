"""Progress of long work. Silent unless the caller sets a reporter."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

# Called with the stage's name, the number of items just done, and the number of items newly expected.
Reporter = Callable[[str, int, int], None]

_REPORTER: ContextVar[Reporter | None] = ContextVar("newsmill_progress", default=None)


def expect(stage: str, count: int) -> None:
    """Report that `count` further items of `stage` are to be done."""
    _report(stage, done=0, expected=count)


def advance(stage: str, count: int = 1) -> None:
    """Report that `count` further items of `stage` are done."""
    _report(stage, done=count, expected=0)


def _report(stage: str, *, done: int, expected: int) -> None:
    reporter = _REPORTER.get()
    if reporter is not None:
        reporter(stage, done, expected)


@contextmanager
def reporting(reporter: Reporter) -> Iterator[None]:
    """Send progress to `reporter` within the block."""
    token = _REPORTER.set(reporter)
    try:
        yield
    finally:
        _REPORTER.reset(token)
