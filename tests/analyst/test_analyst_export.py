"""Export of tables: complete, typed, without formulas, and without overwriting files."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_copy import Page, publish

from newsmill.analyst import export
from newsmill.analyst.export import FORMULA, export_table
from newsmill.errors import UserError
from newsmill.warehouse.connection import open_reader

FORMULAS = ['=HYPERLINK("http://x")', "+1", "-1+1", "@SUM(A1)", "\t=1", " =1", "＝1", "\r=1", "\n=1"]
PAGES = [
    Page("a", '=cmd|"/c calc"!A1', 'Said "no",\nthen yes.', topics=("ai_regulation",), authors=["Ann", "=B1"]),
    Page("b", "Plain - with = and @", "x" * 40_000, day="2026-10-09", topics=("ai_regulation", "ai_video_models")),
    Page("c", "政府のＡＩ指針案", "十月", day="2026-10-12"),
]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish(PAGES, tmp_path_factory.mktemp("home"))


@pytest.fixture
def con(copy: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_reader(copy) as con:
        yield con


def rows(file: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file.read_bytes().decode("utf-8"), newline="")))


def test_parquet_has_the_same_rows_and_types_as_the_table(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    for table in ("clean.pages", "analyst.stories", "stories.edges", "trends.topic_daily"):
        assert export_table(con, table, "parquet", tmp_path / f"{table}.parquet") > 0
        written = pl.read_parquet(tmp_path / f"{table}.parquet")
        stored = con.execute(f"from {table}").pl()
        assert written.schema == stored.schema
        key = stored.columns[0]
        assert written.sort(key, maintain_order=True).equals(stored.sort(key, maintain_order=True))


def test_csv_keeps_lists_times_quotes_and_newlines(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    assert export_table(con, "clean.pages", "csv", tmp_path / "pages.csv") == 3
    a, b, c = sorted(rows(tmp_path / "pages.csv"), key=lambda row: row["record_id"])
    assert json.loads(a["authors"]) == ["Ann", "=B1"]
    assert json.loads(b["authors"]) == []
    assert dt.datetime.fromisoformat(a["published_at"]) == dt.datetime(2026, 10, 5)
    assert a["text"] == 'Said "no",\nthen yes.'
    assert len(b["text"]) == 40_000
    assert c["title"] == "政府のＡＩ指針案"
    assert a["author"] == ""


def test_csv_has_no_formulas(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    export_table(con, "clean.pages", "csv", tmp_path / "pages.csv")
    titles = {row["record_id"]: row["title"] for row in rows(tmp_path / "pages.csv")}
    assert titles["a"] == "'" + PAGES[0].title
    assert titles["b"] == PAGES[1].title


@given(st.text(max_size=20) | st.sampled_from(FORMULAS))
@settings(max_examples=50, deadline=None)
def test_formulas_are_detected_in_any_text(text: str) -> None:
    [(is_formula,)] = duckdb.execute("select regexp_matches($1, $2)", [text, FORMULA]).fetchall()
    assert is_formula == (re.search(FORMULA, text) is not None)
    assert is_formula or not text.lstrip().startswith(("=", "+", "-", "@"))


def test_only_formulas_are_detected() -> None:
    assert [text for text in FORMULAS if not re.search(FORMULA, text)] == []
    assert [text for text in ("a=b", "1-1", "", "“=”", "e@x") if re.search(FORMULA, text)] == []


def test_rows_are_filtered_by_topic_and_day(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    def exported(table: str, **filters: object) -> int:
        return export_table(con, table, "csv", tmp_path / "rows.csv", force=True, **filters)  # type: ignore[arg-type]

    assert exported("topics.page_topics") == 3
    assert exported("topics.page_topics", topic="ai_regulation") == 2
    assert exported("analyst.stories", topic="ai_video_models") == 1
    assert exported("trends.topic_pairs", topic="ai_video_models") == 1
    assert exported("trends.topic_pairs", topic="sport") == 0
    assert exported("analyst.pages", since=dt.date(2026, 10, 9)) == 2
    assert exported("analyst.pages", until=dt.date(2026, 10, 9)) == 2
    assert exported("analyst.pages", since=dt.date(2026, 10, 9), until=dt.date(2026, 10, 9), topic="ai_regulation") == 1


@pytest.mark.parametrize(
    ("table", "filters", "message"),
    [
        ("topic_daily", {}, "did you mean trends.topic_daily"),
        ("trends.topic_daily; drop table x", {}, "is not a table"),
        ('trends"."topic_daily', {}, "is not a table"),
        ("zzz", {}, "use one of analyst.mentions"),
        ("raw.records", {"topic": "x"}, "raw.records has no topic column"),
        ("stories.edges", {"since": dt.date(2026, 1, 1)}, "stories.edges has no date column"),
    ],
)
def test_a_wrong_table_or_filter_is_an_error(
    table: str, filters: dict[str, object], message: str, con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    with pytest.raises(UserError, match=re.escape(message)):
        export_table(con, table, "csv", tmp_path / "x.csv", **filters)  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


def test_a_topic_is_a_parameter_and_not_sql(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    assert export_table(con, "topics.page_topics", "csv", tmp_path / "x.csv", topic="' or true --") == 0


def test_an_existing_file_is_kept_without_force(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    file = tmp_path / "it's.csv"
    file.write_text("mine")
    with pytest.raises(UserError, match="--force"):
        export_table(con, "trends.topic_daily", "csv", file)
    assert file.read_text() == "mine"
    export_table(con, "trends.topic_daily", "csv", file, force=True)
    assert file.read_text().startswith("day,topic,")
    assert list(tmp_path.iterdir()) == [file]


def test_a_path_that_cannot_be_written_is_an_error(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    for target, message in ((tmp_path, "is a directory"), (tmp_path / "none" / "x.csv", "create it first")):
        with pytest.raises(UserError, match=message):
            export_table(con, "trends.topic_daily", "csv", target)
    # With a name of nearly the maximum length, the draft's name is too long.
    for length in (251, 400):
        with pytest.raises(UserError, match="is writable"):
            export_table(con, "trends.topic_daily", "csv", tmp_path / ("x" * length + ".csv"))
    assert list(tmp_path.iterdir()) == []


def test_without_the_extra_the_error_names_what_to_install(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(UserError, match=r"pip install 'newsmill\[excel\]'"):
        export_table(con, "trends.topic_daily", "xlsx", tmp_path / "x.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_a_sheet_stores_texts_numbers_and_dates(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    pytest.importorskip("xlsxwriter", reason="the extra `excel` is not installed")
    file = tmp_path / "pages.xlsx"
    assert export_table(con, "clean.pages", "xlsx", file) == 3
    with zipfile.ZipFile(file) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
        texts = parts.read("xl/sharedStrings.xml").decode()
    assert "<f>" not in sheet and "hyperlink" not in sheet
    assert '<t>=cmd|"/c calc"!A1</t>' in texts
    assert '["Ann","=B1"]' in texts
    assert f"<t>{'x' * (2**15 - 2)}…</t>" in texts
    assert "<v>46300</v>" in sheet  # 2026-10-05, as days since 1899-12-30


def test_a_sheet_keeps_every_digit_of_a_hash(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    pytest.importorskip("xlsxwriter", reason="the extra `excel` is not installed")
    export_table(con, "stories.edges", "xlsx", tmp_path / "x.xlsx")
    with zipfile.ZipFile(tmp_path / "x.xlsx") as parts:
        assert f"<t>{2**64 - 2}</t>" in parts.read("xl/sharedStrings.xml").decode()


def test_more_rows_than_a_sheet_can_have_are_refused(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("xlsxwriter", reason="the extra `excel` is not installed")
    monkeypatch.setattr(export, "EXCEL_MAX_ROWS", 2)
    with pytest.raises(UserError, match="3 rows, but a sheet can have 2"):
        export_table(con, "clean.pages", "xlsx", tmp_path / "x.xlsx")
    assert list(tmp_path.iterdir()) == []
