"""Files of forgotten records in the file log: no path and no detail names them, and every file is still listed."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest
from raw_folder import DAY, json_lines, write

from newsmill import stages
from newsmill.settings import Settings, load_settings
from newsmill.sources.scanning.file_log import read_file_log
from newsmill.sources.scanning.forgotten_files import find_hidden, hide_files, hide_path, names_forgotten_page
from newsmill.sources.tombstones import read_tombstones, tombstone

SITE = "gone.example"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A home with the tombstone of a site, before its first run."""
    settings = load_settings(input=tmp_path / "in", home=tmp_path / "home")
    read_tombstones(settings.home).add([tombstone("site", SITE, dt.datetime(2026, 3, 1), None)])
    return settings


def look(settings: Settings) -> dict[str, tuple[str, int, str | None]]:
    stages.archive_input(settings, None)
    files = read_file_log(settings.home / "raw").select("source_path", "status", "records", "detail")
    return {path: rest for path, *rest in map(tuple, files.iter_rows())}  # type: ignore[misc]


def rows(*urls: str) -> str:
    return json_lines(*({"url": url, "body": "x"} for url in urls))


def test_a_file_of_suppressed_records_alone_is_hidden(settings: Settings) -> None:
    write(settings.input, "2026-01-15/gone.jsonl", rows(f"https://{SITE}/1"))
    write(settings.input, "2026-01-15/both.jsonl", rows(f"https://{SITE}/1", "https://kept.example/"))
    hidden = hide_path("2026-01-15/gone.jsonl")
    for _ in range(2):
        assert look(settings) == {hidden: ["read", 1, None], "2026-01-15/both.jsonl": ["read", 2, None]}
    assert hidden.startswith("forgotten/")
    assert hidden.endswith(".jsonl")


def test_a_hidden_file_that_gets_other_records_is_shown_again(settings: Settings) -> None:
    write(settings.input, "2026-01-15/a.jsonl", rows(f"https://{SITE}/1"))
    look(settings)
    write(settings.input, "2026-01-15/a.jsonl", rows(f"https://{SITE}/1", "https://kept.example/"))
    assert look(settings) == {"2026-01-15/a.jsonl": ["read", 2, None]}


def test_a_hidden_file_that_is_not_read_again_stays_hidden(settings: Settings) -> None:
    write(settings.input, "2026-01-15/a.jsonl", rows(f"https://{SITE}/1"))
    look(settings)
    stages.archive_input(settings, [dt.date(2026, 1, 16)])
    assert read_file_log(settings.home / "raw")["source_path"].to_list() == [hide_path("2026-01-15/a.jsonl")]


def test_a_detail_that_may_name_a_suppressed_record_is_left_out(settings: Settings) -> None:
    gone = {"url": f"https://{SITE}/1", "fetched_at": "gone-at", "body": "x"}
    lines = json_lines(gone, {"url": "https://kept.example/", "body": "x"})
    write(settings.input, "2026-01-15/a.jsonl", lines)
    assert look(settings)["2026-01-15/a.jsonl"][2] is None


def test_a_skipped_path_of_a_mirrored_site_is_hidden(settings: Settings) -> None:
    write(settings.input, f"mirror/www.{SITE}/logo.png", "x")
    write(settings.input, "mirror/kept.example/logo.png", "x")
    assert set(look(settings)) == {hide_path(f"mirror/www.{SITE}/logo.png"), "mirror/kept.example/logo.png"}


def test_a_path_can_be_the_url_of_a_page(tmp_path: Path) -> None:
    stones = read_tombstones(tmp_path)
    for url in ("https://a.example/news/7", "file:2026-01-15/b.html"):
        stones.add([tombstone("url", url, dt.datetime(2026, 3, 1), None)])
    assert names_forgotten_page(stones, "crawl/a.example/news/7.html")
    assert names_forgotten_page(stones, "2026-01-15/b.html")
    assert not names_forgotten_page(stones, "crawl/a.example/news/8.html")


def test_another_copy_of_an_erased_page_is_hidden_and_files_of_other_dates_are_not(tmp_path: Path) -> None:
    known = {"a.html": DAY, "copy-of-a.html": DAY, "kept.html": DAY, "other.html": dt.date(2026, 1, 16)}
    files = pl.DataFrame({"source_path": list(known), "ingest_date": list(known.values()), "records": 1, "detail": "x"})
    erased = files.filter(pl.col("source_path").is_in(["a.html", "kept.html"]))
    hidden, partly = find_hidden(files, read_tombstones(tmp_path), erased, {"kept.html"})
    assert (hidden, partly) == ({"a.html", "copy-of-a.html"}, {"kept.html"})
    shown = hide_files(files, hidden, partly)
    assert dict(shown.select("source_path", "detail").iter_rows()) == {
        hide_path("a.html"): None,
        hide_path("copy-of-a.html"): None,
        "kept.html": None,
        "other.html": "x",
    }
