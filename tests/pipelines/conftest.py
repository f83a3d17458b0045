"""The home of `make run` on the shipped sample, created once for all tests of this folder."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from pathlib import Path

import pytest
from commands import Result, run_command, without_network

PATIENCE_SECONDS = 240


@pytest.fixture(scope="session")
def first_run(tmp_path_factory: pytest.TempPathFactory, testrun_uid: str) -> tuple[Path, Result]:
    """The home, and what the command said. The first process that asks runs it, the others wait."""
    shared = tmp_path_factory.getbasetemp().parent / f"first-run-{testrun_uid}"
    home, answer = shared / "home", shared / "result.json"
    try:
        shared.mkdir()
    except FileExistsError:
        end = time.monotonic() + PATIENCE_SECONDS
        while not answer.exists() and time.monotonic() < end:
            time.sleep(0.2)
    else:
        environment = {"NEWSMILL_HOME": str(home), **without_network(shared / "network.log")}
        result = run_command(["make", "--no-print-directory", "run"], env=environment)
        draft = answer.with_suffix(".draft")
        draft.write_text(json.dumps(asdict(result)), encoding="utf-8")
        draft.replace(answer)
    return home, Result(**json.loads(answer.read_text(encoding="utf-8")))


@pytest.fixture(scope="session")
def network_log(first_run: tuple[Path, Result]) -> Path:
    """The connections that the first run tried to make, one a line; missing where there were none."""
    return first_run[0].parent / "network.log"


@pytest.fixture(scope="session")
def home(first_run: tuple[Path, Result]) -> Path:
    return first_run[0]
