"""Loading a valid project, and binding it in DuckDB before anything runs."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_project import THINGS, Change, write_project

from newsmill.errors import UserError
from newsmill.warehouse.sql_models import bind_project, load_project

MODEL, YML = "models/top/counts.sql", "models/models.yml"
SINGULAR = "tests/counts_are_positive.sql"


def test_a_valid_project_is_loaded(tmp_path: Path) -> None:
    project = load_project(write_project(tmp_path))
    things, grown, counts = project.models
    assert [model.table for model in project.models] == ["base.things", "base.grown", "top.counts"]
    assert [model.materialized for model in project.models] == ["view", "incremental", "table"]
    assert [model.partitioned for model in project.models] == [False, True, False]
    assert (things.sources, things.depends_on) == (("raw.things",), ())
    assert (counts.sources, counts.depends_on) == ((), ("grown",))
    assert grown.unique_key == "ingest_date"
    assert grown.tags == ("layer", "own")
    assert things.columns[2].name == "kind" and things.columns[2].data_type == "VARCHAR"
    assert things.description == 'Things named "it\'s".'
    assert counts.sql == "select kind, count(*) as things\nfrom base.grown\nwhere id >= 0\ngroup by kind"
    assert counts.path == tmp_path / "models/top/counts.sql"
    assert project.model("grown") is grown


def test_tests_belong_to_their_models(tmp_path: Path) -> None:
    project = load_project(write_project(tmp_path))
    found = {test.name: test for test in project.tests}
    assert list(found) == [
        "unique_things_id",
        "not_null_things_id",
        "accepted_values_things_kind",
        "relationships_grown_id",
        "unique_grown_id_ingest_date",
        "counts_are_positive",
    ]
    assert found["accepted_values_things_kind"].severity == "warn"
    assert found["unique_things_id"].severity == "error"
    assert found["relationships_grown_id"].depends_on == ("grown", "things")
    assert found["counts_are_positive"].model == "counts"
    assert found["counts_are_positive"].description == "Every kind has a thing."
    assert [test.name for test in project.model("counts").tests] == ["counts_are_positive"]
    assert all(test.description for test in project.tests)


def test_a_singular_test_belongs_to_the_last_model_it_reads(tmp_path: Path) -> None:
    sql = "-- They agree.\n{{ config(severity='warn') }}\nselect 1 as x from {{ ref('counts') }}, {{ ref('things') }}"
    project = load_project(write_project(tmp_path, {"tests/they_agree.sql": sql}))
    test = next(test for test in project.tests if test.name == "they_agree")
    assert (test.model, test.depends_on, test.severity) == ("counts", ("things", "counts"), "warn")


def test_meta_and_schema_of_a_models_config_are_kept(tmp_path: Path) -> None:
    sql = "{{ config(schema='other', meta={'owner': 'ann'}) }} select kind, 1::bigint as things from {{ ref('grown') }}"
    model = load_project(write_project(tmp_path, {"models/top/counts.sql": sql})).model("counts")
    assert (model.meta, model.table) == ({"owner": "ann"}, "other.counts")


def test_for_and_set_are_supported(tmp_path: Path) -> None:
    sql = (
        "{% set kinds = ['a', 'b'] %}select kind, count(*) as things from {{ ref('grown') }} "
        "where kind in ({% for kind in kinds %}'{{ kind }}'{{ ', ' if not loop.last }}{% endfor %}) group by kind"
    )
    project = load_project(write_project(tmp_path, {"models/top/counts.sql": sql}))
    assert "where kind in ('a', 'b') group" in project.model("counts").sql


def test_a_file_that_is_not_utf_8_is_reported(tmp_path: Path) -> None:
    folder = write_project(tmp_path)
    (folder / "models/models.yml").write_bytes(b"version: 2 # \xff")
    with pytest.raises(UserError, match=r"models.yml: not UTF-8"):
        load_project(folder)
    (folder / "models/models.yml").write_text("version: 2")
    (folder / "models/top/counts.sql").write_bytes(b"select '\xff' as kind")
    with pytest.raises(UserError, match=r"counts.sql: not UTF-8"):
        load_project(folder)


def test_a_valid_project_binds(tmp_path: Path) -> None:
    bind_project(load_project(write_project(tmp_path)), THINGS)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({MODEL: ("count(*)", "count(nothing)")}, ["counts.sql: Binder Error", '"nothing"', "correct the SQL"]),
        ({MODEL: ("count(*)", "cownt(id)")}, ["counts.sql: Catalog Error", "cownt"]),
        ({YML: ("data_type: BIGINT", "data_type: INTEGER")}, ["counts.sql: things is BIGINT", "declares INTEGER"]),
        ({"models/base/grown.sql": ("where ingest_date", "where ingest_dat")}, ["grown.sql", "ingest_dat"]),
        ({SINGULAR: ("things < 1", "thing < 1")}, ["counts_are_positive.sql", '"thing"']),
    ],
)
def test_binding_reports_what_only_duckdb_can_check(
    changes: dict[str, Change], expected: list[str], tmp_path: Path
) -> None:
    project = load_project(write_project(tmp_path, changes))
    with pytest.raises(UserError) as error:
        bind_project(project, THINGS)
    assert "\n" not in str(error.value)
    for part in expected:
        assert part in str(error.value)


def test_binding_reports_a_missing_source_table(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"things.sql.*raw"):
        bind_project(load_project(write_project(tmp_path)), {})
