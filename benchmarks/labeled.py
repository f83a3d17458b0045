"""Load labeled pages in the layout of the public sets: a folder with `html/ID.html.gz` and `ground-truth.json`."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class LabeledPage:
    """A page's bytes and its labels; a label that the set does not have is empty."""

    key: str
    url: str
    html: bytes
    body: str
    date: str
    title: str


def labeled_pages(folder: Path) -> Iterator[LabeledPage]:
    """Iterate over the pages of a set, in its order."""
    for key, row in json.loads((folder / "ground-truth.json").read_text("utf-8")).items():
        yield LabeledPage(
            key,
            row.get("url") or f"https://example.org/{key}",
            gzip.decompress((folder / "html" / f"{key}.html.gz").read_bytes()),
            row.get("articleBody") or row.get("main_content") or "",
            (row.get("publish_date") or row.get("datePublished") or "")[:10],
            row.get("title") or "",
        )
