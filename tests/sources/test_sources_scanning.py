"""What a look at the input folder finds: dates out of range, homes, names, and the file log."""

import datetime as dt
import os
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from raw_folder import DAY, json_lines, write

from newsmill import stages
from newsmill.settings import load_settings
from newsmill.sources.folder import read_folder
from newsmill.sources.plausible import now_utc
from newsmill.sources.scanning.file_log import latest_look, read_file_log
from newsmill.sources.scanning.scan import Scanner, scan
from newsmill.sources.scanning.skipped import BY_DESIGN, REASONS


def skipped(root: Path) -> dict[str, str]:
    return {path.path: path.reason for path in scan(root).skipped}


@pytest.mark.parametrize("folder", ["1980-01-01", "9999-12-31", "0001-01-01"])
def test_a_date_folder_out_of_range_is_set_aside(tmp_path: Path, folder: str) -> None:
    write(tmp_path, f"{folder}/a.html", "x")
    write(tmp_path, "2026-01-15/a.html", "x")
    assert [record.source_path for record in read_folder(tmp_path)] == ["2026-01-15/a.html"]
    assert skipped(tmp_path) == {f"{folder}/a.html": "ingest_date_out_of_range"}


@pytest.mark.parametrize("seconds", [0, 315532800, -(10**10), 32503680000])
def test_a_placeholder_as_modification_time_sets_only_that_file_aside(tmp_path: Path, seconds: float) -> None:
    for name in ("a.html", "b.html"):
        write(tmp_path, name, "x")
    os.utime(tmp_path / "a.html", (seconds, seconds))
    assert [file.path for file in scan(tmp_path).files] == ["b.html"]
    [path] = scan(tmp_path).skipped
    assert (path.path, path.reason) == ("a.html", "ingest_date_out_of_range")
    assert "by its modification time" in (path.detail or "")


def test_in_a_date_folder_such_a_time_is_not_a_fetch_time(tmp_path: Path) -> None:
    path = write(tmp_path, "2026-01-15/a.html", "x")
    os.utime(path, (0, 0))
    [record] = read_folder(tmp_path)
    assert (record.fetched_at, record.ingest_date) == (dt.datetime(2026, 1, 15), DAY)


def test_files_before_the_first_ingest_date_of_the_settings_are_set_aside(tmp_path: Path) -> None:
    for day in ("2019-12-31", "2026-01-15"):
        write(tmp_path, f"{day}/a.html", "x")
    found = Scanner(tmp_path, first_date=dt.date(2026, 1, 1)).scan()
    assert [file.ingest_date for file in found.files] == [DAY]
    assert [file.ingest_date for file in scan(tmp_path).files] == [dt.date(2019, 12, 31), DAY]


def test_ingest_dates_are_counted_in_the_zone_of_the_partitions(tmp_path: Path) -> None:
    path = write(tmp_path, "a.html", "x")
    evening = dt.datetime(2026, 1, 16, 1, 30, tzinfo=dt.UTC).timestamp()  # 20:30 on the 15th in New York
    os.utime(path, (evening, evening))
    [file] = Scanner(tmp_path, zone=ZoneInfo("America/New_York")).scan().files
    assert file.ingest_date == DAY
    assert scan(tmp_path).files[0].ingest_date == dt.date(2026, 1, 16)


def test_a_home_within_the_input_is_named_once_and_not_read(tmp_path: Path) -> None:
    write(tmp_path, "2026-01-15/a.html", "x")
    write(tmp_path, "warehouse/published/report.html", "x")
    write(tmp_path, "other/newsmill.duckdb", "x")
    write(tmp_path, "other/raw/ingest_date=2026-01-15/part-0.parquet", "x")
    found = Scanner(tmp_path, home=tmp_path / "warehouse").scan()
    assert [file.path for file in found.files] == ["2026-01-15/a.html"]
    assert {path.path: path.reason for path in found.skipped} == {
        "other/": "newsmill_home",
        "warehouse/": "newsmill_home",
    }


def test_an_input_folder_that_is_the_home_is_read_without_the_home(tmp_path: Path) -> None:
    for name in ("2026-01-15/a.html", "newsmill.duckdb", "newsmill.duckdb.wal", "published/report.html", "raw/a.html"):
        write(tmp_path, name, "x")
    write(tmp_path, "newsmill.lock", "x")
    found = Scanner(tmp_path, home=tmp_path).scan()
    assert [file.path for file in found.files] == ["2026-01-15/a.html"]
    assert {skipped.reason for skipped in found.skipped} == {"newsmill_home"}


def test_names_of_unfinished_files_and_licenses_are_skipped_by_design(tmp_path: Path) -> None:
    names = ("a.html.part", "b.html~", "c.tmp", "LICENSE", "LICENSE-MIT.txt", "readme.md", "README.en.md")
    for name in (*names, "license-plate-story.html", "notice.html"):
        write(tmp_path, name, "x")
    assert set(skipped(tmp_path)) == set(names)
    assert set(skipped(tmp_path).values()) == {"temporary", "about_the_data"}


def test_usual_names_of_known_formats_are_read(tmp_path: Path) -> None:
    names = {
        "a.json.gz": "jsonl",
        "b.ndjson": "jsonl",
        "c.ndjson.gz": "jsonl",
        "d.warc.wet.gz": "warc",
        "e.wet": "warc",
    }
    for name in (*names, "feed.json"):
        write(tmp_path, name, "x")
    assert {file.path: file.format.name for file in scan(tmp_path).files} == names
    assert skipped(tmp_path) == {"feed.json": "unknown_ending"}


def test_a_file_that_was_changed_just_now_is_left_for_later(tmp_path: Path) -> None:
    write(tmp_path, "old.html", "x")
    (tmp_path / "new.html").write_text("x")
    found = Scanner(tmp_path, settle_seconds=60).scan()
    assert [file.path for file in found.files] == ["old.html"]
    assert [path.reason for path in found.skipped] == ["still_changing"]


def test_every_reason_by_design_has_a_meaning() -> None:
    assert set(BY_DESIGN) < set(REASONS)


def test_the_file_log_has_every_file_as_last_seen(tmp_path: Path) -> None:
    root = tmp_path / "in"
    for name, data in {
        "2026-01-15/a.html": "<p>x",
        "2026-01-15/b.jsonl": json_lines({"url": "https://e.example/", "body": "x"}, {"url": "https://e.example/2"}),
        "2026-01-15/c.csv": "x",
        "2026-01-16/d.xml": "<broken",
        "LICENSE": "x",
    }.items():
        write(root, name, data)
    settings = load_settings(input=root, home=tmp_path / "home")
    stages.archive_input(settings, [DAY])

    def log() -> dict[str, tuple[str, str | None, int]]:
        files = read_file_log(settings.home / "raw").select("source_path", "status", "reason", "records")
        return {path: (status, reason, records) for path, status, reason, records in files.iter_rows()}

    assert log() == {
        "2026-01-15/a.html": ("read", None, 1),
        "2026-01-15/b.jsonl": ("read", None, 2),
        "2026-01-15/c.csv": ("skipped", "unknown_ending", 0),
        "2026-01-16/d.xml": ("skipped", "not_read_yet", 0),
        "LICENSE": ("skipped", "about_the_data", 0),
    }
    (root / "2026-01-15/a.html").unlink()
    stages.archive_input(settings, [dt.date(2026, 1, 16)])
    assert log()["2026-01-15/a.html"] == ("read", None, 1)
    assert log()["2026-01-15/b.jsonl"] == ("read", None, 2)
    assert log()["2026-01-16/d.xml"] == ("failed", "bad_xml", 1)
    files = read_file_log(settings.home / "raw")
    assert latest_look(files)["source_path"].to_list() == files["source_path"].to_list()[1:]
    assert files.filter(pl.col("seen_at") > now_utc()).is_empty()


def test_a_flipped_bit_in_a_page_never_changes_the_file_log(tmp_path: Path) -> None:
    settings = load_settings(input=tmp_path / "in", home=tmp_path / "home")
    for number in range(20):
        write(settings.input, f"2026-01-15/{number}.html", "x")
    stages.archive_input(settings, None)
    whole, log = read_file_log(settings.home / "raw"), settings.home / "raw" / "seen_files.parquet"
    content = log.read_bytes()
    footer = len(content) - 8 - int.from_bytes(content[-8:-4], "little")
    for position in range(4, footer, 7):
        log.write_bytes(content[:position] + bytes([content[position] ^ 4]) + content[position + 1 :])
        read = read_file_log(settings.home / "raw")
        assert read.is_empty() or read.equals(whole), position


def test_a_damaged_file_log_is_written_again(tmp_path: Path) -> None:
    settings = load_settings(input=tmp_path / "in", home=tmp_path / "home")
    write(settings.input, "2026-01-15/a.html", "x")
    write(settings.home, "raw/seen_files.parquet", "no Parquet")
    stages.archive_input(settings, None)
    assert read_file_log(settings.home / "raw")["source_path"].to_list() == ["2026-01-15/a.html"]
