"""SIGKILL at any moment: of a run without Dagster in every stage, of the command, and of its page workers."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from itertools import pairwise
from pathlib import Path
from random import Random

from pipeline_runs import tables_of

from faults.corpus import write_days
from faults.homes import (
    command,
    differences,
    group_is_empty,
    kill,
    record_ids,
    require_good_run,
    run_to_end,
    run_undisturbed,
    settings_of,
    start_command,
    start_run,
)
from faults.one_run import STAGES
from faults.result import Result
from newsmill.maintenance.verify import verify

KILLS, COMMAND_KILLS, WORKER_KILLS = 200, 8, 20


def stage_seconds(input_folder: Path, home: Path) -> dict[str, float]:
    """Run to the end; return how long each stage takes."""
    process = start_run(input_folder, home)
    assert process.stdout is not None
    moments = [(line.strip(), time.monotonic()) for line in process.stdout]
    moments.append(("", time.monotonic()))
    process.communicate()
    return {stage: after - began for (stage, began), (_, after) in pairwise(moments)}


def wait_for_stage(process: subprocess.Popen[str], stage: str) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        if line.strip() == stage:
            return


def kill_in_every_stage(scratch: Path, kills: int = KILLS) -> Result:
    result = Result(
        "kills",
        f"{kills} SIGKILLs, spread over every stage",
        "The next run ends. Database and published copy have the tables of a run without a kill, the archive is whole.",
    )
    random = Random(14)
    source, whole = scratch / "input", scratch / "whole"
    write_days(source, days=3, pages=14)
    seconds = stage_seconds(source, whole)
    reference, ids = tables_of(whole / "newsmill.duckdb"), record_ids(whole)
    by_stage = dict.fromkeys(STAGES, 0)
    for number in range(kills):
        stage = STAGES[number % len(STAGES)]
        home = scratch / "home"
        shutil.rmtree(home, ignore_errors=True)
        process = start_run(source, home)
        wait_for_stage(process, stage)
        time.sleep(random.uniform(0, max(seconds[stage], 0.02)))
        kill(process)
        result.tried += 1
        by_stage[stage] += 1
        result.check(group_is_empty(process), f"{stage}: a worker outlives the killed run")
        problem = run_to_end(source, home) or differences(home, reference)
        result.check(not problem, f"{stage}: {problem}")
        missing = len(ids - record_ids(home))
        result.lost += missing
        damages = verify(settings_of(source, home)).damages
        result.check(not damages, f"{stage}: verify finds {damages[:1]}")
    result.figures = {f"kills in {stage}": str(count) for stage, count in by_stage.items()}
    return result


def kill_the_command(scratch: Path, kills: int = COMMAND_KILLS) -> Result:
    result = Result(
        "command-kills",
        f"{kills} SIGKILLs of `newsmill run`",
        "The next `newsmill run` succeeds, then `newsmill status` does; the tables are those of a run without a kill.",
    )
    random = Random(15)
    expected, home = run_undisturbed(scratch, days=3, pages=14), scratch / "home"
    for number in range(kills):
        shutil.rmtree(home, ignore_errors=True)
        process = start_command("run", "--input", expected.source, "--home", home)
        time.sleep(random.uniform(2, expected.seconds) if number else expected.seconds * 0.7)
        if process.poll() is None:
            result.tried += 1
            kill(process)
            result.check(group_is_empty(process), "a worker outlives the killed command")
        process.communicate()
        require_good_run(result, "a kill", home, expected)
        status = command("status", "--home", home)
        result.check(status.returncode == 0, f"status exits {status.returncode}: {status.stderr.strip()[-200:]}")
    return result


def kill_workers(scratch: Path, kills: int = WORKER_KILLS) -> Result:
    result = Result(
        "worker-kills",
        f"{kills} SIGKILLs of a page worker",
        "The run goes on and its records reconcile: a new worker reads the page, or it is quarantined with the reason.",
    )
    random = Random(16)
    source, home = scratch / "input", scratch / "home"
    write_days(source, days=1, pages=400)
    while result.tried < kills:
        shutil.rmtree(home, ignore_errors=True)
        process = start_run(source, home)
        wait_for_stage(process, "pages")
        for _ in range(4):
            time.sleep(random.uniform(0.2, 1.0))
            workers = page_workers(process.pid)
            if workers and result.tried < kills:
                os.kill(random.choice(workers), signal.SIGKILL)
                result.tried += 1
        _, err = process.communicate(timeout=300)
        result.check(process.returncode == 0, f"the run ends with {process.returncode}: {err.strip()[-200:]}")
        if process.returncode == 0:
            tables = tables_of(home / "newsmill.duckdb")
            wrong = tables["quality.reconciliation"]["unreconciled"].sum()
            result.check(not wrong, f"{wrong} records are unreconciled")
            result.lost += 400 - int(tables["quality.reconciliation"]["records"].sum())
    return result


def page_workers(pid: int) -> list[int]:
    """Return the processes that a run's fork server has started."""
    children = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            children.setdefault(int(fields[1]), []).append(int(entry.name))
    servers = children.get(pid, [])
    return [worker for server in servers for worker in children.get(server, [])]
