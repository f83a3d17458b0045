"""What it costs to read a whole page, from its bytes to its row: beside trafilatura with its metadata, in one run.

    python -m benchmarks.reading --pages DIR [--pages DIR ...]

Every folder is a labelled set (see `benchmarks.labelled`) or holds `.html`, `.htm` files, gzipped or not. newsmill's
side is `read_row` for one record: decoding, parsing, kind, body, metadata, dates, teasers, repeats, language.
trafilatura's are `extract(fast=True, with_metadata=True)`, its text with a header, and `bare_extraction` with the same
options, its document as Python values, of the same bytes.
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

from benchmarks.labelled import labelled_pages
from newsmill.pages.read import extraction_libraries, read_row
from pipelines.cli.show import print_table

Page = tuple[str, bytes]


def main(
    pages: Annotated[list[Path], typer.Option(help="Folder of pages.")],
    rounds: Annotated[int, typer.Option(min=1, help="A page's cost is the least of so many rounds.")] = 1,
) -> None:
    """A row a reader: CPU milliseconds a page (mean, median, 99th percentile, most); the mean as newsmill's times."""
    found = [page for folder in pages for page in _pages(folder)]
    spent: dict[str, list[float]] = {name: [] for name in _readers}
    with extraction_libraries():
        for page in found[:20]:
            for read in _readers.values():
                read(page)  # imports, compiles and fills caches
        # Page by page, so that a machine's better and worse minutes fall to all readers alike.
        for page in found:
            for name, read in _readers.items():
                spent[name].append(min(_spent(read, page) for _ in range(rounds)))
    table = pl.DataFrame([{"reader": name, "pages": len(found), **_figures(costs)} for name, costs in spent.items()])
    print_table(table.with_columns(times_newsmill=(pl.col("mean_ms") / table["mean_ms"][0]).round(2)))


def _figures(spent: list[float]) -> dict[str, float]:
    return {
        "mean_ms": round(fmean(spent), 2),
        "median_ms": round(median(spent), 2),
        "p99_ms": round(sorted(spent)[int(0.99 * len(spent))], 2),
        "most_ms": round(max(spent), 2),
    }


def _spent(read: Callable[[Page], object], page: Page) -> float:
    started = time.process_time()
    read(page)
    return 1000 * (time.process_time() - started)


def _pages(folder: Path) -> list[Page]:
    if (folder / "ground-truth.json").exists():
        return [(page.url, page.html) for page in labelled_pages(folder)]
    files = sorted(path for path in folder.rglob("*.htm*") if path.is_file())
    return [(f"https://example.org/{path.name}", _bytes(path)) for path in files]


def _bytes(path: Path) -> bytes:
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


_readers = {
    "newsmill": _newsmill,
    "trafilatura fast, with metadata": _trafilatura_text,
    "the same, as a document": _trafilatura_document,
}


if __name__ == "__main__":
    typer.run(main)
