"""What every room's tests share: where things lie, and that nothing of the user's environment leaks in."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
SHARED = PROJECT.parent / "shared"


@pytest.fixture(autouse=True)
def own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests see neither NEWSMILL_* nor DAGSTER_HOME of whoever runs them."""
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
