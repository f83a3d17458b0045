"""Telling languages: the kernel against langdetect on the texts of pages, and what loading each costs.

Run as `python -m benchmarks.language [--input FOLDER]`.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import polars as pl
import typer

from newsmill.pages.languages.detect import detect, detect_text
from newsmill.settings import load_settings
from pipelines.cli.show import out, print_table

_texts, _characters = 60, 5000
_load = """
import os, time
import numpy, polars
def memory(): return int(open("/proc/self/statm").read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
spent, held = time.process_time(), memory()
{}
print(time.process_time() - spent, memory() - held)
"""
_ours = (
    "from newsmill.pages.languages.detect import detect_text;"
    'detect_text("The ministry opened a consultation on Tuesday.")'
)
_theirs = 'import langdetect; langdetect.detect("The ministry opened a consultation on Tuesday.")'
_numba = "import numba"


def main(
    input: Annotated[Path | None, typer.Option(help="Folder of raw pages; the shipped sample unless told.")] = None,
    rounds: Annotated[int, typer.Option(min=1, help="Rounds over the texts; the best is shown.")] = 3,
) -> None:
    """CPU microseconds a text, and seconds and MB to load in a fresh process that has numpy and Polars."""
    texts = page_texts(load_settings(input=input).input)
    from langdetect import DetectorFactory
    from langdetect import detect as langdetect_detect

    DetectorFactory.seed = 0
    detect(pl.Series(texts)), langdetect_detect(texts[0])
    sides: dict[str, tuple[Callable[[], object], str]] = {
        "langdetect": (lambda: [langdetect_detect(text) for text in texts], _theirs),
        "kernel, one by one": (lambda: [detect_text(text) for text in texts], _ours),
        "kernel, a batch": (lambda: detect(pl.Series(texts)), _ours),
    }
    costs = {name: _best(run, rounds) / len(texts) * 1e6 for name, (run, _) in sides.items()}
    loads = {code: _load_cost(code) for code in (_ours, _theirs, _numba)}
    rows: list[tuple[Any, ...]] = [
        (name, costs[name], costs["langdetect"] / costs[name], *loads[code]) for name, (_, code) in sides.items()
    ]
    rows.append(("(import numba alone)", None, None, *loads[_numba]))
    columns = ["detector", "us_per_text", "times_quicker", "load_seconds", "load_mb"]
    print_table(pl.DataFrame(rows, schema=columns, orient="row"), "Language of page texts, CPU of one process")
    mean = sum(map(len, texts)) / len(texts)
    out.print(f"{len(texts)} texts of {mean:.0f} characters; best of {rounds} rounds")


def page_texts(folder: Path) -> list[str]:
    """What the HTML pages of a folder show, those in one language joined to the length of a long article."""
    from selectolax.lexbor import LexborHTMLParser

    by_language: dict[str, list[str]] = defaultdict(list)
    for path in sorted(folder.rglob("*.htm*")):
        body = LexborHTMLParser(path.read_bytes()).body if path.is_file() else None
        shown = body.text(separator="\n", strip=True) if body else ""
        by_language[detect_text(shown)[0]].append(shown)
    wholes = ["\n".join(shown) for language, shown in sorted(by_language.items()) if language != "und"]
    texts = [whole[at : at + _characters] for whole in wholes for at in range(0, len(whole), _characters)]
    return texts[:: -(-len(texts) // _texts) or 1]


def _best(run: Callable[[], object], rounds: int) -> float:
    spent = []
    for _ in range(rounds):
        start = time.process_time()
        run()
        spent.append(time.process_time() - start)
    return min(spent)


def _load_cost(code: str) -> tuple[float, float]:
    done = subprocess.run([sys.executable, "-c", _load.format(code)], capture_output=True, text=True, check=True)
    seconds, megabytes = done.stdout.split()
    return float(seconds), float(megabytes)


if __name__ == "__main__":
    typer.run(main)
