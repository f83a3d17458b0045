"""JSON Lines and Parquet: a row is a record."""

import datetime as dt
import io
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from raw_folder import FETCHED, MODIFIED, json_lines, problems, read, read_one, write

from newsmill.sources.readers.rows import MAX_BAD_LINES

ROW = {
    "url": "https://www.example.com/a",
    "fetched_at": "2026-01-15T02:00:00Z",
    "content_type": "text/html",
    "body": "<p>Straße",
}


def parquet(**columns: object) -> bytes:
    """A Parquet file of one row, or of as many as the columns are long."""
    lists = {name: value if isinstance(value, list | pa.Array) else [value] for name, value in columns.items()}
    file = io.BytesIO()
    pq.write_table(pa.table(lists), file, row_group_size=2)
    return file.getvalue()


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz", "a.parquet", "a.parquet.gz"])
def test_a_row_is_a_record(tmp_path: Path, name: str) -> None:
    data = json_lines(ROW) if "jsonl" in name else parquet(**ROW)
    record = read_one(tmp_path, name, data)
    assert (record.url, record.site, record.fetched_at) == (ROW["url"], "example.com", FETCHED)
    assert (record.body, record.problem) == ("<p>Straße".encode(), None)
    assert record.source == name.split(".")[1]


@pytest.mark.parametrize("name", ["a.jsonl", "a.parquet"])
def test_a_body_given_as_text_is_utf8(tmp_path: Path, name: str) -> None:
    row = {**ROW, "content_type": "text/html; charset=iso-8859-1"}
    record = read_one(tmp_path, name, json_lines(row) if "jsonl" in name else parquet(**row))
    assert record.content_type == "text/html; charset=utf-8"


def test_a_body_given_as_bytes_keeps_its_charset(tmp_path: Path) -> None:
    row = {**ROW, "content_type": "text/html; charset=iso-8859-1", "body": b"Stra\xdfe"}
    record = read_one(tmp_path, "a.parquet", parquet(**row))
    assert (record.body, record.content_type) == (b"Stra\xdfe", "text/html; charset=iso-8859-1")


def test_a_row_may_give_status_and_hints(tmp_path: Path) -> None:
    record = read_one(tmp_path, "a.jsonl", json_lines({**ROW, "status": 404, "published": 2026, "lang": "de"}))
    assert (record.http_status, record.hint_published, record.hint_language) == (404, "2026", "de")


def test_rows_without_time_or_url_are_dated_and_named_after_the_file(tmp_path: Path) -> None:
    write(tmp_path, "a.jsonl", json_lines({"url": None, "body": "x"}, {"url": "", "body": "y"}))
    records = read(tmp_path)
    assert [record.url for record in records] == ["file:a.jsonl#/1", "file:a.jsonl#/2"]
    assert {record.fetched_at for record in records} == {MODIFIED}


def test_a_bad_line_is_a_problem_with_its_number_and_the_others_are_read(tmp_path: Path) -> None:
    bad = ["{broken", "[]", "[" * 100_000, '{"a": ' + "9" * 5000 + "}", "\x00"]
    write(tmp_path, "a.jsonl", "\n".join([*bad, "", json_lines(ROW)]))
    records = read(tmp_path)
    assert problems(records) == ["bad_line"] * len(bad) + [None]
    assert [(record.problem_detail or "").split(":")[0] for record in records[:2]] == ["line 1", "line 2"]
    assert len({record.record_id for record in records}) == len(records)


def test_a_noisy_file_yields_few_problems_and_a_count(tmp_path: Path) -> None:
    write(tmp_path, "a.jsonl", "noise\n" * (MAX_BAD_LINES + 7) + json_lines(ROW))
    records = read(tmp_path)
    assert len(records) == MAX_BAD_LINES + 2
    assert records[-1].problem_detail == "and 7 more lines"
    assert records[-2].problem is None


def test_a_line_above_the_limit_is_skipped(tmp_path: Path) -> None:
    long = {**ROW, "body": "x" * 300_000}
    write(tmp_path, "a.jsonl.gz", json_lines(long, ROW))
    assert problems(read(tmp_path, max_record_bytes=1000)) == ["too_large", None]


@pytest.mark.parametrize("body", [None, ""])
def test_a_row_without_body_is_a_problem(tmp_path: Path, body: str | None) -> None:
    record = read_one(tmp_path, "a.jsonl", json_lines({**ROW, "body": body}))
    assert (record.problem, record.url) == ("no_body", ROW["url"])


@pytest.mark.parametrize("wrong", [{"body": 7}, {"body": ["x"]}, {"url": 7}, {"content_type": {}}])
def test_a_row_of_wrong_types_is_a_problem(tmp_path: Path, wrong: dict[str, object]) -> None:
    record = read_one(tmp_path, "a.jsonl", json_lines({**ROW, **wrong}))
    assert record.problem == "bad_row"
    assert f"`{next(iter(wrong))}`" in (record.problem_detail or "")


def test_an_invalid_time_is_a_problem_that_keeps_the_bytes(tmp_path: Path) -> None:
    record = read_one(tmp_path, "a.jsonl", json_lines({**ROW, "fetched_at": "soon"}))
    assert (record.problem, record.body) == ("bad_date", "<p>Straße".encode())


@pytest.mark.parametrize("missing", ["url", "body"])
@pytest.mark.parametrize("name", ["a.jsonl", "a.parquet"])
def test_a_missing_column_is_one_problem_that_names_it(tmp_path: Path, name: str, missing: str) -> None:
    row = {key: value for key, value in ROW.items() if key != missing}
    record = read_one(tmp_path, name, json_lines(row, row) if "jsonl" in name else parquet(**row))
    assert record.problem == "missing_column"
    assert f"`{missing}`" in (record.problem_detail or "")


@pytest.mark.parametrize(
    ("fetched_at", "expected"),
    [
        (pa.array([1768442400], pa.timestamp("s")), FETCHED),
        (pa.array([1768442400_000], pa.timestamp("ms", "Asia/Tokyo")), FETCHED),
        (pa.array([1768442400_000000_123], pa.timestamp("ns", "UTC")), FETCHED),
        (pa.array([dt.date(2026, 1, 15)]), dt.datetime(2026, 1, 15)),
        (pa.array(["2026-01-15T03:00:00+01:00"]).dictionary_encode(), FETCHED),
        (pa.array([None], pa.timestamp("us")), MODIFIED),
    ],
)
def test_times_of_parquet_are_utc(tmp_path: Path, fetched_at: pa.Array, expected: dt.datetime) -> None:
    record = read_one(tmp_path, "a.parquet", parquet(**{**ROW, "fetched_at": fetched_at}))
    assert (record.fetched_at, record.problem) == (expected, None)


@pytest.mark.parametrize("wrong", [pa.array([2**62], pa.timestamp("us")), [7]])
def test_times_of_parquet_outside_the_calendar_are_problems(tmp_path: Path, wrong: object) -> None:
    record = read_one(tmp_path, "a.parquet", parquet(**{**ROW, "fetched_at": wrong}))
    assert (record.problem, record.body) == ("bad_date", "<p>Straße".encode())


def test_invalid_utf8_in_parquet_is_replaced(tmp_path: Path) -> None:
    broken = pa.array([b"<p>\xff</p>"]).view(pa.string())
    record = read_one(tmp_path, "a.parquet", parquet(**{**ROW, "body": broken}))
    assert record.body == "<p>\N{REPLACEMENT CHARACTER}</p>".encode()


def test_parquet_that_polars_writes_is_read(tmp_path: Path) -> None:
    frame = pl.DataFrame({**ROW, "fetched_at": FETCHED}).with_columns(pl.col("url").cast(pl.Categorical))
    frame.write_parquet(tmp_path / "a.parquet")
    (record,) = read(tmp_path)
    assert (record.url, record.fetched_at) == (ROW["url"], FETCHED)


def test_all_row_groups_are_read_in_order(tmp_path: Path) -> None:
    bodies = [f"body {number}".encode() for number in range(7)]
    columns = {"url": [f"https://example.com/{number}" for number in range(7)], "body": bodies}
    write(tmp_path, "a.parquet", parquet(**columns))
    assert [record.body for record in read(tmp_path)] == bodies


def test_parquet_that_is_broken_or_gzipped_badly_is_a_problem(tmp_path: Path) -> None:
    whole = parquet(**ROW)
    write(tmp_path, "a.parquet", whole[:-9])
    write(tmp_path, "b.parquet", whole[:40] + bytes(20) + whole[60:])
    (tmp_path / "c.parquet.gz").write_bytes(b"no gzip")
    write(tmp_path, "d.parquet.gz", b"x" * 100_000)
    assert problems(read(tmp_path, max_record_bytes=1000)) == ["bad_parquet", "bad_parquet", "bad_gzip", "too_large"]


def test_a_table_without_rows_is_a_problem(tmp_path: Path) -> None:
    empty = parquet(url=pa.array([], pa.string()), body=pa.array([], pa.binary()))
    assert read_one(tmp_path, "a.parquet", empty).problem == "no_records"


def test_truncated_gzip_keeps_the_rows_before(tmp_path: Path) -> None:
    rows = [{**ROW, "body": "x" * 50_000 + str(number)} for number in range(40)]
    whole = write(tmp_path, "a.jsonl.gz", json_lines(*rows)).read_bytes()
    (tmp_path / "a.jsonl.gz").write_bytes(whole[:-12])
    *good, last = problems(read(tmp_path))
    assert good
    assert set(good) == {None}
    assert last == "bad_gzip"
