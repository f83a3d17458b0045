"""What whole runs and commands cost: `make bench-runs`, python -m benchmarks.runs [--pages DIR]."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import polars as pl
import typer

from benchmarks.runs.commands import Samples, clean_environment
from benchmarks.runs.document import describe_conditions, load_per_core, markdown_table, write_section
from benchmarks.runs.page_set import SAMPLE, PageFile, load_pages, write_input
from newsmill import stages
from newsmill.settings import PROJECT, load_settings
from pipelines.cli.show import out, print_table

ONE, MORE, MANY = "run, 1 page, new home", "run, 1 more page on 1", "run, {pages:,} pages, new home"
AGAIN, COMPILING = "run, nothing new", "run, 1 page, new home, kernels not compiled"


def main(
    pages: Annotated[list[Path], typer.Option(help="Folder of HTML pages; may be repeated.")] = [SAMPLE],  # noqa: B006
    count: Annotated[int, typer.Option(min=2, help="Most pages of them.")] = 700,
    rounds: Annotated[int, typer.Option(min=1, help="Rounds; medians are shown.")] = 3,
    fresh: Annotated[bool, typer.Option(help="Measure a run that compiles its kernels, too.")] = False,
    parallel: Annotated[int, typer.Option(help="Pages for the reading stage with 1 and 2 workers; 0 skips it.")] = 5000,
    days: Annotated[int, typer.Option(min=1, help="Ingest dates of those pages.")] = 14,
    write: Annotated[bool, typer.Option(help="Write the tables into docs/benchmarks.md.")] = True,
) -> None:
    """Measure CPU and memory of the whole process tree, and wall time, of runs and of commands that read."""
    load, found = load_per_core(), load_pages(pages, count)
    with tempfile.TemporaryDirectory(prefix="newsmill-bench-") as folder:
        scratch, samples = Path(folder), Samples()
        write_input(found, scratch / "many")
        write_input(found[:1], scratch / "one")
        samples.newsmill("", "run", "--input", scratch / "one", "--home", scratch / "warm")  # fills the file cache
        for _ in range(rounds):
            measure_round(samples, scratch, len(found), fresh=fresh)
        samples.drop("")
        speedup = measure_reading(scratch, found, parallel, days, rounds) if parallel else None
        size = sum(len(page.read()) for page in found) / len(found) / 1024
    table = samples.table()
    cost = {row["what"]: row["cpu_s"] for row in table.iter_rows(named=True)}
    marginal = 1000 * (cost[MANY.format(pages=len(found))] - cost[ONE]) / (len(found) - 1)
    conditions = describe_conditions(load, f"{len(found):,} pages of {size:.0f} KiB on average", f"rounds: {rounds}")
    print_table(table, "CPU and memory of the whole process tree, medians")
    out.print(f"marginal cost: {marginal:.1f} CPU ms a page\n{conditions}", soft_wrap=True)
    parts = [
        conditions,
        markdown_table(table),
        f"Marginal cost: **{marginal:.1f} CPU ms a page**, everything included.",
    ]
    if speedup is not None:
        print_table(speedup, f"Reading {parallel:,} pages of {days} dates")
        parts += [f"The reading stage over {parallel:,} pages of {days} ingest dates:", markdown_table(speedup)]
    if write:
        write_section("runs", parts)


def measure_round(samples: Samples, scratch: Path, pages: int, *, fresh: bool) -> None:
    """Measure each command once, in turn, so that changes in the machine's load affect all alike."""
    one, many, source = scratch / "home-one", scratch / "home-many", scratch / "source"
    for home in (one, many, source):
        shutil.rmtree(home, ignore_errors=True)
    if fresh:
        shutil.rmtree(scratch / "numba", ignore_errors=True)
        compile_again = {"NUMBA_CACHE_DIR": str(scratch / "numba")}
        samples.newsmill(COMPILING, "run", "--input", scratch / "one", "--home", one, env=compile_again)
        shutil.rmtree(one)
    shutil.copytree(scratch / "one", source)
    samples.newsmill(ONE, "run", "--input", source, "--home", one)
    samples.newsmill(AGAIN, "run", "--input", source, "--home", one)
    next_day = source / "2026-01-16"
    next_day.mkdir()
    shutil.copyfile(next((scratch / "many").rglob("000001.html*")), next_day / f"more{_ending(scratch / 'many')}")
    samples.newsmill(MORE, "run", "--input", source, "--home", one)
    samples.newsmill(MANY.format(pages=pages), "run", "--input", scratch / "many", "--home", many)
    samples.newsmill(f"{AGAIN}, {pages:,} stored", "run", "--input", scratch / "many", "--home", many)
    samples.newsmill("--help", "--help")
    samples.newsmill("query 'select 1'", "query", "select 1", "--home", many)
    samples.newsmill("status", "status", "--home", many)


def _ending(folder: Path) -> str:
    return ".html.gz" if next(folder.rglob("000001.html*")).suffix == ".gz" else ".html"


def measure_reading(scratch: Path, found: list[PageFile], pages: int, days: int, rounds: int) -> pl.DataFrame:
    """Return the wall seconds of the reading stage with 1 and with 2 workers, the minimum of the rounds."""
    source, home = scratch / "parallel", scratch / "home-parallel"
    write_input(found, source, days, pages)
    stages.archive_input(load_settings(input=source, home=home), None)
    seconds: dict[int, list[float]] = {1: [], 2: []}
    for _ in range(rounds):
        for workers, spent in seconds.items():
            command = [sys.executable, "-m", "benchmarks.runs.reading_stage", str(home), str(workers)]
            done = subprocess.run(
                command, cwd=PROJECT, env=clean_environment(), check=True, stdout=subprocess.PIPE, text=True
            )
            spent.append(float(done.stdout.split()[-1]))
    best = {workers: min(spent) for workers, spent in seconds.items()}
    rows = [
        {"workers": workers, "wall_s": wall, "pages_a_second": pages / wall, "times_as_fast": best[1] / wall}
        for workers, wall in best.items()
    ]
    return pl.DataFrame(rows)


if __name__ == "__main__":
    typer.run(main)
