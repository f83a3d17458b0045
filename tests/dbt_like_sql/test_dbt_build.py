"""dbt itself, if it is installed, builds the same tables as newsmill's loader."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import duckdb
import pytest
from hand_made_warehouse import FOLDER, Page, build_all, busy_pages, fill

from newsmill.warehouse.sql_models import Project

DBT = Path(os.environ.get("NEWSMILL_DBT", FOLDER.parent / ".venv-dbt" / "bin" / "dbt"))
LATE = [
    Page("late-1", "2026-03-06", site="late.test", published="2026-02-23 04:00", topics={"ai_regulation": "main"}),
    Page("late-2", "2026-03-06", topics={"ai_video_models": "teaser", "ai_regulation": "part"}),
    Page("late-3", "2026-03-06", junk=True),
]

pytestmark = [
    pytest.mark.slow,
    # dbt requires other versions than the project, so it has its own environment, which `make test-dbt` creates.
    pytest.mark.skipif(
        not os.access(DBT, os.X_OK),
        reason="no dbt at .venv-dbt/bin/dbt, and NEWSMILL_DBT is not set",
    ),
]


def dbt_build(database: Path, scratch: Path, dates: list[str]) -> str:
    """Run `dbt build` on the database without network access, and return its output."""
    options = {
        "--project-dir": FOLDER,
        "--profiles-dir": FOLDER,
        "--target-path": scratch / "target",
        "--vars": json.dumps({"ingest_dates": dates}),
    }
    arguments = [str(word) for option in options.items() for word in option]
    done = subprocess.run(
        [DBT, "--no-use-colors", "--log-path", scratch / "logs", "build", *arguments],
        env={**os.environ, "DBT_NEWSMILL_DB": str(database), "DO_NOT_TRACK": "1", "DBT_VERSION_CHECK": "false"},
        cwd=scratch,
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def contents(database: Path, project: Project) -> dict[str, tuple[list[object], list[object]]]:
    """Return the columns with types and the rows of every model."""
    with duckdb.connect(str(database), read_only=True) as con:
        return {
            model.table: (
                con.execute(f"describe {model.table}").fetchall(),
                con.execute(f"select * from {model.table} order by all").fetchall(),
            )
            for model in project.models
        }


def test_dbt_and_the_loader_build_the_same_tables(tmp_path: Path, project: Project) -> None:
    ours, theirs = tmp_path / "ours.duckdb", tmp_path / "theirs.duckdb"
    with duckdb.connect(str(ours)) as con:
        fill(con, busy_pages())
    shutil.copy(ours, theirs)

    with duckdb.connect(str(ours)) as con:
        build_all(con, project)
    output = dbt_build(theirs, tmp_path, [])
    assert f"PASS={len(project.models) + len(project.tests)} WARN=0 ERROR=0 SKIP=0" in output
    assert "deprecat" not in output.lower()
    assert contents(theirs, project) == contents(ours, project)

    dates = ["2026-03-06", "2026-01-06"]
    for path in (ours, theirs):
        with duckdb.connect(str(path)) as con:
            fill(con, LATE)
    with duckdb.connect(str(ours)) as con:
        build_all(con, project, *dates)
    dbt_build(theirs, tmp_path, dates)
    after = contents(ours, project)
    assert contents(theirs, project) == after
    assert any(row[0] == "late-1" for row in after["intermediate.int_record_days"][1])
