"""The files of the last look: counts for people, and the row of one file."""

import datetime as dt

import duckdb
import polars as pl

from newsmill.quality.files import FileCounts, count_files, find_file, read_file_counts
from newsmill.sources.tables import FILES

ROWS = [
    ("a.html", "read", None, False),
    ("b.csv", "skipped", "unknown_ending", False),
    ("c.csv", "skipped", "unknown_ending", False),
    ("d.zst", "skipped", "unknown_ending", False),
    ("e.html", "skipped", "ingest_date_out_of_range", False),
    ("LICENSE", "skipped", "about_the_data", True),
    ("f.xml", "failed", "bad_xml", False),
    ("x/", "skipped", "newsmill_home", True),
]


def files() -> pl.DataFrame:
    names = ("source_path", "status", "reason", "by_design")
    frame = pl.DataFrame(ROWS, schema=list(names), orient="row", infer_schema_length=None)
    rest = [pl.lit(None, dtype).alias(name) for name, dtype in FILES.schema.items() if name not in names]
    seen = frame.with_columns(rest).with_columns(seen_at=pl.lit(dt.datetime(2026, 3, 2)), records=pl.lit(0))
    return FILES.conform(seen)


def test_files_that_are_not_read_are_counted_by_ending() -> None:
    assert count_files(files()) == FileCounts(1, 4, "2 .csv, 1 .html, 1 .zst", 1, "1 .xml", 2, ["e.html"])


def test_the_report_and_status_get_each_reason_with_examples(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("delete from raw.files")
    con.register("seen", files().to_arrow())
    con.execute("insert into raw.files by name from seen")
    counts = read_file_counts(con, examples=1)
    assert [(group["status"], group["files"]) for group in counts[:3]] == [("read", 1), ("failed", 1), ("skipped", 3)]
    assert counts[2]["endings"] == "2 .csv, 1 .zst"
    assert counts[2]["examples"] == ["b.csv"]
    assert counts[2]["meaning"] == "no reader takes files with this ending"


def test_a_file_is_found_by_its_path_and_a_folder_without_its_slash(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("delete from raw.files")
    con.register("seen", files().to_arrow())
    con.execute("insert into raw.files by name from seen")
    assert (find_file(con, "f.xml") or {})["reason"] == "bad_xml"
    assert (find_file(con, "x") or {})["source_path"] == "x/"
    assert (find_file(con, "/data/pages/f.xml") or {})["reason"] == "bad_xml"
    assert find_file(con, "y") is None
    assert find_file(con, "of.xml") is None


def test_a_copy_of_an_older_version_has_no_files(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("drop table raw.files")
    assert read_file_counts(con, 1) == []
    assert find_file(con, "f.xml") is None
