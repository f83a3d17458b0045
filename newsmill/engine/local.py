"""The engine of one machine: batches through worker processes, in order, a bounded number in flight.

A batch function takes a frame and returns a frame, keeps no state and is importable by name, so that the same
function can run elsewhere (a Spark `mapInArrow`) unchanged.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import chain, islice
from math import ceil
from threading import Lock

import polars as pl

from newsmill.engine.worker import BatchFunction, Limits, Lost, Worker

# What stands for a row that no worker survives: the row, the reason in snake_case, the detail for a person.
OnLost = Callable[[pl.DataFrame, str, str], pl.DataFrame]

_PARTS = 16  # that a lost batch is cut into: two rounds find the row in one of 256


@dataclass(frozen=True)
class LocalEngine:
    """Runs batch functions in `workers` processes."""

    workers: int = 1
    limits: Limits = field(default_factory=Limits)

    def map(
        self, source: Iterable[pl.DataFrame], fn: BatchFunction, on_lost: OnLost | None = None
    ) -> Iterator[pl.DataFrame]:
        """`fn` of every batch, in order. A single batch, or a single worker, needs no process of its own.

        With `on_lost`, `fn` runs in workers alone, within `limits`: a batch that ends its worker, or that the worker
        does not answer in time or in the memory it may have, is cut up and tried again, until the row that does it is
        alone; `on_lost` of that row stands in its place. `fn` must then be a function of each row by itself, and of
        no rows too, by which a new worker loads what it needs.

        Raises:
            Lost: where a worker dies and there is no `on_lost`.
        """
        batches = iter(source)
        first = list(islice(batches, 2))
        if on_lost is None and (self.workers == 1 or len(first) < 2):
            yield from map(fn, chain(first, batches))
        elif first:
            yield from self._spread(chain(first, batches), fn, on_lost)

    def by_key(self, source: Iterable[pl.DataFrame], key: str, fn: BatchFunction) -> Iterator[pl.DataFrame]:
        """`fn` of every group of rows that share `key`, in order of the key. Holds the whole source in memory."""
        frames = list(source)
        if frames:
            groups = pl.concat(frames).sort(key, maintain_order=True).partition_by(key, maintain_order=True)
            yield from self.map(groups, fn)

    def _spread(
        self, batches: Iterable[pl.DataFrame], fn: BatchFunction, on_lost: OnLost | None
    ) -> Iterator[pl.DataFrame]:
        crew = _Crew(fn, self.limits if on_lost else None)
        # A thread waits for each worker: it feeds it, ends it and starts the next.
        threads = ThreadPoolExecutor(self.workers, thread_name_prefix="engine")
        flying: deque[Future[pl.DataFrame]] = deque()
        try:
            for batch in batches:
                flying.append(threads.submit(crew.run, batch, on_lost))
                if len(flying) > 2 * self.workers:
                    yield flying.popleft().result()
            while flying:
                yield flying.popleft().result()
        except BaseException:
            for waiting in flying:
                waiting.cancel()
            crew.dismiss()
            raise
        finally:
            threads.shutdown()
        crew.rest()


# Workers that wait for the next `map` of the same function: it costs seconds to import what reads pages. By process,
# too, for what forks from this one must not speak to them. They end with this process.
_resting: dict[tuple[int, BatchFunction, Limits | None], list[Worker]] = {}


class _Crew:
    """The workers of one `map`: started when needed, handed from thread to thread, left to rest together or ended."""

    def __init__(self, fn: BatchFunction, limits: Limits | None) -> None:
        self._fn, self._limits = fn, limits
        self._key = (os.getpid(), fn, limits)
        self._idle = _resting.pop(self._key, [])
        self._busy: set[Worker] = set()
        self._dismissed = False
        self._lock = Lock()

    def run(self, batch: pl.DataFrame, on_lost: OnLost | None) -> pl.DataFrame:
        """The batch's result, put together from parts where the whole is lost."""
        worker = self._taken()
        try:
            result = worker.run(batch)
        except Lost as lost:
            self._ended(worker)
            if on_lost is None or self._dismissed or not batch.height:
                raise
            if batch.height == 1:
                return on_lost(batch, lost.reason, lost.detail)
            parts = batch.iter_slices(ceil(batch.height / _PARTS))
            return pl.concat([self.run(part, on_lost) for part in parts])
        except BaseException:
            self._ended(worker)
            raise
        self._released(worker)
        return result

    def dismiss(self) -> None:
        """End all workers; whoever waits for one learns that it died, and buries it."""
        with self._lock:
            self._dismissed = True
            for worker in self._busy:
                worker.kill()
            for worker in self._idle:
                worker.bury()

    def rest(self) -> None:
        """Leave the workers to the next `map`."""
        _resting.setdefault(self._key, []).extend(self._idle)

    def _taken(self) -> Worker:
        with self._lock:
            if self._dismissed:
                raise Lost("worker_died", "all workers were dismissed")
            while self._idle:
                worker = self._idle.pop()
                if worker.is_alive():
                    break
                worker.bury()
            else:
                worker = Worker(self._fn, self._limits)
            self._busy.add(worker)
            return worker

    def _released(self, worker: Worker) -> None:
        with self._lock:
            if not self._dismissed:
                self._busy.remove(worker)
                self._idle.append(worker)
                return
        self._ended(worker)

    def _ended(self, worker: Worker) -> None:
        with self._lock:
            self._busy.remove(worker)
        worker.bury()
