"""Batch functions that do what none should. Apart from the tests, so that workers import no test library."""

from __future__ import annotations

import ctypes
import os
import re
import signal
import time

import polars as pl


def act(deed: str) -> None:
    """Do what no batch function should."""
    match deed:
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
            hoard = [bytearray(2**26) for _ in range(1000)]
            hoard.clear()
        case "exhaust":
            raise MemoryError
        case "exit politely":
            raise SystemExit(4)


def read(batch: pl.DataFrame) -> pl.DataFrame:
    for deed in batch["deed"]:
        act(deed)
    return batch.select("n", reason=pl.lit(None, pl.String), detail=pl.lit(None, pl.String))


def failing(batch: pl.DataFrame) -> pl.DataFrame:
    if batch.height:
        raise RuntimeError(f"batch {batch['n'][0]}")
    return batch


def dead_on_arrival(batch: pl.DataFrame) -> pl.DataFrame:
    os._exit(1)


def pid_of(batch: pl.DataFrame) -> pl.DataFrame:
    return batch.with_columns(n=pl.lit(os.getpid()))
