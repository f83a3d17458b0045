"""The warehouse file: made once, one writer at a time, readers on the published copy."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from newsmill.errors import UserError
from newsmill.warehouse.connection import open_reader, open_writer, transaction
from newsmill.warehouse.publish import publish_database, publish_report
from newsmill.warehouse.schema import TABLES, create_schema


def column_names(con: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    return [name for name, *_ in con.execute(f"describe {table}").fetchall()]


def test_a_new_file_has_every_table_with_comments(tmp_path: Path) -> None:
    with open_writer(tmp_path / "home" / "newsmill.duckdb") as con:
        for table in TABLES:
            assert column_names(con, table.name) == [column.name for column in table.columns]
        uncommented = con.execute(
            "select table_name, column_name from duckdb_columns() where not internal and comment is null "
            "and table_name not in ('books', 'quarantine')"
        ).fetchall()
        assert uncommented == []
        assert con.execute("select * from quality.books").fetchall() == []


def test_making_the_schema_again_changes_nothing_and_adds_a_column_that_is_new(tmp_path: Path) -> None:
    with open_writer(tmp_path / "newsmill.duckdb") as con:
        con.execute("insert into quality.ledger (record_id, stage, verdict) values ('r', 'raw', 'quarantined')")
        con.execute("alter table quality.ledger drop column detail")
        create_schema(con)
        assert "detail" in column_names(con, "quality.ledger")
        assert con.execute("select record_id, detail from quality.quarantine").fetchall() == [("r", None)]


def test_a_transaction_lands_whole_or_not_at_all(tmp_path: Path) -> None:
    with open_writer(tmp_path / "newsmill.duckdb") as con:
        with transaction(con):
            con.execute("insert into stories.bands values (1, 1)")
        with pytest.raises(RuntimeError), transaction(con):
            con.execute("insert into stories.bands values (2, 1)")
            raise RuntimeError
        assert con.execute("select text_hash from stories.bands").fetchall() == [(1,)]


HOLD = "import duckdb, sys; con = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"


def test_a_held_file_is_waited_for_and_then_told(tmp_path: Path) -> None:
    database = tmp_path / "newsmill.duckdb"
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(database)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdin is not None and holder.stdout is not None
    try:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(UserError, match="wait for the other run to end"), open_writer(database, patience=0.3):
            pass
        holder.stdin.close()
        holder.wait(10)
        with open_writer(database, patience=10) as con:
            assert con.execute("select 1").fetchall() == [(1,)]
    finally:
        holder.kill()
        holder.wait()
        holder.stdout.close()


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "newsmill.duckdb").write_text("not a database, but long enough to be looked at" * 500)
    with pytest.raises(UserError, match="a run builds it anew"), open_writer(tmp_path / "newsmill.duckdb"):
        pass


def test_no_extension_is_ever_fetched(tmp_path: Path) -> None:
    with open_writer(tmp_path / "newsmill.duckdb") as con:
        [(autoinstall,)] = con.execute("select current_setting('autoinstall_known_extensions')").fetchall()
        assert autoinstall is False


def test_the_published_copy_is_whole_and_readers_keep_the_old_one(tmp_path: Path) -> None:
    published = tmp_path / "published"
    with open_writer(tmp_path / "newsmill.duckdb") as con:
        con.execute("create schema trends; create table trends.topic_daily as select 1 as pages")
        con.execute("comment on column trends.topic_daily.pages is 'Pages.'")
        target = publish_database(con, published)
        with open_reader(target) as old:
            con.execute("update trends.topic_daily set pages = 2")
            publish_database(con, published)
            assert old.execute("select pages from trends.topic_daily").fetchall() == [(1,)]
        with open_reader(target) as new:
            assert new.execute("select pages from trends.topic_daily").fetchall() == [(2,)]
            assert new.execute("select * from quality.quarantine").fetchall() == []
            assert new.execute("select comment from duckdb_columns() where column_name = 'pages'").fetchone() == (
                "Pages.",
            )
            with pytest.raises(duckdb.Error):
                new.execute("delete from trends.topic_daily")
    assert sorted(path.name for path in published.iterdir()) == ["newsmill.duckdb"]


def test_a_draft_left_by_a_crash_is_replaced(tmp_path: Path) -> None:
    published = tmp_path / "published"
    published.mkdir()
    (published / ".newsmill.duckdb.draft").write_text("half written")
    with open_writer(tmp_path / "newsmill.duckdb") as con:
        publish_database(con, published)
    assert [path.name for path in published.iterdir()] == ["newsmill.duckdb"]


def test_the_report_is_swapped_in(tmp_path: Path) -> None:
    publish_report("first", tmp_path)
    assert publish_report("second", tmp_path).read_text() == "second"
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]


def test_reading_before_anything_is_published_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="newsmill run"), open_reader(tmp_path / "newsmill.duckdb"):
        pass
