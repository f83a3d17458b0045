"""What each stage has loaded an ingest date from, so that a run passes over what has not changed.

A date is loaded again when its part of the archive, the code, a library that newsmill requires or a setting that the
stage reads has changed. Every table of a stage is a function of these; `newsmill run --reprocess` loads it in any case.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass

import xxhash

from newsmill.code_version import code_digest, digest
from newsmill.quality.tables import STAGE_INPUTS
from newsmill.sources.archive import Archive
from newsmill.stages.run import Run, open_archive
from newsmill.types import Connection
from newsmill.warehouse.connection import transaction

STAGE_NAMES = ("raw", "pages", "stories", "topics")
# What their tables are computed with.
PACKAGES = ("engine", "pages", "sources", "stages", "stories", "topics", "warehouse")


@dataclass(frozen=True)
class StageInputs:
    """The inputs of the stages besides the rows of earlier stages, which have the same inputs."""

    archive: Archive
    code: str
    language_detector: str
    taxonomy: str

    @classmethod
    def of(cls, run: Run) -> StageInputs:
        settings = run.settings
        taxonomy = xxhash.xxh3_64_hexdigest(settings.topics.read_bytes())
        return cls(open_archive(settings), code_digest(PACKAGES), settings.language_detector, taxonomy)

    def digest(self, stage: str, date: dt.date) -> str:
        """Return the digest of a stage's inputs for an ingest date."""
        inputs = [self.code]
        for part in self.archive.parts([date]):
            status = part.stat()
            inputs.append(f"{part.name}\t{status.st_size}\t{status.st_mtime_ns}")
        if stage != "raw":
            inputs.append(self.language_detector)
        if stage == "topics":
            inputs.append(self.taxonomy)
        return digest(inputs)


def changed_dates(con: Connection, inputs: StageInputs, stage: str, dates: Iterable[dt.date]) -> list[dt.date]:
    """Return the dates that the stage has not loaded from these inputs, in order."""
    loaded = dict(
        con.execute(f"select ingest_date, input_digest from {STAGE_INPUTS.name} where stage = ?", [stage]).fetchall()  # noqa: S608
    )
    return [date for date in sorted(set(dates)) if loaded.get(date) != inputs.digest(stage, date)]


def record_inputs(con: Connection, inputs: StageInputs, stage: str, dates: Iterable[dt.date]) -> None:
    """Record that the stage has loaded the dates from these inputs."""
    rows = [(stage, date, inputs.digest(stage, date)) for date in dates]
    with transaction(con):
        for row in rows:
            con.execute(f"delete from {STAGE_INPUTS.name} where stage = ? and ingest_date = ?", row[:2])  # noqa: S608
            con.execute(f"insert into {STAGE_INPUTS.name} values (?, ?, ?)", row)  # noqa: S608


def forget_inputs(con: Connection, dates: Collection[dt.date]) -> None:
    """Have every stage load the dates again."""
    con.execute(f"delete from {STAGE_INPUTS.name} where list_contains($1, ingest_date)", [sorted(dates)])  # noqa: S608
