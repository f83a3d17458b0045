"""Batches of many ingest dates as one stream through the engine, so that small dates keep all workers busy too."""

from __future__ import annotations

import datetime as dt
from collections import deque
from collections.abc import Callable, Iterator, Sequence

import polars as pl

from newsmill.engine.local import LocalEngine, OnLost
from newsmill.engine.worker import BatchFunction


def map_dates(
    engine: LocalEngine,
    dates: Sequence[dt.date],
    batches_of: Callable[[dt.date], Iterator[pl.DataFrame]],
    fn: BatchFunction,
    on_lost: OnLost | None = None,
) -> Iterator[tuple[dt.date, Iterator[pl.DataFrame]]]:
    """Yield every date with the results of its batches, in order; a date without a batch has none.

    The caller takes all results of a date before the next date. Batches of later dates are read meanwhile.
    """
    dates_sent: deque[dt.date] = deque()

    def stream() -> Iterator[pl.DataFrame]:
        for date in dates:
            for batch in batches_of(date):
                dates_sent.append(date)
                yield batch

    dated = ((dates_sent.popleft(), result) for result in engine.map(stream(), fn, on_lost))
    pending = next(dated, None)

    def results_of(date: dt.date) -> Iterator[pl.DataFrame]:
        nonlocal pending
        while pending is not None and pending[0] == date:
            yield pending[1]
            pending = next(dated, None)

    for date in dates:
        yield date, results_of(date)
