"""The warehouse file: its schema, its one writer, and readers of the published copy."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from newsmill.errors import UserError
from newsmill.warehouse.connection import open_reader, open_writer, require_own_version, transaction
from newsmill.warehouse.publish import publish_database, replace_report
from newsmill.warehouse.schema import TABLES, create_schema
from newsmill.warehouse.staleness import dates_with_stale_tags


def column_names(con: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    return [name for name, *_ in con.execute(f"describe {table}").fetchall()]


def test_a_new_file_has_every_table_with_comments(tmp_path: Path) -> None:
    with open_writer(tmp_path / "home" / "newsmill.duckdb") as con:
        for table in TABLES:
            assert column_names(con, table.name) == [column.name for column in table.columns]
        uncommented = con.execute(
            "select table_name, column_name from duckdb_columns() where not internal and comment is null"
        ).fetchall()
        assert uncommented == []
        assert con.execute("select * from quality.reconciliation").fetchall() == []


def test_creating_the_schema_again_keeps_rows_and_creates_a_missing_table(tmp_path: Path) -> None:
    with open_writer(tmp_path / "newsmill.duckdb") as con:
        con.execute("insert into quality.ledger (record_id, stage, verdict) values ('r', 'raw', 'quarantined')")
        con.execute("drop table quality.forgotten")
        create_schema(con)
        assert con.execute("from quality.forgotten").fetchall() == []
        assert con.execute("select record_id, detail from quality.quarantine").fetchall() == [("r", None)]


MISMATCHES = {
    "alter table raw.records alter http_status type varchar": "raw.records.http_status is VARCHAR instead of SMALLINT",
    "alter table clean.pages drop column authors": "clean.pages.authors is missing",
    "alter table stories.edges add column band smallint": "stories.edges.band is unknown to this version",
}


@pytest.mark.parametrize(("statement", "mismatch"), MISMATCHES.items())
def test_a_table_with_other_columns_is_refused(tmp_path: Path, statement: str, mismatch: str) -> None:
    database = tmp_path / "newsmill.duckdb"
    with open_writer(database) as con:
        con.execute("drop table topics.labels")
        con.execute(statement)
    expected = f"{database}: created by another version of newsmill: {mismatch}; `newsmill rebuild` rebuilds it"
    for _ in range(2):  # The refusal leaves the file unchanged, so it is refused again.
        with pytest.raises(UserError, match=re.escape(expected)), open_writer(database):
            pass
    with pytest.raises(UserError, match=re.escape(expected)):
        require_own_version(database)
    with duckdb.connect(str(database), read_only=True) as con:
        assert con.execute("from duckdb_tables() where table_name = 'labels'").fetchall() == []
    # A published copy has every table, so the dropped one counts as a difference too.
    expected = (
        f"{database}: published by another version of newsmill: {mismatch} (differences in all: 2); `newsmill run`"
    )
    with pytest.raises(UserError, match=re.escape(expected)), open_reader(database):
        pass


def test_require_own_version_accepts_a_missing_file_and_its_own(tmp_path: Path) -> None:
    require_own_version(tmp_path / "newsmill.duckdb")
    with open_writer(tmp_path / "newsmill.duckdb"):
        pass
    require_own_version(tmp_path / "newsmill.duckdb")


def flip_byte(position: int) -> Callable[[bytearray], None]:
    def damage(content: bytearray) -> None:
        content[position] ^= 0xFF

    return damage


def cut_in_half(content: bytearray) -> None:
    del content[len(content) // 2 :]


def write_text(content: bytearray) -> None:
    content[:] = b"not a database, but long enough to be looked at" * 500


# A flipped byte of the header, of the first block's checksum, and files that are cut, empty or of another kind.
DAMAGES = {
    "magic": flip_byte(9),
    "header": flip_byte(100),
    "block": flip_byte(5000),
    "half": cut_in_half,
    "empty": bytearray.clear,
    "text": write_text,
}


@pytest.mark.parametrize("kind", DAMAGES)
def test_a_damaged_file_is_reported_as_damaged_at_once(kind: str, tmp_path: Path) -> None:
    database = tmp_path / "newsmill.duckdb"
    with open_writer(database):
        pass
    content = bytearray(database.read_bytes())
    DAMAGES[kind](content)
    database.write_bytes(content)
    started = time.monotonic()
    for open_it in (open_writer, require_own_version):
        message = r"newsmill.duckdb: damaged \(.*`newsmill rebuild` sets it aside"
        with pytest.raises(UserError, match=message) as raised, contextlib.ExitStack() as stack:
            if (opened := open_it(database)) is not None:
                stack.enter_context(opened)
        assert "\n" not in str(raised.value)
    with (
        pytest.raises(UserError, match=r"damaged \(.*`newsmill run` publishes it again"),
        open_reader(database),
    ):
        pass
    assert time.monotonic() - started < 4


def test_damage_within_a_table_is_reported_when_a_query_reads_it(tmp_path: Path) -> None:
    with open_writer(tmp_path / "newsmill.duckdb") as con:
        con.execute("create table big as select range a, md5(range::varchar) b from range(300000)")
        target = publish_database(con, tmp_path / "published")
    target.chmod(0o644)
    content = bytearray(target.read_bytes())
    for position in range(len(content) // 3, len(content) * 2 // 3, 50_000):
        content[position] ^= 0x10
    target.write_bytes(content)
    with pytest.raises(UserError, match=r"damaged .*publishes it again"), open_reader(target) as copy:
        copy.execute("select max(b) from big").fetchall()


def test_a_query_of_a_model_that_the_copy_lacks_reports_another_version(tmp_path: Path) -> None:
    with open_writer(tmp_path / "newsmill.duckdb") as con:
        target = publish_database(con, tmp_path / "published")
    with pytest.raises(UserError, match=r"another version of newsmill: .*topic_daily"), open_reader(target) as copy:
        copy.execute("from trends.topic_daily")
    with pytest.raises(UserError, match=r"another version of newsmill: .*published_at"), open_reader(target) as copy:
        copy.execute("select published_at from raw.records")
    with pytest.raises(duckdb.BinderException, match="aggregate"), open_reader(target) as copy:
        copy.execute("select url, count(*) from raw.records")


def test_a_transaction_commits_everything_or_nothing(tmp_path: Path) -> None:
    with open_writer(tmp_path / "newsmill.duckdb") as con:
        with transaction(con):
            con.execute("insert into stories.bands values (1, 1)")
        with pytest.raises(RuntimeError), transaction(con):
            con.execute("insert into stories.bands values (2, 1)")
            raise RuntimeError
        assert con.execute("select text_hash from stories.bands").fetchall() == [(1,)]


HOLD = "import duckdb, sys; con = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"


def test_a_locked_file_is_retried_and_then_reported(tmp_path: Path) -> None:
    database = tmp_path / "newsmill.duckdb"
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(database)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdin is not None and holder.stdout is not None
    try:
        assert holder.stdout.readline() == "held\n"
        held = rf"held open by .*python.*, process {holder.pid}; close it in that program"
        with pytest.raises(UserError, match=held), open_writer(database, timeout=0.3):
            pass
        with pytest.raises(UserError, match=rf"for writing by .*process {holder.pid}"), open_reader(database):
            pass
        holder.stdin.close()
        holder.wait(10)
        with open_writer(database, timeout=10) as con:
            assert con.execute("select 1").fetchall() == [(1,)]
    finally:
        holder.kill()
        holder.wait()
        holder.stdout.close()


def test_a_file_that_is_not_a_database_is_reported(tmp_path: Path) -> None:
    (tmp_path / "newsmill.duckdb").write_text("not a database, but long enough to be looked at" * 500)
    with pytest.raises(UserError, match="newsmill rebuild"), open_writer(tmp_path / "newsmill.duckdb"):
        pass


def test_extensions_are_not_downloaded(tmp_path: Path) -> None:
    with open_writer(tmp_path / "newsmill.duckdb") as con:
        [(autoinstall,)] = con.execute("select current_setting('autoinstall_known_extensions')").fetchall()
        assert autoinstall is False


def test_the_published_copy_is_complete_and_readers_keep_the_old_one(tmp_path: Path) -> None:
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


def test_the_report_is_replaced(tmp_path: Path) -> None:
    replace_report("first", tmp_path)
    assert replace_report("second", tmp_path).read_text() == "second"
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]


def test_reading_before_anything_is_published_reports_how_to_publish(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="newsmill run"), open_reader(tmp_path / "newsmill.duckdb"):
        pass


def test_stale_tags_are_not_looked_for_in_a_table_with_other_columns(tmp_path: Path) -> None:
    with open_writer(tmp_path / "newsmill.duckdb") as con:
        con.execute("insert into topics.page_topics by name select 'r' as record_id, date '2026-03-01' as ingest_date")
        con.execute("create schema trends; create table trends.topic_pages as from topics.page_topics")
        con.execute("delete from trends.topic_pages")
        assert dates_with_stale_tags(con) == [dt.date(2026, 3, 1)]
        con.execute("alter table trends.topic_pages drop column strength")
        assert dates_with_stale_tags(con) == []
