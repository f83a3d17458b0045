"""Measure published dates on labeled pages: accuracy and cost of newsmill and of htmldate.

    python -m benchmarks.dates --truth DIR

CPU milliseconds per page from decoded HTML. Those of newsmill include its tree, which other parts of a page share.
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

from benchmarks.labeled import LabeledPage, labeled_pages
from newsmill.pages.dates import resolve
from newsmill.pages.encoding.decode import decode
from newsmill.pages.html import json_ld
from newsmill.pages.html.tree import parse_html
from newsmill.pages.read import extraction_libraries
from newsmill.pages.types import Fetch
from pipelines.cli.show import out, print_table

Finder = Callable[[str, LabeledPage], str | None]
FETCHED = dt.datetime(2026, 1, 15)


def main(truth: Annotated[list[Path], typer.Option(help="Folder of labeled pages.")]) -> None:
    """Print precision, recall and F1 of the day of publication, and CPU ms per page, by reader."""
    for folder in truth:
        pages = [(page, decode(page.html, None)) for page in labeled_pages(folder) if page.date]
        sources: Counter[str] = Counter()

        def newsmill(html: str, page: LabeledPage, sources: Counter[str] = sources) -> str | None:
            tree = parse_html(html)
            fetch = Fetch(page.html, page.url, FETCHED)
            found = resolve.resolve_dates(tree, json_ld.parse_json_ld(tree), fetch, html).published
            sources[found.source if found else "none"] += 1
            return found and found.at.date().isoformat()

        with extraction_libraries():
            rows = [_measure("newsmill", newsmill, pages), _measure("htmldate", _find_with_htmldate, pages)]
        print_table(pl.DataFrame(rows), folder.name)
        out.print("found in: " + ", ".join(f"{source} {count}" for source, count in sources.most_common()))


def _measure(name: str, find: Finder, pages: list[tuple[LabeledPage, str]]) -> dict[str, object]:
    find(pages[0][1], pages[0][0])
    answers, seconds = [], []
    for page, html in pages:
        started = time.process_time()
        answers.append(find(html, page))
        seconds.append(time.process_time() - started)
    right = sum(found == page.date for found, (page, _) in zip(answers, pages, strict=True))
    answered = len(answers) - answers.count(None)
    precision, recall = right / answered, right / len(pages)
    return {
        "reader": name,
        "dated_pages": len(pages),
        "precision": round(precision, 4),
        "recall": round(recall, 4),
        "f1": round(2 * precision * recall / (precision + recall), 4),
        "cpu_ms": round(1000 * fmean(seconds), 2),
    }


def _find_with_htmldate(html: str, page: LabeledPage) -> str | None:
    from htmldate import find_date

    found: str | None = find_date(html, url=page.url, original_date=True, max_date=FETCHED.strftime("%Y-%m-%d"))
    return found


if __name__ == "__main__":
    typer.run(main)
