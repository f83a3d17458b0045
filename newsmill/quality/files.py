"""What came of the files of the last look at the input: counts by status and reason, and the history of one file."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from newsmill.sources.scanning.forgotten_files import hide_path
from newsmill.sources.scanning.skipped import REASONS, count_endings
from newsmill.sources.tables import FILES
from newsmill.types import Connection, Row

LAST_LOOK = f"(from {FILES.name} where seen_at = (select max(seen_at) from {FILES.name}))"  # noqa: S608


@dataclass(frozen=True)
class FileCounts:
    """The files of the last look.

    Attributes:
        read: files read to the end.
        skipped: files that were skipped although they may hold pages, and their counts by ending.
        failed: files that could not be read, or not to the end, and their counts by ending.
        by_design: paths that are never read.
        misdated: the first files whose ingest date is out of range.
    """

    read: int
    skipped: int
    skipped_endings: str
    failed: int
    failed_endings: str
    by_design: int
    misdated: list[str]


def count_files(files: pl.DataFrame) -> FileCounts:
    """Count the files of a look (schema FILES)."""
    skipped = files.filter((pl.col("status") == "skipped") & ~pl.col("by_design"))["source_path"]
    failed = files.filter(pl.col("status") == "failed")["source_path"]
    return FileCounts(
        read=int((files["status"] == "read").sum()),
        skipped=skipped.len(),
        skipped_endings=count_endings(skipped),
        failed=failed.len(),
        failed_endings=count_endings(failed),
        by_design=int(files["by_design"].sum()),
        misdated=files.filter(pl.col("reason") == "ingest_date_out_of_range")["source_path"].sort()[:3].to_list(),
    )


def read_file_counts(con: Connection, examples: int) -> list[Row]:
    """Return `status`, `reason`, `meaning`, `files`, `endings` and `examples` (paths) of the last look; read first."""
    if not _has_files(con):
        return []
    look = con.execute(f"select source_path, status, reason from {LAST_LOOK}").pl()  # noqa: S608
    groups = look.group_by("status", "reason").agg(pl.len().alias("files"), pl.col("source_path").sort())
    order = pl.col("status").replace_strict({"read": 0, "failed": 1}, default=2)
    return [
        {
            "status": group["status"],
            "reason": group["reason"],
            "meaning": REASONS.get(group["reason"] or ""),
            "files": group["files"],
            "endings": count_endings(group["source_path"]),
            "examples": group["source_path"][:examples],
        }
        for group in groups.sort(order, -pl.col("files").cast(pl.Int64), "reason").iter_rows(named=True)
    ]


def find_file(con: Connection, path: str) -> Row | None:
    """Return the row of `raw.files` for a path, which may begin above the input folder; folders need no last slash.

    A forgotten file, of which the table has a hash, is found by its path too.
    """
    if not _has_files(con) or "://" in path:
        return None
    steps = path.rstrip("/").split("/")
    hidden = [hide_path("/".join(steps[start:])) for start in range(len(steps))]
    found = con.execute(
        f"""
        from {FILES.name} where ends_with('/' || $path, '/' || rtrim(source_path, '/'))
        or source_path in (select unnest($hidden))
        order by length(source_path) desc, seen_at desc limit 1
        """,
        {"path": path.rstrip("/"), "hidden": hidden},
    ).pl()
    return next(found.iter_rows(named=True), None)


def _has_files(con: Connection) -> bool:
    """Whether the database has the table: a copy that an older version published has not."""
    schema, table = FILES.name.split(".")
    [(tables,)] = con.execute(
        "select count(*) from duckdb_tables() where schema_name = ? and table_name = ?", [schema, table]
    ).fetchall()
    return bool(tables)
