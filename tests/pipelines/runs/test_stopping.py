"""Stopping: a signal cancels the run within seconds, in Python, in DuckDB and in code that looks at no signals."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import dagster as dg
import pytest

from newsmill.settings import PROJECT, Settings
from pipelines.instance import open_instance
from pipelines.runs import stopping

# Runs a job of one step, then another, with the executor of all jobs; the first line on stdout says that it began.
JOB = """
import sys, time
from pathlib import Path
import dagster as dg
import duckdb
from dagster._core.definitions.job_base import InMemoryJob
from dagster._core.execution.execute_in_process import core_execute_in_process
from newsmill.settings import Settings
from pipelines.instance import open_instance
from pipelines.runs import stopping
from pipelines.runs.executor import run_executor

stopping.GRACE_SECONDS = 1.0
waits, home = sys.argv[1], Path(sys.argv[2])

@dg.asset
def first():
    print("began", flush=True)
    if waits == "python":
        time.sleep(60)
    elif waits == "duckdb":
        duckdb.sql("select sum(hash(a.i + b.i)) from range(1000000) a(i), range(1000000) b(i)").fetchall()
    else:
        import hashlib
        hashlib.pbkdf2_hmac("sha256", b"a", b"b", 10**9)  # minutes of compiled code that looks at no signals

@dg.asset
def other():
    (home / "other").touch()

definitions = dg.Definitions([first, other], jobs=[dg.define_asset_job("both")], executor=run_executor())
with open_instance(Settings(home=home)) as instance:
    core_execute_in_process(
        run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        job=InMemoryJob(definitions.resolve_job_def("both")), instance=instance,
        output_capturing_enabled=False, raise_on_error=False, run_tags={},
    )
    sys.exit(128 + stopping.last_signal())
"""


def stopped(tmp_path: Path, waits: str, number: signal.Signals) -> tuple[int, float, list[dg.DagsterRunStatus]]:
    """Return exit code, seconds and the statuses of runs after a signal to the job."""
    command = [sys.executable, "-c", JOB, waits, str(tmp_path)]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "began\n", process.communicate()
        time.sleep(0.2)
        process.send_signal(number)
        started = time.monotonic()
        code = process.wait(30)
    seconds = time.monotonic() - started
    with open_instance(Settings(home=tmp_path)) as instance:
        return code, seconds, [run.status for run in instance.get_runs()]


@pytest.mark.parametrize(
    ("waits", "number"),
    [
        ("compiled code", signal.SIGTERM),
        pytest.param("python", signal.SIGINT, marks=pytest.mark.slow),
        pytest.param("duckdb", signal.SIGINT, marks=pytest.mark.slow),
    ],
)
def test_a_signal_cancels_the_run_and_starts_no_other_step(tmp_path: Path, waits: str, number: signal.Signals) -> None:
    code, seconds, statuses = stopped(tmp_path, waits, number)
    assert code == 128 + number
    assert seconds < 8
    assert statuses == [dg.DagsterRunStatus.CANCELED]
    assert not (tmp_path / "other").exists()


LEAVING = """
import atexit, time
from pipelines import cli
atexit.register(time.sleep, 60)
cli._run_command = lambda: print("done", flush=True) or 3
cli.console()
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_the_process_is_left_has_its_exit_code(number: signal.Signals) -> None:
    with subprocess.Popen([sys.executable, "-c", LEAVING], stdout=subprocess.PIPE, cwd=PROJECT) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"done\n"
        time.sleep(0.5)
        process.send_signal(number)
        assert process.wait(30) == 128 + number


def test_the_process_is_left_with_the_code_of_the_command() -> None:
    code = LEAVING.replace("atexit.register(time.sleep, 60)", "")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=PROJECT, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (3, "done\n", "")


class RaisesInFinalizer:
    def __init__(self, error: BaseException) -> None:
        self.error = error

    def __del__(self) -> None:
        raise self.error


def test_an_interrupt_in_a_finalizer_is_not_printed_and_an_error_is(monkeypatch: pytest.MonkeyPatch) -> None:
    printed: list[type[BaseException]] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda unraisable: printed.append(unraisable.exc_type))
    with stopping.stop_signals_raise():
        RaisesInFinalizer(stopping.Stopped(signal.SIGTERM))
        RaisesInFinalizer(ValueError("wrong"))
        assert printed == [ValueError]
        with pytest.raises(stopping.Stopped):
            signal.raise_signal(signal.SIGTERM)
        RaisesInFinalizer(RuntimeError("generator ignored GeneratorExit"))
    assert printed == [ValueError]
