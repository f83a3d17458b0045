"""The same pages through newsmill and datatrove: `make bench-peer`, python -m benchmarks.runs.peer [--pages DIR]."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Annotated

import polars as pl
import typer

from benchmarks.runs.commands import Samples
from benchmarks.runs.document import describe_conditions, load_per_core, markdown_table, write_section
from benchmarks.runs.page_set import SAMPLE, load_pages, write_input
from benchmarks.runs.peer_answers import Answer, quality_table, read_newsmill, read_peer, write_peer_pages
from newsmill.settings import PROJECT
from newsmill.warehouse.publish import DATABASE
from pipelines.cli.show import out, print_table

PEER_PYTHON = PROJECT / ".venv-peer" / "bin" / "python"
PEER_SCRIPT = Path(__file__).with_name("peer_pipeline.py")
OURS, PEER = "newsmill", "datatrove"


def main(
    pages: Annotated[list[Path], typer.Option(help="Folder of HTML pages; may be repeated.")] = [SAMPLE],  # noqa: B006
    count: Annotated[int, typer.Option(min=2, help="Most pages of them.")] = 700,
    rounds: Annotated[int, typer.Option(min=1, help="Rounds; medians are shown.")] = 3,
    workers: Annotated[int, typer.Option(min=1, help="Most processes that read pages.")] = os.cpu_count() or 1,
    write: Annotated[bool, typer.Option(help="Write the tables into docs/benchmarks.md.")] = True,
) -> None:
    """Measure both on the same pages, in turn: the whole process tree's CPU and memory, wall time, and quality."""
    load, found = load_per_core(), load_pages(pages, count)
    # Of both, what one worker costs and what all cores bring.
    counts = sorted({1, workers})
    with tempfile.TemporaryDirectory(prefix="newsmill-peer-") as folder:
        scratch, samples = Path(folder), Samples()
        for name, part in (("one", found[:1]), ("many", found)):
            paths = write_input(part, scratch / name / "input")
            for tasks in counts:
                write_peer_pages(part, scratch / name / f"peer-{tasks}" / "pages", tasks)
        run_both(samples, scratch, "one", 1, "warm up")
        for _ in range(rounds):
            for workers in counts:
                for name in ("one", "many"):
                    run_both(samples, scratch, name, workers, f"{name}, {workers}")
        answers: dict[str, Answer] = {
            OURS: read_newsmill(scratch / "many" / "home" / "published" / DATABASE, paths),
            PEER: read_peer(scratch / "many" / f"peer-{counts[-1]}"),
        }
        size = sum(len(page.read()) for page in found) / len(found) / 1024
    costs, quality = cost_table(samples, counts, len(found)), quality_table(answers, found)
    conditions = describe_conditions(load, f"{len(found):,} pages of {size:.0f} KiB on average", f"rounds: {rounds}")
    print_table(costs, "Cost, medians; CPU and memory of the whole process tree")
    print_table(quality, "Quality")
    out.print(conditions, soft_wrap=True)
    if write:
        write_section("peer", [conditions, markdown_table(costs), markdown_table(quality)])


def run_both(samples: Samples, scratch: Path, name: str, workers: int, label: str) -> None:
    """Run newsmill and the peer once over a set of pages, each from nothing."""
    home, peer = scratch / name / "home", scratch / name / f"peer-{workers}"
    shutil.rmtree(home, ignore_errors=True)
    for made in peer.iterdir():
        if made.name != "pages":
            shutil.rmtree(made)
    ours = ("run", "--input", scratch / name / "input", "--home", home)
    samples.newsmill(f"{OURS}, {label}", *ours, env={"NEWSMILL_WORKERS": str(workers)})
    # The peer caches its language model there.
    env = {"HF_ASSETS_CACHE": str(scratch / "assets"), "HF_HUB_OFFLINE": "1"}
    samples.command(f"{PEER}, {label}", [PEER_PYTHON, PEER_SCRIPT, peer, str(workers)], env)


def cost_table(samples: Samples, counts: list[int], pages: int) -> pl.DataFrame:
    """Return one row per tool and number of workers: CPU of 1 page and of all, CPU per page, wall time, memory."""
    rows = []
    for workers in counts:
        for tool in (OURS, PEER):
            one, many = (samples.median(f"{tool}, {name}, {workers}") for name in ("one", "many"))
            rows.append(
                {
                    "tool": tool,
                    "workers": workers,
                    "cpu_s_1_page": one.cpu_s,
                    f"cpu_s_{pages}_pages": many.cpu_s,
                    "all_in_ms_a_page": 1000 * many.cpu_s / pages,
                    "marginal_ms_a_page": 1000 * (many.cpu_s - one.cpu_s) / (pages - 1),
                    "wall_s": many.wall_s,
                    "pages_a_second": pages / many.wall_s,
                    "peak_mib": many.peak_mib,
                }
            )
    return pl.DataFrame(rows)


if __name__ == "__main__":
    typer.run(main)
