"""The small home, processed once; each test that changes it gets a copy."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from pipeline_runs import settings_for
from small_home import make_home, write_input

from newsmill.settings import Settings


@pytest.fixture(scope="session")
def processed_home(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Not to be changed."""
    root = tmp_path_factory.mktemp("upkeep")
    return make_home(write_input(root / "input"), root / "home")


@pytest.fixture
def own_home(processed_home: Settings, tmp_path: Path) -> Settings:
    shutil.copytree(processed_home.home, tmp_path / "home")
    return settings_for(processed_home.input, tmp_path / "home")
