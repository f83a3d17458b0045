"""What the stages of a run share: settings, taxonomy, the archive, the engine, and the ledger's verdicts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import polars as pl

from newsmill.engine.local import LocalEngine
from newsmill.quality.tables import LEDGER
from newsmill.settings import Settings
from newsmill.sources.archive import Archive
from newsmill.topics.taxonomy import Taxonomy, load_taxonomy
from newsmill.types import Connection
from newsmill.warehouse.writes import insert

# What a stage has loaded: ingest dates, and their number of records, pages, clustered pages or mentions.
Loaded = tuple[Sequence[dt.date], int]


@dataclass(frozen=True)
class Run:
    """One run over some ingest dates.

    Attributes:
        run_id: what the ledger states as the run.
        records: by ingest date, the ids of the records to read as pages; all records where None.
        staging: the folder where rows wait to be loaded; the home where None.
    """

    settings: Settings
    run_id: str
    records: Mapping[dt.date, Collection[str]] | None = None
    staging: Path | None = None

    @cached_property
    def taxonomy(self) -> Taxonomy:
        """The taxonomy of the settings, loaded once.

        Raises:
            UserError: when the file is wrong.
        """
        return load_taxonomy(self.settings.topics)

    @property
    def staging_folder(self) -> Path:
        return self.staging or self.settings.home


def open_archive(settings: Settings) -> Archive:
    """Return the raw archive of the home."""
    return Archive(settings.home / "raw")


def open_engine(settings: Settings) -> LocalEngine:
    """Return the engine that runs batch functions."""
    return LocalEngine(settings.workers)


def replace_verdicts(
    con: Connection, stage: str, date: dt.date, rows: pl.DataFrame | Path, only: Collection[str] | None = None
) -> None:
    """Replace a stage's verdicts on one ingest date, or on the records `only` of it, in the caller's transaction."""
    con.execute(
        "delete from quality.ledger where stage = $stage and ingest_date = $date "
        "and ($only is null or record_id in (select unnest($only::varchar[])))",
        {"stage": stage, "date": date, "only": None if only is None else sorted(only)},
    )
    insert(con, LEDGER, rows)
