"""Run the experiments on both cores and write docs/reliability.md: python -m faults [NAME ...] [--quick]."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path

from faults.document import write_document
from faults.result import Result, read_result
from newsmill.settings import PROJECT

DOCUMENT = PROJECT / "docs" / "reliability.md"
LANES = 3
# The longest first. Three at a time: most wait for a process or a lock now and then. By name, module and function.
EXPERIMENTS = {
    "daily-runs": "faults.daily_runs:run_many_days",
    "kills": "faults.kills:kill_in_every_stage",
    "command-kills": "faults.kills:kill_the_command",
    "hostile-files": "faults.hostile_files:read_hostile_files",
    "fuzzing": "faults.fuzzing:fuzz_readers",
    "signals": "faults.processes:stop_by_signals",
    "two-at-once": "faults.processes:run_two_at_once",
    "full-disk": "faults.resources:fill_the_disk",
    "limits": "faults.resources:run_within_limits",
    "dead-runs": "faults.processes:start_after_dead_runs",
    "readers": "faults.processes:read_while_running",
    "database-damage": "faults.damage:flip_database",
    "worker-kills": "faults.kills:kill_workers",
    "archive-damage": "faults.damage:flip_archive",
    "copy-damage": "faults.damage:flip_copy",
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m faults", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(EXPERIMENTS)}; all by default")
    parser.add_argument("--quick", action="store_true", help="a few faults of each kind, to try the harness")
    parser.add_argument("--keep", type=Path, help="folder for the results; an experiment with a result is not repeated")
    parser.add_argument("--into", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if unknown := set(options.names) - set(EXPERIMENTS):
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    if options.into:
        return run_one(options.names[0], options.into, quick=options.quick)
    names = [name for name in EXPERIMENTS if not options.names or name in options.names]
    with tempfile.TemporaryDirectory(prefix="newsmill-faults-") as temporary, ThreadPoolExecutor(LANES) as lanes:
        folder = (options.keep or Path(temporary)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        results = list(lanes.map(lambda name: run_apart(name, folder, quick=options.quick), names))
    for result in results:
        print(f"{result.name}: {result.tried} tried, {len(result.failures)} failures, {result.lost} records lost")
    if not options.names and not options.quick:
        write_document(results, DOCUMENT, LANES)
        print(f"wrote {DOCUMENT.relative_to(PROJECT)}")
    return int(any(result.failures or result.lost for result in results))


def run_apart(name: str, folder: Path, *, quick: bool) -> Result:
    """Run an experiment in a process of its own; one that fails itself is a failure."""
    path = folder / f"{name}.json"
    if path.is_file():
        return read_result(path)
    command = [sys.executable, "-m", "faults", name, "--into", str(folder), *(["--quick"] if quick else [])]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=PROJECT, env=dict(os.environ))
    if path.is_file():
        result = read_result(path)
    else:
        result = Result(name, name, "The experiment ends.", failures=[done.stderr.strip()[-500:]])
    print(f"{name}: {result.seconds:.0f} s, {result.tried} tried", *result.failures[:5], sep="\n  ", flush=True)
    return result


def run_one(name: str, folder: Path, *, quick: bool) -> int:
    module, _, function = EXPERIMENTS[name].partition(":")
    experiment: Callable[..., Result] = getattr(import_module(module), function)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix=f"newsmill-faults-{name}-") as scratch:
        result = experiment(Path(scratch), 2) if quick else experiment(Path(scratch))
    result.seconds = time.monotonic() - began
    assert result.name == name, f"{result.name} is listed as {name}"
    result.write(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
