"""Many dates as one stream: every date has the results of its own batches, in order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from newsmill.engine.local import LocalEngine
from newsmill.stages.map_dates import map_dates


def double(batch: pl.DataFrame) -> pl.DataFrame:
    return batch.select(pl.col("n") * 2)


@settings(deadline=None)
@given(sizes=st.lists(st.integers(0, 4), max_size=8))
def test_every_date_has_its_results(sizes: list[int]) -> None:
    dates = [dt.date(2026, 3, 1) + dt.timedelta(days=number) for number in range(len(sizes))]
    of_date = dict(zip(dates, sizes, strict=True))

    def batches_of(date: dt.date) -> Iterator[pl.DataFrame]:
        return (pl.DataFrame({"n": [100 * date.day + number]}) for number in range(of_date[date]))

    found = [
        (date, [result["n"][0] for result in results])
        for date, results in map_dates(LocalEngine(1), dates, batches_of, double)
    ]
    assert found == [(date, [2 * (100 * date.day + number) for number in range(of_date[date])]) for date in dates]


def test_without_dates_nothing_is_read() -> None:
    assert list(map_dates(LocalEngine(1), [], lambda date: iter(()), double)) == []
