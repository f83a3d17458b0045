"""Homes of the experiments: run them to the end, and compare them with a home that met no fault."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import polars as pl
from commands import clean_environment
from pipeline_runs import differing, tables_of

from newsmill.settings import PROJECT, Settings, load_settings
from newsmill.sources.archive import Archive
from newsmill.warehouse.publish import DATABASE

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


def differences(home: Path, reference: dict[str, pl.DataFrame], ignored: Sequence[str] = ()) -> str:
    """Return which tables of database and published copy differ from the reference, or nothing."""
    for name, database in (("", home / DATABASE), ("published ", home / "published" / DATABASE)):
        wrong = [table for table in differing(tables_of(database), reference) if table not in ignored]
        if wrong:
            return f"{name}{', '.join(wrong)}"
    return ""
