"""Forgetting: it is nowhere in the home afterwards, the reconciliation balance, and it does not come back."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import duckdb
import polars as pl
import pytest
from pipeline_runs import differing, run_input, settings_for, tables_of
from small_home import DAYS, SECRET, SECRET_SITE, SECRET_URL, ids_of

from newsmill import stages
from newsmill.analyst.page_history import find_records
from newsmill.errors import UserError
from newsmill.maintenance.forget import forget, plan_forget
from newsmill.quality.files import find_file
from newsmill.quality.ledger import reconcile
from newsmill.settings import Settings
from newsmill.sources.scanning.file_log import read_file_log
from newsmill.warehouse.connection import open_reader, open_writer
from pipelines.cli.forget import forget_command


def files_with(home: Path, needle: str) -> list[str]:
    """Return the files of a home that contain a text: as bytes, or in a cell of a Parquet file or a database."""
    found = []
    for path in sorted(path for path in home.rglob("*") if path.is_file()):
        contains = needle.encode() in path.read_bytes()
        if path.suffix == ".parquet":
            cells = pl.read_parquet(path, hive_partitioning=False).rows()
            contains |= any(
                needle.encode() in (c if isinstance(c, bytes) else str(c).encode()) for r in cells for c in r
            )
        if path.suffix == ".duckdb":
            contains |= any(needle in str(cell) for rows in rows_of(path) for row in rows for cell in row)
        if contains:
            found.append(path.relative_to(home).as_posix())
    return found


def rows_of(database: Path) -> list[list[tuple]]:
    with duckdb.connect(str(database), read_only=True) as con:
        names = con.execute("select schema_name || '.' || table_name from duckdb_tables()").fetchall()
        return [con.execute(f"from {name}").fetchall() for (name,) in names]


def test_a_forgotten_url_is_nowhere_and_is_not_ingested_again(own_home: Settings) -> None:
    gone = ids_of(own_home.database, f"url = '{SECRET_URL}'")
    assert len(gone) == 2
    needles = ["posts/launch?id=7", f"{SECRET} shows a video model", f"company {SECRET} said", *gone]
    assert files_with(own_home.home, needles[0])

    # Without "www." or scheme's case: it is compared as everywhere.
    done = forget(own_home, SECRET_URL.replace("https://", "http://www."), "court order")
    assert sorted(done.records["record_id"]) == sorted(gone)
    assert (done.archived, done.unreconciled) == (2, 0)
    for needle in needles:
        assert files_with(own_home.home, needle) == [], needle
    assert files_with(own_home.home, f"company {SECRET}s said"), "another page of the site stays"
    after = tables_of(own_home.database)
    assert after["stories.members"].filter(pl.col("relation") != "original").is_empty()
    assert after["quality.forgotten"].height == 2

    appended = stages.archive_input(own_home, DAYS)
    assert (appended.new, appended.forgotten) == (0, 2)


def test_a_forgotten_file_stays_listed_under_a_hash(own_home: Settings) -> None:
    before = tables_of(own_home.database)["raw.files"]
    forget(own_home, SECRET_URL)
    for path in ("2026-03-01/secret.html", "2026-03-02/secret-again.html"):
        assert files_with(own_home.home, path) == []
    after = tables_of(own_home.database)["raw.files"]
    assert after.height == before.height
    paths = set(after["source_path"])
    assert "2026-03-01/secret-other.html" in paths
    assert len([path for path in paths if path.startswith("forgotten/") and path.endswith(".html")]) == 2
    with open_reader(own_home.published / "newsmill.duckdb") as con:
        assert (find_file(con, "/in/2026-03-01/secret.html") or {})["source_path"].startswith("forgotten/")
    stages.archive_input(own_home, DAYS)
    assert set(read_file_log(own_home.home / "raw")["source_path"]) == paths


@pytest.mark.slow
def test_a_rerun_and_a_rebuild_leave_the_same_tables(own_home: Settings, tmp_path: Path) -> None:
    forget(own_home, SECRET_URL)
    after = tables_of(own_home.database)
    run_input(own_home, DAYS)
    assert differing(after, tables_of(own_home.database)) == []

    # From the archive alone, which is all that a home can be rebuilt from.
    rebuilt = settings_for(own_home.input, tmp_path / "rebuilt")
    for kept in ("raw", "forgotten", "labels"):
        shutil.copytree(own_home.home / kept, rebuilt.home / kept)
    run_input(rebuilt, DAYS)
    assert differing(after, tables_of(rebuilt.database)) == []


@pytest.mark.slow
def test_a_forgotten_site_includes_its_quarantined_records(own_home: Settings) -> None:
    assert len(ids_of(own_home.database, f"site = '{SECRET_SITE}'")) == 4
    done = forget(own_home, f"www.{SECRET_SITE.upper()}")
    assert done.archived == 4
    for needle in (SECRET, SECRET_SITE):
        assert files_with(own_home.home, needle) == []
    with open_writer(own_home.database) as con:
        days = reconcile(con)
        assert [(d.records, d.kept + d.merged + d.quarantined, d.unreconciled) for d in days] == [
            (1, 1, 0),
            (2, 2, 0),
        ]
    with open_reader(own_home.published / "newsmill.duckdb") as con, pytest.raises(UserError, match="forgotten on"):
        find_records(con, SECRET_URL)


@pytest.mark.slow
def test_an_interrupted_forget_can_be_repeated(own_home: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    [record] = ids_of(own_home.database, f"url = '{SECRET_URL}' and ingest_date = '{DAYS[1]}'")

    def cut_off(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("newsmill.maintenance.forget._erase_rows", cut_off)
        with pytest.raises(KeyboardInterrupt):
            forget(own_home, record)
    assert files_with(own_home.home, record)
    done = forget(own_home, record)
    assert (done.records.height, done.archived, done.unreconciled) == (1, 0, 0)
    assert files_with(own_home.home, record) == []
    # The other fetch of the URL stays, and the copy is matched to it.
    [first] = ids_of(own_home.database, f"url = '{SECRET_URL}'")
    with open_writer(own_home.database) as con:
        matched = con.execute("select matched_record_id from stories.members where relation = 'edited_copy'").fetchall()
    assert matched == [(first,)]


def test_a_plan_lists_what_is_erased_and_kept_and_changes_nothing(processed_home: Settings) -> None:
    before = contents(processed_home.home)
    going = plan_forget(processed_home, SECRET_URL)
    assert (going.kind, going.records.height, going.rows["raw.records"], going.rows["topics.labels"]) == (
        "url",
        2,
        2,
        2,
    )
    assert going.same_story_pages["url"].to_list() == ["https://copy.example/b"]
    assert contents(processed_home.home) == before


def test_an_unknown_key_is_an_error(processed_home: Settings) -> None:
    before = contents(processed_home.home)
    for key in ("https://nowhere.example/", "nowhere.example", "0" * 32):
        with pytest.raises(UserError, match="no record has"):
            plan_forget(processed_home, key)
    assert contents(processed_home.home) == before


def contents(home: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}


def test_the_command_asks_and_forgets(
    own_home: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = contents(own_home.home)
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    with pytest.raises(UserError, match="not a terminal"):
        forget_command(own_home, SECRET_SITE, None, yes=False, dry_run=False, as_json=False)
    assert forget_command(own_home, SECRET_SITE, None, yes=False, dry_run=True, as_json=False) == 0
    assert f"site {SECRET_SITE}: 4 records, {DAYS[0]} to {DAYS[1]}" in capsys.readouterr().out
    assert contents(own_home.home) == before
    assert forget_command(own_home, SECRET_SITE, "why not", yes=True, dry_run=False, as_json=True) == 0
    assert len(json.loads(capsys.readouterr().out)["records"]) == 4
    assert files_with(own_home.home, SECRET) == []
