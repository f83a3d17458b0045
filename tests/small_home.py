"""A small home for tests: a few sites over two days, written by hand, processed and published without Dagster."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import duckdb
from pipeline_runs import run_input, settings_for

from newsmill import stages
from newsmill.settings import Settings
from newsmill.topics.labels import add_label
from newsmill.topics.taxonomy import load_taxonomy
from newsmill.warehouse.connection import open_writer, transaction

DAYS = [dt.date(2026, 3, 1), dt.date(2026, 3, 2)]
# A word that occurs on the pages to be forgotten and nowhere else.
SECRET = "Zyxwomble"
SECRET_URL = "https://secret.example/posts/launch?id=7"
SECRET_SITE = "secret.example"

SENTENCES = [
    "Runway released Gen-4, a text-to-video model, at a small event by the harbour number {0}.",
    "The company {1} said that its new AI video generator keeps faces the same from shot to shot in clip {0}.",
    "Editors at the {0}th studio spent a week with it and found that long takes hold together surprisingly well.",
    "Prices begin at {0} euros a month, and the older model remains available to schools in district {0}.",
    "Competitors in town {0} have promised models of their own, but none has named a day for them so far.",
    "A spokesman told reporter {0} that regulators had asked for the training data and would receive a summary.",
]


def story(number: int, name: str = "Somebody") -> str:
    """Some hundred words that share no sentence with another number's."""
    return " ".join(sentence.format(number, name) for sentence in SENTENCES)


def html(title: str, text: str, published: str = "2026-03-01T06:00:00Z", links: str = "") -> str:
    paragraphs = "".join(f"<p>{part}.</p>" for part in text.rstrip(".").split(". "))
    return (
        f'<html lang="en"><head><title>{title}</title>'
        f'<meta property="article:published_time" content="{published}"></head>'
        f"<body><article><h1>{title}</h1>{paragraphs}</article>{links}</body></html>"
    )


def write_input(root: Path) -> Path:
    """The secret story (fetched, revised, copied without its secret word), others, and pages that are none."""
    secret = story(1, SECRET)
    files = [
        (0, "secret.html", SECRET_URL, html(f"{SECRET} shows a video model", secret)),
        (0, "secret-other.html", "https://secret.example/about", html("Another of theirs", story(5, f"{SECRET}s"))),
        (0, "other.html", "https://other.example/a", html("Unlike all others", story(2))),
        (0, "short.html", "https://secret.example/short", "<html><body><p>Nope.</p></body></html>"),
        (1, "copy.html", "https://copy.example/b", html("A video model", story(1, "Somebody"), "2026-03-02T06:00:00Z")),
        (1, "secret-again.html", SECRET_URL, html(f"{SECRET} shows a video model", secret + f" {SECRET} added this.")),
        (1, "wall.html", "https://wall.example/c", "<html><body><p>Nope.</p></body></html>"),
    ]
    for number, day in enumerate(DAYS):
        folder = root / day.isoformat()
        folder.mkdir(parents=True)
        lines = []
        for of_day, name, url, content in files:
            if of_day == number:
                (folder / name).write_text(content, encoding="utf-8")
                lines.append(json.dumps({"file": name, "url": url, "fetched_at": f"{day}T08:00:00Z"}))
        (folder / "manifest.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return root


def make_home(input_folder: Path, home: Path) -> Settings:
    settings = settings_for(input_folder, home)
    run_input(settings, DAYS)
    with open_writer(settings.database) as con:
        for (record_id,) in con.execute("select record_id from clean.pages").fetchall():
            add_label(settings.home, record_id, "ai_video_models", True, "uniform")
        with transaction(con):
            stages.replace_labels(con, settings)
        stages.publish(con, settings, load_taxonomy(settings.topics), checks=())
    return settings


def ids_of(database: Path, where: str) -> list[str]:
    with duckdb.connect(str(database), read_only=True) as con:
        return [row for (row,) in con.execute(f"select record_id from raw.records where {where} order by 1").fetchall()]
