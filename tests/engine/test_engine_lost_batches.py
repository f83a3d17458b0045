"""Rows that end their worker are found one by one; no other row is lost."""

from __future__ import annotations

import os
import resource
import signal
import sys
import time
from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from misbehaving_functions import (
    add_pid,
    die_twice,
    exit_at_once,
    failing,
    kill_the_first_starts,
    read,
    spend_two_seconds,
)

from newsmill.engine import local
from newsmill.engine.local import LocalEngine
from newsmill.engine.worker import BatchFunction, Limits, LostBatchError

LIMITS = Limits(row_seconds=0.5, mean_seconds=0.01, memory_bytes=160 * 2**20)
ENGINE = LocalEngine(1, LIMITS)


def on_lost(batch: pl.DataFrame, reason: str, detail: str) -> pl.DataFrame:
    assert batch.height == 1
    return batch.select("n", reason=pl.lit(reason), detail=pl.lit(detail))


def frame(actions: dict[int, str], start: int, end: int) -> pl.DataFrame:
    rows = [{"n": n, "action": actions.get(n, "")} for n in range(start, end)]
    return pl.DataFrame(rows, schema={"n": pl.Int64, "action": pl.String})


def read_all(engine: LocalEngine, batches: list[pl.DataFrame]) -> pl.DataFrame:
    return pl.concat(engine.map(batches, read, on_lost))


@pytest.mark.parametrize(
    ("action", "reason", "detail"),
    [
        ("exit", "worker_died", "exit status 3"),
        ("exit politely", "worker_died", "exit status 4"),
        ("segfault", "worker_died", "SIGSEGV"),
        ("kill", "worker_died", "SIGKILL"),
        ("regex", "too_slow", " s"),  # of CPU time; on a busy machine the wall time may end it first
        ("sleep", "too_slow", "no answer within 2 s"),
        ("allocate", "out_of_memory", "memory"),
        ("exhaust", "out_of_memory", "memory"),
    ],
)
def test_a_row_that_ends_its_worker_is_lost(action: str, reason: str, detail: str) -> None:
    if action == "allocate" and sys.platform != "linux":
        pytest.skip("memory is limited on Linux only")
    rows = read_all(ENGINE, [frame({0: action}, 0, 1), frame({}, 1, 2)])
    assert rows["n"].to_list() == [0, 1]
    assert rows["reason"].to_list() == [reason, None]
    assert detail in rows["detail"][0]


class FakeWorker:
    """A worker that loses every batch with a poisoned row, or with more rows than it can do in time."""

    def __init__(self, max_rows: int) -> None:
        self.max_rows = max_rows

    def run(self, fn: BatchFunction, batch: pl.DataFrame, *, is_limited: bool) -> pl.DataFrame:
        assert fn is read
        assert is_limited
        if batch.height > self.max_rows or batch["action"].str.contains("exit").any():
            raise LostBatchError("worker_died", "")
        return read(batch)

    def kill(self) -> None:
        pass

    def is_alive(self) -> bool:
        return True

    close = kill


@pytest.mark.slow
@settings(deadline=None, max_examples=50)
@given(st.sets(st.integers(0, 599), max_size=9), st.sets(st.integers(1, 599)), st.integers(1, 3), st.integers(1, 600))
def test_any_poisoned_rows_in_any_batches(poisoned: set[int], cuts: set[int], workers: int, max_rows: int) -> None:
    actions = dict.fromkeys(poisoned, "exit")
    batches = [frame(actions, start, end) for start, end in pairwise([0, *sorted(cuts), 600])]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(local, "Worker", lambda *arguments: FakeWorker(max_rows))
        patch.setattr(local, "_idle_workers", {})
        rows = read_all(LocalEngine(workers), batches)
    assert rows["n"].to_list() == list(range(600))
    assert set(rows.filter(pl.col("reason") == "worker_died")["n"]) == poisoned
    assert rows["reason"].null_count() == 600 - len(poisoned)


def test_several_poisoned_rows_among_two_workers() -> None:
    rows = read_all(LocalEngine(2, LIMITS), [frame({3: "exit", 4: "kill"}, 0, 20), frame({39: "exit"}, 20, 40)])
    assert rows["n"].to_list() == list(range(40))
    assert rows.filter(pl.col("reason").is_not_null())["n"].to_list() == [3, 4, 39]


def test_a_batch_whose_worker_is_killed_runs_again(tmp_path: Path) -> None:
    [one] = ENGINE.map([pl.DataFrame({"n": [1]})], add_pid, on_lost)  # leaves an idle worker
    [again] = ENGINE.map([pl.DataFrame({"n": [7]})], partial(die_twice, path=tmp_path / "deaths"))
    assert again["n"].to_list() == [7]
    assert (tmp_path / "deaths").read_text() == "xxx"
    assert one["n"][0] != os.getpid()


def test_an_idle_worker_runs_another_function_without_limit_on_its_time() -> None:
    [first] = ENGINE.map([pl.DataFrame({"n": [1]})], add_pid, on_lost)
    [second] = ENGINE.map([pl.DataFrame({"n": [2]})], spend_two_seconds)
    assert second["n"][0] == first["n"][0]


def test_stopping_the_workers_counts_their_cpu_time() -> None:
    [worker] = LocalEngine(1, Limits(row_seconds=9)).map([pl.DataFrame({"n": [1]})], spend_two_seconds, on_lost)
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    local.stop_workers()
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before > 1.8
    with pytest.raises(ProcessLookupError):
        os.kill(worker["n"][0], 0)


def test_a_worker_that_dies_without_on_lost_fails_the_run() -> None:
    with pytest.raises(LostBatchError, match="exit status 3"):
        list(LocalEngine(2).map([frame({}, 0, 1), frame({1: "exit"}, 1, 2)], read))


def test_an_exception_of_the_function_is_not_a_lost_row() -> None:
    with pytest.raises(RuntimeError, match="batch 7") as caught:
        list(ENGINE.map([pl.DataFrame({"n": [7]})], failing, on_lost))
    assert "in failing" in caught.value.__notes__[0]


def test_a_function_that_cannot_start_fails_the_run() -> None:
    with pytest.raises(RuntimeError, match="can't start"):
        list(ENGINE.map([frame({}, 0, 1)], exit_at_once, on_lost))


def test_workers_that_are_killed_while_they_start_are_replaced(tmp_path: Path) -> None:
    kill = partial(kill_the_first_starts, path=tmp_path / "starts")
    [result] = LocalEngine(1, LIMITS).map([pl.DataFrame({"n": [7]})], kill, on_lost)
    assert result.to_dicts() == [{"n": 7}]
    assert (tmp_path / "starts").read_text() == "xxxx"


def test_with_on_lost_a_single_batch_goes_to_a_worker() -> None:
    [pids] = ENGINE.map([pl.DataFrame({"n": [1]})], add_pid, on_lost)
    assert pids["n"][0] != os.getpid()


def test_idle_workers_are_reused_and_a_dead_one_is_replaced() -> None:
    batch = pl.DataFrame({"n": [1]})
    (first,) = (frame["n"][0] for frame in ENGINE.map([batch], add_pid, on_lost))
    (second,) = (frame["n"][0] for frame in ENGINE.map([batch], add_pid, on_lost))
    assert first == second
    os.kill(first, signal.SIGKILL)
    wait_for_end(first)
    (third,) = (frame["n"][0] for frame in ENGINE.map([batch], add_pid, on_lost))
    assert third not in (first, os.getpid())


def wait_for_end(pid: int) -> None:
    end = time.monotonic() + 10
    while time.monotonic() < end:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.01)
    pytest.fail(f"process {pid} still runs")


def test_closing_a_map_ends_its_workers() -> None:
    batches: Iterator[pl.DataFrame] = (pl.DataFrame({"n": [n]}) for n in range(9))
    results = LocalEngine(2, LIMITS).map(batches, add_pid, on_lost)
    pids = {next(results)["n"][0], next(results)["n"][0]}
    results.close()  # type: ignore[attr-defined]
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_closing_a_map_does_not_wait_for_a_row_that_hangs() -> None:
    batches = [frame({}, 0, 1), frame({1: "sleep"}, 1, 2), frame({}, 2, 3), frame({}, 3, 4)]
    results = LocalEngine(1, Limits()).map(batches, read, on_lost)
    started = time.monotonic()
    next(results)
    results.close()  # type: ignore[attr-defined]
    assert time.monotonic() - started < 10
