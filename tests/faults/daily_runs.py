"""Sixty daily runs of 200 pages: time, memory, and the sizes of what they leave."""

from __future__ import annotations

import datetime as dt
import os
import sqlite3
import subprocess
import time
from contextlib import closing
from pathlib import Path
from statistics import mean

from faults.corpus import FIRST_DAY, write_day
from faults.homes import ENVIRONMENT, NEWSMILL, command, record_ids
from faults.result import Result
from newsmill.settings import PROJECT

DAYS, PAGES, KEEP_RUN_DAYS = 60, 200, 10
# On a busy machine the experiment ends before the last day, so that the whole harness stays below 40 minutes.
MOST_SECONDS = 30 * 60
MIB = 2**20


def run_many_days(scratch: Path, days: int = DAYS, pages: int = PAGES) -> Result:
    result = Result(
        "daily-runs",
        f"{days} daily runs of {pages} pages",
        f"Dagster's history is kept for {KEEP_RUN_DAYS} days. Every run succeeds; time, memory and that history "
        "do not grow with the number of runs.",
    )
    source, home = scratch / "input", scratch / "home"
    seconds, memory, sizes = [], [], []
    end = time.monotonic() + MOST_SECONDS
    for number in range(days):
        if time.monotonic() > end:
            result.figures["ended by the time limit"] = f"after {number} of {days} runs"
            days = number
            break
        day = FIRST_DAY + dt.timedelta(days=number)
        write_day(source, day, pages)
        began = time.monotonic()
        code, peak, err = run_measured("run", "--input", source, "--home", home, "--date", str(day))
        seconds.append(time.monotonic() - began)
        memory.append(peak)
        age_history(home)
        sizes.append({name: folder_bytes(home / name) for name in ("dagster", "raw", "newsmill.duckdb", "published")})
        result.tried += 1
        result.check(code == 0, f"{day}: exit {code}: {err[-300:]}")
    result.title = f"{days} daily runs of {pages} pages"
    result.lost = days * pages - len(record_ids(home))
    status = command("status", "--home", home)
    result.check(status.returncode == 0, f"status exits {status.returncode}: {status.stderr.strip()[-200:]}")
    sixth = max(days // 6, 1)
    for name, values, unit in (("seconds", seconds, "s"), ("peak memory of the main process", memory, "MiB")):
        result.figures[f"{name}, mean of the first {sixth} runs"] = f"{mean(values[:sixth]):.1f} {unit}"
        result.figures[f"{name}, mean of the last {sixth} runs"] = f"{mean(values[-sixth:]):.1f} {unit}"
    for name in sizes[0]:
        for run in sorted({sixth, days // 2, days}):
            result.figures[f"{name} after {run} runs"] = f"{sizes[run - 1][name] / MIB:.1f} MiB"
    if days >= 3 * KEEP_RUN_DAYS:
        growth = (sizes[-1]["dagster"] - sizes[days // 2 - 1]["dagster"]) / MIB
        result.check(growth < 20, f"Dagster's history grew by {growth:.0f} MiB in the second half")
        ratio = mean(seconds[-sixth:]) / mean(seconds[sixth : 2 * sixth])
        result.check(ratio < 2, f"the last runs take {ratio:.1f} times as long as the second sixth")
    return result


def age_history(home: Path) -> None:
    """Make all runs a day older, so that the next one is that of the next day."""
    with closing(sqlite3.connect(home / "dagster" / "history" / "runs.db")) as con, con:
        con.execute(
            "update runs set create_timestamp = datetime(create_timestamp, '-1 day'), "
            "update_timestamp = datetime(update_timestamp, '-1 day'), "
            "start_time = start_time - 86400, end_time = end_time - 86400"
        )


def run_measured(*arguments: str | Path) -> tuple[int, float, str]:
    """Run a command; return its exit code, the peak memory of its main process in MiB, and stderr."""
    process = subprocess.Popen(
        [NEWSMILL, *map(str, arguments)],
        cwd=PROJECT,
        env=ENVIRONMENT | {"NEWSMILL_KEEP_RUN_DAYS": str(KEEP_RUN_DAYS)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    err = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, usage.ru_maxrss / 1024, err.strip()


def folder_bytes(path: Path) -> int:
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file())
