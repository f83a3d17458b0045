"""The account of a process tree counts processes that nobody waits for."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.runs import process_tree
from benchmarks.runs.process_tree import CommandError, measure

BURN_S = 0.4
BURN = f"import time\nwhile time.process_time() < {BURN_S}: pass"
# Starts a process that burns CPU time, and ends without waiting for it.
LEAVES_ORPHAN = f"import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', {BURN!r}])"


def test_counts_an_orphan() -> None:
    usage = measure([sys.executable, "-c", LEAVES_ORPHAN])
    assert usage.cpu_s >= BURN_S
    assert usage.tree_s > usage.wall_s
    assert usage.killed == 0


def test_the_account_of_the_children_alone_misses_it() -> None:
    """So the test above would fail if the helper did not adopt orphans."""
    count = f"import resource, subprocess, sys\nsubprocess.run([sys.executable, '-c', {LEAVES_ORPHAN!r}])\n"
    count += "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime)"
    done = subprocess.run([sys.executable, "-c", count], stdout=subprocess.PIPE, text=True, check=True)
    assert float(done.stdout) < BURN_S


def test_measures_the_memory_of_a_child() -> None:
    hold = "held = bytearray(b'x') * (100 << 20)\nimport time\ntime.sleep(0.5)"
    usage = measure([sys.executable, "-c", f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {hold!r}])"])
    assert 100 < usage.peak_mib < 150


def test_kills_what_goes_on(tmp_path: Path) -> None:
    code = (
        "import sys, json, dataclasses\nfrom benchmarks.runs import process_tree\n"
        "usage = process_tree.run_as_subreaper(['sh', '-c', 'sleep 60 &'], grace_seconds=0.1)\n"
        "print(json.dumps(dataclasses.asdict(usage)))"
    )
    done = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, check=True)
    usage = process_tree.Usage(**json.loads(done.stdout))
    assert usage.killed == 1
    assert usage.tree_s < 30


def test_a_command_that_fails_is_an_error_with_its_output() -> None:
    with pytest.raises(CommandError, match=r"exits 3:\nwhy it failed"):
        measure([sys.executable, "-c", "print('why it failed'); raise SystemExit(3)"])


def test_a_command_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(CommandError, match="FileNotFoundError"):
        measure(["/nonexistent/command"])


def test_counts_children_that_go_on() -> None:
    code = f"{BURN}\nprint('burned', flush=True)\ninput()"
    before, account = process_tree.live_tree_seconds(), resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout
        assert child.stdout.readline() == b"burned\n"
        assert process_tree.live_tree_seconds() - before >= BURN_S - 0.02
        assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime == account
        child.communicate(b"\n")
    assert process_tree.live_tree_seconds() - before >= BURN_S
