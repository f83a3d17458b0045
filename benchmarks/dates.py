"""How well published dates are found, and at what cost: newsmill beside htmldate, on labelled pages, in one run.

    python -m benchmarks.dates --truth DIR

CPU milliseconds a page from decoded HTML; newsmill's include its tree, which the rest of the page's reading shares.
"""

from __future__ import annotations

import datetime as dt
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from statistics import fmean
from typing import Annotated

import polars as pl
import typer

from benchmarks.labelled import LabelledPage, labelled_pages
from newsmill.pages.dates import resolve
from newsmill.pages.encoding.decode import decode
from newsmill.pages.html import json_ld
from newsmill.pages.html.tree import parse_html
from newsmill.pages.read import extraction_libraries
from newsmill.pages.types import Fetch
from pipelines.cli.show import out, print_table

Finder = Callable[[str, LabelledPage], str | None]
FETCHED = dt.datetime(2026, 1, 15)


def main(truth: Annotated[list[Path], typer.Option(help="Folder of labelled pages.")]) -> None:
    """A row a reader: precision, recall and F1 of the day of publication, CPU ms a page."""
    for folder in truth:
        pages = [(page, decode(page.html, None)) for page in labelled_pages(folder) if page.date]
        sources: Counter[str] = Counter()

        def newsmill(html: str, page: LabelledPage, sources: Counter[str] = sources) -> str | None:
            tree = parse_html(html)
            fetch = Fetch(page.html, page.url, FETCHED)
            found = resolve.dates_of(tree, json_ld.parse_json_ld(tree), fetch, html).published
            sources[found.source if found else "none"] += 1
            return found and found.at.date().isoformat()

        with extraction_libraries():
            rows = [_row("newsmill", newsmill, pages), _row("htmldate", _htmldate, pages)]
        print_table(pl.DataFrame(rows), folder.name)
        out.print("found in: " + ", ".join(f"{source} {count}" for source, count in sources.most_common()))


def _row(name: str, find: Finder, pages: list[tuple[LabelledPage, str]]) -> dict[str, object]:
    find(pages[0][1], pages[0][0])
    told, spent = [], []
    for page, html in pages:
        started = time.process_time()
        told.append(find(html, page))
        spent.append(time.process_time() - started)
    right = sum(found == page.date for found, (page, _) in zip(told, pages, strict=True))
    said = len(told) - told.count(None)
    precision, recall = right / said, right / len(pages)
    return {
        "reader": name,
        "dated_pages": len(pages),
        "precision": round(precision, 4),
        "recall": round(recall, 4),
        "f1": round(2 * precision * recall / (precision + recall), 4),
        "cpu_ms": round(1000 * fmean(spent), 2),
    }


def _htmldate(html: str, page: LabelledPage) -> str | None:
    from htmldate import find_date

    found: str | None = find_date(html, url=page.url, original_date=True, max_date=FETCHED.strftime("%Y-%m-%d"))
    return found


if __name__ == "__main__":
    typer.run(main)
