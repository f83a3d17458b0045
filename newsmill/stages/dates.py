"""The state of ingest dates: which ones a run has begun and not finished, and the input files it saw.

A run records its dates before it archives anything and finishes them once every table is built. So the dates that a
killed run left are known, and the next run, of any dates, completes them first; until then nothing is published.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from itertools import groupby

import polars as pl

from newsmill.code_version import digest
from newsmill.quality.gate import PublicationBlockedError
from newsmill.quality.tables import DATES
from newsmill.sources.scanning.scan import InputFile
from newsmill.stages.inputs import STAGE_NAMES, StageInputs, changed_dates, forget_inputs
from newsmill.types import Connection
from newsmill.warehouse.connection import transaction
from newsmill.warehouse.writes import insert

LEFT_BEHIND = """
select unnest($archived::date[]) as ingest_date except select ingest_date from raw.records
union select ingest_date from quality.reconciliation where unreconciled > 0
"""


def file_digests(files: Iterable[InputFile]) -> dict[dt.date, str]:
    """Return a digest of the paths, sizes and modification times of each ingest date's files."""
    by_date = sorted(files, key=lambda file: (file.ingest_date, file.path))
    return {
        date: digest(f"{file.path}\t{file.size}\t{file.mtime_ns}" for file in group)
        for date, group in groupby(by_date, key=lambda file: file.ingest_date)
    }


def dates_to_process(
    con: Connection, inputs: StageInputs, dates: Collection[dt.date], digests: Mapping[dt.date, str]
) -> list[dt.date]:
    """Return the dates that no finished run has processed from the same files, archive, code and settings; in order.

    Args:
        digests: by date, the digest of its files in the input folder, where the run reads that.
    """
    finished = dict(
        con.execute(f"select ingest_date, input_digest from {DATES.name} where finished_at is not null").fetchall()  # noqa: S608
    )
    changed = {date for stage in STAGE_NAMES for date in changed_dates(con, inputs, stage, dates)}
    changed |= {date for date in dates if date not in finished or digests.get(date) not in (None, finished[date])}
    return sorted(changed)


def begin_dates(
    con: Connection, run_id: str, dates: Collection[dt.date], digests: Mapping[dt.date, str], archived: list[dt.date]
) -> list[dt.date]:
    """Record that a run processes its dates and those that were left behind; return all of them, in order.

    Left behind are dates that a run began, that are archived but not loaded, and that do not reconcile.

    Args:
        dates: the dates of the run.
        digests: by date, the digest of its files in the input folder, where the run reads that.
        archived: all dates of the archive.
    """
    left = [date for (date,) in con.execute(LEFT_BEHIND, {"archived": archived}).fetchall()]
    forget_inputs(con, left)
    begun = sorted({*dates, *left, *unfinished_dates(con)})
    rows = pl.DataFrame({"ingest_date": begun, "input_digest": [digests.get(date) for date in begun]})
    started = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    with transaction(con):
        con.execute(f"delete from {DATES.name} where list_contains($1, ingest_date)", [begun])  # noqa: S608
        insert(con, DATES, rows.with_columns(run_id=pl.lit(run_id), started_at=started, finished_at=None))
    return begun


def finish_dates(con: Connection, run_id: str) -> None:
    """Record that every table has the dates that the run has begun."""
    con.execute(
        f"update {DATES.name} set finished_at = ? where run_id = ? and finished_at is null",  # noqa: S608
        [dt.datetime.now(dt.UTC).replace(tzinfo=None), run_id],
    )


def unfinished_dates(con: Connection) -> list[dt.date]:
    """Return the dates that a run has begun and none has finished, in order."""
    return [
        date
        for (date,) in con.execute(
            f"select ingest_date from {DATES.name} where finished_at is null order by all"  # noqa: S608
        ).fetchall()
    ]


def require_finished_dates(con: Connection) -> None:
    """Refuse to publish while a date is unfinished or does not reconcile.

    Raises:
        PublicationBlockedError: naming the first one, and the command that completes it.
    """
    unreconciled = con.execute("select ingest_date from quality.reconciliation where unreconciled > 0").fetchall()
    left = sorted({*unfinished_dates(con), *(date for (date,) in unreconciled)})
    if left:
        more = f" and {len(left) - 1} more" if len(left) > 1 else ""
        raise PublicationBlockedError(
            "publication blocked",
            f"a run left ingest date {left[0]}{more} unfinished; the last good copy stays published",
            f"`newsmill run --date {left[0]}` completes what is left",
        )
