"""Tests of models count the failing rows and return a sample of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import duckdb
import pytest
from small_project import Change, fill_things, write_project

from newsmill.errors import UserError
from newsmill.warehouse.sql_models import TestResult, build_model, load_project, run_test

Thing = tuple[int, str, str | None]
Run = Callable[..., TestResult]


@pytest.fixture
def run(tmp_path: Path) -> Iterable[Run]:
    """Build the small project over the given things and run one of its tests."""
    with duckdb.connect(config={"threads": 1}) as con:

        def build_and_run(name: str, *rows: Thing, changes: dict[str, Change] | None = None) -> TestResult:
            project = load_project(write_project(tmp_path, changes))
            fill_things(con, *rows)
            for model in project.models:
                build_model(con, project, model, {})
            return run_test(con, project, next(test for test in project.tests if test.name == name), {})

        yield build_and_run


CASES: list[tuple[str, list[Thing], list[dict[str, object]]]] = [
    ("unique_things_id", [(1, "2026-01-01", "a"), (1, "2026-01-02", "a")], [{"value": 1, "row_count": 2}]),
    ("accepted_values_things_kind", [(1, "2026-01-01", "c"), (2, "2026-01-01", "c")], [{"value": "c", "row_count": 2}]),
]


@pytest.mark.parametrize(("name", "rows", "sample"), CASES)
def test_a_generic_test_returns_failing_rows(
    run: Run, name: str, rows: list[Thing], sample: list[dict[str, object]]
) -> None:
    result = run(name, *rows)
    assert (result.failures, result.sample) == (1, sample)
    assert result.test.name == name


@pytest.mark.parametrize("name", [case[0] for case in CASES])
def test_a_generic_test_passes_for_valid_rows(run: Run, name: str) -> None:
    result = run(name, (1, "2026-01-01", "a"), (2, "2026-01-02", None))
    assert (result.failures, result.sample) == (0, [])


def test_not_null_returns_the_whole_row(run: Run) -> None:
    changes: dict[str, Change] = {
        "models/base/things.sql": "select nullif(id, 2) as id, ingest_date, kind from {{ source('raw', 'things') }}"
    }
    result = run("not_null_things_id", (1, "2026-01-01", "a"), (2, "2026-01-01", "b"), changes=changes)
    assert result.failures == 1
    assert [row["kind"] for row in result.sample] == ["b"]
    assert run("not_null_things_id", (1, "2026-01-01", "a"), changes=changes).failures == 0


def test_a_relationship_test_returns_the_child_without_parent(run: Run) -> None:
    orphan: dict[str, Change] = {
        "models/base/grown.sql": ("select id,", "select id + 1 as id,"),
    }
    result = run("relationships_grown_id", (1, "2026-01-01", "a"), (2, "2026-01-01", "b"), changes=orphan)
    assert [(row["id"], row["kind"]) for row in result.sample] == [(3, "b")]
    assert run("relationships_grown_id", (1, "2026-01-01", "a")).failures == 0


def test_a_unique_test_can_cover_several_columns(run: Run) -> None:
    name = "unique_grown_id_ingest_date"
    assert run(name, (1, "2026-01-01", "a"), (1, "2026-01-02", "a")).failures == 0
    assert run(name, (1, "2026-01-01", "a"), (1, "2026-01-01", "b")).failures == 1


def test_a_singular_test_returns_its_rows(run: Run) -> None:
    name = "counts_are_positive"
    assert run(name, (1, "2026-01-01", "a")).failures == 0
    zero: dict[str, Change] = {"models/top/counts.sql": "select kind, 0::bigint as things from {{ ref('grown') }}"}
    assert run(name, (1, "2026-01-01", "a"), changes=zero).sample == [{"kind": "a", "things": 0}]


def test_the_sample_is_limited_and_deterministic(run: Run) -> None:
    rows: list[Thing] = [(number // 2, "2026-01-01", "a") for number in range(60)]
    result = run("unique_things_id", *reversed(rows))
    assert result.failures == 30
    assert [row["value"] for row in result.sample] == list(range(20))


def test_a_quote_in_an_accepted_value_is_escaped(run: Run) -> None:
    quoted: dict[str, Change] = {"models/models.yml": ("values: [a, b]", 'values: ["it\'s", 3]')}
    assert run("accepted_values_things_kind", (1, "2026-01-01", "it's"), changes=quoted).failures == 0


def test_a_binder_error_of_a_test_names_its_file(run: Run) -> None:
    wrong: dict[str, Change] = {"tests/counts_are_positive.sql": ("things < 1", "thing < 1")}
    with pytest.raises(UserError, match=r"counts_are_positive.sql: Binder Error"):
        run("counts_are_positive", (1, "2026-01-01", "a"), changes=wrong)
