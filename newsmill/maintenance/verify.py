"""Verify a home: every byte of archive, database and published copy is read and compared with its checksum."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from newsmill import progress, stages
from newsmill.errors import UserError
from newsmill.home_lock import hold_home
from newsmill.settings import Settings
from newsmill.sources.archive_parts import DAMAGED, read_metadata, read_pieces
from newsmill.sources.scanning.file_log import NAME, is_whole
from newsmill.sources.tombstones import read_tombstones
from newsmill.topics.labels import read_labels
from newsmill.warehouse.connection import CONFIG, find_lock_holder, is_lock
from newsmill.warehouse.publish import DATABASE, REPORT

RESTORE_PART = "restore it from a backup; or delete it, and a run of its date archives the input's files again"
REBUILD = "`newsmill rebuild` rebuilds it from the archive"
PUBLISH = "`newsmill run` publishes it again"
LOOK_AGAIN = "`newsmill run` writes it again, for the files that the input still has"
CLOSE = "close it in that program, then verify again"


@dataclass(frozen=True)
class Damage:
    """What is wrong with a file of the home.

    Attributes:
        file: relative to the home.
        record_id, url: the record, where the damage is in the bytes of one.
        hint: what to do.
    """

    file: str
    problem: str
    hint: str
    record_id: str | None = None
    url: str | None = None


@dataclass(frozen=True)
class VerifyReport:
    """The result: how much was read, and what is wrong."""

    parts: int
    records: int
    tables: int
    rows: int
    damages: list[Damage]


def verify(settings: Settings) -> VerifyReport:
    """Read everything in the home that can be read, and compare it with its checksums. Changes nothing.

    The records of the archive are compared with their SHA-256, the archive's files with their page checksums, the two
    databases with the checksums of their blocks; labels and tombstones are parsed. Holds the lock of the home.

    Raises:
        UserError: when there is no home, or another process keeps writing to it.
    """
    hint = "name the home of an earlier run"
    if not settings.home.is_dir():
        raise UserError(f"--home {settings.home}", "no such folder", hint)
    if not any(path.exists() for path in (settings.home / "raw", settings.database, settings.published)):
        raise UserError(f"--home {settings.home}", "not a home: it has neither archive nor database", hint)
    with hold_home(settings.home, "newsmill verify", settings.lock_patience_seconds):
        return _verify(settings)


def _verify(settings: Settings) -> VerifyReport:
    archive = stages.open_archive(settings)
    parts = archive.parts(archive.dates())
    progress.expect("archive", len(parts))
    damages: list[Damage] = []
    records = 0
    for part in parts:
        count, found = _verify_part(settings.home, part)
        records += count
        damages += found
        progress.advance("archive", 1)
    tables = rows = 0
    for database, hint in ((settings.database, REBUILD), (settings.published / DATABASE, PUBLISH)):
        if not database.is_file():
            damages.append(Damage(_name(settings.home, database), "missing", hint))
            continue
        read, counted, error = read_database(database)
        tables, rows = tables + read, rows + counted
        if error:
            held = f"not read: held open by {find_lock_holder(error)}" if is_lock(error) else None
            problem, hint = (held, CLOSE) if held else (str(error).splitlines()[0], hint)
            damages.append(Damage(_name(settings.home, database), problem, hint))
    damages += _verify_files(settings)
    return VerifyReport(len(parts), records, tables, rows, damages)


def read_database(database: Path) -> tuple[int, int, duckdb.Error | None]:
    """Read every row of a DuckDB file, read-only, so that the checksum of every block is compared.

    Returns the number of tables and rows, and DuckDB's error where it can't be opened or read.
    """
    tables = rows = 0
    try:
        with duckdb.connect(str(database), read_only=True, config=CONFIG) as con:
            names = con.execute(
                'select format(\'"{}"."{}"\', schema_name, table_name) from duckdb_tables() where not internal'
            ).fetchall()
            for (name,) in names:
                [(count, _)] = con.execute(f"select count(*), bit_xor(hash(t)) from {name} t").fetchall()  # noqa: S608
                tables, rows = tables + 1, rows + int(count)
    except duckdb.Error as error:
        return tables, rows, error
    return tables, rows, None


def _verify_part(home: Path, part: Path) -> tuple[int, list[Damage]]:
    """Return the number of whole records in a part, and what is wrong with the others."""
    file = _name(home, part)
    damages = [Damage(file, "unreadable: " + loss.detail, RESTORE_PART) for loss in read_metadata(part)[1]]
    whole = 0
    for piece in read_pieces(part):
        damaged = piece.filter(pl.col("problem").eq_missing(DAMAGED)).select("problem_detail", "record_id", "url")
        whole += piece.height - damaged.height
        damages += [Damage(file, detail, RESTORE_PART, *record) for detail, *record in damaged.iter_rows()]
    return whole, damages


def _verify_files(settings: Settings) -> Iterator[Damage]:
    report = settings.published / REPORT
    if not report.is_file():
        yield Damage(_name(settings.home, report), "missing", PUBLISH)
    elif not report.read_bytes().rstrip().endswith(b"</html>"):
        yield Damage(_name(settings.home, report), "incomplete", PUBLISH)
    log = settings.home / "raw" / NAME
    if log.is_file() and not is_whole(log):
        yield Damage(_name(settings.home, log), "unreadable", LOOK_AGAIN)
    for read in (read_labels, read_tombstones):
        try:
            read(settings.home)
        except UserError as error:
            yield Damage(error.where, error.problem, error.hint)


def _name(home: Path, file: Path) -> str:
    return file.relative_to(home).as_posix()
