"""Invented pages: sites that copy one another, revise, fail, and write about the shipped topics now and then."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from random import Random

FIRST_DAY = dt.date(2026, 9, 1)
SITES = [f"{name}.example" for name in ("gazette", "courier", "herald", "tribune", "observer", "monitor", "ledger")]
NOUNS = (
    "council river market teacher engine harbor budget signal forest report bridge station minister school garden"
    " factory letter village doctor captain museum island pocket kitchen weather planet window paper bottle circle"
).split()
VERBS = "opens closes expands rebuilds repaints restores inspects welcomes postpones funds measures".split()
TOPIC_SENTENCES = [
    "Lawmakers backed amendment {n} to the AI Act, which obliges providers of general-purpose models to keep logs.",
    "Runway released Gen-{n}, a text-to-video model, and said that its AI video generator keeps faces the same.",
    "The Pentagon signed contract {n} with an AI company to bring its models to classified networks.",
]


def sentence(random: Random) -> str:
    words = " ".join(random.choices(NOUNS, k=random.randint(6, 14)))
    return f"The {words} {random.choice(VERBS)} the {random.choice(NOUNS)} number {random.randint(2, 9999)}."


def article(random: Random, day: dt.date, sentences: int) -> tuple[str, str]:
    """Return title and HTML of an article."""
    title = (
        f"{random.choice(NOUNS).title()} {random.choice(VERBS)} the {random.choice(NOUNS)} {random.randint(2, 9999)}"
    )
    lines = [sentence(random) for _ in range(sentences)]
    if random.random() < 0.3:
        about = random.choice(TOPIC_SENTENCES)
        lines[1:1] = [about.format(n=random.randint(2, 99)) for _ in range(2)]
        title = about.format(n=random.randint(2, 99)).split(",")[0]
    paragraphs = "".join(f"<p>{' '.join(lines[start : start + 3])}</p>" for start in range(0, len(lines), 3))
    published = f'<meta property="article:published_time" content="{day}T0{random.randint(0, 9)}:00:00Z">'
    body = f"<article><h1>{title}</h1>{paragraphs}</article>"
    return title, f'<html lang="en"><head><title>{title}</title>{published}</head><body>{body}</body></html>'


def write_day(root: Path, day: dt.date, pages: int, sentences: int = 12) -> None:
    """Write the pages of one day with their manifest: some are copies on another site, some are not pages."""
    random = Random(day.toordinal())
    folder = root / day.isoformat()
    folder.mkdir(parents=True)
    written: list[str] = []
    lines = []
    for number in range(pages):
        kind = random.random()
        if kind < 0.05:
            content = "<html><body><p>Not found.</p></body></html>"
        elif kind < 0.25 and written:
            content = random.choice(written)
        else:
            content = article(random, day, sentences)[1]
        written.append(content)
        name = f"{number:04}.html"
        (folder / name).write_text(content, encoding="utf-8")
        url = f"https://{random.choice(SITES)}/{day}/{number}"
        lines.append(json.dumps({"file": name, "url": url, "fetched_at": f"{day}T12:00:00Z"}))
    (folder / "manifest.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_days(root: Path, days: int, pages: int, first: dt.date = FIRST_DAY) -> list[dt.date]:
    """Write the pages of several days; return the days."""
    dates = [first + dt.timedelta(days=number) for number in range(days)]
    for date in dates:
        write_day(root, date, pages)
    return dates
