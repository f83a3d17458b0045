"""The engine of one machine: a process pool that maps batches in order, with a bounded number in flight.

A batch function takes a frame and returns a frame, keeps no state and is importable by name. So the same function can
run elsewhere unchanged, for example in Spark's `mapInArrow`.
"""

from __future__ import annotations

import atexit
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain, islice
from math import ceil
from threading import Lock

import polars as pl

from newsmill.engine.worker import (
    BatchFunction,
    Limits,
    LostBatchError,
    Worker,
    WorkerStartError,
    stop_fork_server,
)

# Returns the result for a row that ends its worker; gets the row, the reason (snake_case) and the detail for a person.
OnLost = Callable[[pl.DataFrame, str, str], pl.DataFrame]

# A worker that is killed while it starts, for example where memory runs out, says nothing about the batch.
MAX_STARTS = 5
MAX_DEATHS = 3  # of workers over one batch of a function whose rows are not at fault
PARTS_OF_LOST_BATCH = 16  # two rounds find the row in a batch of 256


@dataclass(frozen=True)
class LocalEngine:
    """Runs batch functions in `workers` processes."""

    workers: int = 1
    limits: Limits = field(default_factory=Limits)

    def map(
        self, source: Iterable[pl.DataFrame], fn: BatchFunction, on_lost: OnLost | None = None
    ) -> Iterator[pl.DataFrame]:
        """Yield `fn(batch)` for every batch, in order.

        A single batch or a single worker runs in this process, unless a worker is idle: that has the libraries loaded
        already, where `fn` needs those of an earlier function.

        With `on_lost`, `fn` always runs in worker processes, within `limits`. A batch is lost when its worker dies,
        takes too long or needs too much memory. A lost batch is split and tried again until the row at fault is alone;
        `on_lost` of that row replaces its result. `fn` must then treat each row on its own, and accept an empty
        frame: a new worker loads its imports with one.

        Raises:
            LostBatchError: when MAX_DEATHS workers in a row die over a batch and there is no `on_lost`.
        """
        batches = iter(source)
        first = list(islice(batches, 2))
        if on_lost is None and (self.workers == 1 or len(first) < 2) and not _idle_workers.get(self._key):
            yield from map(fn, chain(first, batches))
        elif first:
            yield from self._spread(chain(first, batches), fn, on_lost)

    @property
    def _key(self) -> tuple[int, Limits]:
        return os.getpid(), self.limits

    def by_key(self, source: Iterable[pl.DataFrame], key: str, fn: BatchFunction) -> Iterator[pl.DataFrame]:
        """Yield `fn(group)` for the rows of each key, in order of the key. Holds the whole source in memory."""
        frames = list(source)
        if frames:
            groups = pl.concat(frames).sort(key, maintain_order=True).partition_by(key, maintain_order=True)
            yield from self.map(groups, fn)

    def _spread(
        self, batches: Iterable[pl.DataFrame], fn: BatchFunction, on_lost: OnLost | None
    ) -> Iterator[pl.DataFrame]:
        pool = _WorkerPool(self._key, fn, on_lost)
        # One thread for each worker: it sends batches, waits for results, and replaces a worker that died.
        threads = ThreadPoolExecutor(self.workers, thread_name_prefix="engine")
        in_flight: deque[Future[pl.DataFrame]] = deque()
        try:
            for batch in batches:
                in_flight.append(threads.submit(pool.run, batch))
                if len(in_flight) > 2 * self.workers:
                    yield in_flight.popleft().result()
            while in_flight:
                yield in_flight.popleft().result()
        except BaseException:
            for future in in_flight:
                future.cancel()
            pool.terminate()
            raise
        finally:
            threads.shutdown()
        pool.release()


@atexit.register
def stop_workers() -> None:
    """End the idle workers and wait for them, so that this process's account has their CPU time."""
    for key in [key for key in _idle_workers if key[0] == os.getpid()]:
        for worker in _idle_workers.pop(key):
            worker.close()
    stop_fork_server()


# Idle workers wait for the next `map`: importing what reads pages takes seconds. The key holds the process id, as a
# forked process must not use them. They end with this process.
_idle_workers: dict[tuple[int, Limits], list[Worker]] = {}


class _WorkerPool:
    """The workers of one `map`: started when needed, shared by the threads, kept idle or terminated at the end."""

    def __init__(self, key: tuple[int, Limits], fn: BatchFunction, on_lost: OnLost | None) -> None:
        self._key, self._fn, self._on_lost = key, fn, on_lost
        self._idle = _idle_workers.pop(key, [])
        self._busy: set[Worker] = set()
        self._terminated = False
        self._lock = Lock()

    def run(self, batch: pl.DataFrame) -> pl.DataFrame:
        """Return the batch's result, from the results of its parts where the whole batch is lost.

        Raises:
            WorkerStartError: when MAX_STARTS workers in a row do not start.
            LostBatchError: when MAX_DEATHS workers in a row die and there is no `on_lost`.
        """
        for _ in range(MAX_STARTS - 1):
            with suppress(WorkerStartError):
                return self._run_once(batch)
        return self._run_once(batch)

    def _run_once(self, batch: pl.DataFrame, deaths: int = 1) -> pl.DataFrame:
        worker = self._acquire()
        try:
            result = worker.run(self._fn, batch, is_limited=self._on_lost is not None)
        except LostBatchError as lost:
            self._discard(worker)
            if self._terminated or not batch.height:
                raise
            if self._on_lost is None:
                if deaths == MAX_DEATHS:
                    raise
                return self._run_once(batch, deaths + 1)
            if batch.height == 1:
                return self._on_lost(batch, lost.reason, lost.detail)
            parts = batch.iter_slices(ceil(batch.height / PARTS_OF_LOST_BATCH))
            return pl.concat([self.run(part) for part in parts])
        except BaseException:
            self._discard(worker)
            raise
        self._return(worker)
        return result

    def terminate(self) -> None:
        """Kill all workers; a thread that waits for one gets an error and closes it."""
        with self._lock:
            self._terminated = True
            for worker in self._busy:
                worker.kill()
            for worker in self._idle:
                worker.close()

    def release(self) -> None:
        """Keep the workers idle for the next `map`."""
        _idle_workers.setdefault(self._key, []).extend(self._idle)

    def _acquire(self) -> Worker:
        with self._lock:
            if self._terminated:
                raise LostBatchError("worker_died", "all workers were terminated")
            while self._idle:
                worker = self._idle.pop()
                if worker.is_alive():
                    break
                worker.close()
            else:
                worker = Worker(self._key[1])
            self._busy.add(worker)
            return worker

    def _return(self, worker: Worker) -> None:
        with self._lock:
            if not self._terminated:
                self._busy.remove(worker)
                self._idle.append(worker)
                return
        self._discard(worker)

    def _discard(self, worker: Worker) -> None:
        with self._lock:
            self._busy.remove(worker)
        worker.close()
