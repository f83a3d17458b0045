"""Input folders: which files are read, to which day they belong, and what is said of the rest."""

import datetime as dt
import os
import re
import shutil
from pathlib import Path

import pytest
from raw_folder import DAY, MODIFIED, json_lines, problems, read, read_one, write

from newsmill.errors import UserError
from newsmill.sources.folder import read_folder, scan


def test_every_ending_is_read_gzipped_or_not_in_any_case(tmp_path: Path) -> None:
    kinds = {
        "a.html": "html",
        "b.HTM": "html",
        "c.txt.gz": "text",
        "d.md": "markdown",
        "e.warc.gz": "warc",
        "f.xml": "feed",
        "g.rss": "feed",
        "h.atom.GZ": "feed",
        "i.jsonl": "jsonl",
        "j.parquet.gz": "parquet",
    }
    for name in kinds:
        write(tmp_path, name, "x")
    assert {file.path: file.format.name for file in scan(tmp_path).files} == kinds


def test_every_path_that_is_not_read_is_listed_with_its_reason(tmp_path: Path) -> None:
    for name in ("a.html", "b.pdf", "c.gz", "sub/README", "sub/manifest.jsonl", ".git/x.html", ".hidden.html"):
        write(tmp_path, name, "x")
    found = scan(tmp_path)
    assert [file.path for file in found.files] == ["a.html"]
    assert [(skipped.path, skipped.reason) for skipped in found.skipped] == [
        (".git/", "hidden"),
        (".hidden.html", "hidden"),
        ("b.pdf", "unknown_ending"),
        ("c.gz", "unknown_ending"),
        ("sub/README", "about_the_data"),
        ("sub/manifest.jsonl", "manifest"),
    ]


def test_the_ingest_date_is_the_nearest_date_folder_or_the_modification_time(tmp_path: Path) -> None:
    days = {
        "2026-01-15/a.html": DAY,
        "2026-01-15/deep/er/a.html": DAY,
        "2026-01-15/2026-01-17/a.html": dt.date(2026, 1, 17),
        "2026-02-30/a.html": MODIFIED.date(),
        "2026-01-15/2026-02-30/a.html": DAY,
        "2026-1-5/a.html": MODIFIED.date(),
        "a.html": MODIFIED.date(),
    }
    for name in days:
        write(tmp_path, name, "x")
    assert {file.path: file.ingest_date for file in scan(tmp_path).files} == days


def test_the_input_folder_itself_may_be_a_date_folder(tmp_path: Path) -> None:
    write(tmp_path / "2026-01-15", "a.html", "x")
    assert [file.ingest_date for file in scan(tmp_path / "2026-01-15").files] == [DAY]


@pytest.mark.parametrize(
    ("name", "problem"),
    [("missing", "no such folder"), ("a.pdf", "not a folder")],
)
def test_what_is_not_a_folder_is_an_error_at_once(tmp_path: Path, name: str, problem: str) -> None:
    write(tmp_path, "a.pdf", "x")
    with pytest.raises(UserError, match=problem):
        read_folder(tmp_path / name)


def test_a_folder_without_readable_files_is_named_with_the_endings_it_has(tmp_path: Path) -> None:
    for name in ("a.pdf", "b.pdf", "c.zst", "page?id=7"):
        write(tmp_path, name, "x")
    problem = "no file of a known format; it has 2 .pdf, 1 .zst, 1 no ending"
    with pytest.raises(UserError, match=re.escape(problem)):
        scan(tmp_path).require_files(tmp_path)


def test_no_link_is_followed_out_of_the_folder(tmp_path: Path) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    write(outside, "secret.html", "secret")
    write(inside, "a.html", "a")
    (inside / "file.html").symlink_to(outside / "secret.html")
    (inside / "folder").symlink_to(outside)
    (inside / "loop.html").symlink_to(inside / "loop.html")
    (inside / "again.html").symlink_to(inside / "a.html")
    found = scan(inside)
    assert [file.path for file in found.files] == ["a.html", "again.html"]
    assert [(skipped.path, skipped.reason) for skipped in found.skipped] == [
        ("file.html", "link_outside"),
        ("folder", "link_to_folder"),
        ("loop.html", "broken_link"),
    ]


def test_a_pipe_is_not_a_page(tmp_path: Path) -> None:
    write(tmp_path, "a.html", "x")
    os.mkfifo(tmp_path / "b.html")
    assert [(skipped.path, skipped.reason) for skipped in scan(tmp_path).skipped] == [("b.html", "not_a_file")]


def test_a_manifest_that_is_a_link_out_of_the_folder_is_not_read(tmp_path: Path) -> None:
    write(tmp_path / "outside", "m.jsonl", json_lines({"file": "a.html", "url": "https://example.com/a"}))
    write(tmp_path / "inside", "a.html", "x")
    (tmp_path / "inside" / "manifest.jsonl").symlink_to(tmp_path / "outside" / "m.jsonl")
    records = read(tmp_path / "inside")
    assert problems(records) == ["unreadable_file", None]
    assert records[1].url == "file:a.html"


def test_a_file_name_that_is_not_utf8_is_read_and_written_readably(tmp_path: Path) -> None:
    path = os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.html")
    Path(path).write_bytes(b"x")
    (record,) = read(tmp_path)
    assert record.body == b"x"
    assert record.source_path == "caf\\xe9.html"


def test_only_files_of_the_dates_asked_for_are_read(tmp_path: Path) -> None:
    write(tmp_path, "2026-01-15/a.html", "x")
    write(tmp_path, "2026-01-16/a.html", "y")
    assert [record.body for record in read_folder(tmp_path, dates={DAY})] == [b"x"]
    assert [record.body for record in read_folder(tmp_path, dates=[])] == []


def test_reading_twice_gives_the_same_records(tmp_path: Path) -> None:
    write(tmp_path, "a.html", "x")
    write(tmp_path, "c.xml", "<broken")
    assert read(tmp_path) == read(tmp_path)


def test_a_copied_date_folder_with_a_manifest_has_the_same_records(tmp_path: Path) -> None:
    day = tmp_path / "one" / "2026-03-01"
    write(day, "a.html", "x")
    write(
        day,
        "manifest.jsonl",
        json_lines({"file": "a.html", "url": "https://example.com/a", "fetched_at": "2026-01-15T02:00:00Z"}),
    )
    shutil.copytree(day, tmp_path / "two/deeper/2026-03-01", copy_function=shutil.copyfile)
    assert read(tmp_path / "one")[0].record_id == read(tmp_path / "two")[0].record_id


def test_a_file_deleted_after_the_scan_is_a_problem(tmp_path: Path) -> None:
    write(tmp_path, "a.html", "x")
    records = read_folder(tmp_path)
    (tmp_path / "a.html").unlink()
    assert problems(list(records)) == ["unreadable_file"]


def test_a_reader_that_raises_does_not_stop_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(data: bytes, url: str | None) -> None:
        raise KeyError("unforeseen")

    monkeypatch.setattr("newsmill.sources.readers.feeds.parse", fail)
    write(tmp_path, "a.xml", "<rss/>")
    write(tmp_path, "b.html", "x")
    records = read(tmp_path)
    assert problems(records) == ["reader_failed", None]
    assert records[0].problem_detail == "KeyError: 'unforeseen'"


def test_a_page_file_is_a_record(tmp_path: Path) -> None:
    record = read_one(tmp_path, "2026-01-15/a.md.gz", "# x")
    assert (record.body, record.content_type, record.source) == (b"# x", "text/markdown", "file")
    assert (record.source_path, record.url, record.site) == ("2026-01-15/a.md.gz", "file:2026-01-15/a.md.gz", None)
    assert (record.fetched_at, record.ingest_date) == (MODIFIED, DAY)


def test_a_page_at_the_size_limit_is_read_and_a_larger_one_is_not(tmp_path: Path) -> None:
    write(tmp_path, "a.html", "x" * 1000)
    write(tmp_path, "b.html", "x" * 1001)
    write(tmp_path, "c.html.gz", "x" * 1001)
    records = read(tmp_path, max_record_bytes=1000)
    assert problems(records) == [None, "too_large", "too_large"]
    assert records[1].body is None


def test_truncated_gzip_is_a_problem(tmp_path: Path) -> None:
    whole = write(tmp_path, "a.html.gz", os.urandom(1000)).read_bytes()
    (tmp_path / "a.html.gz").write_bytes(whole[:-20])
    (record,) = read(tmp_path)
    assert (record.problem, record.body) == ("bad_gzip", None)


def test_a_gz_file_that_is_not_gzip_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "a.html.gz").write_bytes(b"<p>plain")
    assert problems(read(tmp_path)) == ["bad_gzip"]


@pytest.mark.parametrize(
    ("name", "problem"),
    [("a.html", "no_body"), *((f"a.{e}", "empty_file") for e in ("xml", "jsonl", "parquet", "warc"))],
)
def test_an_empty_file_is_a_problem(tmp_path: Path, name: str, problem: str) -> None:
    assert read_one(tmp_path, name, "").problem == problem
