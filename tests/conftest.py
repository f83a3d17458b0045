"""Shared by all tests: the project's folders, the order of the files, and an environment without user settings."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
SHARED = PROJECT.parent / "shared"

# Whole runs, the longest files: begun first, so that no process is left alone with one at the end. The first makes the
# home of tests/pipelines; who only reads it comes last, so that nobody waits for it.
FIRST = ("pipelines/test_cli.py", "test_stages.py", "dbt_like_sql/test_dbt_increments.py", "test_stages_boilerplate.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    waiting = {item.path for item in items if "first_run" in getattr(item, "fixturenames", ())}

    def turn(item: pytest.Item) -> int:
        file = item.path.relative_to(PROJECT / "tests").as_posix()
        return FIRST.index(file) if file in FIRST else len(FIRST) + (item.path in waiting)

    items.sort(key=turn)


@pytest.fixture(autouse=True)
def own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove NEWSMILL_* and DAGSTER_HOME from the environment."""
    for name in list(os.environ):
        if name.startswith("NEWSMILL_") or name == "DAGSTER_HOME":
            monkeypatch.delenv(name)


@pytest.fixture
def project() -> Path:
    return PROJECT


@pytest.fixture
def shared() -> Path:
    """The measuring data beside the project; skips, visibly, where it is missing."""
    if not SHARED.is_dir():
        pytest.skip("no ../shared beside the project")
    return SHARED
