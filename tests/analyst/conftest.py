"""Fixtures: a small processed home, and a copy of it for tests that change it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from pipeline_runs import settings_for
from small_home import make_home, write_input

from newsmill.settings import Settings


@pytest.fixture(scope="session")
def processed_home(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A home that tests must not change."""
    root = tmp_path_factory.mktemp("history")
    return make_home(write_input(root / "input"), root / "home")


@pytest.fixture
def own_home(processed_home: Settings, tmp_path: Path) -> Settings:
    """A copy of the processed home that a test may change."""
    shutil.copytree(processed_home.home, tmp_path / "home")
    return settings_for(processed_home.input, tmp_path / "home")
