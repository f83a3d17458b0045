"""Stopping of a run: SIGINT and SIGTERM end it within seconds, also where compiled code does not look at signals.

The interpreter writes the number of each signal into a pipe, whichever handler is set: Dagster sets its own.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import TracebackType

GRACE_SECONDS = 8.0
REPORT_SECONDS = 3.0
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)

MESSAGE = "newsmill: interrupted; committed partitions are kept, run the command again to resume"


_last_signal: int = signal.SIGINT
_is_stopping = threading.Event()


def last_signal() -> int:
    """Return the last signal that asked a run of this process to stop; SIGINT where none did."""
    return _last_signal


class Stopped(BaseException):
    """The process was asked to stop by a signal. Not a KeyboardInterrupt: typer turns that into an exit code."""

    def __init__(self, signal_number: int = signal.SIGINT) -> None:
        super().__init__(signal.Signals(signal_number).name)
        self.signal_number = signal_number

    @property
    def exit_code(self) -> int:
        return 128 + self.signal_number


@contextmanager
def stop_signals_raise() -> Iterator[None]:
    """Have the signals that ask to stop raise `Stopped` in the block, where they are not ignored.

    What is raised where nothing can catch it, as in a finalizer, is not printed where it is an interrupt, which
    `StopWatch` has seen, or follows from one: Dagster's generators do not end at once.
    """
    print_unraisable = sys.unraisablehook

    def hook(unraisable: sys.UnraisableHookArgs) -> None:
        if issubclass(unraisable.exc_type, Exception) and not _is_stopping.is_set():
            print_unraisable(unraisable)

    before = {}
    if threading.current_thread() is threading.main_thread():
        before = {number: signal.getsignal(number) for number in STOP_SIGNALS}
    for number, handler in before.items():
        if handler is not signal.SIG_IGN:
            signal.signal(number, _raise_stopped)
    _is_stopping.clear()
    sys.unraisablehook = hook
    try:
        yield
    finally:
        sys.unraisablehook = print_unraisable
        for number, handler in before.items():
            signal.signal(number, handler)


def exit_at_next_signal() -> None:
    """Kill the workers, and have another signal end this process at once, without its cleanup."""
    end_workers()
    if threading.current_thread() is threading.main_thread():
        for number in STOP_SIGNALS:
            signal.signal(number, lambda number, frame: os._exit(128 + number))


def _raise_stopped(number: int, frame: object) -> None:
    _is_stopping.set()
    raise Stopped(number)


class StopWatch:
    """Notices the signals that ask to stop, in a block of the main thread.

    The first one lets the block end by the exception that Dagster raises. If that takes longer than GRACE_SECONDS, or
    at the second signal, the process ends: its workers are killed, and `report` is called.

    Attributes:
        signal_number: the first signal; None where none came.
    """

    def __init__(self, report: Callable[[], None]) -> None:
        self.signal_number: int | None = None
        self._report = report
        self._done = threading.Event()
        self._is_watching = threading.current_thread() is threading.main_thread() and sys.platform != "win32"

    def __enter__(self) -> StopWatch:
        if self._is_watching:
            self._read, self._write = os.pipe()
            os.set_blocking(self._write, False)
            self._before = signal.set_wakeup_fd(self._write, warn_on_full_buffer=False)
            threading.Thread(target=self._watch, name="stop-watch", daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._is_watching:
            self._done.set()
            signal.set_wakeup_fd(self._before)
            os.close(self._write)  # the thread reads the end and closes its side

    def _watch(self) -> None:
        global _last_signal
        try:
            while numbers := os.read(self._read, 16):
                for number in numbers:
                    if number not in STOP_SIGNALS:
                        continue
                    _is_stopping.set()
                    if self.signal_number is not None:
                        self._end()
                    self.signal_number = _last_signal = number
                    threading.Thread(target=self._end_later, name="stop-timer", daemon=True).start()
        finally:
            os.close(self._read)

    def _end_later(self) -> None:
        if not self._done.wait(GRACE_SECONDS):
            self._end()

    def _end(self) -> None:
        """End the process at once. A killed run leaves its last good state, so this does too."""
        end_workers()
        reporting = threading.Thread(target=self._report, daemon=True)
        reporting.start()
        reporting.join(REPORT_SECONDS)
        if self._done.is_set():
            return
        with suppress(OSError, ValueError):
            print(MESSAGE, file=sys.stderr, flush=True)
        os._exit(128 + (self.signal_number or signal.SIGINT))


def end_workers() -> None:
    """Kill the worker processes of this process."""
    for worker in multiprocessing.active_children():
        with suppress(OSError):
            worker.kill()
