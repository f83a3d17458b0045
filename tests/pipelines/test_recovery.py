"""Recovery with real processes: signals at several moments of a run, two writers, a home with killed runs."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import dagster as dg
import pytest
from commands import clean_environment, newsmill
from small_home import html, story
from test_dev import Dev

from newsmill.settings import PROJECT, Settings
from pipelines.instance import open_instance

pytestmark = pytest.mark.slow

Status = dg.DagsterRunStatus
PATIENCE_SECONDS = 200
DAYS = ("2026-03-01", "2026-03-02")
RUNS = "{ runsOrError(limit: 20) { ... on Runs { results { runId status } } } }"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for number, day in enumerate(DAYS):
        (tmp_path / "input" / day).mkdir(parents=True)
        for page in range(10):
            content = html(f"Page {page} of day {number}", story(100 * number + page, f"Name{page}"))
            (tmp_path / "input" / day / f"{page}.html").write_text(content, encoding="utf-8")
    return tmp_path


def start(root: Path, *arguments: str) -> subprocess.Popen[bytes]:
    """Start `newsmill run -v`; its output is in `log`."""
    command = [str(Path(sys.executable).parent / "newsmill"), "run", "-v", *arguments]
    with (root / "log").open("wb") as log:
        return subprocess.Popen(
            [*command, "--input", str(root / "input"), "--home", str(root / "home")],
            cwd=PROJECT,
            env=clean_environment() | {"NEWSMILL_TEST": str(root)},
            stdout=log,
            stderr=log,
        )


def wait_for_step(root: Path, process: subprocess.Popen[bytes], step: str) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while f"{step} - STEP_START" not in (root / "log").read_text():
        assert process.poll() is None, (root / "log").read_text()[-2000:]
        assert time.monotonic() < end
        time.sleep(0.05)


def statuses(home: Path) -> list[Status]:
    with open_instance(Settings(home=home)) as instance:
        return [run.status for run in instance.get_runs()]


def processes_of(root: Path) -> list[int]:
    """Return the processes that `start` left."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if f"NEWSMILL_TEST={root}\0".encode() in (folder / "environ").read_bytes():
                found.append(int(folder.name))
        except OSError:
            continue
    return found


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks for processes in /proc")
@pytest.mark.parametrize(
    ("step", "delay", "number"),
    [
        ("raw_records", 0.0, signal.SIGINT),
        ("clean_pages", 1.0, signal.SIGTERM),
        ("stories_members", 0.1, signal.SIGINT),
        ("expect_clean_pages", 0.3, signal.SIGTERM),
        ("published_report", 0.2, signal.SIGINT),
    ],
)
def test_a_signal_stops_the_run_within_seconds(root: Path, step: str, delay: float, number: signal.Signals) -> None:
    process = start(root)
    wait_for_step(root, process, step)
    time.sleep(delay)
    process.send_signal(number)
    sent = time.monotonic()
    assert process.wait(60) == 128 + number
    assert time.monotonic() - sent < 20  # ten seconds on a quiet machine
    log = (root / "log").read_text()
    assert "UP_FOR_RETRY" not in log
    assert log.strip().splitlines()[-1].startswith("newsmill: interrupted")
    assert statuses(root / "home") == [Status.CANCELED]
    time.sleep(2)
    assert processes_of(root) == []
    again = newsmill("run", "--input", str(root / "input"), "--home", str(root / "home"))
    assert again.code == 0 and "20 records = 20 kept" in again.out, again.err


def test_two_runs_at_once_lose_nothing(root: Path) -> None:
    first = start(root, "--date", DAYS[0])
    wait_for_step(root, first, "raw_records")
    second = newsmill("run", "--input", str(root / "input"), "--home", str(root / "home"), "--date", DAYS[1])
    assert first.wait(PATIENCE_SECONDS) == 0
    assert second.code == 0, second.err
    assert f"newsmill run (process {first.pid}, since" in second.err
    assert "20 records = 20 kept" in second.out


@dg.job(tags={"newsmill": "daily", "dagster/partition": DAYS[0]})
def killed_job() -> None: ...


def test_dev_on_a_home_with_six_killed_runs_starts_the_next_run(root: Path) -> None:
    """The killed runs hold every place in the queue; the sensor looks every ten seconds."""
    process = start(root, "--date", DAYS[0])
    wait_for_step(root, process, "clean_pages")
    process.kill()
    process.wait()
    with open_instance(Settings(home=root / "home")) as instance:
        for _ in range(5):
            run = instance.create_run_for_job(killed_job, status=Status.STARTED, tags=dict(killed_job.run_tags))
            (Path(instance.root_directory) / "running" / f"{run.run_id}.lock").touch()
    assert statuses(root / "home") == [Status.STARTED] * 6
    shown = newsmill("status", "--home", str(root / "home"))
    assert shown.code != 0 and "6 runs hang" in shown.err
    dev = Dev(root / "home", {"NEWSMILL_INPUT": str(root / "input"), "NEWSMILL_SENSOR_SECONDS": "10"})
    try:
        dev.wait()
        up = time.monotonic()
        started = wait_for_run(dev, ("STARTING", "STARTED", "SUCCESS"))
        print(f"the next run started {started - up:.0f} s after the UI was up")
        wait_for_run(dev, ("SUCCESS",))
        assert statuses(root / "home")[-6:] == [Status.FAILURE] * 6
    finally:
        dev.process.send_signal(signal.SIGTERM)
        dev.process.wait(60)
    assert newsmill("status", "--home", str(root / "home")).code == 0


def wait_for_run(dev: Dev, wanted: tuple[str, ...]) -> float:
    """Wait until the newest run has one of the statuses; return the time."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        newest = dev.ask(RUNS)["runsOrError"]["results"][0]["status"]
        if newest in wanted:
            return time.monotonic()
        time.sleep(0.5)
    pytest.fail(f"the newest run is {newest}")
