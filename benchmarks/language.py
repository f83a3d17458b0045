"""Compare the language kernel with langdetect: CPU time per page text, and what loading each costs.

python -m benchmarks.language [--input FOLDER]
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import polars as pl
import typer

from newsmill.pages.languages.detect import detect_languages, detect_text
from newsmill.settings import load_settings
from pipelines.cli.show import out, print_table

MAX_TEXTS, CHARS_PER_TEXT = 60, 5000
# Prints CPU seconds and MB of resident memory of a code snippet, in a process that has loaded numpy and Polars.
MEASURE_LOAD = """
import os, time
import numpy, polars
def resident_mb(): return int(open("/proc/self/statm").read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
seconds, megabytes = time.process_time(), resident_mb()
{}
print(time.process_time() - seconds, resident_mb() - megabytes)
"""
LOAD_KERNEL = (
    "from newsmill.pages.languages.detect import detect_text;"
    'detect_text("The ministry opened a consultation on Tuesday.")'
)
LOAD_LANGDETECT = 'import langdetect; langdetect.detect("The ministry opened a consultation on Tuesday.")'
LOAD_NUMBA = "import numba"


def main(
    input: Annotated[Path | None, typer.Option(help="Folder of raw pages; by default the shipped sample.")] = None,
    rounds: Annotated[int, typer.Option(min=1, help="Rounds over the texts; the best is reported.")] = 3,
) -> None:
    """Print CPU microseconds per text, and CPU seconds and MB to load in a fresh process."""
    texts = load_page_texts(load_settings(input=input).input)
    from langdetect import DetectorFactory
    from langdetect import detect as langdetect_detect

    DetectorFactory.seed = 0
    detect_languages(texts), langdetect_detect(texts[0])
    detectors: dict[str, tuple[Callable[[], object], str]] = {
        "langdetect": (lambda: [langdetect_detect(text) for text in texts], LOAD_LANGDETECT),
        "kernel, text by text": (lambda: [detect_text(text) for text in texts], LOAD_KERNEL),
        "kernel, one batch": (lambda: detect_languages(texts), LOAD_KERNEL),
    }
    microseconds = {name: _measure(run, rounds) / len(texts) * 1e6 for name, (run, _) in detectors.items()}
    load_costs = {code: _measure_load(code) for code in (LOAD_KERNEL, LOAD_LANGDETECT, LOAD_NUMBA)}
    rows: list[tuple[Any, ...]] = [
        (name, microseconds[name], microseconds["langdetect"] / microseconds[name], *load_costs[code])
        for name, (_, code) in detectors.items()
    ]
    rows.append(("(import numba alone)", None, None, *load_costs[LOAD_NUMBA]))
    columns = ["detector", "us_per_text", "speedup", "load_seconds", "load_mb"]
    print_table(pl.DataFrame(rows, schema=columns, orient="row"), "Language of page texts, CPU of one process")
    mean_chars = sum(map(len, texts)) / len(texts)
    out.print(f"{len(texts)} texts of {mean_chars:.0f} characters on average; best of {rounds} rounds")


def load_page_texts(folder: Path) -> list[str]:
    """Return the visible text of a folder's HTML pages, joined by language and cut to the length of a long article."""
    from selectolax.lexbor import LexborHTMLParser

    by_language: dict[str, list[str]] = defaultdict(list)
    for path in sorted(folder.rglob("*.htm*")):
        body = LexborHTMLParser(path.read_bytes()).body if path.is_file() else None
        text = body.text(separator="\n", strip=True) if body else ""
        by_language[detect_text(text)[0]].append(text)
    joined = ["\n".join(texts) for language, texts in sorted(by_language.items()) if language != "und"]
    cut = [text[start : start + CHARS_PER_TEXT] for text in joined for start in range(0, len(text), CHARS_PER_TEXT)]
    return cut[:: -(-len(cut) // MAX_TEXTS) or 1]


def _measure(run: Callable[[], object], rounds: int) -> float:
    """Return the CPU seconds of the fastest round."""
    seconds = []
    for _ in range(rounds):
        start = time.process_time()
        run()
        seconds.append(time.process_time() - start)
    return min(seconds)


def _measure_load(code: str) -> tuple[float, float]:
    # Bytecode is cached, as under make; the second process finds it and the machine code.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", MEASURE_LOAD.format(code)],
            capture_output=True,
            text=True,
            check=True,
            env=environment,
        )
    seconds, megabytes = done.stdout.split()
    return float(seconds), float(megabytes)


if __name__ == "__main__":
    typer.run(main)
