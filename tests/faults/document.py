"""docs/reliability.md, from the results of the experiments."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from faults.result import Result

HEAD = """\
# Reliability

What newsmill did when faults were caused on purpose. `make test-faults` causes them again and writes this page; it
exits 1 if anything below did not hold. Small versions of the experiments are in `make test`.

Last run: {day}. The experiments took {minutes:.0f} minutes in all, {lanes} of them at a time.
**{tried:,} faults caused, {failures:,} failures, {lost:,} records lost.**

| experiment | faults | failures | records lost | seconds |
|---|---:|---:|---:|---:|
{rows}
"""
MAX_LISTED_FAILURES = 10


def write_document(results: Sequence[Result], path: Path, lanes: int) -> None:
    ran = [result for result in results if not result.skipped]
    rows = "\n".join(map(summary, results))
    head = HEAD.format(
        day=dt.datetime.now(dt.UTC).date(),
        minutes=sum(result.seconds for result in results) / 60,
        lanes=lanes,
        tried=sum(result.tried for result in ran),
        failures=sum(len(result.failures) for result in ran),
        lost=sum(result.lost for result in ran),
        rows=rows,
    )
    path.write_text("\n".join([head, *map(section, results)]), encoding="utf-8")


def summary(result: Result) -> str:
    counts = [result.tried, len(result.failures), result.lost, round(result.seconds)]
    cells = ["skipped", "", "", ""] if result.skipped else [f"{count:,}" for count in counts]
    return f"| [{result.title}](#{result.name}) | {' | '.join(cells)} |"


def section(result: Result) -> str:
    lines = [f'<a id="{result.name}"></a>', f"## {result.title}", "", result.expected, ""]
    if result.skipped:
        lines += [f"Skipped: {result.skipped}", ""]
    if result.failures:
        lines += [f"Did not hold {len(result.failures):,} times:", ""]
        lines += [f"- {' '.join(failure.split())}" for failure in result.failures[:MAX_LISTED_FAILURES]]
        lines += [""]
    if result.figures:
        lines += ["| figure | value |", "|---|---:|"]
        lines += [f"| {name} | {value} |" for name, value in result.figures.items()]
        lines += [""]
    return "\n".join(lines)
