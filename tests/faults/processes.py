"""Signals, commands at the same time, runs whose process is gone, and readers beside runs."""

from __future__ import annotations

import json
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from random import Random

from faults.corpus import FIRST_DAY, write_day, write_days
from faults.homes import (
    ENVIRONMENT,
    NEWSMILL,
    command,
    differences,
    group_is_empty,
    kill,
    require_good_run,
    run_undisturbed,
    start_command,
)
from faults.result import Result
from newsmill.maintenance.verify import read_database
from newsmill.settings import PROJECT

SIGNALS, ROUNDS, DEAD_RUNS, READERS = 8, 1, 6, 20
MOST_SECONDS_TO_STOP = 20
TICK_SECONDS = 30


def stop_by_signals(scratch: Path, count: int = SIGNALS) -> Result:
    result = Result(
        "signals",
        f"{count} signals to `newsmill run`, SIGINT and SIGTERM in turn",
        "It ends within seconds with 130 or 143 and one line, its workers end, the published copy is whole; the "
        "next run succeeds.",
    )
    random = Random(20)
    expected, home, first = run_undisturbed(scratch, days=3, pages=14), scratch / "home", scratch / "first"
    slowest = 0.0
    run = ("run", "--input", str(expected.source))
    assert command(*run, "--home", first, "--date", str(expected.dates[0])).returncode == 0
    for _ in range(4 * count):  # some runs end before their signal
        if result.tried == count:
            break
        shutil.rmtree(home, ignore_errors=True)
        shutil.copytree(first, home)
        process = start_command(*run, "--home", home)
        time.sleep(random.uniform(1, expected.seconds * 0.7))
        name, code = (signal.SIGINT, 130) if result.tried % 2 else (signal.SIGTERM, 143)
        if process.poll() is not None:
            process.communicate()
            continue
        result.tried += 1
        began = time.monotonic()
        process.send_signal(name)
        try:
            _, err = process.communicate(timeout=120)
        except subprocess.TimeoutExpired:
            kill(process)
            result.check(False, f"{name.name}: goes on")
            continue
        seconds = time.monotonic() - began
        slowest = max(slowest, seconds)
        ended = process.returncode == code
        result.check(ended or process.returncode == 0, f"{name.name}: exit {process.returncode}: {err.strip()[-200:]}")
        result.check("Traceback" not in err, f"{name.name}: a traceback: {err.strip()[-300:]}")
        result.check(seconds < MOST_SECONDS_TO_STOP, f"{name.name}: takes {seconds:.0f} s")
        result.check(group_is_empty(process), f"{name.name}: a worker goes on")
        result.check(read_database(home / "published" / "newsmill.duckdb")[2] is None, f"{name.name}: damaged the copy")
        require_good_run(result, name.name, home, expected)
    result.figures["slowest end after a signal"] = f"{slowest:.1f} s"
    return result


def run_two_at_once(scratch: Path, rounds: int = ROUNDS) -> Result:
    result = Result(
        "two-at-once",
        "Two commands that write to one home at the same time",
        "The second waits for the first, or names it in one line; the tables are those of one after the other.",
    )
    expected, home = run_undisturbed(scratch, days=2, pages=14), scratch / "home"
    run = ("run", "--input", str(expected.source))
    seconds = {"forget": ("forget", "nowhere.example", "--yes"), "rebuild": ("rebuild", "--replace-old")}
    others = {
        "run": run,
        **seconds,
        "backup": ("backup", "--out", str(scratch / "home.tar"), "--force"),
        "verify": ("verify",),
        "replay": ("replay", "--reason", "too_short", "--apply"),
    }
    for _ in range(rounds):
        for name, other in others.items():
            shutil.rmtree(home, ignore_errors=True)
            done = command(*run, "--home", home, "--date", str(expected.dates[0]))
            assert done.returncode == 0, f"before run beside {name}: {done.stderr}"
            first = start_command(*run, "--home", home)
            time.sleep(3)
            second = start_command(*other, "--home", home)
            result.tried += 1
            for process, called in ((first, "run"), (second, name)):
                _, err = process.communicate(timeout=300)
                # `forget` and `replay` find nothing to do and say so.
                is_fine = process.returncode == 0 or (process.returncode == 2 and called in ("forget", "replay"))
                result.check(
                    is_fine and "Traceback" not in err,
                    f"run beside {name}: {called} exits {process.returncode}: {err.strip()[-200:]}",
                )
            problem = differences(home, expected.tables)
            result.check(not problem, f"run beside {name}: differs in {problem}")
    return result


def start_after_dead_runs(scratch: Path, count: int = DEAD_RUNS) -> Result:
    result = Result(
        "dead-runs",
        f"`newsmill dev` on a home with {count} killed runs",
        "Its sensor starts the next run within two ticks, and that run succeeds.",
    )
    source, home = scratch / "input", scratch / "home"
    write_days(source, days=2, pages=6)
    for _ in range(count):
        process = start_command("run", "--input", source, "--home", home)
        wait_for_step(process, home)
        result.tried += 1
        kill(process)
    status = command("status", "--home", home)
    result.check(status.returncode != 0, "status exits 0 although runs hang")
    port, report_port = free_port(), free_port()
    environment = ENVIRONMENT | {"NEWSMILL_REPORT_PORT": str(report_port), "NEWSMILL_SENSOR_SECONDS": str(TICK_SECONDS)}
    arguments = [NEWSMILL, "dev", "--input", str(source), "--home", str(home), "--port", str(port)]
    with subprocess.Popen(
        arguments, cwd=PROJECT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as dev:
        began = None
        started = succeeded = 0.0
        write_day(source, FIRST_DAY.replace(day=20), 6)
        end = time.monotonic() + 400
        while time.monotonic() < end and not succeeded:
            time.sleep(1)
            statuses = ask_for_runs(port)
            if statuses is None:
                continue
            began = began or time.monotonic()
            if not started and any(status in ("STARTING", "STARTED", "SUCCESS") for status in statuses):
                started = time.monotonic() - began
            if "SUCCESS" in statuses:
                succeeded = time.monotonic() - began
        dev.send_signal(signal.SIGTERM)
    result.figures["from the UI's start to the next run's"] = f"{started:.0f} s, a tick is {TICK_SECONDS} s"
    result.check(0 < started <= 2 * TICK_SECONDS + 30, f"the next run starts after {started:.0f} s")
    result.check(succeeded > 0, "no run succeeds")
    return result


def read_while_running(scratch: Path, readers: int = READERS) -> Result:
    result = Result(
        "readers",
        f"{readers} readers that query the published copy during 4 runs",
        "Every query is answered, and every answer is of one publication; every run publishes.",
    )
    source, home = scratch / "input", scratch / "home"
    dates = write_days(source, days=4, pages=14)
    run = ("run", "--input", str(source), "--home", str(home))
    assert command(*run, "--date", str(dates[0])).returncode == 0
    copy = home / "published" / "newsmill.duckdb"
    stop = scratch / "stop"
    processes = [
        subprocess.Popen([sys.executable, "-c", READER, str(copy), str(stop)], stdout=subprocess.PIPE, text=True)
        for _ in range(readers)
    ]
    for date in dates:
        done = command(*run, "--date", str(date))
        result.check(done.returncode == 0, f"a run exits {done.returncode}: {done.stderr.strip()[-200:]}")
    stop.touch()
    for process in processes:
        out, _ = process.communicate(timeout=60)
        counts = json.loads(out or "{}")
        result.tried += counts.get("queries", 0)
        result.check(not counts.get("errors"), f"a reader fails: {counts.get('errors')}")
        result.check(counts.get("publications", 0) >= 2, "a reader sees no new publication")
    return result


READER = """
import duckdb, json, pathlib, sys, time
queries, errors, seen = 0, [], set()
while not pathlib.Path(sys.argv[2]).exists():
    try:
        with duckdb.connect(sys.argv[1], read_only=True) as con:
            count = lambda source: con.execute("select count(*) from " + source).fetchone()[0]
            pages = count("clean.pages")
            time.sleep(0.05)
            members = count("clean.pages p join stories.members m using (record_id)")
            if members != pages:
                errors.append(f"{pages} pages, {members} members")
            seen.add(pages)
            queries += 2
    except Exception as error:
        errors.append(str(error)[:200])
    time.sleep(2)
print(json.dumps({"queries": queries, "errors": errors[:3], "publications": len(seen)}))
"""


def wait_for_step(process: subprocess.Popen[str], home: Path) -> None:
    """Wait until a run writes to the database."""
    end = time.monotonic() + 60
    while time.monotonic() < end and process.poll() is None:
        if (home / "newsmill.duckdb").exists() and any((home / "dagster").rglob("*.db")):
            time.sleep(1.5)
            return
        time.sleep(0.1)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def ask_for_runs(port: int) -> list[str] | None:
    """Return the statuses of the runs that are not failures; None while the UI does not answer."""
    query = {"query": "{runsOrError(limit: 30) {... on Runs {results {status}}}}"}
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/graphql", json.dumps(query).encode(), {"content-type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            runs = json.load(answer)["data"]["runsOrError"]["results"]
    except (OSError, ValueError, KeyError):
        return None
    return [run["status"] for run in runs if run["status"] not in ("FAILURE", "CANCELED")]
