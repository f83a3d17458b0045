"""A home that `make run` has milled the shipped sample into, once for all tests of this room."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from pathlib import Path

import pytest
from commands import Told, told

PATIENCE_SECONDS = 240


@pytest.fixture(scope="session")
def first_run(tmp_path_factory: pytest.TempPathFactory, testrun_uid: str) -> tuple[Path, Told]:
    """The home, and what the command said. The first process that asks runs it, the others wait."""
    shared = tmp_path_factory.getbasetemp().parent / f"first-run-{testrun_uid}"
    home, answer = shared / "home", shared / "told.json"
    try:
        shared.mkdir()
    except FileExistsError:
        end = time.monotonic() + PATIENCE_SECONDS
        while not answer.exists() and time.monotonic() < end:
            time.sleep(0.2)
    else:
        said = told(["make", "--no-print-directory", "run"], env={"NEWSMILL_HOME": str(home)})
        draft = answer.with_suffix(".draft")
        draft.write_text(json.dumps(asdict(said)), encoding="utf-8")
        draft.replace(answer)
    return home, Told(**json.loads(answer.read_text(encoding="utf-8")))


@pytest.fixture(scope="session")
def home(first_run: tuple[Path, Told]) -> Path:
    return first_run[0]
