"""Made-up pages for the stories benchmarks: sentences of random words, with copies of known kinds among them."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl

# Some 2.7 KB of text a page.
WORDS = 440
SENTENCE = 18
VOCABULARY = 60_000
# Of a hundred pages: the same page fetched again, the same text elsewhere, edited elsewhere, shortened elsewhere.
REFETCHED, COPIED, EDITED, SHORTENED = 8, 8, 6, 2
EDITED_SHARE = 0.02

_letters = np.array(list("abcdefghijklmnopqrstuvwxyz"))


class Press:
    """Prints pages day by day; the same ones for the same seed. `story` says which belong together."""

    def __init__(self, seed: int = 1) -> None:
        self.random = np.random.default_rng(seed)
        lengths = self.random.integers(3, 8, VOCABULARY)
        self.words = ["".join(self.random.choice(_letters, length)) for length in lengths]
        self.printed: list[tuple[np.ndarray, str, int]] = []
        self.count = 0

    def day(self, date: dt.date, pages: int) -> pl.DataFrame:
        """What stories.fingerprint takes, and `story`."""
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
        number = self.count
        self.count += 1
        site = f"https://site{number % 997}.example"
        if kind == 0 or not self.printed:
            text, story, url = self.random.integers(0, VOCABULARY, WORDS), number, f"{site}/{number}"
        else:
            text, url, story = self.printed[self.random.integers(len(self.printed))]
            if kind != 1:
                url = f"{site}/{number}"
            if kind == 3:
                text = text.copy()
                changed = self.random.random(len(text)) < EDITED_SHARE
                text[changed] = self.random.integers(0, VOCABULARY, int(changed.sum()))
            elif kind == 4:
                text = text[: WORDS // 3]
        # Enough to copy from; what was printed long ago is copied less, as news is.
        if len(self.printed) < 50_000:
            self.printed.append((text.astype(np.uint16), url, story))
        else:
            self.printed[number % 50_000] = (text.astype(np.uint16), url, story)
        words = [self.words[word] for word in text.tolist()]
        sentences = (" ".join(words[at : at + SENTENCE]).capitalize() for at in range(0, len(words), SENTENCE))
        return ". ".join(sentences) + ".", url, story
