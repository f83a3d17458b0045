"""Generated pages for the stories benchmarks: sentences of random words, with copies of known kinds among them."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
from numpy.typing import NDArray

# About 2.7 KB of text a page.
WORDS = 440
SENTENCE_WORDS = 18
VOCABULARY = 60_000
# Of a hundred pages: refetches, copies, edited copies and shortened copies on other sites.
REFETCHED, COPIED, EDITED, SHORTENED = 8, 8, 6, 2
EDITED_SHARE = 0.02
# Pages that later ones are copies of; older ones are replaced, since recent news is copied most.
MAX_COPY_SOURCES = 50_000

_LETTERS = np.array(list("abcdefghijklmnopqrstuvwxyz"))


class PageGenerator:
    """Generates pages day by day; the same pages for the same seed. Column `story` is the true story of each page."""

    def __init__(self, seed: int = 1) -> None:
        self.random = np.random.default_rng(seed)
        lengths = self.random.integers(3, 8, VOCABULARY)
        self.words = ["".join(self.random.choice(_LETTERS, length)) for length in lengths]
        self.copy_sources: list[tuple[NDArray[np.uint16], str, int]] = []
        self.count = 0

    def pages_of_day(self, date: dt.date, pages: int) -> pl.DataFrame:
        """Return the columns that stories.fingerprint reads, and `story`."""
        kinds = self.random.choice(
            5, pages, p=[1 - 0.01 * (REFETCHED + COPIED + EDITED + SHORTENED)]
            + [0.01 * share for share in (REFETCHED, COPIED, EDITED, SHORTENED)],
        )  # fmt: skip
        rows = [self._page(int(kind)) for kind in kinds]
        first = self.count - pages
        fetched = dt.datetime.combine(date, dt.time(6))
        return pl.DataFrame(
            {
                "record_id": [f"{first + number:032x}" for number in range(pages)],
                "kind": "article",
                "url": [url for _, url, _ in rows],
                "site": [url.split("/")[2] for _, url, _ in rows],
                "title": pl.Series([None] * len(rows), dtype=pl.String),
                "text": [text for text, _, _ in rows],
                "story": [story for _, _, story in rows],
            }
        ).with_columns(
            pl.lit(date).alias("ingest_date"),
            pl.lit(None, pl.Datetime("us")).alias("published_at"),
            pl.lit(None, pl.Int16).alias("published_offset_minutes"),
            (pl.lit(fetched) + pl.duration(microseconds=pl.int_range(pl.len()))).alias("fetched_at"),
        )

    def _page(self, kind: int) -> tuple[str, str, int]:
        """Return text, URL and story of a new page (0), or a refetch, copy, edited or shortened copy (1 to 4)."""
        number = self.count
        self.count += 1
        site = f"https://site{number % 997}.example"
        if kind == 0 or not self.copy_sources:
            text, story, url = self.random.integers(0, VOCABULARY, WORDS), number, f"{site}/{number}"
        else:
            text, url, story = self.copy_sources[self.random.integers(len(self.copy_sources))]
            if kind != 1:
                url = f"{site}/{number}"
            if kind == 3:
                text = text.copy()
                changed = self.random.random(len(text)) < EDITED_SHARE
                text[changed] = self.random.integers(0, VOCABULARY, int(changed.sum()))
            elif kind == 4:
                text = text[: WORDS // 3]
        source = (text.astype(np.uint16), url, story)
        if len(self.copy_sources) < MAX_COPY_SOURCES:
            self.copy_sources.append(source)
        else:
            self.copy_sources[number % MAX_COPY_SOURCES] = source
        words = [self.words[word] for word in text.tolist()]
        sentences = (
            " ".join(words[start : start + SENTENCE_WORDS]).capitalize()
            for start in range(0, len(words), SENTENCE_WORDS)
        )
        return ". ".join(sentences) + ".", url, story
