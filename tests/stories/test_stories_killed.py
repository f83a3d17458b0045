"""A process killed while clustering leaves the last good state, and the next run completes the work."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from stories_database import Database, article, edited, page

DAYS = [
    [page("a", article(1)), page("b", article(2)), page("e", article(5), url="https://site.example/1")],
    [
        page("c", edited(article(1), 3, 40), day=1),
        page("d", article(2), day=1),
        page("f", edited(article(5), 9), day=1, url="https://site.example/1"),
    ],
]

# The second day is loaded in a process that kills itself in the step that the argument names.
KILLED = """
import os, signal, sys
from stories_database import Database
from test_stories_killed import DAYS, die_in
db = Database(sys.argv[1])
die_in(sys.argv[2])
db.load(DAYS[1])
raise SystemExit("was not killed")
"""


def die_in(step: str) -> None:
    """Kill the process at the next call of this step."""
    from newsmill.stories import members, plan

    module, name = {
        "compare": (plan, "measure_similarity"),
        "cluster": (members, "cluster_pages"),
        "apply": (plan, "_apply_redirects"),
    }[step]

    def die(*_: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(module, name, die)


@pytest.mark.slow
@pytest.mark.parametrize("step", ["compare", "cluster", "apply"])
def test_a_killed_run_leaves_the_last_good_state_and_the_next_run_completes_it(tmp_path: Path, step: str) -> None:
    db = str(tmp_path / "db.duckdb")
    first = Database(db).load(DAYS[0])
    good = first.tables()
    first.con.close()
    paths = os.pathsep.join(["tests", "tests/stories", "."])
    run = subprocess.run(
        [sys.executable, "-c", KILLED, db, step],
        env={**os.environ, "PYTHONPATH": paths},
        cwd=Path(__file__).resolve().parents[2],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert run.returncode == -signal.SIGKILL, run.stderr
    after = Database(db)
    assert after.tables() == good
    assert after.load(DAYS[1]).tables() == Database().load(DAYS[0]).load(DAYS[1]).tables()
