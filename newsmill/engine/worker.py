"""A worker process of the engine: answers batches one at a time, within limits that hold in compiled code too."""

from __future__ import annotations

import multiprocessing
import signal
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from multiprocessing.connection import Connection
from multiprocessing.reduction import ForkingPickler
from pathlib import Path

import polars as pl

BatchFunction = Callable[[pl.DataFrame], pl.DataFrame]

# Polars' threads don't survive a fork: workers start from a clean server, or anew where there is none.
START_METHOD = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"

_START_SECONDS = 300.0  # by the clock, for a new worker to import and compile what the function needs
_CLOCK_FACTOR = 4  # how many times its computing time a batch may take by the clock: others use the machine too


@dataclass(frozen=True)
class Limits:
    """What a batch may cost: seconds of computing for one row, more for each further one; bytes beyond a start's."""

    row_seconds: float = 15.0
    mean_seconds: float = 0.2
    memory_bytes: int = 2 * 2**30

    def seconds(self, rows: int) -> float:
        return self.row_seconds + self.mean_seconds * (rows - 1)


class Lost(Exception):
    """A batch was not answered: `too_slow`, `out_of_memory` or `worker_died`, and the detail for a person."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason, self.detail = reason, detail


class Worker:
    """The caller's end of a process that runs `fn`. Without limits, nothing but its death ends a batch early."""

    def __init__(self, fn: BatchFunction, limits: Limits | None) -> None:
        context = multiprocessing.get_context(START_METHOD)
        self._limits = limits
        self._connection, theirs = context.Pipe()
        # The stubs know the `Process` of concrete contexts alone.
        self._process = context.Process(target=_serve, args=(theirs, fn, limits), daemon=True)  # type: ignore[attr-defined]
        self._process.start()
        theirs.close()
        self._is_new = True

    def run(self, batch: pl.DataFrame) -> pl.DataFrame:
        """`fn` of the batch; what it raises is raised here.

        Raises:
            Lost: the worker is of no use any more.
        """
        if self._limits is None:
            return self._answer(batch, None, None)
        if self._is_new:
            self._warm_up(batch.clear())
        seconds = self._limits.seconds(batch.height)
        return self._answer(batch, seconds, _CLOCK_FACTOR * seconds)

    def is_alive(self) -> bool:
        return bool(self._process.is_alive())

    def kill(self) -> None:
        """End the process, whatever it does."""
        if self.is_alive():
            self._process.kill()

    def bury(self) -> None:
        """End the process and let go of what it held here."""
        self.kill()
        self._process.join()
        self._connection.close()

    def _warm_up(self, nothing: pl.DataFrame) -> None:
        """Have the worker load what `fn` needs, so that no row is charged for it."""
        try:
            self._answer(nothing, None, _START_SECONDS)
        except Lost as lost:
            raise RuntimeError(f"a new worker can't start: {lost}") from lost
        self._is_new = False

    def _answer(self, batch: pl.DataFrame, seconds: float | None, patience: float | None) -> pl.DataFrame:
        try:
            self._connection.send((batch, seconds))
            if not self._connection.poll(patience):
                raise Lost("too_slow", f"no answer within {patience:g} s")
            answer = self._connection.recv()
        except (EOFError, OSError) as gone:
            raise self._obituary(seconds) from gone
        if isinstance(answer, MemoryError):
            raise Lost("out_of_memory", "it takes more memory than a worker may have")
        if isinstance(answer, Exception):
            raise answer
        assert isinstance(answer, pl.DataFrame)
        return answer

    def _obituary(self, seconds: float | None) -> Lost:
        """What became of a process that hung up."""
        self._process.join(10)
        code = self._process.exitcode
        if code is None or code >= 0:
            return Lost("worker_died", f"its process ended with exit status {code}")
        name = signal.Signals(-code).name
        if seconds and name == "SIGXCPU":
            return Lost("too_slow", f"it takes more than {seconds:g} s of computing")
        return Lost("worker_died", f"its process was ended by {name}")


def _serve(connection: Connection, fn: BatchFunction, limits: Limits | None) -> None:
    """The worker's life: a batch in, an answer out, until the caller hangs up."""
    # An interrupt at the keyboard reaches all processes; the caller ends the workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if limits:
        _bound_memory(limits.memory_bytes)
    while True:
        try:
            batch, seconds = connection.recv()
        except EOFError:
            return
        if seconds:
            _bound_computing(seconds)
        connection.send_bytes(_pickled_answer(fn, batch))


def _pickled_answer(fn: BatchFunction, batch: pl.DataFrame) -> bytes:
    """The result or the exception. Pickled apart from the sending, for that takes memory too."""
    try:
        return bytes(ForkingPickler.dumps(fn(batch)))
    except MemoryError:
        return bytes(ForkingPickler.dumps(MemoryError()))
    except Exception as error:  # noqa: BLE001 - raised again where the batch came from
        error.add_note(f"in a worker process:\n{''.join(traceback.format_exception(error))}")
        return bytes(ForkingPickler.dumps(error))


def _bound_memory(size: int) -> None:
    """Allow so many bytes beyond those in use. Past them allocations fail, in compiled code too."""
    if sys.platform == "linux":
        import resource

        # As crashes are expected here, no core dumps.
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        data_pages = int(Path("/proc/self/statm").read_text().split()[5])
        _lower(resource.RLIMIT_DATA, data_pages * resource.getpagesize() + size)


def _bound_computing(seconds: float) -> None:
    """Have the kernel end this process when it has computed for so long from now on."""
    if sys.platform != "win32":
        import resource

        usage = resource.getrusage(resource.RUSAGE_SELF)
        _lower(resource.RLIMIT_CPU, ceil(usage.ru_utime + usage.ru_stime + seconds))


def _lower(limit: int, soft: int) -> None:
    import resource

    hard = resource.getrlimit(limit)[1]
    resource.setrlimit(limit, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))
