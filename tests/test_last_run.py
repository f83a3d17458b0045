"""Whether another run would have anything to do: a change of anything that a run depends on is noticed."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from newsmill.last_run import LastRun, inputs_digest, read_last_run, record_last_run
from newsmill.settings import Settings, load_settings
from newsmill.sources.scanning.scan import scan_input


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    folder, home, models = tmp_path / "input" / "2026-03-01", tmp_path / "home", tmp_path / "models"
    for path, text in (
        (folder / "a.html", "page"),
        (folder / "b.csv", "skipped"),
        (models / "m.sql", "select 1"),
        (tmp_path / "topics.yaml", "topics"),
        (home / "newsmill.duckdb", "database"),
        (home / "published" / "newsmill.duckdb", "copy"),
        (home / "published" / "report.html", "report"),
        (home / "raw" / "ingest_date=2026-03-01" / "part-1.parquet", "part"),
        (home / "labels" / "labels.jsonl", "label"),
        (home / "forgotten" / "tombstones.jsonl", "stone"),
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return load_settings(input=tmp_path / "input", home=home, models=models, topics=tmp_path / "topics.yaml")


def digest_of(settings: Settings) -> str:
    return inputs_digest(settings, scan_input(settings))


def append(path: Path) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(" more")


def touch(path: Path) -> None:
    os.utime(path, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns + 1_000))


@pytest.mark.parametrize(
    ("path", "change"),
    [
        ("input/2026-03-01/a.html", touch),
        ("input/2026-03-01/a.html", Path.unlink),
        ("input/2026-03-01/b.csv", append),
        ("models/m.sql", append),
        ("topics.yaml", append),
        ("home/newsmill.duckdb", touch),
        ("home/newsmill.duckdb", Path.unlink),
        ("home/published/newsmill.duckdb", touch),
        ("home/published/report.html", Path.unlink),
        ("home/raw/ingest_date=2026-03-01/part-1.parquet", touch),
        ("home/labels/labels.jsonl", append),
        ("home/forgotten/tombstones.jsonl", append),
    ],
)
def test_a_change_is_noticed(settings: Settings, tmp_path: Path, path: str, change: Callable[[Path], object]) -> None:
    before = digest_of(settings)
    assert digest_of(settings) == before
    change(tmp_path / path)
    assert digest_of(settings) != before


@pytest.mark.parametrize("name", ["input/2026-03-02/c.html", "input/notes.txt.bak", "home/newsmill.duckdb.wal"])
def test_a_new_file_is_noticed(settings: Settings, tmp_path: Path, name: str) -> None:
    before = digest_of(settings)
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("new", encoding="utf-8")
    assert digest_of(settings) != before


def test_a_setting_is_noticed_unless_no_table_depends_on_it(settings: Settings) -> None:
    before = digest_of(settings)
    assert digest_of(settings.model_copy(update={"workers": settings.workers + 1})) == before
    assert digest_of(settings.model_copy(update={"language_detector": "langdetect"})) != before
    assert digest_of(settings.model_copy(update={"max_skipped_share": 0.5})) != before


@pytest.mark.parametrize("name", ["dagster/history/runs.db", "search/index.duckdb", "newsmill.lock"])
def test_what_commands_leave_in_the_home_does_not_count(settings: Settings, name: str) -> None:
    before = digest_of(settings)
    (settings.home / name).parent.mkdir(parents=True, exist_ok=True)
    (settings.home / name).write_text("new", encoding="utf-8")
    assert digest_of(settings) == before


def test_a_record_is_read_back_and_does_not_change_the_digest(settings: Settings) -> None:
    last = LastRun("run-1", "2026-03-01T02:00:00+00:00", digest_of(settings))
    record_last_run(settings.home, last)
    assert read_last_run(settings.home) == last
    assert digest_of(settings) == last.inputs


@pytest.mark.parametrize("content", ["", "[]", "{", '{"run_id": "x"}', "null"])
def test_a_damaged_record_counts_as_none(settings: Settings, content: str) -> None:
    (settings.home / "newsmill.last_run.json").write_text(content, encoding="utf-8")
    assert read_last_run(settings.home) is None
