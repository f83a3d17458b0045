"""Rows that no worker survives: found out, one by one, and nothing else is lost."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from itertools import pairwise

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from misbehaving_functions import dead_on_arrival, failing, pid_of, read

from newsmill.engine import local
from newsmill.engine.local import LocalEngine
from newsmill.engine.worker import Limits, Lost

LIMITS = Limits(row_seconds=0.5, mean_seconds=0.01, memory_bytes=160 * 2**20)
ENGINE = LocalEngine(1, LIMITS)


def lost(batch: pl.DataFrame, reason: str, detail: str) -> pl.DataFrame:
    assert batch.height == 1
    return batch.select("n", reason=pl.lit(reason), detail=pl.lit(detail))


def frame(deeds: dict[int, str], start: int, end: int) -> pl.DataFrame:
    rows = [{"n": n, "deed": deeds.get(n, "")} for n in range(start, end)]
    return pl.DataFrame(rows, schema={"n": pl.Int64, "deed": pl.String})


def told(engine: LocalEngine, batches: list[pl.DataFrame]) -> pl.DataFrame:
    return pl.concat(engine.map(batches, read, lost))


@pytest.mark.parametrize(
    ("deed", "reason", "detail"),
    [
        ("exit", "worker_died", "exit status 3"),
        ("exit politely", "worker_died", "exit status 4"),
        ("segfault", "worker_died", "SIGSEGV"),
        ("kill", "worker_died", "SIGKILL"),
        ("regex", "too_slow", " s"),  # of computing; on a machine that is busy the clock may end it first
        ("sleep", "too_slow", "no answer within 2 s"),
        ("allocate", "out_of_memory", "memory"),
        ("exhaust", "out_of_memory", "memory"),
    ],
)
def test_a_row_that_ends_its_worker_is_lost(deed: str, reason: str, detail: str) -> None:
    if deed == "allocate" and sys.platform != "linux":
        pytest.skip("memory is bounded on Linux alone")
    rows = told(ENGINE, [frame({0: deed}, 0, 1), frame({}, 1, 2)])
    assert rows["n"].to_list() == [0, 1]
    assert rows["reason"].to_list() == [reason, None]
    assert detail in rows["detail"][0]


class FakeWorker:
    """Lost with every batch that holds a poisoned row, or more rows than it can do in time."""

    def __init__(self, most: int) -> None:
        self.most = most

    def run(self, batch: pl.DataFrame) -> pl.DataFrame:
        if batch.height > self.most or batch["deed"].str.contains("exit").any():
            raise Lost("worker_died", "")
        return read(batch)

    def kill(self) -> None:
        pass

    def is_alive(self) -> bool:
        return True

    bury = kill


@pytest.mark.slow
@settings(deadline=None, max_examples=50)
@given(st.sets(st.integers(0, 599), max_size=9), st.sets(st.integers(1, 599)), st.integers(1, 3), st.integers(1, 600))
def test_any_poisoned_rows_in_any_batches(poisoned: set[int], cuts: set[int], workers: int, most: int) -> None:
    deeds = dict.fromkeys(poisoned, "exit")
    batches = [frame(deeds, start, end) for start, end in pairwise([0, *sorted(cuts), 600])]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(local, "Worker", lambda *arguments: FakeWorker(most))
        patch.setattr(local, "_resting", {})
        rows = told(LocalEngine(workers), batches)
    assert rows["n"].to_list() == list(range(600))
    assert set(rows.filter(pl.col("reason") == "worker_died")["n"]) == poisoned
    assert rows["reason"].null_count() == 600 - len(poisoned)


def test_several_poisoned_rows_among_two_workers() -> None:
    rows = told(LocalEngine(2, LIMITS), [frame({3: "exit", 4: "kill"}, 0, 20), frame({39: "exit"}, 20, 40)])
    assert rows["n"].to_list() == list(range(40))
    assert rows.filter(pl.col("reason").is_not_null())["n"].to_list() == [3, 4, 39]


def test_a_worker_that_dies_without_anyone_to_tell_fails_the_run() -> None:
    with pytest.raises(Lost, match="exit status 3"):
        list(LocalEngine(2).map([frame({}, 0, 1), frame({1: "exit"}, 1, 2)], read))


def test_what_the_function_raises_is_no_lost_row() -> None:
    with pytest.raises(RuntimeError, match="batch 7") as caught:
        list(ENGINE.map([pl.DataFrame({"n": [7]})], failing, lost))
    assert "in failing" in caught.value.__notes__[0]


def test_a_function_that_cannot_even_start_fails_the_run() -> None:
    with pytest.raises(RuntimeError, match="can't start"):
        list(ENGINE.map([frame({}, 0, 1)], dead_on_arrival, lost))


def test_with_lost_rows_in_mind_even_one_batch_goes_to_a_worker() -> None:
    [pids] = ENGINE.map([pl.DataFrame({"n": [1]})], pid_of, lost)
    assert pids["n"][0] != os.getpid()


def test_workers_rest_until_the_next_map_and_one_that_died_meanwhile_is_replaced() -> None:
    batch = pl.DataFrame({"n": [1]})
    (first,) = (frame["n"][0] for frame in ENGINE.map([batch], pid_of, lost))
    (second,) = (frame["n"][0] for frame in ENGINE.map([batch], pid_of, lost))
    assert first == second
    os.kill(first, signal.SIGKILL)
    time.sleep(0.2)
    (third,) = (frame["n"][0] for frame in ENGINE.map([batch], pid_of, lost))
    assert third not in (first, os.getpid())


def test_no_worker_outlives_a_map_that_is_given_up() -> None:
    batches: Iterator[pl.DataFrame] = (pl.DataFrame({"n": [n]}) for n in range(9))
    results = LocalEngine(2, LIMITS).map(batches, pid_of, lost)
    pids = {next(results)["n"][0], next(results)["n"][0]}
    results.close()  # type: ignore[attr-defined]
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_a_map_that_is_given_up_does_not_wait_for_a_row_that_hangs() -> None:
    batches = [frame({}, 0, 1), frame({1: "sleep"}, 1, 2), frame({}, 2, 3), frame({}, 3, 4)]
    results = LocalEngine(1, Limits()).map(batches, read, lost)
    started = time.monotonic()
    next(results)
    results.close()  # type: ignore[attr-defined]
    assert time.monotonic() - started < 10
