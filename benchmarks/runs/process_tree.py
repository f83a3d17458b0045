"""Measure a command with its whole process tree: CPU seconds, wall seconds and peak memory.

`time` and RUSAGE_CHILDREN count a process only after its parent has waited for it. Workers whose parent ends first,
such as those of a fork server, are in nobody's account. Here a helper process adopts such orphans (Linux: "child
subreaper") and waits for every descendant, so that its RUSAGE_CHILDREN is the account of the whole tree. The exception
is a process whose parent ignores SIGCHLD: the kernel drops its account.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

MIB = 2**20
# From linux/prctl.h.
SET_CHILD_SUBREAPER = 36
SAMPLE_SECONDS = 0.15
# Descendants that go on longer than this after the command are killed.
GRACE_SECONDS = 30.0


@dataclass(frozen=True)
class Usage:
    """What a command and all its descendants used.

    Attributes:
        cpu_s: user and system CPU seconds of the tree.
        wall_s: seconds until the command ended.
        tree_s: seconds until its last descendant ended.
        peak_mib: most memory at one time: the sum of the proportional set sizes, so that shared pages count once.
        code: the command's exit code.
        killed: descendants that were killed after the time of grace.
    """

    cpu_s: float
    wall_s: float
    tree_s: float
    peak_mib: float
    code: int
    killed: int = 0


class CommandError(Exception):
    """The measured command failed; its figures would be wrong."""


def measure(command: Sequence[str | Path], env: Mapping[str, str] | None = None, cwd: Path | None = None) -> Usage:
    """Run a command in a helper process and return what its tree used. Its output is shown only where it fails.

    Raises:
        CommandError: when the command's exit code is not 0, or it leaves a process that does not end.
    """
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "usage.json"
        helper = [sys.executable, str(Path(__file__)), str(report), *map(str, command)]
        done = subprocess.run(
            helper, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, env=env, cwd=cwd
        )
        if not report.exists():
            raise CommandError(done.stdout[-2000:])
        usage = Usage(**json.loads(report.read_text("utf-8")))
    if usage.code:
        raise CommandError(f"{' '.join(map(str, command))} exits {usage.code}:\n{done.stdout[-2000:]}")
    if usage.killed:
        raise CommandError(f"{' '.join(map(str, command))}: {usage.killed} of its processes went on and were killed")
    return usage


def run_as_subreaper(command: Sequence[str], grace_seconds: float = GRACE_SECONDS) -> Usage:
    """Run a command, wait for all its descendants and return what they used. All children of the caller are reaped."""
    if ctypes.CDLL(None, use_errno=True).prctl(SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "the kernel does not let this process adopt orphans")
    started = time.monotonic()
    process = subprocess.Popen(command)
    sampler = _Sampler(grace_seconds)
    sampler.start()
    code, wall = 0, 0.0
    while True:
        try:
            pid, status = os.wait()
        except ChildProcessError:
            break
        if pid == process.pid:
            process.returncode = code = os.waitstatus_to_exitcode(status)
            wall = time.monotonic() - started
            sampler.command_ended.set()
    tree = time.monotonic() - started
    sampler.stop()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Usage(used.ru_utime + used.ru_stime, wall, tree, sampler.peak / MIB, code, len(sampler.killed))


class _Sampler(threading.Thread):
    """Watches the memory of this process's descendants, and kills those that outlive the command for too long."""

    def __init__(self, grace_seconds: float) -> None:
        super().__init__(daemon=True)
        self.grace_seconds = grace_seconds
        self.peak = 0
        self.killed: set[int] = set()
        self.command_ended, self._stopped = threading.Event(), threading.Event()

    def run(self) -> None:
        deadline: float | None = None
        while True:
            pids = descendants(os.getpid())
            # Proportional sizes take milliseconds to read; they are at most the resident ones.
            if sum(map(_resident, pids)) > self.peak:
                self.peak = max(self.peak, sum(map(_proportional, pids)))
            if self.command_ended.is_set():
                deadline = deadline or time.monotonic() + self.grace_seconds
                if time.monotonic() > deadline:
                    for pid in pids:
                        _kill(pid)
                    self.killed.update(pids)
            if self._stopped.wait(SAMPLE_SECONDS):
                return

    def stop(self) -> None:
        self._stopped.set()
        self.join()


def live_tree_seconds() -> float:
    """Return the CPU seconds so far of this process, of the children it waited for, and of its live descendants.

    For parts of a run, while workers go on; those of a live descendant are rounded to 10 ms.
    """
    waited = resource.getrusage(resource.RUSAGE_CHILDREN)
    live = sum(sum(map(int, _stat(pid)[11:15])) for pid in descendants(os.getpid())) / os.sysconf("SC_CLK_TCK")
    return time.process_time() + waited.ru_utime + waited.ru_stime + live


def descendants(root: int) -> list[int]:
    """Return the ids of all processes below a process."""
    children: dict[int, list[int]] = {}
    for entry in os.scandir("/proc"):
        if entry.name.isdigit() and (fields := _stat(int(entry.name))):
            children.setdefault(int(fields[1]), []).append(int(entry.name))
    found, waiting = [], [root]
    while waiting:
        below = children.get(waiting.pop(), [])
        found += below
        waiting += below
    return found


def _stat(pid: int) -> list[str]:
    """Return the fields of a process from its state on (see proc(5)); empty where it has ended."""
    try:
        # The name before them, in parentheses, may contain spaces.
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _resident(pid: int) -> int:
    """Return the resident set size of a process in bytes; 0 where it has ended."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def _proportional(pid: int) -> int:
    """Return the proportional set size of a process in bytes; 0 where it has ended."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((1024 * int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(json.dumps(asdict(run_as_subreaper(sys.argv[2:]))), "utf-8")
