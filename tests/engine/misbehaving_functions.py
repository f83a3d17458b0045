"""Batch functions that misbehave. In a module of their own, so that workers do not import the test libraries."""

from __future__ import annotations

import ctypes
import os
import re
import signal
import time
from pathlib import Path

import polars as pl


def misbehave(action: str) -> None:
    """Misbehave in the named way."""
    match action:
        case "exit":
            os._exit(3)
        case "segfault":
            ctypes.string_at(0)
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        case "sleep":
            time.sleep(1000)
        case "regex":
            re.fullmatch(r"(a|aa)+b", "a" * 100)
        case "allocate":
            blocks = [bytearray(2**26) for _ in range(1000)]
            blocks.clear()
        case "exhaust":
            raise MemoryError
        case "exit politely":
            raise SystemExit(4)


def read(batch: pl.DataFrame) -> pl.DataFrame:
    for action in batch["action"]:
        misbehave(action)
    return batch.select("n", reason=pl.lit(None, pl.String), detail=pl.lit(None, pl.String))


def failing(batch: pl.DataFrame) -> pl.DataFrame:
    if batch.height:
        raise RuntimeError(f"batch {batch['n'][0]}")
    return batch


def exit_at_once(batch: pl.DataFrame) -> pl.DataFrame:
    os._exit(1)


def kill_the_first_starts(batch: pl.DataFrame, path: Path) -> pl.DataFrame:
    """End the first three processes that get the empty batch; the file counts them."""
    if not batch.height:
        starts = path.read_text() if path.exists() else ""
        path.write_text(starts + "x")
        if len(starts) < 3:
            os.kill(os.getpid(), signal.SIGKILL)
    return batch


def die_twice(batch: pl.DataFrame, path: Path) -> pl.DataFrame:
    """End the first two processes that get a batch; the file counts them."""
    deaths = path.read_text() if path.exists() else ""
    path.write_text(deaths + "x")
    if len(deaths) < 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return batch


def spend_two_seconds(batch: pl.DataFrame) -> pl.DataFrame:
    """Take two seconds of CPU time; return the process id."""
    end = time.process_time() + 2
    while time.process_time() < end:
        pass
    return add_pid(batch)


def add_pid(batch: pl.DataFrame) -> pl.DataFrame:
    return batch.with_columns(n=pl.lit(os.getpid()))
