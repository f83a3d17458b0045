"""README and docs are true: their commands run, and their settings are the settings."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from commands import newsmill

from newsmill.settings import PROJECT, Settings
from newsmill.sources.formats import ENDINGS

README = (PROJECT / "README.md").read_text(encoding="utf-8")
COMMANDS = [line.split("  #")[0].strip() for line in README.splitlines() if line.startswith("    .venv/bin/newsmill")]


def test_the_readme_has_commands() -> None:
    """`run` on one's own folder is tested in test_cli.py."""
    assert ".venv/bin/newsmill run --input PAGES --home HOME" in COMMANDS
    assert {command.split()[1] for command in COMMANDS} == {"run", "report", "query", "search", "explain", "status"}


@pytest.mark.parametrize("command", [command for command in COMMANDS if " run " not in command])
def test_a_command_of_the_readme_runs(command: str, home: Path) -> None:
    arguments = shlex.split(command)[1:]
    answer = newsmill(*arguments, "--home", str(home), env={"BROWSER": "true"})
    assert answer.code == 0, answer.err
    assert answer.out.strip()


def test_linked_pictures_and_pages_exist() -> None:
    for document in (PROJECT / "README.md", *sorted((PROJECT / "docs").glob("*.md"))):
        for target in re.findall(r"\]\((?!http)([^)#]+)\)", document.read_text(encoding="utf-8")):
            assert (document.parent / target).exists(), f"{document.name}: {target}"


def test_every_input_format_is_documented() -> None:
    assert [ending for ending in ENDINGS if f"`{ending}`" not in README] == []


def test_every_setting_is_documented_with_its_default() -> None:
    rows = dict(
        re.findall(r"^\| `(\w+)` \| `?(.+?)`? \|", (PROJECT / "docs" / "settings.md").read_text(encoding="utf-8"), re.M)
    )
    assert set(rows) == set(Settings.model_fields)
    for name, field in Settings.model_fields.items():
        if name != "workers":  # one per core
            default = field.default
            shown = default.relative_to(PROJECT) if isinstance(default, Path) and default.is_absolute() else default
            assert rows[name] == str(shown)
