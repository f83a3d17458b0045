"""Erase what was forgotten from Dagster's history: failing samples of checks, messages, logs."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from newsmill.settings import Settings
from pipelines.instance import dagster_home

# A table in the metadata holds failing rows of a check. All such tables go.
TABLE = re.compile(r'("md_str": ")\|(?:[^"\\]|\\.)*"')
REMOVED = "(forgotten)"
LOCK_TIMEOUT_SECONDS = 10.0


def scrub_history(settings: Settings, names: Sequence[str]) -> list[Path]:
    """Erase failing samples, and every text that contains one of `names`, from the home's Dagster history.

    Runs, steps, counts and charts stay. Return the files that were locked and are unchanged.
    """
    forms = sorted({form for name in names for form in (name, json.dumps(name)[1:-1])}, key=len, reverse=True)
    names_pattern = re.compile("|".join(map(re.escape, forms)) or r"(?!)")
    folder = dagster_home(settings)
    busy = []
    for database in sorted(folder.rglob("*.db")):
        try:
            _scrub_database(database, names_pattern)
        except sqlite3.OperationalError:
            busy.append(database)
    for log in sorted((folder / "storage").rglob("*")):
        if log.suffix in (".out", ".err") and log.is_file():
            _scrub_log(log, names_pattern)
    return busy


def _scrub_database(path: Path, names_pattern: re.Pattern[str]) -> None:
    with closing(sqlite3.connect(path, timeout=LOCK_TIMEOUT_SECONDS, isolation_level=None)) as con:
        con.execute("pragma secure_delete = on")
        changed = 0
        for (table,) in con.execute("select name from sqlite_master where type = 'table'").fetchall():
            for _, column, kind, *_ in con.execute(f'pragma table_info("{table}")').fetchall():
                if "TEXT" in kind.upper() or "CHAR" in kind.upper():
                    changed += _scrub_column(con, f'"{table}"', f'"{column}"', names_pattern)
        if changed:
            con.execute("vacuum")
            con.execute("pragma wal_checkpoint(truncate)")


def _scrub_column(con: sqlite3.Connection, table: str, column: str, names_pattern: re.Pattern[str]) -> int:
    rows = con.execute(f"select rowid, {column} from {table} where {column} is not null")  # noqa: S608
    changes = [(scrubbed(value, names_pattern), rowid) for rowid, value in rows if isinstance(value, str)]
    changes = [(value, rowid) for value, rowid in changes if value is not None]
    con.execute("begin immediate")
    con.executemany(f"update {table} set {column} = ? where rowid = ?", changes)  # noqa: S608
    con.execute("commit")
    return len(changes)


def scrubbed(value: str, names_pattern: re.Pattern[str]) -> str | None:
    """Return the text without tables and names; None where it has neither."""
    clean = names_pattern.sub(REMOVED, TABLE.sub(rf'\1{REMOVED}"', value))
    return None if clean == value else clean


def _scrub_log(path: Path, names_pattern: re.Pattern[str]) -> None:
    clean = scrubbed(path.read_text(encoding="utf-8", errors="surrogateescape"), names_pattern)
    if clean is not None:
        path.write_text(clean, encoding="utf-8", errors="surrogateescape")
