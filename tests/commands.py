"""For tests of the command line: run it as a user does, in a process of its own, or quicker in this one."""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from newsmill.settings import PROJECT


@dataclass(frozen=True)
class Result:
    """What a command said, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def newsmill(*arguments: str, cwd: Path = PROJECT, env: dict[str, str] | None = None) -> Result:
    """What the console script of this environment says."""
    return run_command([str(Path(sys.executable).parent / "newsmill"), *arguments], cwd, env)


def call(*arguments: str, cwd: Path = PROJECT, env: dict[str, str] | None = None) -> Result:
    """What the console script's function says, call in this process: seconds quicker."""
    from pipelines.cli import main

    code, out, err = 0, io.StringIO(), io.StringIO()
    with (
        own_signal_handlers(),
        contextlib.chdir(cwd),
        mock.patch.object(sys, "argv", ["newsmill", *arguments]),
        mock.patch.dict(os.environ, clean_environment() | (env or {}), clear=True),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            main()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 0
    return Result(code, out.getvalue(), err.getvalue())


@contextlib.contextmanager
def own_signal_handlers() -> Iterator[None]:
    """Undo what the command does to the handlers of this process."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def run_command(command: list[str], cwd: Path = PROJECT, env: dict[str, str] | None = None) -> Result:
    """What a command says, in an environment without the user's own settings."""
    whole = clean_environment() | (env or {})
    done = subprocess.run(command, cwd=cwd, env=whole, capture_output=True, text=True, timeout=280, check=False)
    return Result(done.returncode, done.stdout, done.stderr)


@contextlib.contextmanager
def held_by_another_process(database: Path) -> Iterator[None]:
    """Hold a DuckDB file open for writing, as another program does."""
    code = "import duckdb, sys; con = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", code, str(database)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == b"open\n"
        yield
        holder.kill()


def clean_environment() -> dict[str, str]:
    return {k: v for k, v in os.environ.items() if not k.startswith("NEWSMILL_") and k != "DAGSTER_HOME"}


def without_network(log: Path) -> dict[str, str]:
    """The environment in which Python refuses connections that leave the machine, and records them in `log`."""
    return {"PYTHONPATH": str(PROJECT / "tests" / "pipelines" / "no_network"), "NETWORK_LOG": str(log)}
