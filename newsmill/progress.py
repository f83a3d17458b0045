"""How long work tells how far it is. Silent unless whoever runs the mill sets a reporter."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

# Called with the stage's name, how many more of it are done, and how many more are to do.
Reporter = Callable[[str, int, int], None]

reporter: ContextVar[Reporter | None] = ContextVar("newsmill_progress", default=None)


def expect(stage: str, count: int) -> None:
    """Tell that `count` more of `stage` are to do."""
    _tell(stage, 0, count)


def advance(stage: str, count: int = 1) -> None:
    """Tell that `count` more of `stage` are done."""
    _tell(stage, count, 0)


def _tell(stage: str, done: int, to_do: int) -> None:
    report = reporter.get()
    if report is not None:
        report(stage, done, to_do)


@contextmanager
def reporting(report: Reporter) -> Iterator[None]:
    """Send what is told to `report` within the block."""
    token = reporter.set(report)
    try:
        yield
    finally:
        reporter.reset(token)
