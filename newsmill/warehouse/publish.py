"""Publishing: analysts read a copy that is swapped in atomically, never the file being written."""

from __future__ import annotations

import contextlib
from pathlib import Path

from newsmill.sql import quote_literal
from newsmill.types import Connection

DATABASE = "newsmill.duckdb"
REPORT = "report.html"


def publish_database(con: Connection, folder: Path) -> Path:
    """Copy the writer's database into `folder` and swap it in by one rename; open readers keep the old copy."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / DATABASE
    draft = folder / f".{DATABASE}.draft"
    remove_draft(draft)
    [(current,)] = con.execute("select current_database()").fetchall()
    con.execute(f"attach {quote_literal(str(draft))} as published_copy")
    try:
        con.execute(f'copy from database "{current}" to published_copy')
    finally:
        con.execute("detach published_copy")
    draft.chmod(0o444)
    draft.replace(target)
    return target


def replace_report(html: str, folder: Path) -> Path:
    """Write the report and swap it in by one rename."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / REPORT
    draft = folder / f".{REPORT}.draft"
    draft.write_text(html, encoding="utf-8")
    draft.replace(target)
    return target


def remove_draft(draft: Path) -> None:
    """Remove the files that an interrupted publication left."""
    for leftover in (draft, draft.with_name(draft.name + ".wal")):
        with contextlib.suppress(FileNotFoundError):
            leftover.unlink()
