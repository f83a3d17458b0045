"""Samples of what commands use: each command is measured several times, and medians are compared."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median

import polars as pl

from benchmarks.runs.process_tree import CommandError, Usage, measure

NEWSMILL = Path(sys.executable).parent / "newsmill"


class Samples:
    """The usages of each measured command, by its label, in the order of the first time."""

    def __init__(self) -> None:
        self.usages: dict[str, list[Usage]] = {}

    def newsmill(self, label: str, *arguments: str | Path, env: Mapping[str, str] | None = None) -> Usage:
        """Measure a command of newsmill."""
        return self.command(label, [NEWSMILL, *arguments], env)

    def command(self, label: str, command: Sequence[str | Path], env: Mapping[str, str] | None = None) -> Usage:
        """Measure any command, in a folder without a `newsmill.toml`.

        Raises:
            SystemExit: when it fails, with its output.
        """
        try:
            usage = measure(command, env=clean_environment() | dict(env or {}), cwd=Path(sys.prefix))
        except CommandError as error:
            raise SystemExit(f"not measured: {error}") from error
        self.usages.setdefault(label, []).append(usage)
        print(
            f"{label or 'warm up'}: {usage.cpu_s:.2f} CPU s, {usage.wall_s:.2f} s, {usage.peak_mib:.0f} MiB", flush=True
        )
        return usage

    def drop(self, label: str) -> None:
        """Forget the samples of a command that only warmed up."""
        del self.usages[label]

    def median(self, label: str) -> Usage:
        """Return the medians of a command."""
        usages = self.usages[label]
        return Usage(
            cpu_s=median(usage.cpu_s for usage in usages),
            wall_s=median(usage.wall_s for usage in usages),
            tree_s=median(usage.tree_s for usage in usages),
            peak_mib=median(usage.peak_mib for usage in usages),
            code=0,
        )

    def table(self) -> pl.DataFrame:
        """Return one row per command: `what`, and the medians `cpu_s`, `wall_s` and `peak_mib`."""
        rows = [{"what": label, **vars(self.median(label))} for label in self.usages]
        return pl.DataFrame(rows).select("what", "cpu_s", "wall_s", "peak_mib")


def clean_environment() -> dict[str, str]:
    """Return the environment without the user's settings of newsmill, and with bytecode written."""
    ours = ("NEWSMILL_", "DAGSTER_HOME", "PYTHONDONTWRITEBYTECODE")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}
