"""Measure the bodies of text dumps against a corpus with known bodies.

    python -m benchmarks.dumps --corpus DIR

DIR contains `truth.parquet` (one row per page: `file`, `url`, `relation`, `junk_kind`, `body_text`, `language`) and
the files.
"""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path
from statistics import fmean
from typing import Annotated

import polars as pl
import typer

from benchmarks.scoring import word_f1
from newsmill.pages.read import extraction_libraries, read_row
from pipelines.cli.show import out, print_table


def main(
    corpus: Annotated[Path, typer.Option(help="Folder of a corpus of text dumps.")],
    worst: Annotated[int, typer.Option(help="Number of worst pages to list.")] = 0,
) -> None:
    """Print pages, mean word F1 of their bodies and CPU milliseconds per page, by language."""
    truth = pl.read_parquet(corpus / "truth.parquet").filter(
        pl.col("junk_kind").is_null(), pl.col("body_text").fill_null("") != ""
    )
    rows = []
    with extraction_libraries():
        for page in truth.iter_rows(named=True):
            body = (corpus / page["file"]).read_bytes()
            started = time.process_time()
            read = read_row(_build_record(page["url"], body))
            seconds = time.process_time() - started
            score = word_f1(read["text"] or "", page["body_text"])
            rows.append((page["language"], page["file"], score, 1000 * seconds))
    scores = pl.DataFrame(rows, schema=["language", "file", "word_f1", "cpu_ms"], orient="row")
    for row in scores.sort("word_f1").head(worst).iter_rows(named=True):
        out.print(f"{row['word_f1']:.3f}  {row['file']}", soft_wrap=True)
    by_language = scores.group_by("language").agg(
        pages=pl.len(), word_f1=pl.mean("word_f1").round(4), cpu_ms=pl.mean("cpu_ms").round(2)
    )
    print_table(by_language.sort("pages", descending=True))
    out.print(f"all {len(rows):,} pages: mean word F1 {fmean(row[2] for row in rows):.4f}")


def _build_record(url: str, body: bytes) -> dict[str, object]:
    return {
        "record_id": "0",
        "ingest_date": dt.date(2026, 3, 15),
        "url": url,
        "body": body,
        "fetched_at": dt.datetime(2026, 3, 15),
        "content_type": "text/plain",
        "http_status": 200,
        "hint_published": None,
    }


if __name__ == "__main__":
    typer.run(main)
