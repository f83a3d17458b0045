"""How well bodies are found, and at what cost: newsmill beside trafilatura, on labelled pages, in one run.

    python -m benchmarks.bodies --truth DIR [--worst 10]

CPU milliseconds a page are those of the body alone, from decoded HTML; newsmill's include its tree, its fallback to
trafilatura where it takes it, and the limits that HTML is held to before it is parsed.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import fmean
from typing import Annotated

import polars as pl
import typer

from benchmarks.labelled import LabelledPage, labelled_pages
from benchmarks.scoring import shingle_score, word_f1
from newsmill.pages.bodies import extract
from newsmill.pages.encoding.decode import decode
from newsmill.pages.html import json_ld, metadata
from newsmill.pages.html.tree import parse_html
from newsmill.pages.html_page import remove_title
from newsmill.pages.read import extraction_libraries
from newsmill.pages.types import Rejected
from pipelines.cli.show import out, print_table

_some_doubt = 0.2
Reader = Callable[[str, LabelledPage], tuple[str, str]]


def main(
    truth: Annotated[list[Path], typer.Option(help="Folder of labelled pages.")],
    worst: Annotated[int, typer.Option(help="So many of newsmill's worst pages are listed, by word F1.")] = 0,
) -> None:
    """A row a reader: shingle precision, recall and F1, mean word F1, CPU ms a page, share of pages that fell back."""
    readers: dict[str, Reader] = {
        "newsmill": _newsmill,
        "newsmill, no fallback": _newsmill_alone,
        "trafilatura fast, no tables": _trafilatura(fast=True, include_tables=False),
        "trafilatura": _trafilatura(fast=False, include_tables=True),
    }
    for folder in truth:
        rows = []
        pages = [(page, _decoded(page)) for page in labelled_pages(folder)]
        with extraction_libraries():
            for name, reader in readers.items():
                rows.append(_row(name, reader, pages, worst if reader is _newsmill else 0))
        table = pl.DataFrame(rows)
        reference = table.filter(reader="trafilatura fast, no tables")["cpu_ms"].item()
        print_table(table.with_columns(times_quicker=(reference / pl.col("cpu_ms")).round(1)), folder.name)
        with extraction_libraries():
            print_table(_by_doubt(pages), f"{folder.name}: word F1 by how much of the body the model was in doubt of")


def _by_doubt(pages: list[tuple[LabelledPage, str]]) -> pl.DataFrame:
    """A row a tenth of doubt from .2 on: where trafilatura would be the better reader, and where not."""
    rows = []
    for page, html in pages:
        body = _own(html, page)
        if body.doubt >= _some_doubt:
            other = "\n".join(extract.extract_with_trafilatura(html, page.url))
            rows.append((int(10 * body.doubt) / 10, word_f1(body.text, page.body), word_f1(other, page.body)))
    told = pl.DataFrame(rows, schema=["doubt", "newsmill", "trafilatura"], orient="row")
    return (
        told.group_by("doubt").agg(pl.len().alias("pages"), pl.mean("newsmill", "trafilatura").round(3)).sort("doubt")
    )


def _row(name: str, reader: Reader, pages: list[tuple[LabelledPage, str]], worst: int) -> dict[str, object]:
    pairs, by, spent = [], [], []
    reader(pages[0][1], pages[0][0])  # imports and compiles
    for page, html in pages:
        started = time.process_time()
        text, extracted_by = reader(html, page)
        spent.append(time.process_time() - started)
        pairs.append((text, page.body))
        by.append(extracted_by)
    precision, recall, f1 = shingle_score(pairs)
    words = [word_f1(*pair) for pair in pairs]
    for score, (page, _) in sorted(zip(words, pages, strict=True), key=lambda one: one[0])[:worst]:
        out.print(f"{score:.3f}  {page.key}  {page.url}", soft_wrap=True)
    return {
        "reader": name,
        "pages": len(pages),
        "precision": round(precision, 4),
        "recall": round(recall, 4),
        "shingle_f1": round(f1, 4),
        "word_f1": round(fmean(words), 4),
        "cpu_ms": round(1000 * fmean(spent), 2),
        "fell_back": f"{by.count(extract.FALLBACK_EXTRACTOR) / len(by):.1%}" if name == "newsmill" else "",
    }


def _decoded(page: LabelledPage) -> str:
    try:
        return decode(page.html, None)
    except Rejected:
        return page.html.decode("utf-8", "replace")


def _newsmill(html: str, page: LabelledPage) -> tuple[str, str]:
    tree = parse_html(html)
    title = metadata.extract_title(tree, json_ld.parse_json_ld(tree), page.url)
    body = extract.extract_body(tree, html, page.url, title)
    return "\n".join(remove_title(body.paragraphs, title)), body.extracted_by


def _newsmill_alone(html: str, page: LabelledPage) -> tuple[str, str]:
    body = _own(html, page)
    return body.text, body.extracted_by


def _own(html: str, page: LabelledPage) -> extract.Extracted:
    tree = parse_html(html)
    title = metadata.extract_title(tree, json_ld.parse_json_ld(tree), page.url)
    body = extract.extract_with_model(tree, title)
    return replace(body, paragraphs=remove_title(body.paragraphs, title))


def _trafilatura(*, fast: bool, include_tables: bool) -> Reader:
    def read(html: str, page: LabelledPage) -> tuple[str, str]:
        from trafilatura import extract as extract_with_trafilatura

        text = extract_with_trafilatura(
            html, url=page.url, fast=fast, include_comments=False, include_tables=include_tables
        )
        return text or "", "trafilatura"

    return read


if __name__ == "__main__":
    typer.run(main)
