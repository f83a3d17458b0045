"""Accuracy and cost of body extraction: newsmill and trafilatura on labeled pages, in one run.

    python -m benchmarks.bodies --truth DIR [--worst 10]

CPU milliseconds per page are for the body alone, from decoded HTML. newsmill's include the markup check, the tree and
the fallback to trafilatura.
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

from benchmarks.labeled import LabeledPage, labeled_pages
from benchmarks.scoring import shingle_score, word_f1
from newsmill.pages.bodies import extract
from newsmill.pages.encoding.decode import decode
from newsmill.pages.html import json_ld, metadata
from newsmill.pages.html.tree import parse_html
from newsmill.pages.html_page import remove_title
from newsmill.pages.read import extraction_libraries
from newsmill.pages.types import Rejected
from pipelines.cli.show import out, print_table

_MIN_DOUBT = 0.2
Extractor = Callable[[str, LabeledPage], tuple[str, str]]


def main(
    truth: Annotated[list[Path], typer.Option(help="Folder of labeled pages.")],
    worst: Annotated[int, typer.Option(help="List this many of newsmill's worst pages, by word F1.")] = 0,
) -> None:
    """Print per extractor: shingle precision, recall and F1, mean word F1, CPU ms per page, share of fallbacks."""
    extractors: dict[str, Extractor] = {
        "newsmill": _newsmill,
        "newsmill, no fallback": _newsmill_without_fallback,
        "trafilatura fast, no tables": _trafilatura(fast=True, include_tables=False),
        "trafilatura": _trafilatura(fast=False, include_tables=True),
    }
    for folder in truth:
        rows = []
        pages = [(page, _decoded(page)) for page in labeled_pages(folder)]
        with extraction_libraries():
            for name, extractor in extractors.items():
                rows.append(_score(name, extractor, pages, worst if extractor is _newsmill else 0))
        table = pl.DataFrame(rows)
        reference = table.filter(extractor="trafilatura fast, no tables")["cpu_ms"].item()
        print_table(table.with_columns(times_faster=(reference / pl.col("cpu_ms")).round(1)), folder.name)
        with extraction_libraries():
            print_table(
                _score_by_doubt(pages), f"{folder.name}: word F1 by the share of the body that the model was unsure of"
            )


def _score_by_doubt(pages: list[tuple[LabeledPage, str]]) -> pl.DataFrame:
    """Compare both extractors per tenth of doubt, from .2 on: where would the fallback be better?"""
    rows = []
    for page, html in pages:
        body = _extract_with_model(html, page)
        if body.doubt >= _MIN_DOUBT:
            fallback = "\n".join(extract.extract_with_trafilatura(html, page.url))
            rows.append((int(10 * body.doubt) / 10, word_f1(body.text, page.body), word_f1(fallback, page.body)))
    scores = pl.DataFrame(rows, schema=["doubt", "newsmill", "trafilatura"], orient="row")
    return (
        scores.group_by("doubt").agg(pl.len().alias("pages"), pl.mean("newsmill", "trafilatura").round(3)).sort("doubt")
    )


def _score(name: str, extractor: Extractor, pages: list[tuple[LabeledPage, str]], worst: int) -> dict[str, object]:
    pairs, extracted_by, seconds = [], [], []
    extractor(pages[0][1], pages[0][0])  # imports and compiles
    for page, html in pages:
        started = time.process_time()
        text, used = extractor(html, page)
        seconds.append(time.process_time() - started)
        pairs.append((text, page.body))
        extracted_by.append(used)
    precision, recall, f1 = shingle_score(pairs)
    word_f1s = [word_f1(*pair) for pair in pairs]
    for score, (page, _) in sorted(zip(word_f1s, pages, strict=True), key=lambda scored: scored[0])[:worst]:
        out.print(f"{score:.3f}  {page.key}  {page.url}", soft_wrap=True)
    return {
        "extractor": name,
        "pages": len(pages),
        "precision": round(precision, 4),
        "recall": round(recall, 4),
        "shingle_f1": round(f1, 4),
        "word_f1": round(fmean(word_f1s), 4),
        "cpu_ms": round(1000 * fmean(seconds), 2),
        "fallbacks": f"{extracted_by.count(extract.FALLBACK_EXTRACTOR) / len(extracted_by):.1%}"
        if name == "newsmill"
        else "",
    }


def _decoded(page: LabeledPage) -> str:
    try:
        return decode(page.html, None)
    except Rejected:
        return page.html.decode("utf-8", "replace")


def _newsmill(html: str, page: LabeledPage) -> tuple[str, str]:
    tree = parse_html(html)
    title = metadata.extract_title(tree, json_ld.parse_json_ld(tree), page.url)
    body = extract.extract_body(tree, html, page.url, title)
    return "\n".join(remove_title(body.paragraphs, title)), body.extracted_by


def _newsmill_without_fallback(html: str, page: LabeledPage) -> tuple[str, str]:
    body = _extract_with_model(html, page)
    return body.text, body.extracted_by


def _extract_with_model(html: str, page: LabeledPage) -> extract.Extracted:
    tree = parse_html(html)
    title = metadata.extract_title(tree, json_ld.parse_json_ld(tree), page.url)
    body = extract.extract_with_model(tree, title)
    return replace(body, paragraphs=remove_title(body.paragraphs, title))


def _trafilatura(*, fast: bool, include_tables: bool) -> Extractor:
    def extract_text(html: str, page: LabeledPage) -> tuple[str, str]:
        from trafilatura import extract as extract_with_trafilatura

        text = extract_with_trafilatura(
            html, url=page.url, fast=fast, include_comments=False, include_tables=include_tables
        )
        return text or "", "trafilatura"

    return extract_text


if __name__ == "__main__":
    typer.run(main)
