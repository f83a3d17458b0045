"""Publishing: the copy has the rows of the database, and its writer keeps the lock."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsmill.errors import UserError
from newsmill.warehouse.connection import open_reader, open_writer
from newsmill.warehouse.file_copy import copy_file
from newsmill.warehouse.publish import publish_database
from newsmill.warehouse.schema import PUBLISHED, UNPUBLISHED, stored_columns
from tests.pipeline_runs import differing, tables_of


def test_the_published_copy_lacks_what_only_clustering_needs_and_is_no_database_to_write(tmp_path: Path) -> None:
    with open_writer(tmp_path / "newsmill.duckdb") as con:
        target = publish_database(con, tmp_path / "published")
        assert {table.name for table in UNPUBLISHED} <= set(stored_columns(con))
    with open_reader(target) as copy:
        assert set(stored_columns(copy)) == {table.name for table in PUBLISHED}
    copied = tmp_path / "copied.duckdb"
    shutil.copy(target, copied)
    copied.chmod(0o644)
    message = r"copied.duckdb: created by another version of newsmill: stories.fingerprints is missing"
    with pytest.raises(UserError, match=message), open_writer(copied):
        pass


def test_publishing_keeps_the_lock_of_the_file(tmp_path: Path) -> None:
    database = tmp_path / "newsmill.duckdb"
    with open_writer(database) as con:
        publish_database(con, tmp_path / "published")
        other = "import duckdb, sys; duckdb.connect(sys.argv[1])"
        tried = subprocess.run(
            [sys.executable, "-c", other, str(database)], capture_output=True, text=True, check=False
        )
        assert "Could not set lock" in tried.stderr


def test_a_copy_that_can_not_be_written_is_reported(tmp_path: Path) -> None:
    (tmp_path / "source").write_bytes(b"x" * 3_000_000)
    copy_file(tmp_path / "source", tmp_path / "target")
    assert (tmp_path / "target").read_bytes() == b"x" * 3_000_000
    with pytest.raises(UserError, match="target: can't be written: File exists"):
        copy_file(tmp_path / "source", tmp_path / "target")
    with pytest.raises(UserError, match="can't be written: No such file or directory"):
        copy_file(tmp_path / "source", tmp_path / "missing" / "target")


STATEMENTS = {
    "add rows": "insert into quality.ledger (record_id, stage) select uuid(), 'raw' from range(3000)",
    "delete rows": "delete from quality.ledger where record_id < '8'",
    "add a model": "create or replace table trends.topic_daily as select unnest(range(5000)) as pages",
    "change a model": "create or replace table trends.topic_daily as select random() as pages, 1 as stories",
    "drop a model": "drop table if exists trends.topic_daily",
    "delete internal rows": "insert into stories.bands values (1, 2); delete from stories.bands",
}


@given(st.lists(st.sampled_from([*STATEMENTS, "publish"]), max_size=8))
@settings(max_examples=12, deadline=None)
def test_the_copy_has_the_rows_of_the_database_after_any_changes(operations: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        published, database = Path(folder) / "published", Path(folder) / "newsmill.duckdb"
        with open_writer(database) as con:
            con.execute("create schema trends")
            for operation in [*operations, "publish"]:
                if operation == "publish":
                    copy = publish_database(con, published)
                else:
                    con.execute(STATEMENTS[operation])
        expected, found = tables_of(database), tables_of(copy)
        assert differing({name: expected[name] for name in found}, found) == []
        assert set(expected) - set(found) == {table.name for table in UNPUBLISHED}
