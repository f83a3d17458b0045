"""How long work tells how far it is. Silent unless whoever runs the mill sets a reporter."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

# Called with the stage's name and how many more of it are done.
Reporter = Callable[[str, int], None]

reporter: ContextVar[Reporter | None] = ContextVar("newsmill_progress", default=None)


def advance(stage: str, count: int = 1) -> None:
    """Tell that `count` more records of `stage` are done."""
    report = reporter.get()
    if report is not None:
        report(stage, count)


@contextmanager
def reporting(report: Reporter) -> Iterator[None]:
    """Send what `advance` tells to `report` within the block."""
    token = reporter.set(report)
    try:
        yield
    finally:
        reporter.reset(token)
