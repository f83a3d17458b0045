"""The engine of one machine: batches through a process pool, in order, a bounded number in flight.

A batch function takes a frame and returns a frame, keeps no state and is importable by name, so that the same
function can run elsewhere (a Spark `mapInArrow`) unchanged.
"""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from itertools import chain, islice

import polars as pl

BatchFunction = Callable[[pl.DataFrame], pl.DataFrame]

# Polars' threads don't survive a fork: workers start from a clean server, or anew where there is none.
START_METHOD = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"


@dataclass(frozen=True)
class LocalEngine:
    """Runs batch functions in `workers` processes; in this one where that is quicker."""

    workers: int = 1

    def map(self, source: Iterable[pl.DataFrame], fn: BatchFunction) -> Iterator[pl.DataFrame]:
        """`fn` of every batch, in order. A single batch, or a single worker, needs no pool."""
        batches = iter(source)
        first = list(islice(batches, 2))
        if self.workers == 1 or len(first) < 2:
            yield from map(fn, chain(first, batches))
            return
        context = multiprocessing.get_context(START_METHOD)
        with ProcessPoolExecutor(self.workers, mp_context=context) as pool:
            flying: deque[Future[pl.DataFrame]] = deque()
            for batch in chain(first, batches):
                flying.append(pool.submit(fn, batch))
                if len(flying) > 2 * self.workers:
                    yield flying.popleft().result()
            while flying:
                yield flying.popleft().result()

    def by_key(self, source: Iterable[pl.DataFrame], key: str, fn: BatchFunction) -> Iterator[pl.DataFrame]:
        """`fn` of every group of rows that share `key`, in order of the key. Holds the whole source in memory."""
        frames = list(source)
        if frames:
            groups = pl.concat(frames).sort(key, maintain_order=True).partition_by(key, maintain_order=True)
            yield from self.map(groups, fn)
