"""Generated pages for the growth benchmark: HTML with random words, known shares of copies, and sentences on topics."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from random import Random

from benchmarks.story_pages import PageGenerator

# Sentences that carry a topic of the shipped taxonomy; one page in TOPIC_EVERY has one of them, in title and body.
TOPICS = (
    "Lawmakers agreed on the AI Act after a long debate",
    "The studio released a new text-to-video model on Monday",
    "The Pentagon signed a contract with an AI company",
)
TOPIC_EVERY = 4
PARAGRAPH_SENTENCES = 4
# Of a page's HTML that is not its text, as on a small real page.
MENU = "".join(f'<li><a href="/section/{number}">Section {number}</a></li>' for number in range(40))


class PageWriter:
    """Writes a JSON Lines file of HTML pages for each day; the same pages for the same seed and order of days."""

    def __init__(self, seed: int = 1) -> None:
        self._generator, self._random = PageGenerator(seed), Random(seed)

    def write_day(self, folder: Path, day: dt.date, pages: int) -> None:
        """Write the pages of one ingest date into `folder`."""
        rows = self._generator.pages_of_day(day, pages)
        target = folder / day.isoformat() / "pages.jsonl"
        target.parent.mkdir(parents=True)
        with target.open("w", encoding="utf-8") as lines:
            for url, text, fetched_at in rows.select("url", "text", "fetched_at").iter_rows():
                row = {
                    "url": url,
                    "fetched_at": f"{fetched_at.isoformat()}Z",
                    "content_type": "text/html",
                    "body": self._html(text, fetched_at),
                }
                lines.write(json.dumps(row) + "\n")

    def _html(self, text: str, published: dt.datetime) -> str:
        sentences = text.split(". ")
        if not self._random.randrange(TOPIC_EVERY):
            topic = self._random.choice(TOPICS)
            sentences = [topic, *sentences]
        steps = range(0, len(sentences), PARAGRAPH_SENTENCES)
        paragraphs = "".join(f"<p>{'. '.join(sentences[step : step + PARAGRAPH_SENTENCES])}.</p>" for step in steps)
        title = " ".join(sentences[0].split()[:12])
        return (
            f'<!doctype html><html lang="en"><head><title>{title}</title>'
            f'<meta property="article:published_time" content="{published.isoformat()}Z"></head><body>'
            f"<nav><ul>{MENU}</ul></nav><article><h1>{title}</h1>{paragraphs}</article>"
            f"<footer><ul>{MENU}</ul></footer></body></html>"
        )
