"""Commands that read, on homes that are missing, damaged or of another version: an answer, or one line and exit 2."""

from __future__ import annotations

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
WITHOUT_PUBLISHED_COPY = {"report", "verify", "backup"}


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
