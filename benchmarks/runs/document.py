"""Write measured tables into docs/benchmarks.md, each between its own markers."""

from __future__ import annotations

import datetime as dt
import os
import platform
import re
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from newsmill import __version__
from newsmill.settings import PROJECT

DOCUMENT = PROJECT / "docs" / "benchmarks.md"
# A machine with more work than this per core before a measurement is too busy for figures that stay.
MAX_QUIET_LOAD = 0.5


def write_section(name: str, parts: Sequence[str], path: Path = DOCUMENT) -> None:
    """Replace what is between the markers of a section: `<!-- NAME -->` and `<!-- end of NAME -->`.

    Raises:
        ValueError: when the page has no such markers.
    """
    page = path.read_text("utf-8")
    section = re.compile(rf"(?<=<!-- {re.escape(name)} -->\n).*?(?=<!-- end of {re.escape(name)} -->)", re.DOTALL)
    content = "\n" + "\n\n".join(parts) + "\n\n"
    changed, count = section.subn(lambda _: content, page)
    if count != 1:
        raise ValueError(f"{path} has {count} sections named {name}")
    path.write_text(changed, "utf-8")


def markdown_table(table: pl.DataFrame) -> str:
    """Return a frame as a Markdown table: numbers to the right with thousands separators, nulls empty."""
    right = [dtype.is_numeric() for dtype in table.dtypes]
    lines = [_line(table.columns), _line(["---:" if is_right else "---" for is_right in right])]
    lines += [_line([_cell(value) for value in row]) for row in table.iter_rows()]
    return "\n".join(lines)


def describe_conditions(load: float, *details: str) -> str:
    """Return one line: version, day, machine, how busy it was before, and the details."""
    parts = [f"newsmill {__version__}", f"{dt.datetime.now(dt.UTC).date()}", machine_class(), *details]
    busy = "" if load <= MAX_QUIET_LOAD else "; the machine was busy, so times are too high"
    return f"{', '.join(parts)}; load per core before: {load:.2f}{busy}."


def machine_class() -> str:
    """Return what figures of one machine have in common: cores, processor, system and Python."""
    names = re.findall(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text("utf-8"))
    processor = names[0] if names else platform.machine()
    version = ".".join(platform.python_version_tuple()[:2])
    return f"{len(os.sched_getaffinity(0))} cores of {processor}, {platform.system()}, Python {version}"


def load_per_core() -> float:
    """Return the load of the last minute, divided by the cores."""
    return os.getloadavg()[0] / len(os.sched_getaffinity(0))


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        # Three significant digits, and all digits before the point.
        digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2 if abs(value) >= 1 else 3
        return f"{value:,.{digits}f}"
    return f"{value:,}" if isinstance(value, int) else str(value)
