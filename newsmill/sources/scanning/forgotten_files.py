"""Files that were forgotten with all of their records: the file log has a hash in place of their path.

A path, or the reason why a file is not read, may name a page as its URL does. A file that also has records that are
kept keeps its path, which these records have too.
"""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from newsmill.sources.record import file_url
from newsmill.sources.scanning.skipped import NO_ENDING, get_ending
from newsmill.sources.tombstones import Tombstones, hash_key

FOLDER = "forgotten/"


def hide_path(path: str) -> str:
    """Return what the file log has in place of a path: a hash, with the ending of the name."""
    ending = get_ending(path)
    return f"{FOLDER}{hash_key('path', path)}{'' if ending == NO_ENDING else ending}"


def names_forgotten_page(stones: Tombstones, path: str) -> bool:
    """Return whether a path contains a forgotten site or URL, as in a mirror of a site: `a.example/news/7.html`."""
    steps = path.rstrip("/").split("/")
    ends = ["/".join(steps[start:]) for start in range(len(steps))]
    urls = [f"https://{form}" for end in ends for form in {end, end.removesuffix(get_ending(end))}]
    return stones.of("", file_url(path), *urls) is not None


def hide_files(files: pl.DataFrame, hidden: Collection[str], partly_hidden: Collection[str]) -> pl.DataFrame:
    """Return the file log with hashes for the paths `hidden`, and without the details of those and `partly_hidden`."""
    path = pl.col("source_path")
    return files.with_columns(
        detail=pl.when(~path.is_in([*hidden, *partly_hidden])).then("detail"),
        source_path=path.replace({name: hide_path(name) for name in hidden}),
    ).unique("source_path")


def find_hidden(
    files: pl.DataFrame, stones: Tombstones, erased: pl.DataFrame, kept: Collection[str]
) -> tuple[set[str], set[str]]:
    """Return the paths to hide after records were erased, and those of files that lost only some of their records.

    A file that has had records, and is the source of none in the archive, may be another copy of an erased page.

    Args:
        erased: `source_path` and `ingest_date` of the erased records.
        kept: the source paths of the records that are kept.
    """
    paths, dates = set(erased["source_path"]), set(erased["ingest_date"])
    hidden = {
        path
        for path, date, records in files.select("source_path", "ingest_date", "records").iter_rows()
        if path not in kept
        and not path.startswith(FOLDER)
        and (path in paths or (records and date in dates) or names_forgotten_page(stones, path))
    }
    return hidden, paths - hidden
