"""Whether anything has changed since the last run of the home: then another run has nothing to do.

A run that has processed everything leaves a digest of all it depends on: the files of the input folder by path, size
and modification time, those of the home likewise, the contents of the code, the SQL models and the taxonomy, and the
settings. Another program that writes to one of the home's files changes it too.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import xxhash

from newsmill.code_version import PACKAGE, code_digest, digest
from newsmill.settings import Settings
from newsmill.sources.scanning.scan import LAST_RUN_FILE, Scan

# What of the home is not looked at: locks, Dagster's history, and what commands make from the published copy.
NOT_LOOKED_AT = frozenset({"dagster", "search", "staging"})
# Settings that tables do not depend on. `newsmill run` derives the first one from the input folder.
WITHOUT_EFFECT = {"first_ingest_date", "workers", "report_port", "lock_patience_seconds", "sensor_seconds"}


@dataclass(frozen=True)
class LastRun:
    """The last run that left nothing to do: its id, when it ended (UTC, ISO 8601), and the digest of its inputs."""

    run_id: str
    ended_at: str
    inputs: str


def read_last_run(home: Path) -> LastRun | None:
    """Return what the last run has recorded; None where that is missing or can't be read."""
    try:
        return LastRun(**json.loads((home / LAST_RUN_FILE).read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def record_last_run(home: Path, last: LastRun) -> None:
    """Record a run after which nothing is left to do."""
    draft = home / f"{LAST_RUN_FILE}.draft"
    draft.write_text(json.dumps(vars(last)), encoding="utf-8")
    draft.replace(home / LAST_RUN_FILE)


def inputs_digest(settings: Settings, found: Scan) -> str:
    """Return the digest of everything that a run depends on.

    Args:
        found: the content of the input folder.
    """
    chosen = settings.model_dump_json(exclude=WITHOUT_EFFECT)
    folders = [settings.input.resolve(), settings.home.resolve()]
    read = [settings.models, *(PACKAGE.parent / name for name in ("assets", "pipelines"))]
    contents = [_content(file) for file in [settings.topics, *(file for folder in read for file in _files(folder))]]
    return digest(
        [chosen, *map(str, folders), code_digest(), *contents, *_input_states(found), *_home_states(settings)]
    )


def _files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.rglob("*") if file.is_file() and file.suffix != ".pyc")


def _content(file: Path) -> str:
    return f"{file}\t{xxhash.xxh3_64_hexdigest(file.read_bytes())}"


def _input_states(found: Scan) -> Iterator[str]:
    for file in found.files:
        yield f"{file.path}\t{file.size}\t{file.mtime_ns}\t{file.ingest_date}"
    for skipped in found.skipped:
        yield f"{skipped.path}\t{skipped.reason}\t{skipped.size}"


def _home_states(settings: Settings) -> Iterator[str]:
    """Yield path, size and modification time of each file of the home."""
    if not settings.home.is_dir():
        return
    with os.scandir(settings.home) as entries:
        kept = sorted(entry.name for entry in entries if entry.name not in NOT_LOOKED_AT)
    for name in kept:
        path = settings.home / name
        if path.is_dir():
            yield from _states(file for file in path.rglob("*") if file.is_file())
        elif name.startswith(settings.database.name):
            yield from _states([path])


def _states(files: Iterable[Path]) -> Iterator[str]:
    for file in sorted(files):
        status = file.stat()
        yield f"{file}\t{status.st_size}\t{status.st_mtime_ns}"
