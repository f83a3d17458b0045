"""What telling stories costs: python -m benchmarks.stories [speed | growth | million].

speed: fingerprints, candidates, verification of 50,000 pages, against datasketch. growth: 1 % more pages on top of
500,000. million: a million pages. All in pages of 2.7 KB; CPU time, and memory at its peak, each in a process of its
own.
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

from benchmarks.story_pages import Press
from newsmill.stories.fingerprint import fingerprint
from newsmill.stories.plan import apply_plan, plan_stories
from newsmill.warehouse.connection import open_writer, transaction
from pipelines.cli.show import out, print_table

FIRST = dt.date(2026, 1, 1)
DAILY = 25_000
Row = dict[str, Any]


def speed(pages: int = 50_000) -> list[Row]:
    """CPU microseconds a page of one night, and of datasketch's MinHash and LSH over the same texts."""
    with tempfile.TemporaryDirectory() as folder:
        told = _alone(_one_night, Path(folder) / "newsmill.duckdb", pages)
    rows = [{"what": "newsmill", "pages": pages, "us_per_page": told["us"], "ratio": 1.0, **_quality(told)}]
    try:
        import datasketch  # noqa: F401
    except ImportError:
        out.print("datasketch is not installed: not compared (uv pip install datasketch)")
        return rows
    some = min(pages, 2_000)
    peer = _alone(_datasketch, some)
    return [*rows, {"what": "datasketch", "pages": some, "us_per_page": peer["us"], "ratio": peer["us"] / told["us"]}]


def growth(pages: int = 500_000) -> list[Row]:
    """CPU and memory of building the tables night by night, and of adding 1 % to them: three times, to copies."""
    with tempfile.TemporaryDirectory() as folder:
        database, copy = Path(folder) / "newsmill.duckdb", Path(folder) / "copy.duckdb"
        built = _alone(_build, database, pages)
        rows = [{"what": "built", "pages": pages, "cpu_s": built["cpu"], "gib": built["gib"], "share": 1.0}]
        for _ in range(3):
            shutil.copy(database, copy)
            added = _alone(_add, copy, pages // 100)
            share = added["cpu"] / built["cpu"]
            rows.append(
                {"what": "1 % added", "pages": pages // 100, "cpu_s": added["cpu"], "gib": added["gib"], "share": share}
            )
    return rows


def million() -> list[Row]:
    """CPU and memory of building a million pages night by night."""
    with tempfile.TemporaryDirectory() as folder:
        built = _alone(_build, Path(folder) / "newsmill.duckdb", 1_000_000)
    return [{"what": "built", "pages": 1_000_000, "cpu_s": built["cpu"], "gib": built["gib"]}]


def _alone(measured: Callable[..., Row], *arguments: Any) -> Row:
    """What the function returns and `gib`, the most memory its process took."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_with_memory, (measured, arguments))


def _with_memory(measured: Callable[..., Row], arguments: tuple[Any, ...]) -> Row:
    return {**measured(*arguments), "gib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20}


def _one_night(database: Path, pages: int) -> Row:
    fingerprint(Press().day(FIRST, 10))
    with open_writer(database) as con:
        night = Press().day(FIRST, pages)
        _put(con, night)
        started = time.process_time()
        plan_stories(con, [FIRST], pl.concat(fingerprint(part) for part in night.iter_slices(2_000)))
        spent = time.process_time() - started
        _tell(con, FIRST)
        return {"us": 1e6 * spent / pages, **_pairs(con, night)}


def _build(database: Path, pages: int) -> Row:
    press, spent = Press(), 0.0
    with open_writer(database) as con:
        for number in range(pages // DAILY):
            date = FIRST + dt.timedelta(days=number)
            _put(con, press.day(date, DAILY))
            spent += _tell(con, date)
    return {"cpu": spent}


def _add(database: Path, pages: int) -> Row:
    date = FIRST + dt.timedelta(days=1_000)
    fingerprint(Press().day(FIRST, 10))
    with open_writer(database) as con:
        last = "(select distinct ingest_date from clean.pages order by all desc limit 2)"
        old = con.execute(
            f"select text from clean.pages where ingest_date in {last} order by hash(record_id) limit {pages // 4}"
        ).pl()
        # Records and URLs of their own: the second press counts from nothing again.
        new = Press(2).day(date, pages).with_columns(pl.col("record_id", "url") + "-x")
        # As many are copies of what was there as in any night, half of them edited.
        copies = new.head(pages // 4).with_columns(
            pl.when(pl.int_range(pl.len()) % 2 == 0)
            .then(old["text"])
            .otherwise(old["text"] + new.tail(1)["text"].str.head(300))
        )
        _put(con, pl.concat([copies, new.tail(pages - copies.height)]))
        con.execute("checkpoint")
    with open_writer(database) as con:
        return {"cpu": _tell(con, date)}


def _put(con: Any, pages: pl.DataFrame) -> None:
    con.register("printed", pages.to_arrow())
    con.execute(
        "insert into clean.pages by name select record_id, ingest_date, kind, url, site, text, published_at, "
        "published_offset_minutes from printed"
    )
    con.execute("insert into raw.records by name select record_id, ingest_date, url, site, fetched_at from printed")
    con.unregister("printed")


def _tell(con: Any, date: dt.date) -> float:
    """CPU seconds of a night."""
    started = time.process_time()
    pages = con.execute(
        "select record_id, ingest_date, p.kind, p.url, p.site, p.title, p.text, p.published_at, "
        "p.published_offset_minutes, r.fetched_at from clean.pages p join raw.records r using (record_id, ingest_date) "
        "where ingest_date = ? order by record_id",
        [date],
    ).pl()
    plan = plan_stories(con, [date], pl.concat(fingerprint(part) for part in pages.iter_slices(2_000)))
    with transaction(con):
        apply_plan(con, plan)
    return time.process_time() - started


def _pairs(con: Any, pages: pl.DataFrame) -> Row:
    con.register("truth", pages.select("record_id", "story").to_arrow())
    counts = [
        con.execute(
            f"select coalesce(sum(n * (n - 1) / 2), 0) from (select count(*) as n from stories.members "
            f"join truth using (record_id) group by {keys})"
        ).fetchall()[0][0]
        for keys in ("story, story_id", "story_id", "story")
    ]
    return {"precision": counts[0] / counts[1], "recall": counts[0] / counts[2]}


def _quality(told: Row) -> Row:
    return {name: round(told[name], 4) for name in ("precision", "recall")}


def _datasketch(pages: int) -> Row:
    from datasketch import MinHash, MinHashLSH

    texts = Press().day(FIRST, pages)["text"].to_list()
    started = time.process_time()
    index = MinHashLSH(threshold=0.55, num_perm=128)
    sets = []
    for number, text in enumerate(texts):
        words = text.lower().split()
        shingles = {" ".join(words[at : at + 5]).encode() for at in range(max(1, len(words) - 4))}
        sketch = MinHash(num_perm=128)
        sketch.update_batch(list(shingles))
        for other in index.query(sketch):
            len(shingles & sets[other]) / len(shingles | sets[other])
        index.insert(number, sketch)
        sets.append(shingles)
    return {"us": 1e6 * (time.process_time() - started) / pages}


MEASURES = {"speed": speed, "growth": growth, "million": million}


def main(which: str = typer.Argument("speed", help="speed, growth or million.")) -> None:
    """What telling stories costs."""
    print_table(pl.DataFrame(MEASURES[which]()), f"stories: {which}")


if __name__ == "__main__":
    typer.run(main)
