"""Measure what story clustering costs: python -m benchmarks.stories [speed | growth | million].

speed: CPU time a page of a run over 50,000 pages, beside datasketch. growth: a run of 1 % more pages on top of 500,000,
as a share of building them. million: building a million pages. All with pages of 2.7 KB; CPU time and peak memory are
measured in a process for each case.
"""

from __future__ import annotations

import datetime as dt
import multiprocessing
import resource
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import typer

from benchmarks.story_pages import PageGenerator
from newsmill.stories.fingerprint import fingerprint
from newsmill.stories.plan import apply_plan, plan_stories
from newsmill.stories.thresholds import DEFAULT_THRESHOLDS
from newsmill.types import Connection
from newsmill.warehouse.connection import open_writer, transaction
from pipelines.cli.show import out, print_table

FIRST_DAY = dt.date(2026, 1, 1)
PAGES_PER_DAY = 25_000
PAGES_PER_BATCH = 2_000
Row = dict[str, Any]


def speed(pages: int = 50_000) -> list[Row]:
    """CPU microseconds a page of one run, and of datasketch's MinHash and LSH over the same texts."""
    with tempfile.TemporaryDirectory() as folder:
        measured = _in_own_process(_plan_one_day, Path(folder) / "newsmill.duckdb", pages)
    quality = {name: round(measured[name], 4) for name in ("precision", "recall")}
    rows = [{"what": "newsmill", "pages": pages, "us_per_page": measured["us"], "ratio": 1.0, **quality}]
    try:
        import datasketch  # noqa: F401
    except ImportError:
        out.print("datasketch is not installed: not compared (uv pip install datasketch)")
        return rows
    peer_pages = min(pages, 2_000)
    peer = _in_own_process(_datasketch, peer_pages)
    ratio = peer["us"] / measured["us"]
    return [*rows, {"what": "datasketch", "pages": peer_pages, "us_per_page": peer["us"], "ratio": ratio}]


def growth(pages: int = 500_000) -> list[Row]:
    """CPU and memory of building the tables day by day, and of adding 1 % to them: three times, to copies."""
    with tempfile.TemporaryDirectory() as folder:
        database, copy = Path(folder) / "newsmill.duckdb", Path(folder) / "copy.duckdb"
        built = _in_own_process(_build, database, pages)
        rows = [{"what": "built", "pages": pages, "cpu_s": built["cpu"], "gib": built["gib"], "share": 1.0}]
        for _ in range(3):
            shutil.copy(database, copy)
            added = _in_own_process(_add, copy, pages // 100)
            share = added["cpu"] / built["cpu"]
            rows.append(
                {"what": "1 % added", "pages": pages // 100, "cpu_s": added["cpu"], "gib": added["gib"], "share": share}
            )
    return rows


def million() -> list[Row]:
    """CPU and memory of building a million pages day by day."""
    with tempfile.TemporaryDirectory() as folder:
        built = _in_own_process(_build, Path(folder) / "newsmill.duckdb", 1_000_000)
    return [{"what": "built", "pages": 1_000_000, "cpu_s": built["cpu"], "gib": built["gib"]}]


def _in_own_process(measure: Callable[..., Row], *arguments: Any) -> Row:
    """Return the function's row and `gib`, the peak memory of its process."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_with_peak_memory, (measure, arguments))


def _with_peak_memory(measure: Callable[..., Row], arguments: tuple[Any, ...]) -> Row:
    return {**measure(*arguments), "gib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20}


def _compile() -> None:
    """Run the Numba functions once, so that their compilation is not measured."""
    fingerprint(PageGenerator().pages_of_day(FIRST_DAY, 10))


def _fingerprints(pages: pl.DataFrame) -> pl.DataFrame:
    return pl.concat(fingerprint(batch) for batch in pages.iter_slices(PAGES_PER_BATCH))


def _plan_one_day(database: Path, pages: int) -> Row:
    _compile()
    with open_writer(database) as con:
        day = PageGenerator().pages_of_day(FIRST_DAY, pages)
        _insert(con, day)
        started = time.process_time()
        plan_stories(con, [FIRST_DAY], _fingerprints(day))
        spent = time.process_time() - started
        _load_stories(con, FIRST_DAY)
        return {"us": 1e6 * spent / pages, **_pair_quality(con, day)}


def _build(database: Path, pages: int) -> Row:
    generator, spent = PageGenerator(), 0.0
    with open_writer(database) as con:
        for number in range(pages // PAGES_PER_DAY):
            date = FIRST_DAY + dt.timedelta(days=number)
            _insert(con, generator.pages_of_day(date, PAGES_PER_DAY))
            spent += _load_stories(con, date)
    return {"cpu": spent}


def _add(database: Path, pages: int) -> Row:
    date = FIRST_DAY + dt.timedelta(days=1_000)
    _compile()
    with open_writer(database) as con:
        last = "(select distinct ingest_date from clean.pages order by all desc limit 2)"
        old = con.execute(
            f"select text from clean.pages where ingest_date in {last} order by hash(record_id) limit {pages // 4}"
        ).pl()
        # The second generator numbers records and URLs from 0 again: the suffix keeps them apart.
        new = PageGenerator(2).pages_of_day(date, pages).with_columns(pl.col("record_id", "url") + "-x")
        # As many are copies of stored pages as on any day, half of them edited.
        copies = new.head(pages // 4).with_columns(
            pl.when(pl.int_range(pl.len()) % 2 == 0)
            .then(old["text"])
            .otherwise(old["text"] + new.tail(1)["text"].str.head(300))
        )
        _insert(con, pl.concat([copies, new.tail(pages - copies.height)]))
        con.execute("checkpoint")
    with open_writer(database) as con:
        return {"cpu": _load_stories(con, date)}


def _insert(con: Connection, pages: pl.DataFrame) -> None:
    con.register("generated", pages.to_arrow())
    con.execute(
        "insert into clean.pages by name select record_id, ingest_date, kind, url, site, text, published_at, "
        "published_offset_minutes from generated"
    )
    con.execute("insert into raw.records by name select record_id, ingest_date, url, site, fetched_at from generated")
    con.unregister("generated")


def _load_stories(con: Connection, date: dt.date) -> float:
    """Load the stories of a day, and return the CPU seconds."""
    started = time.process_time()
    pages = con.execute(
        "select record_id, ingest_date, p.kind, p.url, p.site, p.title, p.text, p.published_at, "
        "p.published_offset_minutes, r.fetched_at from clean.pages p join raw.records r using (record_id, ingest_date) "
        "where ingest_date = ? order by record_id",
        [date],
    ).pl()
    plan = plan_stories(con, [date], _fingerprints(pages))
    with transaction(con):
        apply_plan(con, plan)
    return time.process_time() - started


def _pair_quality(con: Connection, pages: pl.DataFrame) -> Row:
    """Return precision and recall over pairs of pages of one story."""
    con.register("truth", pages.select("record_id", "story").to_arrow())
    both, found, true = (
        con.execute(
            f"select coalesce(sum(n * (n - 1) / 2), 0) from (select count(*) as n from stories.members "
            f"join truth using (record_id) group by {keys})"
        ).fetchall()[0][0]
        for keys in ("story, story_id", "story_id", "story")
    )
    return {"precision": both / found, "recall": both / true}


def _datasketch(pages: int) -> Row:
    from datasketch import MinHash, MinHashLSH

    texts = PageGenerator().pages_of_day(FIRST_DAY, pages)["text"].to_list()
    started = time.process_time()
    index = MinHashLSH(threshold=DEFAULT_THRESHOLDS.near_dup_jaccard, num_perm=128)
    sets: list[set[bytes]] = []
    for number, text in enumerate(texts):
        words = text.lower().split()
        shingles = {" ".join(words[start : start + 5]).encode() for start in range(max(1, len(words) - 4))}
        minhash = MinHash(num_perm=128)
        minhash.update_batch(list(shingles))
        for other in index.query(minhash):
            len(shingles & sets[other]) / len(shingles | sets[other])
        index.insert(number, minhash)
        sets.append(shingles)
    return {"us": 1e6 * (time.process_time() - started) / pages}


MEASURES = {"speed": speed, "growth": growth, "million": million}


def main(which: str = typer.Argument("speed", help="speed, growth or million.")) -> None:
    """Measure what story clustering costs."""
    print_table(pl.DataFrame(MEASURES[which]()), f"stories: {which}")


if __name__ == "__main__":
    typer.run(main)
