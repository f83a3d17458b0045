"""A run does what its input needs: nothing where nothing has changed, one date where one has."""

from __future__ import annotations

import os
from pathlib import Path

import duckdb
import pytest
from commands import Result, call
from small_home import html, story, write_input


def run(root: Path, *arguments: str) -> Result:
    return call("run", "--input", str(root / "input"), "--home", str(root / "home"), "--workers", "1", *arguments)


def stage_runs(root: Path) -> dict[str, set[str]]:
    """Return by ingest date the runs that wrote the verdicts of the stages raw and pages."""
    with duckdb.connect(str(root / "home" / "newsmill.duckdb"), read_only=True) as con:
        rows = con.execute("select ingest_date, run_id from quality.ledger where stage in ('raw', 'pages')").fetchall()
    runs: dict[str, set[str]] = {}
    for date, run_id in rows:
        runs.setdefault(date.isoformat(), set()).add(run_id)
    return runs


def add_page(root: Path, day: str, name: str) -> None:
    folder = root / "input" / day
    (folder / name).write_text(html("Another page", story(40, name)), encoding="utf-8")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("unchanged")
    write_input(root / "input")
    first = run(root)
    assert first.code == 0, first.err
    return root


def test_a_second_run_has_nothing_to_do_and_says_so(root: Path) -> None:
    copy = root / "home" / "published" / "newsmill.duckdb"
    before = copy.stat().st_mtime_ns
    second = run(root)
    assert second.code == 0, second.err
    assert second.out.startswith("nothing has changed since the run of 20")
    assert "7 records = " in second.out and str(copy) in second.out.replace("\n", "")
    assert copy.stat().st_mtime_ns == before
    as_json = run(root, "--json").json
    assert as_json["runs"] == [] and as_json["unchanged_since"].startswith("20")
    assert as_json["reconciliation"]["records"] == 7
    assert run(root, "--date", "2026-03-01", "--json").json["runs"] == []


def test_checks_that_warn_are_named_again(root: Path) -> None:
    (root / "input" / "2026-03-02" / "many.csv").write_text("a,b", encoding="utf-8")
    first = run(root)
    assert first.code == 0 and "warn raw/files" in first.err
    again = run(root)
    assert again.out.startswith("nothing has changed")
    assert "skipped 1 file: 1 .csv" in " ".join(again.out.split())
    assert "warn raw.files" in again.err


def test_only_the_date_of_a_new_page_is_processed(root: Path) -> None:
    before = stage_runs(root)
    add_page(root, "2026-03-02", "new.html")
    result = run(root)
    assert result.code == 0 and "8 records = " in result.out, result.err
    after = stage_runs(root)
    assert after["2026-03-01"] == before["2026-03-01"]
    assert after["2026-03-02"].isdisjoint(before["2026-03-02"])
    assert run(root).out.startswith("nothing has changed")


def test_a_damaged_table_makes_the_next_run_look(root: Path) -> None:
    with duckdb.connect(str(root / "home" / "newsmill.duckdb")) as con:
        con.execute("delete from quality.ledger where stage = 'stories' and ingest_date = '2026-03-01'")
    result = run(root)
    assert result.code == 0 and "8 records = " in result.out, result.err
    assert not result.out.startswith("nothing has changed")


def test_reprocess_runs_in_any_case(root: Path) -> None:
    before = stage_runs(root)
    result = run(root, "--reprocess", "--json")
    assert result.code == 0, result.err
    [done] = result.json["runs"]
    assert result.json["unchanged_since"] is None
    assert stage_runs(root) == {date: {done["run_id"]} for date in before}


def test_a_file_that_is_touched_is_read_again_and_changes_nothing(root: Path) -> None:
    page = root / "input" / "2026-03-01" / "other.html"
    os.utime(page, ns=(page.stat().st_atime_ns, page.stat().st_mtime_ns + 10**9))
    result = run(root, "--json").json
    assert len(result["runs"]) == 1
    assert result["reconciliation"]["records"] == 8
