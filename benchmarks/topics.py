"""CPU time to tag a page, compared with a plain search for phrases, and the cost to re-tag a whole home.

python -m benchmarks.topics [--pages 4000] [--stored 100000]
"""

from __future__ import annotations

import datetime as dt
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import polars as pl
import typer

from newsmill import stages
from newsmill.pages.tables import PAGES
from newsmill.settings import PROJECT, Settings, load_settings
from newsmill.topics.matching.spelling import spell_out
from newsmill.topics.tag import BATCH_PAGES, tag_pages
from newsmill.topics.taxonomy import Taxonomy, load_taxonomy
from newsmill.warehouse.connection import open_writer, transaction
from newsmill.warehouse.writes import insert
from pipelines.cli.show import out, print_table

PAGE_BYTES = 2700
PHRASES = 300
ROUNDS = 5
# A paragraph about a topic, and one that is not, as most of a crawl.
ON_TOPIC = (
    "The Senate passed an AI bill on Tuesday that regulates chatbots, and the White House said the president would"
    " sign. Lawmakers had argued for months about preemption of state AI laws. OpenAI and Anthropic opposed it. "
)
OFF_TOPIC = (
    "The council met on Tuesday to talk about the new road along the river, which engineers say will cost more than"
    " planned. Farmers in the valley asked for a crossing near the old mill. A decision is expected soon. "
)


def main(
    pages: Annotated[int, typer.Option(min=100, help="Pages tagged a round.")] = 4000,
    stored: Annotated[int, typer.Option(min=0, help="Pages of the home that is re-tagged; 0 skips it.")] = 20_000,
) -> None:
    """Print CPU time a page, in one process."""
    taxonomy = load_taxonomy(PROJECT / "newsmill" / "topics" / "topics.yaml")
    phrases = _list_phrases(taxonomy)
    sample = phrases[:: max(1, len(phrases) // PHRASES)][:PHRASES]
    rows = []
    for name, share in (("one page in ten is on topic", 10), ("every page is on topic", 1)):
        frame = _make_pages(pages, share)
        texts = frame["text"]
        tagging = _measure_micros(
            lambda frame=frame: [tag_pages(batch, taxonomy) for batch in frame.iter_slices(BATCH_PAGES)], pages
        )
        searching = _measure_micros(
            lambda texts=texts: texts.str.extract_many(sample, ascii_case_insensitive=True, overlapping=True), pages
        )
        rows.append((name, f"tag, {len(phrases)} phrases", tagging, 1.0))
        rows.append((name, f"polars extract_many, {len(sample)} phrases", searching, searching / tagging))
    table = pl.DataFrame(rows, ["pages", "what", "us_per_page", "ratio"], orient="row").with_columns(
        pl.col("us_per_page", "ratio").round(2)
    )
    print_table(table, f"CPU microseconds a page of {PAGE_BYTES} bytes, best of {ROUNDS} rounds, one process")
    if stored:
        _measure_retag(taxonomy, stored)


def _list_phrases(taxonomy: Taxonomy) -> list[str]:
    words = [phrase for context in taxonomy.contexts.values() for _, phrase in context.phrases()]
    words += [phrase for topic in taxonomy.topics.values() for group in topic.phrases for _, phrase in group.phrases()]
    return list(dict.fromkeys(spelling for word in words for spelling in spell_out(word.strip("*"))))


def _make_pages(pages: int, share: int) -> pl.DataFrame:
    texts = [((ON_TOPIC if number % share == 0 else "") + OFF_TOPIC * 20)[:PAGE_BYTES] for number in range(pages)]
    return pl.DataFrame(
        {"record_id": [f"{number:032x}" for number in range(pages)], "title": "News of the day", "text": texts}
    ).with_columns(
        ingest_date=dt.date(2026, 3, 1),
        teasers=pl.lit([], pl.List(pl.Struct({"position": pl.Int32, "title": pl.String, "snippet": pl.String}))),
    )


def _measure_micros(work: Callable[[], Any], pages: int) -> float:
    work()
    best = float("inf")
    for _ in range(ROUNDS):
        started = time.process_time()
        work()
        best = min(best, time.process_time() - started)
    return best / pages * 1e6


def _measure_retag(taxonomy: Taxonomy, stored: int) -> None:
    """Re-tag a home of that many pages on ten ingest dates."""
    with tempfile.TemporaryDirectory() as folder:
        settings: Settings = load_settings(home=Path(folder), workers=2)
        with open_writer(settings.database) as con:
            absent = [pl.lit(None, dtype).alias(name) for name, dtype in PAGES.schema.items()]
            for day in range(10):
                frame = (
                    _make_pages(stored // 10, 10)
                    .drop("teasers")
                    .with_columns(
                        record_id=pl.format("{}{}", pl.col("record_id"), pl.lit(day)),
                        ingest_date=dt.date(2026, 3, 1 + day),
                    )
                )
                with transaction(con):
                    insert(
                        con,
                        PAGES,
                        frame.select(
                            *frame.columns, *(each for each in absent if each.meta.output_name() not in frame.columns)
                        ),
                    )
            started = time.perf_counter()
            stages.retag_topics(con, settings, taxonomy)
            seconds = time.perf_counter() - started
    peak = (
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss + 2 * resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    )
    out.print(
        f"re-tag of {stored:,} stored pages, 2 workers: {seconds:.1f} s,"
        f" at most {peak / 2**20:.2f} GiB in all processes"
    )


# Workers import this module too.
if __name__ == "__main__":
    typer.run(main)
