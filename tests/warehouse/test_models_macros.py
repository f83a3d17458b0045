"""Macros: the loader calls a project's macros as dbt does, and reports invalid ones in one line."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from small_project import Change, fill_things, write_project

from newsmill.errors import UserError
from newsmill.warehouse.sql_models import build_model, load_project

MODEL, GROWN = "models/top/counts.sql", "models/base/grown.sql"
MACROS = "macros/counting.sql"
BY_KIND = "{{ config(materialized='incremental', unique_key='kind', incremental_strategy='delete+insert') }} "


def macro(body: str, signature: str = "count_rows()") -> str:
    return "{% macro " + signature + " %}" + body + "{% endmacro %}"


def load_sql(folder: Path, changes: dict[str, Change]) -> str:
    return load_project(write_project(folder, changes)).model("counts").sql


def test_a_model_calls_a_macro_with_arguments_and_defaults(tmp_path: Path) -> None:
    sql = load_sql(
        tmp_path,
        {
            MACROS: "-- Text outside the macros is a comment, it's ignored.\n"
            + macro("{{ name }}({{ '*' if all_rows else 'id' }})", "aggregate(name, all_rows=true)"),
            MODEL: ("count(*)", "{{ aggregate('count', all_rows=false) }}::bigint + {{ aggregate('count') }}"),
        },
    )
    assert sql.startswith("select kind, count(id)::bigint + count(*) as things\n")


def test_macros_call_macros_of_other_files_and_the_functions_of_dbt(tmp_path: Path) -> None:
    project = load_project(
        write_project(
            tmp_path,
            {
                "macros/a.sql": macro("from {{ ref('grown') }} {{ only_new() }}", "from_grown()"),
                "macros/deeper/b.sql": macro(
                    "{% if is_incremental() %}where id > (select max(things) from {{ this }}){% endif %}", "only_new()"
                ),
                MODEL: BY_KIND + "select kind, count(*) as things {{ from_grown() }} group by 1",
            },
        )
    )
    counts = project.model("counts")
    assert counts.depends_on == ("grown",)
    assert " ".join(counts.sql.split()) == "select kind, count(*) as things from base.grown group by 1"
    with duckdb.connect() as con:
        for rows in ([(1, "2026-01-01", "a")], [(1, "2026-01-01", "a"), (2, "2026-01-02", "b")]):
            fill_things(con, *rows)
            for model in project.models:
                build_model(con, project, model, {})
        assert con.execute("from top.counts order by kind").fetchall() == [("a", 1), ("b", 1)]


def test_a_singular_test_calls_a_macro(tmp_path: Path) -> None:
    changes: dict[str, Change] = {
        MACROS: macro("{{ ref('counts') }}", "tested()"),
        "tests/counts_are_positive.sql": ("{{ ref('counts') }}", "{{ tested() }}"),
    }
    assert "counts_are_positive" in {test.name for test in load_project(write_project(tmp_path, changes)).tests}


def test_macro_paths_of_the_project_file_are_used(tmp_path: Path) -> None:
    changes: dict[str, Change] = {
        "dbt_project.yml": ("profile: small", "profile: small\nmacro-paths: [snippets]"),
        "snippets/counting.sql": macro("count(*)"),
        MODEL: ("count(*)", "{{ count_rows() }}"),
    }
    assert "count(*) as things" in load_sql(tmp_path, changes)


def test_overrides_of_dbts_own_macros_are_left_to_dbt(tmp_path: Path) -> None:
    body = "{{ custom_schema_name or target.schema }}"
    changes: dict[str, Change] = {MACROS: macro(body, "generate_schema_name(custom_schema_name, node)")}
    assert load_project(write_project(tmp_path, changes)).macros.names == frozenset()


INVALID_MACROS: dict[str, tuple[dict[str, Change], list[str]]] = {
    "not Jinja": ({MACROS: "{% macro m() %}"}, ["counting.sql, line 1: not Jinja"]),
    "an unknown name": (
        {MACROS: "\n" + macro("{{ target.schema }}")},
        ["counting.sql: unknown name 'target'", "is_incremental"],
    ),
    "an unsupported statement": (
        {MACROS: "\n" + macro("{% import 'm' as m %}")},
        ["counting.sql, line 2: unsupported Jinja statement import"],
    ),
    "a nested macro": ({MACROS: macro(macro("x", "inner()"))}, ["counting.sql, line 1: unsupported Jinja statement"]),
    "Jinja outside a macro": (
        {MACROS: macro("count(*)") + "\n{{ ref('things') }}"},
        ["counting.sql, line 2: Jinja outside the macros", "move it into a {% macro %} block"],
    ),
    "a duplicate macro": (
        {MACROS: macro("count(*)"), "macros/more.sql": macro("count(id)")},
        ["more.sql, line 1, macro count_rows: also defined in", "counting.sql; rename or remove one of them"],
    ),
    "the name of a function of dbt": (
        {MACROS: macro("x", "ref(model)")},
        ["counting.sql, line 1, macro ref: ref is a function of dbt"],
    ),
    "an unknown macro": ({MODEL: ("count(*)", "{{ count_rows() }}")}, ["counts.sql: unknown name 'count_rows'"]),
    "a wrong argument": (
        {MACROS: macro("count(*)"), MODEL: ("count(*)", "{{ count_rows(distinct=true) }}")},
        ["counts.sql: the template can't be rendered", "count_rows", "distinct"],
    ),
    "a missing argument": (
        {MACROS: macro("count({{ column }})", "count_rows(column)"), MODEL: ("count(*)", "{{ count_rows() }}")},
        ["counts.sql: the template can't be rendered", "column"],
    ),
    "an unknown ref": (
        {MACROS: macro("from {{ ref('grwn') }}"), MODEL: ("from {{ ref('grown') }}", "{{ count_rows() }}")},
        ["counts.sql: ref('grwn'): unknown model; did you mean grown?"],
    ),
    "a file that is not UTF-8": ({}, ["counting.sql: not UTF-8"]),
}


@pytest.mark.parametrize("case", INVALID_MACROS)
def test_an_invalid_macro_is_reported_in_one_line(case: str, tmp_path: Path) -> None:
    changes, expected = INVALID_MACROS[case]
    folder = write_project(tmp_path, changes)
    if not changes:
        (folder / "macros").mkdir()
        (folder / MACROS).write_bytes(b"-- \xff")
    with pytest.raises(UserError) as error:
        load_project(folder)
    message = str(error.value)
    assert "\n" not in message
    assert str(tmp_path) in error.value.where
    for part in expected:
        assert part in message
