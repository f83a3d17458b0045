"""The cost of each stage by version: benchmarks/history.jsonl, one line per version, machine and input."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import polars as pl

from benchmarks.runs.document import machine_class
from newsmill import __version__
from newsmill.settings import PROJECT

HISTORY = PROJECT / "benchmarks" / "history.jsonl"
KEY = ("version", "machine", "input")


def record(table: pl.DataFrame, input_name: str, records: int, path: Path = HISTORY) -> None:
    """Write the costs of this version; a line of the same version, machine and input is replaced."""
    line: dict[str, Any] = {
        "version": __version__,
        "machine": machine_class(),
        "input": input_name,
        "records": records,
        "day": dt.datetime.now(dt.UTC).date().isoformat(),
        "ms_a_page": {stage: round(cost, 3) for stage, cost in table.select("stage", "ms_a_page").iter_rows()},
    }
    others = [other for other in read_history(path) if any(other[name] != line[name] for name in KEY)]
    path.write_text("".join(json.dumps(one) + "\n" for one in [*others, line]), "utf-8")


def read_history(path: Path = HISTORY) -> list[dict[str, Any]]:
    """Return the lines, the oldest first; none where the file is missing."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []


def compare(table: pl.DataFrame, input_name: str, path: Path = HISTORY) -> pl.DataFrame:
    """Return the table with one column per earlier version on the same machine and input, the newest first."""
    same = {"machine": machine_class(), "input": input_name}
    for line in reversed(read_history(path)):
        if all(line[name] == value for name, value in same.items()) and line["version"] != __version__:
            costs = pl.Series(f"in {line['version']}", [line["ms_a_page"].get(stage) for stage in table["stage"]])
            table = table.with_columns(costs)
    return table
