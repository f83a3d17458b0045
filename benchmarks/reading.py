"""The cost of reading a whole page, from its bytes to its row, compared with trafilatura in one run.

    python -m benchmarks.reading --pages DIR [--pages DIR ...]

A folder is a labeled set (see `benchmarks.labeled`) or contains `.html` and `.htm` files, gzipped or not. newsmill is
`read_row` for one record: decoding, parsing, kind, body, metadata, dates, teasers, repeats, language. trafilatura is
`extract(fast=True, with_metadata=True)`, which returns text with a header, and `bare_extraction` with the same options,
which returns a document of Python values, both from the same bytes.

A second table has the parts of newsmill's cost, each without the parts that it calls, in the order in which a page
needs them; the floor is decoding and parsing alone.
"""

from __future__ import annotations

import datetime as dt
import gzip
import time
from collections.abc import Callable
from pathlib import Path
from statistics import fmean, median
from typing import Annotated

import polars as pl
import typer

from benchmarks.labeled import labeled_pages
from benchmarks.reading_parts import FLOOR, PARTS, REST, measured_parts
from newsmill.pages.read import extraction_libraries, read_row
from pipelines.cli.show import print_table

Page = tuple[str, bytes]


def main(
    pages: Annotated[list[Path], typer.Option(help="Folder of pages.")],
    rounds: Annotated[int, typer.Option(min=1, help="A page's cost is the minimum of this many rounds.")] = 1,
) -> None:
    """Print per reader the CPU milliseconds per page (mean, median, p99, max), and the mean relative to newsmill."""
    sample = [page for folder in pages for page in _load_pages(folder)]
    costs: dict[str, list[float]] = {name: [] for name in READERS}
    with extraction_libraries():
        for page in sample[:20]:
            for read in READERS.values():
                read(page)  # imports, compiles and fills caches
        # Page by page, so that changes in the machine's load affect all readers alike.
        for page in sample:
            for name, read in READERS.items():
                costs[name].append(min(_measure_ms(read, page) for _ in range(rounds)))
    table = pl.DataFrame(
        [{"reader": name, "pages": len(sample), **_summarize(values)} for name, values in costs.items()]
    )
    print_table(table.with_columns(relative_to_newsmill=(pl.col("mean_ms") / table["mean_ms"][0]).round(2)))
    print_table(measure_parts(sample, rounds))


def measure_parts(sample: list[Page], rounds: int) -> pl.DataFrame:
    """Measure the parts of newsmill's cost: mean CPU milliseconds per page over all rounds, and their share."""
    costs: dict[str, float] = dict.fromkeys((*PARTS, REST), 0.0)
    with extraction_libraries(), measured_parts() as measured:
        for page in sample * rounds:
            _newsmill(page)
    for part in costs:
        costs[part] = measured[part] / (rounds * len(sample))
    total, floor = sum(costs.values()), sum(costs[part] for part in FLOOR)
    rows = [*costs.items(), ("all", total), (f"floor: {' + '.join(FLOOR)}", floor)]
    return pl.DataFrame(
        [{"part": part, "mean_ms": round(cost, 3), "share": round(cost / total, 3)} for part, cost in rows]
    )


def _summarize(costs: list[float]) -> dict[str, float]:
    return {
        "mean_ms": round(fmean(costs), 2),
        "median_ms": round(median(costs), 2),
        "p99_ms": round(sorted(costs)[int(0.99 * len(costs))], 2),
        "max_ms": round(max(costs), 2),
    }


def _measure_ms(read: Callable[[Page], object], page: Page) -> float:
    started = time.process_time()
    read(page)
    return 1000 * (time.process_time() - started)


def _load_pages(folder: Path) -> list[Page]:
    if (folder / "ground-truth.json").exists():
        return [(page.url, page.html) for page in labeled_pages(folder)]
    files = sorted(path for path in folder.rglob("*.htm*") if path.is_file())
    return [(f"https://example.org/{path.name}", _read_bytes(path)) for path in files]


def _read_bytes(path: Path) -> bytes:
    body = path.read_bytes()
    return gzip.decompress(body) if path.suffix == ".gz" else body


def _newsmill(page: Page) -> object:
    return read_row(
        {
            "record_id": "0",
            "ingest_date": dt.date(2026, 1, 15),
            "url": page[0],
            "body": page[1],
            "fetched_at": dt.datetime(2026, 1, 15),
            "content_type": "text/html",
            "http_status": 200,
            "hint_published": None,
        }
    )


def _trafilatura_text(page: Page) -> object:
    from trafilatura import extract

    return extract(page[1], url=page[0], fast=True, with_metadata=True, include_comments=False)


def _trafilatura_document(page: Page) -> object:
    from trafilatura import bare_extraction

    return bare_extraction(page[1], url=page[0], fast=True, with_metadata=True, include_comments=False)


READERS = {
    "newsmill": _newsmill,
    "trafilatura fast, with metadata": _trafilatura_text,
    "trafilatura fast, as a document": _trafilatura_document,
}


if __name__ == "__main__":
    typer.run(main)
