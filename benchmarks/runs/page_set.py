"""Pages for measurements of whole runs: any folder of HTML, with true texts and stories where it has them."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from newsmill.settings import PROJECT

FIRST_DAY = dt.date(2026, 1, 15)
SAMPLE = PROJECT / "sample" / "input"


@dataclass(frozen=True)
class PageFile:
    """An HTML file, gzipped or not; `body` is its true text and `story` its true story, None where not known."""

    path: Path
    url: str
    body: str | None = None
    story: str | None = None

    def read(self) -> bytes:
        """Return the HTML."""
        content = self.path.read_bytes()
        return gzip.decompress(content) if self.path.suffix == ".gz" else content


def load_pages(folders: Sequence[Path], count: int | None = None) -> list[PageFile]:
    """Return the HTML pages of some folders, at most `count`.

    A labeled set (see `benchmarks.labeled`) has true texts; so has a folder beside a `truth.jsonl` like the sample's.
    """
    return list(islice((page for folder in folders for page in _folder_pages(folder)), count))


def _folder_pages(folder: Path) -> Iterator[PageFile]:
    labels = folder / "ground-truth.json"
    if labels.exists():
        for key, row in json.loads(labels.read_text("utf-8")).items():
            url = row.get("url") or f"https://example.org/{key}"
            body = row.get("articleBody") or row.get("main_content") or ""
            yield PageFile(folder / "html" / f"{key}.html.gz", url, body)
        return
    truth = {row["source_path"]: row for row in _json_lines(folder.parent / "truth.jsonl")}
    for path in sorted(path for path in folder.rglob("*.htm*") if path.suffix in (".html", ".htm", ".gz")):
        urls = {row.get("file"): row.get("url") for row in _json_lines(path.parent / "manifest.jsonl")}
        row = truth.get(path.relative_to(folder).as_posix(), {})
        if row.get("outcome") == "quarantined":
            continue
        url = urls.get(path.name) or f"https://example.org/{path.name}"
        yield PageFile(path, url, row.get("body") or None, row.get("story"))


def _json_lines(path: Path) -> list[dict[str, str]]:
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line]


def write_input(pages: Sequence[PageFile], into: Path, days: int = 1, total: int | None = None) -> list[str]:
    """Write the pages as an input folder with manifests, spread over ingest dates; return their paths in it.

    Where `total` is more than the pages, they are repeated, each time with other URLs.
    """
    manifests: dict[dt.date, list[str]] = {}
    paths = []
    for number in range(total or len(pages)):
        page, day = pages[number % len(pages)], FIRST_DAY + dt.timedelta(days=number % days)
        copy = number // len(pages)
        url = page.url if not copy else f"{page.url}{'&' if '?' in page.url else '?'}copy={copy}"
        name = f"{number:06d}.html{'.gz' if page.path.suffix == '.gz' else ''}"
        (into / day.isoformat()).mkdir(parents=True, exist_ok=True)
        shutil.copyfile(page.path, into / day.isoformat() / name)
        row = {"file": name, "url": url, "fetched_at": f"{day}T02:00:00Z"}
        manifests.setdefault(day, []).append(json.dumps(row) + "\n")
        paths.append(f"{day}/{name}")
    for day, lines in manifests.items():
        (into / day.isoformat() / "manifest.jsonl").write_text("".join(lines), "utf-8")
    return paths
