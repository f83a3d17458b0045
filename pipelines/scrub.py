"""Taking what was forgotten out of Dagster's own records: previews of tables, messages, logs."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from newsmill.settings import Settings
from pipelines.instance import dagster_home

# A preview shows some rows of a table; whichever rows they are, they go.
PREVIEW = re.compile(r'("md_str": ")\|(?:[^"\\]|\\.)*"')
REMOVED = "(forgotten)"
PATIENCE_SECONDS = 10.0


def scrub_history(settings: Settings, names: Sequence[str]) -> list[Path]:
    """Take previews of tables, and every text that holds one of `names`, out of the home's Dagster history.

    Runs, their steps, counts and charts stay. Returns the files that were busy and are as they were.
    """
    spelt = sorted({form for name in names for form in (name, json.dumps(name)[1:-1])}, key=len, reverse=True)
    named = re.compile("|".join(map(re.escape, spelt)) or r"(?!)")
    folder = dagster_home(settings)
    busy = []
    for database in sorted(folder.rglob("*.db")):
        try:
            _scrub_database(database, named)
        except sqlite3.OperationalError:
            busy.append(database)
    for log in sorted((folder / "storage").rglob("*")):
        if log.suffix in (".out", ".err") and log.is_file():
            _scrub_log(log, named)
    return busy


def _scrub_database(path: Path, named: re.Pattern[str]) -> None:
    with closing(sqlite3.connect(path, timeout=PATIENCE_SECONDS, isolation_level=None)) as con:
        con.execute("pragma secure_delete = on")
        changed = 0
        for (table,) in con.execute("select name from sqlite_master where type = 'table'").fetchall():
            for _, column, kind, *_ in con.execute(f'pragma table_info("{table}")').fetchall():
                if "TEXT" in kind.upper() or "CHAR" in kind.upper():
                    changed += _scrub_column(con, f'"{table}"', f'"{column}"', named)
        if changed:
            con.execute("vacuum")
            con.execute("pragma wal_checkpoint(truncate)")


def _scrub_column(con: sqlite3.Connection, table: str, column: str, named: re.Pattern[str]) -> int:
    rows = con.execute(f"select rowid, {column} from {table} where {column} is not null")  # noqa: S608
    changes = [(scrubbed(told, named), rowid) for rowid, told in rows if isinstance(told, str)]
    changes = [(told, rowid) for told, rowid in changes if told is not None]
    con.execute("begin immediate")
    con.executemany(f"update {table} set {column} = ? where rowid = ?", changes)  # noqa: S608
    con.execute("commit")
    return len(changes)


def scrubbed(told: str, named: re.Pattern[str]) -> str | None:
    """The text without previews and names; None where it has neither."""
    clean = named.sub(REMOVED, PREVIEW.sub(rf'\1{REMOVED}"', told))
    return None if clean == told else clean


def _scrub_log(path: Path, named: re.Pattern[str]) -> None:
    clean = scrubbed(path.read_text(encoding="utf-8", errors="surrogateescape"), named)
    if clean is not None:
        path.write_text(clean, encoding="utf-8", errors="surrogateescape")
