"""Homes of the experiments: run them to the end, and compare them with a home that met no fault."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from commands import clean_environment
from pipeline_runs import differing, tables_of

from faults.corpus import write_days
from faults.result import Result
from newsmill.settings import PROJECT, Settings, load_settings
from newsmill.sources.archive import Archive
from newsmill.warehouse.publish import DATABASE
from newsmill.warehouse.schema import UNPUBLISHED

NEWSMILL = str(Path(sys.executable).parent / "newsmill")
PATIENCE_SECONDS = 900
ENVIRONMENT = clean_environment() | {"PYTHONPATH": str(PROJECT / "tests")}


def start_run(input_folder: Path, home: Path) -> subprocess.Popen[str]:
    """Start a run without Dagster, in a process group of its own."""
    command = [sys.executable, "-m", "faults.one_run", str(input_folder), str(home)]
    return subprocess.Popen(
        command, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )


def run_to_end(input_folder: Path, home: Path) -> str:
    """Run without Dagster; return what went wrong, or nothing."""
    process = start_run(input_folder, home)
    _, err = process.communicate(timeout=PATIENCE_SECONDS)
    return "" if process.returncode == 0 else f"exit {process.returncode}: {err.strip().splitlines()[-1:]}"


def command(*arguments: str | Path, timeout: float = PATIENCE_SECONDS) -> subprocess.CompletedProcess[str]:
    """Run a command of newsmill as a user does."""
    return subprocess.run(
        [NEWSMILL, *map(str, arguments)],
        cwd=PROJECT,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def start_command(*arguments: str | Path) -> subprocess.Popen[str]:
    """Start a command of newsmill, in a process group of its own."""
    return subprocess.Popen(
        [NEWSMILL, *map(str, arguments)],
        cwd=PROJECT,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def kill(process: subprocess.Popen[str]) -> None:
    """End a process by SIGKILL: only it, as the kernel does when memory runs out; its workers find out."""
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()


def group_is_empty(process: subprocess.Popen[str], seconds: float = 20) -> bool:
    """Whether every process of the group ends within some seconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            os.killpg(process.pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


def settings_of(input_folder: Path, home: Path) -> Settings:
    return load_settings(input=input_folder, home=home, workers=1)


def record_ids(home: Path) -> set[str]:
    archive = Archive(home / "raw")
    return set(archive.records(archive.dates()).filter(pl.col("problem").is_null())["record_id"])


@dataclass(frozen=True)
class Undisturbed:
    """An input folder, and a home that has run over it once without a fault.

    Attributes:
        dates: the ingest dates of the input.
        tables: the tables of the home.
        seconds: how long the run took.
    """

    source: Path
    home: Path
    dates: list[dt.date]
    tables: dict[str, pl.DataFrame]
    seconds: float


def run_undisturbed(scratch: Path, days: int, pages: int) -> Undisturbed:
    """Write an input folder, and run `newsmill run` over it."""
    source, home = scratch / "input", scratch / "undisturbed"
    dates = write_days(source, days, pages)
    began = time.monotonic()
    done = command("run", "--input", source, "--home", home)
    seconds = time.monotonic() - began
    assert done.returncode == 0, done.stderr
    return Undisturbed(source, home, dates, tables_of(home / DATABASE), seconds)


def require_good_run(result: Result, what: str, home: Path, expected: Undisturbed) -> None:
    """Run `newsmill run` after a fault; note where it fails or its tables differ from those without the fault."""
    done = command("run", "--input", expected.source, "--home", home)
    result.check(done.returncode == 0, f"after {what}: exit {done.returncode}: {done.stderr.strip()[-300:]}")
    problem = differences(home, expected.tables) if done.returncode == 0 else ""
    result.check(not problem, f"after {what}: differs in {problem}")


def differences(home: Path, reference: dict[str, pl.DataFrame]) -> str:
    """Return which tables of database and published copy differ from the reference, or nothing."""
    internal = {table.name for table in UNPUBLISHED}
    published = {name: table for name, table in reference.items() if name not in internal}
    for name, database, expected in (
        ("", home / DATABASE, reference),
        ("published ", home / "published" / DATABASE, published),
    ):
        if wrong := differing(tables_of(database), expected):
            return f"{name}{', '.join(wrong)}"
    return ""
