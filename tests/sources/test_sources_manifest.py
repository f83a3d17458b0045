"""Manifests: what they say of files, and what happens where they are wrong."""

import datetime as dt
from pathlib import Path

import pytest
from raw_folder import DAY, MODIFIED, json_lines, problems, read, write

from newsmill.sources.folder import read_folder
from newsmill.sources.manifest import MAX_BROKEN
from newsmill.sources.record import Record


def read_said(root: Path, **said: object) -> Record:
    """The one page of a folder whose manifest says this of it."""
    write(root, "a.html", "x")
    write(root, "manifest.jsonl", json_lines({"file": "a.html", **said}))
    (record,) = read(root)
    return record


def test_a_manifest_gives_url_time_type_status_and_hints(tmp_path: Path) -> None:
    record = read_said(
        tmp_path,
        url="https://www.example.com/a",
        fetched_at="2026-01-15T04:30:00+02:30",
        content_type="text/html; charset=big5",
        status=404,
        published="15 Jan",
        language="zh",
    )
    assert (record.url, record.site) == ("https://www.example.com/a", "example.com")
    assert record.fetched_at == dt.datetime(2026, 1, 15, 2, 0)
    assert (record.content_type, record.http_status) == ("text/html; charset=big5", 404)
    assert (record.hint_published, record.hint_language) == ("15 Jan", "zh")


def test_hints_may_be_called_date_and_lang(tmp_path: Path) -> None:
    record = read_said(tmp_path, date="2026-01-14", lang="fr")
    assert (record.hint_published, record.hint_language) == ("2026-01-14", "fr")


def test_null_and_empty_mean_unknown(tmp_path: Path) -> None:
    record = read_said(tmp_path, url=None, fetched_at=None, date="", lang=None)
    assert (record.url, record.fetched_at, record.problem) == ("file:a.html", MODIFIED, None)
    assert (record.hint_published, record.hint_language) == (None, None)


@pytest.mark.parametrize("wrong", ["yesterday", "2026-13-45T00:00:00", 1768442400, "0001-01-01T00:00:00+14:00"])
def test_an_unparsable_time_is_a_problem_that_keeps_the_bytes(tmp_path: Path, wrong: object) -> None:
    record = read_said(tmp_path, url="https://example.com/a", fetched_at=wrong)
    assert (record.problem, record.body, record.fetched_at) == ("bad_date", b"x", MODIFIED)
    assert repr(wrong) in (record.problem_detail or "")


def test_the_nearest_manifest_with_the_file_is_used(tmp_path: Path) -> None:
    write(tmp_path, "day/sub/a.html", "a")
    write(tmp_path, "day/sub/b.html", "b")
    write(tmp_path, "c.html", "c")
    far = [{"file": f"day/sub/{name}.html", "url": f"https://far.example/{name}"} for name in "ab"]
    write(tmp_path, "manifest.jsonl", json_lines(*far, {"file": "./c.html", "url": "https://far.example/c"}))
    write(tmp_path, "day/manifest.jsonl", json_lines({"file": "sub/a.html", "url": "https://near.example/a"}))
    write(tmp_path, "day/sub/manifest.jsonl", json_lines({"file": "other.html", "url": "https://nearest.example/"}))
    assert [record.url for record in read(tmp_path)] == [
        "https://far.example/c",
        "https://near.example/a",
        "https://far.example/b",
    ]


@pytest.mark.parametrize(
    "line",
    [
        "{broken",
        "[]",
        '{"url": "https://example.com/"}',
        '{"file": 7}',
        '{"file": "../a.html"}',
        '{"file": "/etc/passwd"}',
        '{"file": "a.html", "url": 7}',
        "[" * 100_000,
        "\udcff",
    ],
)
def test_a_broken_line_is_a_problem_and_the_others_are_used(tmp_path: Path, line: str) -> None:
    write(tmp_path, "a.html", "x")
    good = json_lines({"file": "a.html", "url": "https://example.com/a"})
    write(tmp_path, "manifest.jsonl", f"{line}\n{good}".encode("utf-8", "surrogateescape"))
    broken, page = read(tmp_path)
    assert (broken.problem, broken.source_path, broken.body) == ("bad_manifest_line", "manifest.jsonl", None)
    assert (broken.problem_detail or "").startswith("line 1: ")
    assert page.url == "https://example.com/a"


def test_contradicting_lines_are_a_problem_and_the_first_is_used(tmp_path: Path) -> None:
    write(tmp_path, "a.html", "x")
    read_lines = [{"file": "a.html", "url": f"https://example.com/{number}"} for number in (1, 1, 2)]
    write(tmp_path, "manifest.jsonl", json_lines(*read_lines))
    broken, page = read(tmp_path)
    assert (broken.problem, page.url) == ("bad_manifest_line", "https://example.com/1")
    assert (broken.problem_detail or "").startswith("line 3: ")


def test_a_noisy_manifest_yields_few_problems_and_a_count(tmp_path: Path) -> None:
    write(tmp_path, "a.html", "x")
    write(tmp_path, "manifest.jsonl", "noise\n" * (MAX_BROKEN + 5))
    *broken, page = read(tmp_path)
    assert page.problem is None
    assert len(broken) == MAX_BROKEN + 1
    assert broken[-1].problem_detail == "and 5 more lines"
    assert len({record.record_id for record in broken}) == len(broken)


def test_broken_lines_belong_to_the_latest_date_below_the_manifest_and_are_reported_once(tmp_path: Path) -> None:
    write(tmp_path, "2026-01-15/a.html", "x")
    write(tmp_path, "2026-01-16/a.html", "y")
    write(tmp_path, "manifest.jsonl", "broken\n")
    write(tmp_path, "2026-01-15/manifest.jsonl", "broken\n")
    by_day = {day: list(read_folder(tmp_path, dates={day})) for day in (DAY, DAY + dt.timedelta(days=1))}
    assert [record.source_path for record in by_day[DAY]] == ["2026-01-15/manifest.jsonl", "2026-01-15/a.html"]
    assert [record.ingest_date for record in by_day[DAY]] == [DAY, DAY]
    both = [record.record_id for records in by_day.values() for record in records]
    assert sorted(both) == sorted(record.record_id for record in read(tmp_path))
    assert problems(by_day[DAY + dt.timedelta(days=1)]) == ["bad_manifest_line", None]
