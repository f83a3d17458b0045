"""The parent's side of the process that reads input files: a file that ends it is a problem, and reading goes on."""

from __future__ import annotations

import os
import pickle
import posixpath
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from multiprocessing.connection import Connection

from newsmill.sources.limits import UnreadableError
from newsmill.sources.reading.child import DONE
from newsmill.sources.reading.task import FileEnd, FileResult, FileStart, ReadTask, failed_file
from newsmill.sources.record import Record

WALL_TIME_FACTOR = 4  # wall time without a message over a file's CPU time: other processes use the machine too
START_SECONDS = 60.0

# Processes wait here for the next task. The key is the process id, as a forked process must not use them.
_idle: dict[int, list[ReadingProcess]] = {}


class ReadingProcess:
    """A process that reads one task at a time."""

    def __init__(self) -> None:
        # -P: modules in the working directory must not be imported.
        command = [sys.executable, "-P", "-m", "newsmill.sources.reading.child"]
        self._process = subprocess.Popen(  # noqa: S603
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        assert self._process.stdin
        assert self._process.stdout
        self._tasks = Connection(os.dup(self._process.stdin.fileno()), readable=False)
        self._answers = Connection(os.dup(self._process.stdout.fileno()), writable=False)
        self._process.stdin.close()
        self._process.stdout.close()

    def events(self, task: ReadTask) -> Iterator[object]:
        """Yield the events of a task.

        Raises:
            UnreadableError: when the process ended or takes too long; it can't be used any more.
        """
        seconds = task.limits.seconds(0)
        try:
            self._tasks.send_bytes(pickle.dumps(task))
            while True:
                if not self._answers.poll(START_SECONDS + WALL_TIME_FACTOR * seconds):
                    raise UnreadableError("too_slow", "reading it does not go on")
                for event in pickle.loads(self._answers.recv_bytes()):  # noqa: S301 - from our own process
                    if event == DONE:
                        return
                    if isinstance(event, FileStart):
                        seconds = task.limits.seconds(event.size)
                    yield event
        except (EOFError, OSError) as error:
            raise self._exit_reason(seconds) from error

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def close(self) -> None:
        """End the process and release its resources."""
        self._process.kill()
        self._process.wait()
        self._tasks.close()
        self._answers.close()

    def _exit_reason(self, seconds: float) -> UnreadableError:
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(10)
        code = self._process.returncode
        name = signal.Signals(-code).name if code is not None and code < 0 else f"exit status {code}"
        if name == "SIGXCPU":
            return UnreadableError("too_slow", f"reading it takes more than {seconds:g} s of CPU time")
        return UnreadableError("reader_died", f"it ended the process that read it ({name})")


def read_supervised(task: ReadTask, results: dict[str, FileResult]) -> Iterator[Record]:
    """Yield the records of a task's files, read in another process; `results` gets the result of each file."""
    process = _idle.get(os.getpid(), []).pop() if _idle.get(os.getpid()) else None
    if process is None or not process.is_alive():
        process = ReadingProcess()
    try:
        while task.files:
            current: FileStart | None = None
            count = done = 0
            reported: list[str] = []
            try:
                for event in process.events(task):
                    if isinstance(event, Record):
                        count += 1
                        yield event
                    elif isinstance(event, FileStart):
                        current, count = event, 0
                    elif isinstance(event, FileEnd):
                        results[event.path] = event.result
                        if event.is_manifest:
                            reported.append(posixpath.dirname(event.path))
                        else:
                            done += 1
                break
            except UnreadableError as error:
                process.close()
                process = ReadingProcess()
                if current is None:
                    raise RuntimeError(f"the process that reads input files can't work: {error.detail}") from error
                if current.is_manifest:
                    task = task.rest(done, reported).with_failed_manifest(current.path, error.detail)
                else:
                    record, results[current.path] = failed_file(task, task.files[done], error, count)
                    yield record
                    task = task.rest(done + 1, reported)
    except BaseException:
        process.close()
        raise
    _idle.setdefault(os.getpid(), []).append(process)
