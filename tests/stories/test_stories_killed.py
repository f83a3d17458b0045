"""A process killed in the middle of clustering leaves the last good state, and the next run what it would have."""

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

# The second day is landed in a process that kills itself where the argument says.
KILLED = """
import os, signal, sys
from stories_database import Database
from test_stories_killed import DAYS, die_in
db = Database(sys.argv[1])
die_in(sys.argv[2])
db.land(DAYS[1])
raise SystemExit("was not killed")
"""


def die_in(place: str) -> None:
    """Make the next call of a function of the room the last."""
    from newsmill.stories import members, plan

    module, name = {
        "compare": (plan, "with_similarity"),
        "group": (members, "group"),
        "land": (plan, "_land_merges"),
    }[place]

    def die(*_: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(module, name, die)


@pytest.mark.slow
@pytest.mark.parametrize("place", ["compare", "group", "land"])
def test_a_killed_run_leaves_the_last_good_state_and_the_next_one_what_it_would_have(
    tmp_path: Path, place: str
) -> None:
    db = str(tmp_path / "db.duckdb")
    first = Database(db).land(DAYS[0])
    good = first.tables()
    first.con.close()
    paths = os.pathsep.join(["tests", "tests/stories", "."])
    run = subprocess.run(
        [sys.executable, "-c", KILLED, db, place],
        env={**os.environ, "PYTHONPATH": paths},
        cwd=Path(__file__).resolve().parents[2],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert run.returncode == -signal.SIGKILL, run.stderr
    after = Database(db)
    assert after.tables() == good
    assert after.land(DAYS[1]).tables() == Database().land(DAYS[0]).land(DAYS[1]).tables()
