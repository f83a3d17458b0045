"""Shared by all tests: the project's folders, the order of the files, a small home, no user settings."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from newsmill.settings import Settings

PROJECT = Path(__file__).resolve().parent.parent
SHARED = PROJECT.parent / "shared"

# Files with whole runs take longest, so they start first. The first one makes the home of tests/pipelines; tests that
# only read that home come last, so that no process waits for it.
FIRST = ("pipelines/test_cli.py", "test_stages.py", "dbt_like_sql/test_dbt_increments.py", "test_stages_boilerplate.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    readers = {item.path for item in items if "first_run" in getattr(item, "fixturenames", ())}

    def position(item: pytest.Item) -> int:
        file = item.path.relative_to(PROJECT / "tests").as_posix()
        return FIRST.index(file) if file in FIRST else len(FIRST) + (item.path in readers)

    items.sort(key=position)


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


@pytest.fixture(scope="session")
def processed_home(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The small home, processed once. Tests must not change it."""
    from small_home import make_home, write_input

    root = tmp_path_factory.mktemp("small_home")
    return make_home(write_input(root / "input"), root / "home")


@pytest.fixture
def own_home(processed_home: Settings, tmp_path: Path) -> Settings:
    """A copy of the small home that a test may change."""
    from pipeline_runs import settings_for

    shutil.copytree(processed_home.home, tmp_path / "home")
    return settings_for(processed_home.input, tmp_path / "home")
