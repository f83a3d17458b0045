"""Records are defined by what was fetched: a file that is touched, copied, appended, split or completed later."""

import datetime as dt
import gzip
import json
import os
import shutil
import tempfile
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from raw_folder import DAY, json_lines, write

from newsmill import stages
from newsmill.settings import load_settings
from newsmill.sources.archive import AppendResult, Archive, records_frame
from newsmill.sources.folder import read_folder
from newsmill.sources.record import Record, make_record

D = "2026-01-15"


class Home:
    """An input folder and its archive."""

    def __init__(self, root: Path) -> None:
        self.input = root / "in"
        self.settings = load_settings(input=self.input, home=root / "home")

    def write(self, name: str, data: bytes | str, minute: int = 0, day: int = 15) -> Path:
        path = write(self.input, name, data)
        at = dt.datetime(2026, 1, day, 12, minute, tzinfo=dt.UTC).timestamp()
        os.utime(path, (at, at))
        return path

    def run(self) -> AppendResult:
        return stages.archive_input(self.settings, None)

    @property
    def rows(self) -> pl.DataFrame:
        archive = stages.open_archive(self.settings)
        return archive.records(archive.dates())

    @property
    def ids(self) -> set[str]:
        return set(self.rows["record_id"])


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def rows(*numbers: int) -> str:
    return json_lines(*({"url": f"https://a.example/{n}", "body": f"<p>page {n}"} for n in numbers))


@pytest.mark.parametrize("folder", [f"{D}/", ""])
def test_an_appended_file_gives_only_its_new_rows(home: Home, folder: str) -> None:
    for minute in range(4):
        home.write(f"{folder}crawl.jsonl", rows(*range(10 + minute)), minute)
        home.run()
    assert home.rows.height == 13


@pytest.mark.parametrize("name", [f"{D}/a.html", f"{D}/a.jsonl", f"{D}/a.xml", "a.html", "a.jsonl"])
def test_a_touched_file_gives_no_new_record(home: Home, name: str) -> None:
    data = rows(1, 2) if name.endswith("jsonl") else "<p>page"
    home.write(name, data)
    home.run()
    first = home.rows
    for minute, day in ((5, 15), (5, 16), (9, 17)):
        home.write(name, data, minute, day)
        assert home.run().new == 0
        assert home.run().new == 0
    assert home.rows.equals(first)


def test_rows_appended_on_a_later_day_belong_to_that_day(home: Home) -> None:
    home.write("crawl.jsonl", rows(1, 2))
    home.run()
    home.write("crawl.jsonl", rows(1, 2, 3), day=16)
    for _ in range(2):
        home.run()
        assert home.rows.group_by("ingest_date").len().sort("ingest_date").rows() == [
            (DAY, 2),
            (dt.date(2026, 1, 16), 1),
        ]


WHOLE = {
    "a.html": b"<html><body>" + b"<p>A paragraph of the page.</p>" * 40,
    "b.jsonl.gz": rows(*range(40)).encode(),
    "c.jsonl": rows(*range(100, 140)).encode(),
    "d.xml": b'<rss version="2.0"><channel><title>T</title>'
    + b"".join(b"<item><guid>g%d</guid><title>Item %d</title></item>" % (n, n) for n in range(40))
    + b"</channel></rss>",
    "e.warc": b"".join(
        b"WARC/1.0\r\nWARC-Type: resource\r\nWARC-Target-URI: https://w.example/%d\r\n"
        b"WARC-Date: 2026-01-15T08:00:00Z\r\nContent-Type: text/html\r\nContent-Length: 400\r\n\r\n%s\r\n\r\n"
        % (n, b"<p>%03d." % n * 50)
        for n in range(20)
    ),
}


@settings(max_examples=15, deadline=None)
@given(st.sampled_from(sorted(WHOLE)), st.lists(st.floats(0, 0.99), max_size=3))
def test_a_file_met_half_written_leaves_what_one_met_whole_leaves(name: str, shares: list[float]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        late, clean = Home(Path(folder) / "late"), Home(Path(folder) / "clean")
        whole = gzip.compress(WHOLE[name]) if name.endswith(".gz") else WHOLE[name]
        for minute, share in enumerate(sorted(shares)):
            late.write(f"{D}/{name}", b"", minute).write_bytes(whole[: int(len(whole) * share)])
            late.run()
        for home in (late, clean):
            home.write(f"{D}/{name}", b"").write_bytes(whole)
            home.run()
        assert late.ids == clean.ids
        assert late.run().new == 0


def test_a_page_that_a_later_fetch_overwrote_stays(home: Home) -> None:
    for number in range(3):
        home.write(f"{D}/index.html", f"<p>news {number} of today")
        home.run()
    assert home.rows.height == 3
    home.write(f"{D}/index.html", "")
    home.run()
    assert home.rows["problem"].drop_nulls().to_list() == ["no_body"]


def test_removed_input_stays_archived(home: Home) -> None:
    home.write(f"{D}/a.html", "<p>page")
    home.run()
    ids = home.ids
    shutil.rmtree(home.input / D)
    home.run()
    assert home.ids == ids


def old_record(record: Record) -> Record:
    """The record as an older version identified it: with the modification time of its file."""
    names = [
        name for name in records_frame([record]).columns if name not in ("record_id", "site", "byte_size", "sha256")
    ]
    return make_record(**{name: getattr(record, name) for name in names})


def test_a_home_of_an_older_version_gets_no_record_twice(home: Home) -> None:
    home.write(f"{D}/a.html", "<p>page")
    home.write(f"{D}/b.jsonl", rows(1, 2))
    home.write("c.html", "<p>without a date folder")
    archive = Archive(home.settings.home / "raw")
    for record in map(old_record, read_folder(home.input)):
        folder = archive.folder(record.ingest_date)
        folder.mkdir(parents=True, exist_ok=True)
        archive.write_frame(folder, records_frame([record]), current_ids=False)
    before = home.rows
    for day in (15, 16, 16):
        home.write("c.html", "<p>without a date folder", day=day)
        home.write(f"{D}/a.html", "<p>page", day)
        assert (home.run().new, home.rows.height) == (0, before.height)
    home.write(f"{D}/b.jsonl", rows(1, 2, 3), 7)
    assert home.run().new == 1


FETCHES = st.lists(
    st.tuples(st.integers(0, 3), st.none() | st.integers(1, 3), st.integers(0, 2)), min_size=1, max_size=8
)


@settings(max_examples=25, deadline=None)
@given(FETCHES, st.integers(0, 8), st.sampled_from(["append", "split", "rename", "copy"]))
def test_no_way_of_delivering_rows_changes_the_records(
    fetches: list[tuple[int, int | None, int]], cut: int, way: str
) -> None:
    lines = [
        json.dumps(
            {"url": f"https://a.example/{url}", "fetched_at": hour and f"{D}T0{hour}:00:00Z", "body": f"<p>text {text}"}
        )
        + "\n"
        for url, hour, text in fetches
    ]
    with tempfile.TemporaryDirectory() as folder:
        once, parts = Home(Path(folder) / "once"), Home(Path(folder) / "parts")
        once.write(f"{D}/a.jsonl", "".join(lines))
        once.run()
        path = parts.write(f"{D}/a.jsonl", "".join(lines[:cut]) or "\n")
        if way != "split":
            parts.run()
        if way == "append":
            parts.write(f"{D}/a.jsonl", "".join(lines), 1)
        elif way == "split":
            parts.write(f"{D}/b.jsonl", "".join(lines[cut:]) or lines[0], 2)
        else:
            parts.write(f"{D}/a.jsonl", "".join(lines), 3)
            (path.rename if way == "rename" else lambda to: shutil.copyfile(path, to))(path.with_name("c.jsonl"))
        parts.run()
        assert parts.rows.filter(pl.col("problem").is_null())["record_id"].to_list() == once.rows["record_id"].to_list()
