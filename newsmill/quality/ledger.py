"""The ledger: every record's verdict at every stage, and the reconciliation of records with final verdicts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from newsmill import __version__
from newsmill.quality.tables import LEDGER, VERDICT_COUNTS
from newsmill.types import Connection

KEPT, MERGED, QUARANTINED = "kept", "merged", "quarantined"


@dataclass(frozen=True)
class DayReconciliation:
    """The reconciliation of one ingest date: `records` = `kept` + `merged` + `quarantined` if `unreconciled` is 0."""

    ingest_date: dt.date
    records: int
    kept: int
    merged: int
    quarantined: int
    unreconciled: int


def raw_verdicts(records: pl.DataFrame, run_id: str) -> pl.DataFrame:
    """Return the ledger rows of stage `raw`: a record whose body could not be read is quarantined.

    Args:
        records: rows of `raw.records`.
    """
    return _reading_verdicts(records, "raw", pl.col("problem"), pl.col("problem_detail"), run_id)


def page_verdicts(read: pl.DataFrame, run_id: str) -> pl.DataFrame:
    """Return the ledger rows of stage `pages`: a record that did not become a page is quarantined.

    Args:
        read: `record_id`, `ingest_date`, `reason` (null for a page) and `detail`, as `read_pages` returns them.
    """
    return _reading_verdicts(read, "pages", pl.col("reason"), pl.col("detail"), run_id)


def story_verdicts(members: pl.DataFrame, run_id: str) -> pl.DataFrame:
    """Return the ledger rows of stage `stories`: the canonical member is kept, the others are merged into it.

    Args:
        members: rows of `stories.members`.
    """
    merged = ~pl.col("is_canonical")
    relation = pl.col("relation").str.replace_all("_", " ", literal=True)
    matched = pl.format(
        "{} of {}, similarity {}, in story {}",
        relation,
        "matched_record_id",
        pl.col("similarity").round(3),
        "story_id",
    )
    detail = pl.coalesce(
        matched,
        pl.format("{} of {}, in story {}", relation, "matched_record_id", "story_id"),
        pl.format("{} in story {}", relation, "story_id"),
    )
    return _ledger_rows(
        members,
        "stories",
        verdict=pl.when(merged).then(pl.lit(MERGED)).otherwise(pl.lit(KEPT)),
        reason=pl.when(merged).then("relation"),
        detail=pl.when(merged).then(detail),
        run_id=run_id,
    )


def reconcile(con: Connection, dates: Sequence[dt.date] | None = None) -> list[DayReconciliation]:
    """Return the reconciliation of each ingest date (of all dates if None), in order, for dates with records."""
    where, parameters = _date_filter(dates)
    rows = con.execute(
        f"""
        select ingest_date, records, kept, merged, quarantined, unreconciled
        from quality.reconciliation {where} order by ingest_date
        """,  # noqa: S608
        parameters,
    ).fetchall()
    return [DayReconciliation(*row) for row in rows]


def unreconciled_records(con: Connection, dates: Sequence[dt.date] | None = None, limit: int = 20) -> pl.DataFrame:
    """Return at most `limit` records of the ingest dates that do not have exactly one final verdict.

    Columns: `record_id`, `ingest_date`, `url`, `problem` (readable) and `verdicts` (the record's ledger rows, in order
    of the stages).
    """
    where, parameters = _date_filter(dates)
    return con.execute(
        f"""
        with wrong as (
            select * from ({VERDICT_COUNTS}) {where} {"and" if where else "where"} (records <> 1 or verdicts <> 1)
            order by ingest_date, record_id limit ?)
        select record_id, ingest_date,
               (select any_value(url) from raw.records r
                where r.record_id = w.record_id and r.ingest_date = w.ingest_date) as url,
               case when records = 0 then 'in the ledger, not in raw.records'
                    when records > 1 then format('{{}} times in raw.records', records)
                    when verdicts = 0 then 'no final verdict'
                    else format('{{}} final verdicts', verdicts) end as problem,
               (select string_agg(concat_ws(' ', stage, verdict, reason), ', '
                                  order by list_position(['raw', 'pages', 'stories'], stage), verdict)
                from quality.ledger l
                where l.record_id = w.record_id and l.ingest_date = w.ingest_date) as verdicts
        from wrong w order by ingest_date, record_id
        """,  # noqa: S608
        [*parameters, limit],
    ).pl()


def _date_filter(dates: Sequence[dt.date] | None) -> tuple[str, list[object]]:
    if dates is None:
        return "", []
    return f"where ingest_date in ({', '.join('?' * len(dates)) or 'null'})", list(dates)


def _reading_verdicts(frame: pl.DataFrame, stage: str, reason: pl.Expr, detail: pl.Expr, run_id: str) -> pl.DataFrame:
    failed = reason.is_not_null()
    return _ledger_rows(
        frame,
        stage,
        verdict=pl.when(failed).then(pl.lit(QUARANTINED)).otherwise(pl.lit(KEPT)),
        reason=reason,
        detail=pl.when(failed).then(detail),
        run_id=run_id,
    )


def _ledger_rows(
    frame: pl.DataFrame, stage: str, *, verdict: pl.Expr, reason: pl.Expr, detail: pl.Expr, run_id: str
) -> pl.DataFrame:
    return LEDGER.conform(
        frame.select(
            "record_id",
            "ingest_date",
            stage=pl.lit(stage),
            verdict=verdict,
            reason=reason,
            detail=detail,
            code_version=pl.lit(__version__),
            run_id=pl.lit(run_id),
        )
    )
