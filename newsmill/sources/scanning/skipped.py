"""Why a path of the input folder is not read: the reasons, and the names that are skipped by design."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from newsmill.sources import manifest

# Each reason with its meaning. A folder that is not entered is one row.
REASONS = {
    "unknown_ending": "no reader takes files with this ending",
    "ingest_date_out_of_range": "before 1990 or the first partition, or in the future: its folder or modification time",
    "link_outside": "a link out of the input folder",
    "link_to_folder": "a link to a folder; links to folders are not followed",
    "broken_link": "a link to nothing or to itself",
    "not_a_file": "a pipe, socket or device",
    "unreadable": "it cannot be listed or opened",
    "still_changing": "it was changed just now; the next run reads it",
    "not_read_yet": "no run has read its ingest date since it came or changed",
    "manifest": "metadata of other files",
    "hidden": "its name begins with a dot",
    "about_the_data": "a license or a readme",
    "temporary": "a name of unfinished downloads and backups",
    "newsmill_home": "a home folder of newsmill",
}
# Nobody expects pages in these.
BY_DESIGN = ("manifest", "hidden", "about_the_data", "temporary", "newsmill_home", "still_changing", "not_read_yet")

NO_ENDING = "no ending"

_PLAIN_ABOUT_THE_DATA = re.compile(r"(?:readme|licen[cs]e|copying)(?:\.(?:md|txt|rst))?")
_ABOUT_THE_DATA = re.compile(r"(?:README|LICEN[CS]E|COPYING)[-_.][\w.-]*", re.ASCII)  # LICENSE-MIT.txt, README.en.md
_TEMPORARY = re.compile(r"\.(?:part|partial|tmp|temp|crdownload|download|swp|bak|filepart)\Z|~\Z|\A~\$", re.IGNORECASE)
_ENDING = re.compile(r"(?:\.[a-z0-9]{1,10})(?:\.(?:gz|zst|bz2|xz|lz4))?\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class SkippedPath:
    """A path that is not read. `path` is relative to the input folder; a folder's ends in a slash."""

    path: str
    reason: str
    size: int | None = None
    ingest_date: dt.date | None = None
    detail: str | None = None


def find_reason_by_name(name: str) -> str | None:
    """Return why a file is skipped by its name, whatever its ending; None where it is not.

    >>> [find_reason_by_name(name) for name in ("LICENSE", "readme.md", "a.html.part", ".a.html", "notice-to-all.html")]
    ['about_the_data', 'about_the_data', 'temporary', 'hidden', None]
    """
    if name.startswith("."):
        return "hidden"
    if name == manifest.NAME:
        return "manifest"
    if _ABOUT_THE_DATA.fullmatch(name) or _PLAIN_ABOUT_THE_DATA.fullmatch(name.lower()):
        return "about_the_data"
    return "temporary" if _TEMPORARY.search(name) else None


def get_ending(path: str) -> str:
    """Return the ending of a file's name, with that of its compression.

    >>> [get_ending(path) for path in ("a/b.CSV", "crawl.warc.zst", "page?id=7", "2026.01/page")]
    ['.csv', '.warc.zst', 'no ending', 'no ending']
    """
    found = _ENDING.search(path.rpartition("/")[2].lower())
    return found.group() if found else NO_ENDING


def count_endings(paths: Iterable[str]) -> str:
    """Return how many paths have each ending, the most frequent first.

    >>> count_endings(["a.csv", "b.csv", "c.zst"])
    '2 .csv, 1 .zst'
    """
    counts = Counter(get_ending(path) if not path.endswith("/") else "folder" for path in paths)
    return ", ".join(f"{number:,} {ending}" for ending, number in sorted(counts.items(), key=lambda c: (-c[1], c[0])))
