"""Building models: tables, views and incremental models are built in one transaction, with their comments."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path

import duckdb
import pytest
from small_project import Change, fill_things, write_project

from newsmill.errors import UserError
from newsmill.warehouse.sql_models import Project, build_model, load_project

GROWN = "models/base/grown.sql"


@pytest.fixture
def con() -> Iterable[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": 1}) as connection:
        fill_things(connection, (1, "2026-01-01", "a"), (2, "2026-01-01", "b"), (3, "2026-01-02", "a"))
        yield connection


def load(folder: Path, changes: dict[str, Change] | None = None) -> Project:
    return load_project(write_project(folder, changes))


def build(
    con: duckdb.DuckDBPyConnection, project: Project, *dates: str, full_refresh: bool = False
) -> dict[str, int | None]:
    return {
        model.name: build_model(con, project, model, {"ingest_dates": list(dates)}, full_refresh)
        for model in project.models
    }


def grown(con: duckdb.DuckDBPyConnection) -> list[tuple[int, str, str]]:
    return con.execute("select id, ingest_date::varchar, kind from base.grown order by all").fetchall()


def test_every_kind_of_model_is_built_and_counted(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    assert build(con, load(tmp_path)) == {"things": None, "grown": 3, "counts": 2}
    kinds = con.execute(
        "select table_name, table_type from information_schema.tables where table_schema in ('base', 'top')"
    )
    assert sorted(kinds.fetchall()) == [("counts", "BASE TABLE"), ("grown", "BASE TABLE"), ("things", "VIEW")]
    assert con.execute("select kind, things from top.counts order by kind").fetchall() == [("a", 2), ("b", 1)]


def test_a_table_is_replaced_completely(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    project = load(tmp_path)
    build(con, project)
    fill_things(con, (9, "2026-01-09", "b"))
    assert build(con, project) == {"things": None, "grown": 1, "counts": 1}
    assert con.execute("select kind, things from top.counts").fetchall() == [("b", 1)]


def test_given_variables_override_the_projects(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    project = load(tmp_path)
    build(con, project)
    assert build_model(con, project, project.model("counts"), {"min_id": 3}) == 1


def test_a_variable_that_is_not_declared_is_refused(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    project = load(tmp_path)
    with pytest.raises(UserError, match=r"variable mn_id: .* did you mean min_id"):
        build_model(con, project, project.model("things"), {"mn_id": 3})


def test_an_incremental_build_replaces_its_dates_and_keeps_the_others(
    tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    project = load(tmp_path)
    build(con, project)
    fill_things(con, (4, "2026-01-02", "b"), (5, "2026-01-03", "a"))
    assert build(con, project, "2026-01-02", "2026-01-03")["grown"] == 4
    assert grown(con) == [
        (1, "2026-01-01", "a"),
        (2, "2026-01-01", "b"),
        (4, "2026-01-02", "b"),
        (5, "2026-01-03", "a"),
    ]


def test_dates_may_be_given_as_dates(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    project = load(tmp_path)
    build(con, project)
    fill_things(con, (4, "2026-01-02", "b"))
    build_model(con, project, project.model("grown"), {"ingest_dates": [dt.date(2026, 1, 2)]})
    assert [row[0] for row in grown(con)] == [1, 2, 4]


def test_a_date_that_lost_all_its_rows_is_emptied(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    project = load(tmp_path)
    build(con, project)
    fill_things(con, (1, "2026-01-01", "a"))
    assert build(con, project, "2026-01-02")["grown"] == 2
    assert [row[1] for row in grown(con)] == ["2026-01-01", "2026-01-01"]


def test_without_dates_all_rows_are_built(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    project = load(tmp_path)
    build(con, project)
    fill_things(con, (7, "2026-01-07", "a"))
    build(con, project)
    assert grown(con) == [(7, "2026-01-07", "a")]


def test_the_first_build_of_an_incremental_model_builds_all_rows(
    tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    assert build(con, load(tmp_path), "2026-01-02")["grown"] == 3


def test_a_full_refresh_builds_all_rows(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    project = load(tmp_path)
    build(con, project)
    fill_things(con, (7, "2026-01-07", "a"))
    build(con, project, "2026-01-07", full_refresh=True)
    assert grown(con) == [(7, "2026-01-07", "a")]


def test_changed_columns_rebuild_an_incremental_model(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    build(con, load(tmp_path / "old"))
    changed = load(
        tmp_path / "new",
        {
            GROWN: ("select id, ingest_date, kind", "select id::bigint as id, ingest_date, kind"),
            "models/models.yml": ("- name: id\n        data_type: INTEGER", "- name: id\n        data_type: BIGINT"),
        },
    )
    assert build(con, changed, "2026-01-02")["grown"] == 3
    assert con.execute("describe base.grown").fetchall()[0][1] == "BIGINT"


def test_columns_in_another_order_are_inserted_by_name(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    build(con, load(tmp_path / "old"))
    changed = load(tmp_path / "new", {GROWN: ("select id, ingest_date, kind", "select kind, ingest_date, id")})
    fill_things(con, (4, "2026-01-02", "b"))
    build(con, changed, "2026-01-02")
    assert grown(con)[-1] == (4, "2026-01-02", "b")


def test_an_incremental_model_with_another_key_replaces_that_key(
    tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    by_id = {
        GROWN: "{{ config(materialized='incremental', unique_key='id', incremental_strategy='delete+insert') }}"
        "select id, ingest_date, kind from {{ ref('things') }}"
    }
    project = load(tmp_path, by_id)
    assert not project.model("grown").partitioned
    build(con, project)
    fill_things(con, (3, "2026-01-05", "c"), (4, "2026-01-05", "c"))
    assert build(con, project)["grown"] == 4
    assert grown(con)[2:] == [(3, "2026-01-05", "c"), (4, "2026-01-05", "c")]


def test_a_view_can_become_a_table_and_a_table_a_view(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    build(con, load(tmp_path / "old"))
    sql = "{{ config(materialized='table') }} select id, ingest_date, kind from {{ source('raw', 'things') }}"
    build(con, load(tmp_path / "new", {"models/base/things.sql": sql}))
    kind = "select table_type from information_schema.tables where table_schema = 'base' and table_name = 'things'"
    assert con.execute(kind).fetchone() == ("BASE TABLE",)
    build(con, load(tmp_path / "newer"))
    assert con.execute(kind).fetchone() == ("VIEW",)


def test_descriptions_become_comments(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    project = load(tmp_path)
    build(con, project)
    build(con, project, "2026-01-02")
    view = con.execute("select comment from duckdb_views() where view_name = 'things'").fetchone()
    table = con.execute("select comment from duckdb_tables() where table_name = 'grown'").fetchone()
    assert (view, table) == (('Things named "it\'s".',), ("Things by day.",))
    columns = con.execute(
        "select table_name, column_name, comment from duckdb_columns() "
        "where schema_name in ('base', 'top') order by all"
    )
    described = [(model.name, column.name, column.description) for model in project.models for column in model.columns]
    assert columns.fetchall() == sorted(described)


def test_a_failing_build_keeps_the_old_rows(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    build(con, load(tmp_path / "old"))
    before = grown(con)
    broken = load(tmp_path / "new", {GROWN: ("select id,", "select case when id = 4 then error('no') end::int as id,")})
    fill_things(con, (4, "2026-01-02", "b"))
    with pytest.raises(duckdb.InvalidInputException, match="no"):
        build(con, broken, "2026-01-02")
    assert grown(con) == before
    con.begin()  # no transaction is left open
    con.rollback()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({GROWN: ("select id,", "select idd as id,")}, r"grown.sql: Binder Error: .*idd.*; correct the SQL"),
        (
            {"models/base/things.sql": ("select id,", "select id::bigint as id,")},
            "id is BIGINT, but .* declares INTEGER",
        ),
    ],
)
def test_a_binder_error_names_the_file(
    changes: dict[str, Change], message: str, tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    with pytest.raises(UserError, match=message):
        build(con, load(tmp_path, changes))
    assert con.execute("select count(*) from information_schema.tables where table_name = 'grown'").fetchone() == (0,)


def test_a_model_whose_sql_changed_is_rebuilt_completely(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    build(con, load(tmp_path / "before"))
    changed: dict[str, Change] = {GROWN: ("kind", "upper(kind) as kind")}
    assert build(con, load(tmp_path / "after", changed), "2026-01-02")["grown"] == 3
    assert {kind for _, _, kind in grown(con)} == {"A", "B"}


def test_a_model_that_reads_a_changed_model_is_rebuilt_completely(
    tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    build(con, load(tmp_path / "before"))
    changed: dict[str, Change] = {"models/base/things.sql": ("kind", "upper(kind) as kind")}
    assert build(con, load(tmp_path / "after", changed), "2026-01-02")["grown"] == 3
    assert {kind for _, _, kind in grown(con)} == {"A", "B"}
