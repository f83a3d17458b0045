"""Build the sample: `python sample/build.py` writes input/ and truth.jsonl, always the same bytes."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from itertools import groupby
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from builder.containers import Fetch, gzipped, jsonl, parquet, stamp, warc  # noqa: E402
from builder.junk import junk_bytes, junk_file  # noqa: E402
from builder.pages import Press, load_fillers  # noqa: E402
from builder.plan import Item, load_plan, load_sites  # noqa: E402
from builder.stories import load_stories  # noqa: E402
from builder.truth import truth_rows  # noqa: E402


def build(out: Path) -> None:
    """Write `out`/input and `out`/truth.jsonl."""
    sites, stories = load_sites(HERE / "sites.yaml"), load_stories(HERE / "texts")
    items = load_plan(HERE / "plan.yaml", sites, stories)
    press = Press(HERE / "templates", load_fillers(HERE / "fillers.yaml"), sites, stories, items)
    shutil.rmtree(out / "input", ignore_errors=True)
    placed: list[tuple[str, Item]] = []
    for day, of_day in groupby(items, key=lambda item: item.ingest_date):
        folder = out / "input" / day.isoformat()
        folder.mkdir(parents=True)
        placed += write_day(folder, [fetch_of(item, press) for item in of_day], press)
    rows = truth_rows(placed, press)
    write_lines(out / "truth.jsonl", rows)


def fetch_of(item: Item, press: Press) -> Fetch:
    return Fetch(item, junk_bytes(item, press) if item.junk else press.page(item))


def write_day(folder: Path, fetches: list[Fetch], press: Press) -> list[tuple[str, Item]]:
    """Write one day's files and manifest. Returns each record's file and item."""
    placed: list[tuple[str, Item]] = []
    manifest: list[dict[str, str]] = []
    files: dict[str, list[Fetch]] = {}
    for fetch in fetches:
        files.setdefault(file_name(fetch.item), []).append(fetch)
    for name, inside in files.items():
        (folder / name).write_bytes(file_bytes(name, inside, press))
        manifest.append(manifest_line(name, inside))
        placed += [(f"{folder.name}/{name}", fetch.item) for fetch in inside]
    write_lines(folder / "manifest.jsonl", manifest)
    return placed


def file_name(item: Item) -> str:
    return item.container or (junk_file(item) if item.junk else item.file_name)


def file_bytes(name: str, fetches: list[Fetch], press: Press) -> bytes:
    if name.endswith(".warc.gz"):
        return warc(name, fetches)
    if name.endswith(".jsonl"):
        return jsonl(fetches)
    if name.endswith(".parquet"):
        return parquet(fetches)
    if fetches[0].item.container:
        return press.feed(name, [fetch.item for fetch in fetches])
    return gzipped(fetches[0].body) if fetches[0].item.gzip else fetches[0].body


def manifest_line(name: str, fetches: list[Fetch]) -> dict[str, str]:
    """A page's line gives its URL; a container's gives when it was fetched, and a feed's its own address."""
    first = fetches[0].item
    line = {"file": name, "fetched_at": stamp(first.fetched_at)}
    if not first.container:
        return {"file": name, "url": first.url, **line, **first.hint}
    return {**line, "url": f"https://{first.site.host}/{name}"} if name.endswith(".xml") else line


def write_lines(path: Path, rows: list[dict[str, object]] | list[dict[str, str]]) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=HERE, help="folder to write input/ and truth.jsonl into")
    build(parser.parse_args().out)
