"""`newsmill search`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from newsmill.analyst.search import search_stories
from newsmill.analyst.search_index import build_index, extension, index_path
from newsmill.errors import UserError
from newsmill.settings import Settings
from newsmill.types import Connection
from newsmill.warehouse.connection import open_reader
from newsmill.warehouse.publish import DATABASE
from pipelines.cli.show import err, out, print_json, text

# About 30 s of indexing, the most that a search should take.
MAX_STORIES_TO_INDEX = 20_000


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
    """Print the stories that contain the words, each with the sentence that contains most of them.

    Raises:
        UserError: when nothing is published, the words or the topic are wrong, or the index can't be built.
    """
    database = settings.published / DATABASE
    with open_reader(database) as con:
        index_file = _index(con, settings, database, wanted=index)
        found = search_stories(con, " ".join(words), topic=topic, since=since, limit=limit, index=index_file)
    if as_json:
        print_json(found.to_dicts())
        return
    for row in found.to_dicts():
        out.print(f"[bold]{text(row['title'] or '(no title)')}[/bold]", soft_wrap=True)
        counts = f"{row['pages']} page{'s' * (row['pages'] != 1)}, {row['outlets']} outlet{'s' * (row['outlets'] != 1)}"
        out.print(f"  {row['day']}  {counts}  {text(', '.join(row['topics']))}".rstrip(), soft_wrap=True)
        out.print(f"  {text(row['sentence'])}", soft_wrap=True)
        out.print(f"  [dim]{text(row['url'])}[/dim]\n", soft_wrap=True)
    if found.is_empty():
        err.print("No story contains all of these words.")


def _index(con: Connection, settings: Settings, database: Path, *, wanted: bool) -> Path | None:
    """Return the index to search, built where that is quick or wanted; None where the texts are to be scanned."""
    try:
        extension()
    except UserError as error:
        if wanted:
            raise
        err.print(f"Scanning the texts: {text(error.problem)}; {text(error.hint)}.", soft_wrap=True)
        return None
    index_file = index_path(settings.home, database)
    if index_file.is_file():
        return index_file
    [(stories,)] = con.execute("select count(*) from stories.members where is_canonical").fetchall()
    if not wanted and stories > MAX_STORIES_TO_INDEX:
        err.print(
            f"Scanning the texts: {stories:,} stories are not indexed yet; `newsmill search --index` indexes them."
        )
        return None
    err.print(f"Indexing {stories:,} stories of this published copy.")
    build_index(database, index_file)
    return index_file
