"""The process that reads input files: it gets tasks from its standard input and sends what it finds to its output."""

from __future__ import annotations

import os
import pickle
import signal
import sys
from math import ceil
from multiprocessing.connection import Connection
from pathlib import Path

from newsmill.sources.reading.task import FileStart, ReadTask, read_events
from newsmill.sources.record import Record

MAX_RECORDS, MAX_BYTES = 64, 2**20  # in a message
DONE = "done"


def main() -> None:
    """Serve tasks until the parent process closes the pipe."""
    # Ctrl-C reaches all processes; the parent ends this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    tasks, answers = Connection(os.dup(0), writable=False), Connection(os.dup(1), readable=False)
    # What a C library prints must not get between the messages.
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    limited = False
    try:
        while True:
            task: ReadTask = pickle.loads(tasks.recv_bytes())  # noqa: S301 - from the parent process
            if not limited:
                limit_memory(task.limits.file_memory_bytes)
                limited = True
            serve(task, answers)
    except (EOFError, OSError):
        return


def serve(task: ReadTask, answers: Connection) -> None:
    """Read the files of a task; send records in batches, and each other event at once."""
    batch: list[object] = []
    size = 0
    for event in read_events(task):
        if isinstance(event, FileStart):
            limit_cpu_time(task.limits.seconds(event.size))
        batch.append(event)
        if isinstance(event, Record):
            size += event.byte_size
            if len(batch) < MAX_RECORDS and size < MAX_BYTES:
                continue
        answers.send_bytes(pickle.dumps(batch, protocol=5))
        batch, size = [], 0
    answers.send_bytes(pickle.dumps([DONE]))


def limit_memory(size: int) -> None:
    """Limit memory to `size` bytes on top of what is in use; beyond it allocations fail, in compiled code too."""
    if sys.platform == "linux":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        data_pages = int(Path("/proc/self/statm").read_text().split()[5])
        lower(resource.RLIMIT_DATA, data_pages * resource.getpagesize() + size)


def limit_cpu_time(seconds: float) -> None:
    """Have the kernel end this process after `seconds` more of CPU time."""
    if sys.platform != "win32":
        import resource

        usage = resource.getrusage(resource.RUSAGE_SELF)
        lower(resource.RLIMIT_CPU, ceil(usage.ru_utime + usage.ru_stime + seconds))


def lower(limit: int, soft: int) -> None:
    import resource

    hard = resource.getrlimit(limit)[1]
    resource.setrlimit(limit, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))


if __name__ == "__main__":
    main()
