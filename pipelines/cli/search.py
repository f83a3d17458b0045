"""`newsmill search`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb

from newsmill.analyst.search import search_stories
from newsmill.analyst.search_index import build_index, extension, index_path
from newsmill.errors import UserError
from newsmill.settings import Settings
from newsmill.warehouse.connection import open_reader
from newsmill.warehouse.publish import DATABASE
from pipelines.cli.show import err, out, print_json, text

# About half a minute of indexing; no one who waits for an answer waits longer.
MOST_INDEXED_AT_ONCE = 20_000


def search_command(
    settings: Settings,
    words: list[str],
    *,
    topic: str | None,
    since: dt.date | None,
    limit: int,
    index: bool,
    as_json: bool,
) -> None:
    """List the stories that hold the words, each with the sentence that holds most of them.

    Raises:
        UserError: when nothing is published, the words or the topic are wrong, or the index can't be built.
    """
    database = settings.published / DATABASE
    with open_reader(database) as con:
        side = _index(con, settings, database, wanted=index)
        found = search_stories(con, " ".join(words), topic=topic, since=since, limit=limit, index=side)
    if as_json:
        print_json(found.to_dicts())
        return
    for row in found.to_dicts():
        out.print(f"[bold]{text(row['title'] or '(no title)')}[/bold]", soft_wrap=True)
        told = f"{row['pages']} page{'s' * (row['pages'] != 1)}, {row['outlets']} outlet{'s' * (row['outlets'] != 1)}"
        out.print(f"  {row['day']}  {told}  {text(', '.join(row['topics']))}".rstrip(), soft_wrap=True)
        out.print(f"  {text(row['sentence'])}", soft_wrap=True)
        out.print(f"  [dim]{text(row['url'])}[/dim]\n", soft_wrap=True)
    if found.is_empty():
        err.print("No story holds all of that.")


def _index(con: duckdb.DuckDBPyConnection, settings: Settings, database: Path, *, wanted: bool) -> Path | None:
    """The index to search with, built where that is soon done or wanted; None where the texts are to be read."""
    try:
        extension()
    except UserError as error:
        if wanted:
            raise
        err.print(f"Reading the texts: {text(error.problem)}; {text(error.hint)}.", soft_wrap=True)
        return None
    side = index_path(settings.home, database)
    if side.is_file():
        return side
    [(stories,)] = con.execute("select count(*) from stories.members where is_canonical").fetchall()
    if not wanted and stories > MOST_INDEXED_AT_ONCE:
        err.print(f"Reading the texts: {stories:,} stories are not indexed yet; `newsmill search --index` does it.")
        return None
    err.print(f"Indexing {stories:,} stories, once for this published copy.")
    build_index(database, side)
    return side
