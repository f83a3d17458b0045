"""The local engine: results in order, bounded read-ahead, the same with one process or several."""

from __future__ import annotations

import os
from collections.abc import Iterator

import polars as pl
import pytest

from newsmill.engine.local import LocalEngine, stop_workers


def double(batch: pl.DataFrame) -> pl.DataFrame:
    return batch.with_columns(pl.col("n") * 2, pid=pl.lit(os.getpid()))


def failing(batch: pl.DataFrame) -> pl.DataFrame:
    raise RuntimeError(f"batch {batch['n'][0]}")


def numbered(count: int) -> list[pl.DataFrame]:
    return [pl.DataFrame({"n": [number]}) for number in range(count)]


@pytest.mark.parametrize("workers", [1, 2])
def test_map_keeps_the_order(workers: int) -> None:
    results = [frame["n"][0] for frame in LocalEngine(workers).map(numbered(12), double)]
    assert results == [2 * number for number in range(12)]


def test_several_batches_go_to_other_processes() -> None:
    pids = {frame["pid"][0] for frame in LocalEngine(2).map(numbered(6), double)}
    assert pids and os.getpid() not in pids


def test_one_batch_stays_in_this_process_where_no_worker_is_idle() -> None:
    stop_workers()
    [frame] = LocalEngine(2).map(numbered(1), double)
    assert frame["pid"][0] == os.getpid()


def test_no_batch_gives_none() -> None:
    assert list(LocalEngine(2).map([], double)) == []


def test_a_failing_batch_is_not_swallowed() -> None:
    with pytest.raises(RuntimeError, match="batch 0"):
        list(LocalEngine(2).map(numbered(3), failing))


def test_only_a_bounded_number_is_read_ahead() -> None:
    read = 0

    def source() -> Iterator[pl.DataFrame]:
        nonlocal read
        for frame in numbered(50):
            read += 1
            yield frame

    results = LocalEngine(2).map(source(), double)
    next(results)
    assert read <= 6
    results.close()  # type: ignore[attr-defined]


def test_by_key_brings_a_keys_rows_together() -> None:
    frames = [pl.DataFrame({"key": ["b", "a"], "n": [1, 2]}), pl.DataFrame({"key": ["a", "c"], "n": [3, 4]})]
    groups = [frame["n"].to_list() for frame in LocalEngine(1).by_key(frames, "key", lambda group: group)]
    assert groups == [[2, 3], [1], [4]]
