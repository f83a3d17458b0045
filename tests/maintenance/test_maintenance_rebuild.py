"""Rebuild: the old database is backed up, the archive is processed again, check results and redirects are copied."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from pipeline_runs import differing, run_input, settings_for, tables_of
from small_home import DAYS, SECRET_URL, ids_of

from newsmill.errors import UserError
from newsmill.maintenance import rebuild
from newsmill.maintenance.forget import forget
from newsmill.maintenance.rebuild import back_up_database, old_database, redirect_old_story_ids
from newsmill.settings import Settings, load_settings
from newsmill.topics.taxonomy import load_taxonomy
from newsmill.warehouse.connection import open_reader, open_writer
from pipelines.cli.rebuild import rebuild_command
from pipelines.cli.run import RunOptions, reconciliation_totals, run_command
from pipelines.outcome import Outcome

PUBLISHED = "newsmill.duckdb"
RESULT = "insert into quality.check_results by name select 'r' as run_id, '{}' as observed, true as success"


def make_old(database: Path, *statements: str) -> None:
    """As another version would have left it."""
    with duckdb.connect(str(database)) as con:
        for statement in ("alter table if exists stories.bands alter text_hash type varchar", *statements):
            con.execute(statement)


def other_story(record_id: str) -> str:
    return f"update stories.members set story_id = 's{record_id}' where record_id = '{record_id}'"


def test_a_rebuild_gives_the_same_tables_and_copies_check_results_and_redirects(own_home: Settings) -> None:
    before = tables_of(own_home.database)
    published = (own_home.published / PUBLISHED).read_bytes()
    first, again = ids_of(own_home.database, f"url = '{SECRET_URL}' order by ingest_date --")
    [copy] = ids_of(own_home.database, "url = 'https://copy.example/b'")
    # The old version stored the copy as a story of its own, and had merged the revision's into one that is none now.
    make_old(
        own_home.database,
        RESULT,
        other_story(copy),
        f"insert into stories.merges values ('s{again}', 's-gone', date '2026-03-02'), ('s-x', 's-y', '2026-03-02'), "
        f"('s{first}', 's{again}', '2026-03-01')",
    )
    with pytest.raises(UserError, match="newsmill rebuild"), open_writer(own_home.database):
        pass
    old = back_up_database(own_home)
    assert old is not None
    assert (old.path, old.check_results) == (own_home.home / "newsmill.duckdb.old", 1)
    assert (own_home.published / PUBLISHED).read_bytes() == published

    run_input(own_home, DAYS)
    assert redirect_old_story_ids(own_home, load_taxonomy(own_home.topics), old.path) == 2
    assert differing(before, tables_of(own_home.database)) == []
    assert before["topics.labels"].height > 0
    with open_reader(own_home.published / PUBLISHED) as con:
        merges = con.execute("from stories.merges order by ingest_date, story_id").fetchall()
        assert con.execute("select run_id, observed, success from quality.check_results").fetchall() == [
            ("r", "{}", True)
        ]
    assert sorted(merges) == sorted((f"s{r}", f"s{first}", dt.date(2026, 3, 2)) for r in (again, copy))
    with duckdb.connect(str(old.path), read_only=True) as con:
        assert con.execute("select typeof(text_hash) from stories.bands limit 1").fetchall() == [("VARCHAR",)]


@pytest.mark.slow
def test_rebuild_needs_no_input_and_forgotten_records_stay_out(
    own_home: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    forget(own_home, SECRET_URL)
    before = tables_of(own_home.database)
    make_old(own_home.database)
    no_input = settings_for(own_home.home / "no-such-folder", own_home.home)
    assert rebuild_command(no_input, replace_old=False, as_json=True, verbose=False) == 0
    result = capsys.readouterr()
    assert "reading the archive alone" in result.err
    said = json.loads(result.out)
    assert said["dates"] == [day.isoformat() for day in DAYS]
    assert said["old_database"] == str(old_database(own_home))
    assert said["reconciliation"]["forgotten"] == 2
    assert differing(before, tables_of(own_home.database)) == []
    published = tables_of(own_home.published / PUBLISHED)
    assert differing({name: before[name] for name in published}, published) == []
    run_input(own_home, DAYS)
    assert differing(before, tables_of(own_home.database)) == []


def test_an_earlier_backup_is_replaced_only_with_replace_old(tmp_path: Path) -> None:
    settings = settings_for(tmp_path, tmp_path)
    with open_writer(settings.database) as con:
        con.execute(RESULT)
    old_database(settings).write_text("from before")
    with pytest.raises(UserError, match=r"newsmill\.duckdb\.old: .* still exists; .*--replace-old"):
        back_up_database(settings)
    assert old_database(settings).read_text() == "from before"
    old = back_up_database(settings, replace_old=True)
    assert old is not None and old.check_results == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["newsmill.duckdb", "newsmill.duckdb.old"]


def test_columns_are_copied_by_name_and_missing_tables_are_skipped(tmp_path: Path) -> None:
    settings = settings_for(tmp_path, tmp_path)
    assert back_up_database(settings) is None
    with duckdb.connect(str(settings.database)) as con:
        con.execute("create schema quality")
        con.execute("create table quality.check_results as select 1 as success, 7 as run_id, 'x' as dropped_since")
    old = back_up_database(settings)
    assert old is not None and old.check_results == 1
    assert redirect_old_story_ids(settings, load_taxonomy(settings.topics), old.path) == 0
    with open_writer(settings.database) as con:
        rows = con.execute("select run_id, success, severity from quality.check_results").fetchall()
    assert rows == [("7", True, None)]


HOLD = "import duckdb, sys; con = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"


def test_a_locked_database_is_unchanged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = settings_for(tmp_path, tmp_path)
    with open_writer(settings.database):
        pass
    monkeypatch.setattr(rebuild, "LOCK_TIMEOUT_SECONDS", 0.2)
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(settings.database)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None and holder.stdout.readline() == "held\n"
        with pytest.raises(UserError, match=r"held open by .*close it in that program"):
            back_up_database(settings)
        holder.communicate()
    assert [path.name for path in tmp_path.iterdir()] == ["newsmill.duckdb"]


def test_forget_refuses_while_a_backup_exists(tmp_path: Path) -> None:
    settings = settings_for(tmp_path, tmp_path)
    old_database(settings).write_text("it may hold it")
    with pytest.raises(UserError, match="delete it first"):
        forget(settings, SECRET_URL)
    assert not (tmp_path / "forgotten").exists()


@pytest.fixture
def failing_runs(monkeypatch: pytest.MonkeyPatch) -> list[tuple[dt.date, dt.date, bool]]:
    """What runs are begun with: first and last date, and whether from the archive alone. All fail."""
    begun = []

    def run(_: Settings, first: dt.date, last: dt.date, *, archive_only: bool, verbose: bool) -> Outcome:
        begun.append((first, last, archive_only))
        return Outcome("run", success=False, errors=("raw_records: no luck",), failed_checks=())

    monkeypatch.setattr("pipelines.cli.rebuild.run_daily", run)
    monkeypatch.setattr("pipelines.cli.rebuild.code_location", lambda _, **options: None)
    return begun


def test_after_a_failed_run_the_restore_command_is_printed(
    own_home: Settings, failing_runs: list[tuple[dt.date, dt.date, bool]], capsys: pytest.CaptureFixture[str]
) -> None:
    before = own_home.database.read_bytes()
    assert rebuild_command(own_home, replace_old=False, as_json=False, verbose=False) == 1
    error = capsys.readouterr().err
    assert "no luck" in error
    [_, back] = error.split("restore the old database with: ")
    subprocess.run(back, shell=True, check=True)
    assert own_home.database.read_bytes() == before
    assert not old_database(own_home).exists()


def test_rebuild_reads_the_input_only_if_it_is_named(
    own_home: Settings, failing_runs: list[tuple[dt.date, dt.date, bool]], tmp_path: Path
) -> None:
    later = tmp_path / "input" / "2026-04-01"
    later.mkdir(parents=True)
    (later / "a.html").write_text("<p>Later</p>")
    # The shipped sample is the default, and no one's archive.
    for settings in (load_settings(home=own_home.home), settings_for(tmp_path / "input", own_home.home)):
        rebuild_command(settings, replace_old=True, as_json=True, verbose=False)
    assert failing_runs == [(*DAYS, True), (DAYS[0], dt.date(2026, 4, 1), False)]


def test_without_an_archive_nothing_is_moved(own_home: Settings) -> None:
    shutil.rmtree(own_home.home / "raw")
    with pytest.raises(UserError, match="no archive"):
        rebuild_command(load_settings(home=own_home.home), replace_old=False, as_json=False, verbose=False)
    assert not old_database(own_home).exists()


def test_a_run_on_a_home_of_another_version_is_refused_at_once(own_home: Settings) -> None:
    make_old(own_home.database)
    before = own_home.database.read_bytes()
    with pytest.raises(UserError, match=r"stories\.bands\.text_hash is VARCHAR instead of UBIGINT"):
        run_command(own_home, RunOptions([], (None, None)))
    assert own_home.database.read_bytes() == before


def test_totals_come_only_from_a_copy_of_this_version(own_home: Settings) -> None:
    assert reconciliation_totals(own_home)["records"] == 7
    copy = own_home.published / PUBLISHED
    copy.chmod(0o644)
    make_old(copy, "drop table quality.forgotten")
    assert reconciliation_totals(own_home) == {}
