"""A home that `make run` has milled the shipped sample into, once for all tests of this room."""

from __future__ import annotations

from pathlib import Path

import pytest
from commands import Told, told


@pytest.fixture(scope="session")
def first_run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Told]:
    """The home, and what the command said."""
    home = tmp_path_factory.mktemp("sample") / "home"
    return home, told(["make", "--no-print-directory", "run"], env={"NEWSMILL_HOME": str(home)})


@pytest.fixture(scope="session")
def home(first_run: tuple[Path, Told]) -> Path:
    return first_run[0]
