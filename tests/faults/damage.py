"""Flipped bits in archive, database, log and published copy."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path
from random import Random

import polars as pl
from pipeline_runs import run_input, tables_of

from faults.corpus import write_days
from faults.homes import command, differences, record_ids, run_to_end, settings_of
from faults.result import Result
from newsmill.errors import UserError
from newsmill.maintenance.rebuild import back_up_database
from newsmill.maintenance.verify import verify
from newsmill.sources.archive import Archive
from newsmill.warehouse.connection import open_writer

ARCHIVE_FLIPS, DATABASE_FLIPS, COPY_FLIPS = 200, 20, 20


def flip(path: Path, random: Random) -> int:
    """Flip one bit of a file; return its byte."""
    path.chmod(0o644)
    content = bytearray(path.read_bytes())
    position = random.randrange(len(content))
    content[position] ^= 1 << random.randrange(8)
    path.write_bytes(content)
    return position


def flip_archive(scratch: Path, flips: int = ARCHIVE_FLIPS) -> Result:
    result = Result(
        "archive-damage",
        f"{flips} flipped bits in the archive",
        "Every record that is read is whole; a damaged one is named, by `newsmill verify` too.",
    )
    random = Random(17)
    source, home = scratch / "input", scratch / "home"
    write_days(source, days=2, pages=60)
    settings = settings_of(source, home)
    assert not run_to_end(source, home)
    archive = Archive(home / "raw")
    dates = archive.dates()
    bodies = dict(read_bodies(archive.batches(dates)))
    parts = archive.parts(dates)
    for _ in range(flips):
        part = random.choice(parts)
        content = part.read_bytes()
        position = flip(part, random)
        result.tried += 1
        rows = pl.concat(list(archive.batches(dates)) or [pl.DataFrame()])
        wrong = [key for key, body in read_bodies([rows]) if body is not None and body != bodies.get(key)]
        result.check(not wrong, f"byte {position} of {part.name}: {len(wrong)} records changed silently")
        whole = rows.filter(pl.col("body").is_not_null()).height if rows.height else 0
        damages = verify(settings).damages
        result.check(whole == len(bodies) or bool(damages), f"byte {position}: verify finds nothing")
        part.write_bytes(content)
    return result


def read_bodies(batches: Iterable[pl.DataFrame]) -> Iterable[tuple[str, bytes | None]]:
    for batch in batches:
        if batch.height:
            yield from batch.select("record_id", "body").iter_rows()


def flip_database(scratch: Path, flips: int = DATABASE_FLIPS) -> Result:
    result = Result(
        "database-damage",
        f"{flips} flipped bits in the database",
        "`newsmill verify` names the damage where a byte that is in use changed; a rebuild restores identical tables.",
    )
    random = Random(18)
    source, whole, home = scratch / "input", scratch / "whole", scratch / "home"
    dates = write_days(source, days=2, pages=30)
    assert not run_to_end(source, whole)
    reference = tables_of(whole / "newsmill.duckdb")
    unnoticed = 0
    for _ in range(flips):
        shutil.rmtree(home, ignore_errors=True)
        shutil.copytree(whole, home)
        settings = settings_of(source, home)
        position = flip(settings.database, random)
        result.tried += 1
        found = [damage for damage in verify(settings).damages if damage.file == "newsmill.duckdb"]
        if not found:  # a block that is free
            unnoticed += 1
            result.check(not differences(home, reference), f"byte {position}: changed silently")
            continue
        try:
            back_up_database(settings)
            run_input(settings, dates)
        except UserError as error:
            result.check(False, f"byte {position}: the rebuild fails: {error}")
            continue
        problem = [name for name in changed_tables(settings.database, reference) if name != "topics.labels"]
        result.check(not problem, f"byte {position}: after the rebuild, {problem} differ")
    result.figures = {"in free blocks, without effect": str(unnoticed)}
    return result


def changed_tables(database: Path, reference: dict[str, pl.DataFrame]) -> list[str]:
    from pipeline_runs import differing

    return differing(tables_of(database), reference)


def flip_copy(scratch: Path, flips: int = COPY_FLIPS) -> Result:
    result = Result(
        "copy-damage",
        f"{flips} flipped bits in the published copy, and 4 other kinds of damage",
        "Each command answers, or names the damage in one line and exits 2; the next publication is whole.",
    )
    random = Random(19)
    source, home = scratch / "input", scratch / "home"
    write_days(source, days=1, pages=30)
    assert not run_to_end(source, home)
    settings = settings_of(source, home)
    copy = settings.published / "newsmill.duckdb"
    content = copy.read_bytes()
    reference = tables_of(copy)
    sql = "select sum(hash(p)) from clean.pages p; select sum(hash(m)) from topics.mentions m"
    for number in range(flips + 4):
        copy.chmod(0o644)
        copy.write_bytes(content)
        match number - flips:
            case 0:
                copy.write_bytes(b"")
            case 1:
                copy.write_bytes(content[: len(content) // 2])
            case 2:
                copy.write_text("not a database")
            case 3:
                copy.unlink()
            case _:
                flip(copy, random)
        result.tried += 1
        export = ("export", "--table", "clean.pages", "--format", "csv", "--out", str(scratch / "out.csv"), "--force")
        for arguments in (("query", sql), export):
            done = command(*arguments, "--home", home)
            is_fine = done.returncode in (0, 2) and "Traceback" not in done.stderr
            result.check(is_fine, f"{arguments[0]} exits {done.returncode}: {done.stderr.strip()[-200:]}")
    problem = run_to_end(source, home) or ", ".join(changed_tables(copy, reference))
    result.check(not problem, f"published again, but {problem}")
    result.lost += len(record_ids(home)) - 30
    with open_writer(settings.database) as con:
        con.execute("from clean.pages").fetchall()
    return result
