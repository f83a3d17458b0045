"""The command: `make bench`, python -m benchmarks [--input FOLDER]."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from benchmarks.history import HISTORY, compare, record
from benchmarks.runs.document import describe_conditions, load_per_core, markdown_table, write_section
from benchmarks.stages import measure
from newsmill.settings import PROJECT, SAMPLE, load_settings
from pipelines.cli.show import out, print_table


def main(
    input: Annotated[Path, typer.Option(help="Folder of raw pages.")] = SAMPLE,
    rounds: Annotated[int, typer.Option(min=1, help="Rounds over the input; the median of each stage is shown.")] = 3,
    record_history: Annotated[
        bool, typer.Option("--record", help="Write benchmarks/history.jsonl and docs/benchmarks.md.")
    ] = False,
) -> None:
    """Measure the CPU time per page of each stage, with one worker, beside its floor and earlier versions."""
    load = load_per_core()
    table, records = measure(load_settings(input=input), rounds)
    name = "sample" if input == SAMPLE else input.name
    compared = compare(table, name)
    conditions = describe_conditions(load, f"{records:,} records of input `{name}`", f"rounds: {rounds}")
    print_table(compared, f"CPU by stage, median of {rounds} rounds, one worker")
    out.print(conditions, soft_wrap=True)
    if record_history:
        record(table, name, records)
        write_section("stages", [conditions, markdown_table(compared)])
        out.print(f"wrote {HISTORY.relative_to(PROJECT)} and docs/benchmarks.md")


if __name__ == "__main__":
    typer.run(main)
