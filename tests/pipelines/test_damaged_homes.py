"""Commands on homes that are missing, damaged or of another version, and odd arguments: an answer or one line."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest
from commands import call, held_by_another_process
from small_home import SECRET_URL

from newsmill.settings import Settings

COMMANDS: dict[str, list[str]] = {
    "status": ["status"],
    "query": ["query", "from raw.records"],
    "explain": ["explain", SECRET_URL],
    "explain path": ["explain", "2026-03-01/secret.html"],
    "explain trend": ["explain", "trend", "ai_video_models", "2026-03-01"],
    "search": ["search", "video"],
    "export": ["export", "--table", "trends.topic_daily", "--format", "csv", "--force"],
    "report": ["report", "--no-open"],
    "topics plan": ["topics", "plan"],
    "forget": ["forget", SECRET_URL, "--dry-run"],
    "replay": ["replay", "--reason", "too_short"],
    "verify": ["verify"],
    "backup": ["backup", "--out", "{out}/backup.tar", "--force"],
}
WITHOUT_PUBLISHED_COPY = {"report", "verify", "backup", "replay"}


def nothing(home: Path) -> None:
    shutil.rmtree(home)


def empty(home: Path) -> None:
    nothing(home)
    home.mkdir()


def older(home: Path) -> None:
    """The tables that an earlier version wrote: one is missing, one has a column less."""
    for database in (home / "newsmill.duckdb", home / "published/newsmill.duckdb"):
        database.chmod(0o644)
        with duckdb.connect(str(database)) as con:
            con.execute("drop table raw.files; alter table clean.pages drop column word_count")


def missing_copy(home: Path) -> None:
    (home / "published/newsmill.duckdb").unlink()


def replace_copy(change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    def replace(home: Path) -> None:
        copy = home / "published/newsmill.duckdb"
        data = copy.read_bytes()
        copy.unlink()
        copy.write_bytes(change(data))

    return replace


STATES: dict[str, Callable[[Path], None]] = {
    "no home": nothing,
    "empty home": empty,
    "older version": older,
    "copy missing": missing_copy,
    "copy empty": replace_copy(lambda data: b""),
    "copy cut": replace_copy(lambda data: data[: len(data) // 2]),
    "copy is text": replace_copy(lambda data: b"not a database\n" * 1000),
    "copy zeroed": replace_copy(lambda data: data[:12288] + bytes(len(data) - 12288)),
    "copy held": lambda home: None,
}


@pytest.fixture(scope="module")
def homes(processed_home: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Path]]:
    """A home in each state."""
    root = tmp_path_factory.mktemp("homes")
    homes = {}
    for state, change in STATES.items():
        homes[state] = root / state.replace(" ", "_")
        shutil.copytree(processed_home.home, homes[state])
        change(homes[state])
    held = homes["copy held"] / "published/newsmill.duckdb"
    held.chmod(0o644)
    with held_by_another_process(held):
        yield homes


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_answers_or_names_what_is_wrong(
    command: str, state: str, homes: dict[str, Path], tmp_path: Path
) -> None:
    arguments = [argument.format(out=tmp_path) for argument in COMMANDS[command]]
    result = call(*arguments, "--home", str(homes[state]), cwd=tmp_path)
    assert "traceback" not in result.err.lower()
    if result.code == 0:
        assert command in WITHOUT_PUBLISHED_COPY
    elif command == "verify" and result.code == 1:
        assert "newsmill.duckdb" in result.out
    else:
        assert (result.code, result.out) == (2, "")
        assert result.err.startswith("newsmill: ")
        assert result.err.count("\n") == 1
        assert "; " in result.err, "a hint what to do"


NOT_UTF8 = os.fsdecode(b"caf\xe9")


@pytest.mark.parametrize(
    "arguments",
    [["query", f"select '{NOT_UTF8}'"], ["replay", "--site", NOT_UTF8]],
)
def test_an_argument_that_is_not_utf8_is_named(arguments: list[str], processed_home: Settings) -> None:
    result = call(*arguments, "--home", str(processed_home.home))
    assert (result.code, result.out) == (2, "")
    assert r"caf\udce9" in result.err
    assert ": not UTF-8; " in result.err


def test_a_file_whose_name_is_not_utf8_is_explained_by_its_path(own_home: Settings) -> None:
    database = own_home.published / "newsmill.duckdb"
    database.chmod(0o644)
    with duckdb.connect(str(database)) as con:
        con.execute(r"update raw.files set source_path = '2026-03-01/caf\xe9.html' where source_path like '%/o%'")
    result = call("explain", f"/in/2026-03-01/{NOT_UTF8}.html", "--home", str(own_home.home))
    assert result.code == 0
    assert r"2026-03-01/caf\xe9.html" in result.out


@pytest.mark.parametrize("option", ["--home", "--input"])
def test_an_empty_folder_is_not_the_working_directory(option: str, tmp_path: Path) -> None:
    result = call("run", option, "", cwd=tmp_path)
    assert result.code == 2
    assert "it is empty" in result.err
    assert list(tmp_path.iterdir()) == []


def test_a_path_that_is_too_long_is_one_line(tmp_path: Path) -> None:
    result = call("status", "--home", "x" * 5000, cwd=tmp_path)
    assert result.code == 2
    assert "a path is longer than" in result.err
    assert "traceback" not in result.err


def test_a_file_that_is_not_a_backup_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "a.tar").write_text("no tar")
    result = call("restore", str(tmp_path / "a.tar"), "--home", str(tmp_path / "home"))
    assert (result.code, result.err.count("\n")) == (2, 1)
    assert "not a tar file" in result.err
