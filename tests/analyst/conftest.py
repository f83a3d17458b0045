"""The small home, milled once; each test that changes it gets a copy."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from pipeline_runs import settings_for
from small_home import make_home, write_input

from newsmill.settings import Settings


@pytest.fixture(scope="session")
def milled_home(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Not to be changed."""
    root = tmp_path_factory.mktemp("upkeep")
    return make_home(write_input(root / "input"), root / "home")


@pytest.fixture
def own_home(milled_home: Settings, tmp_path: Path) -> Settings:
    shutil.copytree(milled_home.home, tmp_path / "home")
    return settings_for(milled_home.input, tmp_path / "home")
