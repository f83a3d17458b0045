"""Comments: the descriptions of tables and columns in the database file."""

from __future__ import annotations

from pathlib import Path

from newsmill.warehouse.connection import open_writer
from newsmill.warehouse.schema import TABLES, VIEWS


def test_comments_of_tables_and_views_follow_tables_py_in_an_older_home(tmp_path: Path) -> None:
    with open_writer(tmp_path / "newsmill.duckdb") as con:
        con.execute(
            "comment on column raw.records.url is 'An old description.'; comment on view quality.reconciliation is null"
        )
    defined = {
        (*table.name.split("."), column.name): column.text
        for table in (*TABLES, *(view for view, _ in VIEWS))
        for column in table.columns
    }
    with open_writer(tmp_path / "newsmill.duckdb") as con:
        rows = con.execute(
            "select schema_name, table_name, column_name, comment from duckdb_columns() where not internal"
        )
        assert {tuple(row[:3]): row[3] for row in rows.fetchall()} == defined
        views = con.execute("select comment from duckdb_views() where schema_name = 'quality'").fetchall()
    assert sorted(comment[:6] for (comment,) in views) == ["A row ", "A row "]
