"""A worker process of the engine: runs one batch at a time, within limits that hold in compiled code too."""

from __future__ import annotations

import multiprocessing
import signal
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from math import ceil
from multiprocessing.connection import Connection
from multiprocessing.reduction import ForkingPickler
from pathlib import Path

import polars as pl

BatchFunction = Callable[[pl.DataFrame], pl.DataFrame]

# Polars' threads do not survive a fork: workers start from a fork server, or as new processes where there is none.
START_METHOD = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"

START_TIMEOUT_SECONDS = 300.0  # wall time for a new worker to import and compile what the function needs
WALL_TIME_FACTOR = 4  # wall time of a batch over its CPU time: other processes use the machine too


@dataclass(frozen=True)
class Limits:
    """What a batch may cost.

    Attributes:
        row_seconds: CPU seconds for one row.
        mean_seconds: CPU seconds for each further row.
        memory_bytes: memory on top of what a new worker uses; enforced on Linux only.
    """

    row_seconds: float = 15.0
    mean_seconds: float = 0.2
    memory_bytes: int = 2 * 2**30

    def seconds(self, rows: int) -> float:
        return self.row_seconds + self.mean_seconds * (rows - 1)


class LostBatchError(Exception):
    """A batch without a result: reason `too_slow`, `out_of_memory` or `worker_died`, and the detail for a person."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason, self.detail = reason, detail


class WorkerStartError(RuntimeError):
    """A new worker ended, or gave no answer, before it was ready for its first batch."""


def stop_fork_server() -> None:
    """End the fork server and wait for it: the workers are its children, and their CPU time is known to it alone."""
    if START_METHOD == "forkserver":
        from multiprocessing import forkserver

        # The standard library has no public function for this. In a forked process the server is another one's child.
        with suppress(ChildProcessError):
            forkserver._forkserver._stop()  # type: ignore[attr-defined]


class Worker:
    """The caller's side of a process that runs batch functions."""

    def __init__(self, limits: Limits) -> None:
        context = multiprocessing.get_context(START_METHOD)
        self._limits = limits
        self._connection, remote = context.Pipe()
        # The stubs only know the `Process` of concrete contexts.
        self._process = context.Process(target=_serve, args=(remote, limits), daemon=True)  # type: ignore[attr-defined]
        self._process.start()
        remote.close()
        self._warm: BatchFunction | None = None  # what the last limited batch needs is loaded

    def run(self, fn: BatchFunction, batch: pl.DataFrame, *, is_limited: bool) -> pl.DataFrame:
        """Return `fn(batch)`; exceptions of `fn` are raised here.

        Args:
            is_limited: the batch may take as much CPU time as the limits allow. Memory is limited in any case.

        Raises:
            LostBatchError: the worker cannot be used any more.
            WorkerStartError: the worker has not become ready.
        """
        if not is_limited:
            return self._answer(fn, batch, None, None)
        if self._warm != fn:
            self._warm_up(fn, batch.clear())
        seconds = self._limits.seconds(batch.height)
        return self._answer(fn, batch, seconds, WALL_TIME_FACTOR * seconds)

    def is_alive(self) -> bool:
        return bool(self._process.is_alive())

    def kill(self) -> None:
        """Kill the process."""
        if self.is_alive():
            self._process.kill()

    def close(self) -> None:
        """Kill the process and release its resources."""
        self.kill()
        self._process.join()
        self._connection.close()

    def _warm_up(self, fn: BatchFunction, empty: pl.DataFrame) -> None:
        """Have the worker load what `fn` needs, so that this time is not charged to a row."""
        try:
            self._answer(fn, empty, None, START_TIMEOUT_SECONDS)
        except LostBatchError as lost:
            raise WorkerStartError(f"a new worker can't start: {lost}") from lost
        self._warm = fn

    def _answer(
        self, fn: BatchFunction, batch: pl.DataFrame, cpu_seconds: float | None, timeout: float | None
    ) -> pl.DataFrame:
        try:
            self._connection.send((fn, batch, cpu_seconds))
            if not self._connection.poll(timeout):
                raise LostBatchError("too_slow", f"no answer within {timeout:g} s")
            answer = self._connection.recv()
        except (EOFError, OSError) as error:
            raise self._exit_reason(cpu_seconds) from error
        if isinstance(answer, MemoryError):
            raise LostBatchError("out_of_memory", "it takes more memory than a worker is allowed")
        if isinstance(answer, Exception):
            raise answer
        assert isinstance(answer, pl.DataFrame)
        return answer

    def _exit_reason(self, cpu_seconds: float | None) -> LostBatchError:
        """Return why the process closed the connection."""
        self._process.join(10)
        code = self._process.exitcode
        if code is None or code >= 0:
            return LostBatchError("worker_died", f"its process ended with exit status {code}")
        name = signal.Signals(-code).name
        if cpu_seconds and name == "SIGXCPU":
            return LostBatchError("too_slow", f"it takes more than {cpu_seconds:g} s of CPU time")
        return LostBatchError("worker_died", f"its process was ended by {name}")


def _serve(connection: Connection, limits: Limits) -> None:
    """Receive functions with batches and send results until the caller closes the connection."""
    # Ctrl-C reaches all processes; the caller terminates the workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _limit_memory(limits.memory_bytes)
    while True:
        try:
            fn, batch, seconds = connection.recv()
        except EOFError:
            return
        _limit_cpu_time(seconds)
        connection.send_bytes(_pickled_answer(fn, batch))


def _pickled_answer(fn: BatchFunction, batch: pl.DataFrame) -> bytes:
    """Return the pickled result or exception. Pickling needs memory too, so a failure of it is answered as well."""
    try:
        return bytes(ForkingPickler.dumps(fn(batch)))
    except MemoryError:
        return bytes(ForkingPickler.dumps(MemoryError()))
    except Exception as error:  # noqa: BLE001 - raised again where the batch came from
        error.add_note(f"in a worker process:\n{''.join(traceback.format_exception(error))}")
        return bytes(ForkingPickler.dumps(error))


def _limit_memory(size: int) -> None:
    """Limit memory to `size` bytes on top of what is in use. Beyond it allocations fail, in compiled code too."""
    if sys.platform == "linux":
        import resource

        # Crashes are expected here: write no core dumps.
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        data_pages = int(Path("/proc/self/statm").read_text().split()[5])
        _lower(resource.RLIMIT_DATA, data_pages * resource.getpagesize() + size)


def _limit_cpu_time(seconds: float | None) -> None:
    """Have the kernel kill this process after `seconds` more of CPU time; None lifts the limit."""
    if sys.platform != "win32":
        import resource

        if seconds is None:
            hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
            resource.setrlimit(resource.RLIMIT_CPU, (hard, hard))
            return
        usage = resource.getrusage(resource.RUSAGE_SELF)
        _lower(resource.RLIMIT_CPU, ceil(usage.ru_utime + usage.ru_stime + seconds))


def _lower(limit: int, soft: int) -> None:
    import resource

    hard = resource.getrlimit(limit)[1]
    resource.setrlimit(limit, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))
