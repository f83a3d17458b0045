"""`newsmill forget` and `newsmill replay` as commands, and erasing forgotten records from Dagster's history."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from pipeline_runs import settings_for

from newsmill.errors import UserError
from newsmill.maintenance.replay import RecordFilter
from newsmill.settings import Settings
from pipelines.cli.forget import forget_command
from pipelines.cli.replay import replay_command
from pipelines.scrub import scrub_history, scrubbed

EVENT = {
    "metadata": [
        {"label": "preview", "entry_data": {"md_str": '| url | title |\n|---|---|\n| https://a\\.example | A "b" |'}},
        {"label": "chart", "entry_data": {"md_str": "![pages](data:image/png;base64,AAAA)"}},
    ],
    "message": "could not read https://a.example/x",
}


@pytest.fixture
def history(tmp_path: Path) -> tuple[Settings, Path]:
    settings = settings_for(tmp_path / "input", tmp_path / "home")
    path = tmp_path / "home" / "dagster" / "history" / "runs" / "index.db"
    path.parent.mkdir(parents=True)
    with closing(sqlite3.connect(path)) as con:
        con.execute("create table event_logs (id integer primary key, event text)")
        con.execute("insert into event_logs (event) values (?)", [json.dumps(EVENT)])
        con.execute("insert into event_logs (event) values ('nothing of it')")
        con.commit()
    log = tmp_path / "home" / "dagster" / "storage" / "run" / "x.err"
    log.parent.mkdir(parents=True)
    log.write_text("warning: https://a.example/x is slow\n")
    return settings, path


def test_scrubbing_keeps_runs_and_charts_and_erases_names_and_samples(history: tuple[Settings, Path]) -> None:
    settings, path = history
    assert scrub_history(settings, ["https://a.example/x"]) == []
    with closing(sqlite3.connect(path)) as con:
        [(event,), (other,)] = con.execute("select event from event_logs order by id").fetchall()
    assert other == "nothing of it"
    said = json.loads(event)
    assert [entry["entry_data"]["md_str"] for entry in said["metadata"]] == [
        "(forgotten)",
        "![pages](data:image/png;base64,AAAA)",
    ]
    assert said["message"] == "could not read (forgotten)"
    for file in (settings.home / "dagster").rglob("*"):
        assert not file.is_file() or b"a.example" not in file.read_bytes(), file


def test_a_locked_history_is_reported(history: tuple[Settings, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    settings, path = history
    monkeypatch.setattr("pipelines.scrub.LOCK_TIMEOUT_SECONDS", 0.1)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("begin exclusive")
        assert scrub_history(settings, ["https://a.example/x"]) == [path.resolve()]


def test_text_without_a_name_is_unchanged() -> None:
    assert scrubbed("all is well", re.compile("x")) is None


def test_without_a_terminal_or_a_first_run_nothing_is_created(tmp_path: Path) -> None:
    settings = settings_for(tmp_path, tmp_path / "home")
    for yes in (True, False):
        with pytest.raises(UserError, match="newsmill run"):
            forget_command(settings, "a.example", None, yes=yes, dry_run=False, as_json=False)
    for apply in (True, False):
        with pytest.raises(UserError, match="newsmill run"):
            replay_command(settings, RecordFilter(site="a.example"), apply=apply, as_json=False)
    with pytest.raises(UserError, match="no filter"):
        replay_command(settings, RecordFilter(), apply=False, as_json=False)
    assert not settings.home.exists()
