"""What a run does where disk, memory, file handles or rights run out."""

from __future__ import annotations

import resource
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline_runs import tables_of

from faults.homes import ENVIRONMENT, NEWSMILL, command, require_good_run, run_undisturbed
from faults.result import Result
from newsmill.settings import PROJECT

MIB = 2**20
# From a disk that has no space for the first file to one that is full when the run publishes.
DISK_MIB = (1, 4, 8, 12, 14, 18, 22, 28)
MOST_SECONDS = 120


def fill_the_disk(scratch: Path, count: int = len(DISK_MIB)) -> Result:
    sizes = DISK_MIB[:: max(len(DISK_MIB) // count, 1)][:count]
    result = Result(
        "full-disk",
        f"{len(sizes)} disks of {sizes[0]} to {sizes[-1]} MiB that a run fills",
        "It ends with 2 and one line, without traceback; the last copy is whole; with space, the next run succeeds.",
    )
    expected, disk = run_undisturbed(scratch, days=2, pages=14), scratch / "disk"
    run = ("run", "--input", str(expected.source))
    disk.mkdir()
    if not can_mount(disk):
        result.skipped = "no right to mount a tmpfs"
        return result
    for size in sizes:
        with mounted(disk, size):
            home = disk / "home"
            done = command(*run, "--home", home, "--date", str(expected.dates[0]), timeout=MOST_SECONDS * 3)
            result.tried += 1
            require_one_line(result, f"{size} MiB", done, has_failed=size < DISK_MIB[-3])
            # A full disk at the next run leaves the first one's copy whole.
            copy = home / "published" / "newsmill.duckdb"
            if copy.exists():
                before = tables_of(copy)
                (disk / "filler").write_bytes(bytes(max(shutil.disk_usage(disk).free - 300_000, 0)))
                done = command(*run, "--home", home, timeout=MOST_SECONDS * 3)
                result.tried += 1
                require_one_line(result, f"{size} MiB, then full", done)
                same = all(before[name].equals(table) for name, table in tables_of(copy).items())
                result.check(done.returncode == 0 or same, f"{size} MiB: the copy changed")
                (disk / "filler").unlink()
            subprocess.run(["mount", "-o", "remount,size=400m", str(disk)], check=True)
            require_good_run(result, f"{size} MiB, then space", home, expected)
    return result


Limit = tuple[str, Callable[[], None]]


def limit(name: int, value: int) -> Callable[[], None]:
    return lambda: resource.setrlimit(name, (value, value))


LIMITS: list[Limit] = [
    *((f"{mib} MiB of address space", limit(resource.RLIMIT_AS, mib * MIB)) for mib in (1500, 1000, 700, 400)),
    *((f"{count} file handles", limit(resource.RLIMIT_NOFILE, count)) for count in (64, 32, 20)),
    *((f"files of at most {kib} KiB", limit(resource.RLIMIT_FSIZE, kib * 1024)) for kib in (4096, 512, 16)),
]


def run_within_limits(scratch: Path, count: int = len(LIMITS)) -> Result:
    result = Result(
        "limits",
        "Runs with too little memory, too few file handles, files that can't grow, a read-only home",
        "Each succeeds, or ends with 2 and one line, without traceback; the next run succeeds.",
    )
    expected, home = run_undisturbed(scratch, days=2, pages=14), scratch / "home"
    for name, apply in LIMITS[:count]:
        shutil.rmtree(home, ignore_errors=True)
        began = time.monotonic()
        done = run_limited(apply, "run", "--input", str(expected.source), "--home", str(home))
        result.tried += 1
        require_one_line(result, name, done)
        seconds = time.monotonic() - began
        result.check(seconds < MOST_SECONDS, f"{name}: takes {seconds:.0f} s")
        result.figures[name] = f"exit {done.returncode} after {seconds:.0f} s"
        require_good_run(result, name, home, expected)
    disk = scratch / "disk"
    disk.mkdir()
    if can_mount(disk):
        with mounted(disk, 100):
            shutil.copytree(expected.home, disk / "home")
            subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
            for arguments in (
                ("run", "--input", str(expected.source)),
                ("forget", "gazette.example", "--yes"),
                ("rebuild",),
            ):
                done = command(*arguments, "--home", disk / "home")
                result.tried += 1
                require_one_line(result, f"read-only home, {arguments[0]}", done, has_failed=True)
            for arguments in (("status",), ("query", "from trends.topic_daily"), ("explain", f"https://x.example/{0}")):
                done = command(*arguments, "--home", disk / "home")
                result.tried += 1
                is_fine = done.returncode in (0, 2) and "Traceback" not in done.stderr
                result.check(is_fine, f"read-only home, {arguments[0]}: exit {done.returncode}: {done.stderr[-300:]}")
    return result


def run_limited(apply: Callable[[], None], *arguments: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            [NEWSMILL, *arguments],
            cwd=PROJECT,
            env=ENVIRONMENT,
            capture_output=True,
            text=True,
            preexec_fn=apply,
            timeout=MOST_SECONDS * 2,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(arguments, -1, "", "does not end")


def require_one_line(
    result: Result, what: str, done: subprocess.CompletedProcess[str], *, has_failed: bool = False
) -> None:
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    result.check(done.returncode in ((2,) if has_failed else (0, 2)), f"{what}: exit {done.returncode}: {lines[-2:]}")
    result.check("Traceback" not in done.stderr + done.stdout, f"{what}: a traceback: {lines[-1:]}")
    result.check(done.returncode == 0 or bool(lines), f"{what}: fails without a word")


def can_mount(folder: Path) -> bool:
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)], check=False, capture_output=True
    )
    if done.returncode == 0:
        subprocess.run(["umount", str(folder)], check=True)
    return done.returncode == 0


@contextmanager
def mounted(folder: Path, mib: int) -> Iterator[None]:
    """Mount a small disk in memory."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={mib}m", "tmpfs", str(folder)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)
