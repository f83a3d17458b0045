"""A daily run on homes of growing size: `make bench-growth`, python -m benchmarks.runs.growth [--sizes 1000]."""

from __future__ import annotations

import datetime as dt
import shutil
import sqlite3
import tempfile
from pathlib import Path
from typing import Annotated

import altair as alt
import polars as pl
import typer
import vl_convert

from benchmarks.runs.commands import Samples
from benchmarks.runs.document import describe_conditions, load_per_core, markdown_table, write_section
from benchmarks.runs.growth_pages import PageWriter
from benchmarks.runs.page_set import FIRST_DAY
from newsmill.settings import PROJECT
from pipelines.cli.show import out, print_table

PLOT = PROJECT / "docs" / "images" / "growth.svg"
MIB = 2**20
PUBLISH_STEP = "published_database"
# The columns in the plot, and their titles.
PLOTTED = {
    "cpu_s": "CPU seconds",
    "wall_s": "wall seconds",
    "peak_mib": "peak memory, MiB",
    "publish_s": "publish seconds",
}


def main(
    sizes: Annotated[list[int], typer.Option(help="Stored pages; may be repeated.")] = [1000, 10_000, 100_000],  # noqa: B006
    daily: Annotated[int, typer.Option(min=1, help="Pages of each ingest date, stored and new.")] = 500,
    rounds: Annotated[int, typer.Option(min=1, help="Daily runs on copies of each home; medians are shown.")] = 3,
    keep: Annotated[Path | None, typer.Option(help="Folder for the homes; a later call uses those it finds.")] = None,
    write: Annotated[bool, typer.Option(help="Write table and plot into docs/.")] = True,
) -> None:
    """Measure one more daily run on homes of generated pages; `newsmill run` makes the homes, too."""
    with tempfile.TemporaryDirectory(prefix="newsmill-growth-") as folder:
        scratch, root = Path(folder), (keep or Path(folder)).resolve()
        load, builds, samples = load_per_core(), Samples(), Samples()
        for size in sizes:
            build_home(root / str(size), size, daily, builds)
        rows = [
            measure_daily_run(root / str(size), scratch / "home", size, samples)
            for _ in range(rounds)
            for size in sizes
        ]
    # In turn, so that changes in the machine's load affect all sizes alike.
    by_size = pl.DataFrame(rows).group_by("stored_pages", maintain_order=True)
    usages = pl.DataFrame([{"stored_pages": size, **vars(samples.median(label(size)))} for size in sizes]).select(
        "stored_pages", "cpu_s", "wall_s", "peak_mib"
    )
    table = usages.join(by_size.agg(pl.all().median()), on="stored_pages", maintain_order="left")
    conditions = describe_conditions(load, f"{daily:,} new pages", f"rounds: {rounds}")
    print_table(table, f"A daily run of {daily:,} pages; CPU and memory of the whole process tree, medians")
    out.print(conditions, soft_wrap=True)
    if write:
        PLOT.write_text(draw(table), "utf-8")
        image = f"![CPU, wall time, memory and publishing of a daily run by stored pages](images/{PLOT.name})"
        write_section("growth", [conditions, markdown_table(table), image])


def label(size: int) -> str:
    return f"daily run on {size:,}"


def build_home(folder: Path, size: int, daily: int, builds: Samples) -> None:
    """Make `home` with `size` pages and the input of the next day, `next`, unless they are there already."""
    if (folder / "next").exists():
        return
    shutil.rmtree(folder, ignore_errors=True)
    writer, days = PageWriter(), -(-size // daily)
    for number in range(days):
        writer.write_day(folder / "input", FIRST_DAY + dt.timedelta(days=number), min(daily, size - number * daily))
    builds.newsmill(f"first run of {size:,} pages", "run", "--input", folder / "input", "--home", folder / "home")
    writer.write_day(folder / "next.part", FIRST_DAY + dt.timedelta(days=days), daily)
    # Last, so that what was left by a call that was stopped is made again.
    (folder / "next.part").rename(folder / "next")


def measure_daily_run(folder: Path, home: Path, size: int, samples: Samples) -> dict[str, float]:
    """Run the next day on a copy of the home; return the seconds of publishing, and MiB of files afterwards."""
    shutil.copytree(folder / "home", home)
    samples.newsmill(label(size), "run", "--input", folder / "next", "--home", home)
    row = {"stored_pages": size, "publish_s": step_seconds(home, PUBLISH_STEP), **file_sizes(home)}
    shutil.rmtree(home)
    return row


def step_seconds(home: Path, step: str) -> float:
    """Return the wall seconds of a step in the last run of a home, from Dagster's event log."""
    runs = (home / "dagster" / "history" / "runs").glob("*-*.db")
    with sqlite3.connect(max(runs, key=lambda path: path.stat().st_mtime)) as log:
        times = log.execute(
            "select dagster_event_type, timestamp from event_logs where step_key = ? "
            "and dagster_event_type in ('STEP_START', 'STEP_SUCCESS')",
            [step],
        ).fetchall()
    at = {event: dt.datetime.fromisoformat(when) for event, when in times}
    return (at["STEP_SUCCESS"] - at["STEP_START"]).total_seconds()


def file_sizes(home: Path) -> dict[str, float]:
    """Return the MiB of the archive, the database and the published folder."""
    published = sum(path.stat().st_size for path in (home / "published").rglob("*") if path.is_file())
    return {
        "archive_mib": sum(path.stat().st_size for path in (home / "raw").rglob("*") if path.is_file()) / MIB,
        "database_mib": (home / "newsmill.duckdb").stat().st_size / MIB,
        "published_mib": published / MIB,
    }


def draw(table: pl.DataFrame) -> str:
    """Return the plot as SVG: one panel per figure, stored pages on a logarithmic axis, figures from 0."""
    panels = [
        alt.Chart(table, title=title, width=190, height=150)
        .mark_line(point=True)
        .encode(
            alt.X("stored_pages:Q", title="stored pages")
            .scale(type="log")
            .axis(values=table["stored_pages"].to_list()),
            alt.Y(f"{column}:Q", title=None).scale(zero=True),
        )
        for column, title in PLOTTED.items()
    ]
    return vl_convert.vegalite_to_svg(alt.hconcat(*panels).configure(background="white").to_json())


if __name__ == "__main__":
    typer.run(main)
