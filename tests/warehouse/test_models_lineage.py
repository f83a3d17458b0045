"""Column lineage: the columns that a column is computed from, one step upstream."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_project import THINGS, Change, write_project

from newsmill.warehouse.sql_models import column_lineage, load_project

SQL = "models/top/counts.sql"


def lineage(folder: Path, model: str, changes: dict[str, Change] | None = None) -> dict[str, list[tuple[str, str]]]:
    project = load_project(write_project(folder, changes))
    return column_lineage(project, project.model(model), THINGS)


def test_a_column_of_a_source_has_the_source_table(tmp_path: Path) -> None:
    assert lineage(tmp_path, "things")["kind"] == [("raw.things", "kind")]


def test_lineage_goes_one_step_upstream(tmp_path: Path) -> None:
    assert lineage(tmp_path, "grown")["kind"] == [("base.things", "kind")]


def test_a_count_of_rows_has_no_columns(tmp_path: Path) -> None:
    assert lineage(tmp_path, "counts") == {"kind": [("base.grown", "kind")], "things": []}


@pytest.mark.parametrize(
    ("things", "columns"),
    [
        ("count(distinct id)", ["id"]),
        ("max(id) filter (where kind = 'a')", ["id", "kind"]),
        ("sum(sum(id)) over (order by kind)::bigint", ["id", "kind"]),
        ("sum(case when ingest_date > date '2026-01-01' then id else 0 end)::bigint", ["id", "ingest_date"]),
    ],
)
def test_an_expression_has_its_columns(things: str, columns: list[str], tmp_path: Path) -> None:
    found = lineage(tmp_path, "counts", {SQL: ("count(*)", things)})
    assert found["things"] == [("base.grown", column) for column in columns]


def test_lineage_passes_through_stars_joins_and_unions(tmp_path: Path) -> None:
    sql = """
    with every as (select * from {{ ref('grown') }} union all select * from {{ ref('things') }}),
    days as (
        select kind, unnest(generate_series(min(ingest_date), max(ingest_date), interval 1 day)) as day
        from every group by kind
    )
    select every.kind, coalesce(year(days.day), every.id)::bigint as things
    from every left join days on every.kind = days.kind
    """
    found = lineage(tmp_path, "counts", {SQL: sql})
    both = ("base.grown", "base.things")
    assert found["kind"] == [(table, "kind") for table in both]
    assert found["things"] == [(table, column) for table in both for column in ("id", "ingest_date")]
