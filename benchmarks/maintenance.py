"""What forgetting and replaying cost on a large home: python -m benchmarks.maintenance [PAGES].

It fills a home with generated pages over ten days. Reading pages is left out; `benchmarks.reading` measures that.
"""

from __future__ import annotations

import datetime as dt
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import typer

from benchmarks.story_pages import PageGenerator
from newsmill import stages
from newsmill.maintenance import forget, replay
from newsmill.pages.tables import PAGES
from newsmill.quality.ledger import page_verdicts
from newsmill.quality.tables import LEDGER
from newsmill.settings import Settings, load_settings
from newsmill.sources.record import Record, make_record
from newsmill.warehouse.connection import open_writer, transaction
from newsmill.warehouse.sql_models import load_project
from newsmill.warehouse.writes import insert
from pipelines.cli.show import print_table

DAYS = [dt.date(2026, 1, 1) + dt.timedelta(days=day) for day in range(10)]
RUN = "benchmark"


def main(pages: int = typer.Argument(100_000, help="Pages of the home.")) -> None:
    """Measure what forgetting and replaying cost."""
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(input=Path(folder), home=Path(folder) / "home")
        rows = [_row("processed and published", pages, lambda: _process(settings, pages))]
        site, record = "site7.example", _some_record(settings, "site11.example")
        rows += [
            _row("replay --site, dry run", pages, lambda: replay.replay(settings, replay.RecordFilter(site=site))),
            _row("forget a record, dry run", pages, lambda: forget.plan_forget(settings, record)),
            _row("forget a record", pages, lambda: forget.forget(settings, record)),
            _row("forget a site", pages, lambda: forget.forget(settings, site)),
        ]
    print_table(pl.DataFrame(rows), "Maintenance of a large home")


def _row(what: str, pages: int, measured: Callable[[], Any]) -> dict[str, Any]:
    started, clock = time.process_time(), time.perf_counter()
    measured()
    return {
        "what": what,
        "pages": pages,
        "cpu_s": time.process_time() - started,
        "seconds": time.perf_counter() - clock,
    }


def _process(settings: Settings, pages: int) -> None:
    generator, run = PageGenerator(), stages.Run(settings, RUN)
    with open_writer(settings.database) as con:
        for date in DAYS:
            generated = generator.pages_of_day(date, pages // len(DAYS))
            records = [_fetched(date, row) for row in generated.iter_rows(named=True)]
            stages.open_archive(settings).append(records)
            read = generated.with_columns(pl.Series("record_id", [record.record_id for record in records]))
            stages.RAW_STAGE.run(con, run, [date])
            with transaction(con):
                insert(con, PAGES, _as_read(read))
                verdicts = read.select(
                    "record_id", "ingest_date", reason=pl.lit(None, pl.String), detail=pl.lit(None, pl.String)
                )
                insert(con, LEDGER, page_verdicts(verdicts, RUN))
            stages.STORIES_STAGE.run(con, run, [date])
            stages.TOPICS_STAGE.run(con, run, [date])
        stages.build_derived(con, load_project(settings.models), None)
        stages.publish(con, settings, run.taxonomy, checks=())


def _fetched(date: dt.date, page: dict[str, Any]) -> Record:
    sentences = page["text"].split(". ")
    paragraphs = "".join(f"<p>{sentence}.</p>" for sentence in sentences)
    body = f"<html><head><title>{sentences[0]}</title></head><body><article>{paragraphs}</article></body></html>"
    return make_record(
        source="benchmark", source_path="-", fetched_at=page["fetched_at"], ingest_date=date,
        body=body.encode(), url=page["url"], content_type="text/html",
    )  # fmt: skip


def _as_read(pages: pl.DataFrame) -> pl.DataFrame:
    constants = {"word_count": 440, "language": "und", "title": pl.col("text").str.head(60), "code_version": RUN}
    missing = [name for name in PAGES.schema if name not in pages.columns and name not in constants]
    return pages.with_columns(
        **{name: pl.lit(value) if isinstance(value, int | str) else value for name, value in constants.items()},
        **{name: pl.lit(None, PAGES.schema[name]) for name in missing},
    )


def _some_record(settings: Settings, site: str) -> str:
    with open_writer(settings.database) as con:
        [(record,)] = con.execute("select min(record_id) from raw.records where site = ?", [site]).fetchall()
    return str(record)


if __name__ == "__main__":
    typer.run(main)
