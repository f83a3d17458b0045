"""The command: python -m benchmarks [--input FOLDER]."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from benchmarks.stages import measure
from newsmill.settings import load_settings
from pipelines.cli.show import out, print_table


def main(
    input: Annotated[Path | None, typer.Option(help="Folder of raw pages; default: the shipped sample.")] = None,
    rounds: Annotated[int, typer.Option(min=1, help="Rounds over the input; the median of each stage is shown.")] = 3,
) -> None:
    """Measure the CPU time per page of each stage, in one process."""
    settings = load_settings(input=input)
    print_table(measure(settings, rounds), f"CPU by stage, median of {rounds} rounds, one process")
    out.print(f"input {settings.input}", soft_wrap=True)


typer.run(main)
