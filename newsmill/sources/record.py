"""One record: one fetch of one URL at one time, with its bytes."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import quote

from newsmill.urls import extract_site

MAX_DETAIL = 500

Text = TypeVar("Text", str, str | None)


@dataclass(frozen=True, slots=True)
class Record:
    """A row of the archive; the columns are described in `tables.ARCHIVE`.

    `body` is None where it could not be read; `problem` and `problem_detail` then state why. A record has both a body
    and a problem when the problem is in its metadata.
    """

    record_id: str
    source: str
    source_path: str
    url: str
    site: str | None
    fetched_at: dt.datetime
    ingest_date: dt.date
    content_type: str | None
    byte_size: int
    sha256: str
    http_status: int | None
    hint_published: str | None
    hint_language: str | None
    problem: str | None
    problem_detail: str | None
    body: bytes | None

    @property
    def has_own_time(self) -> bool:
        """Whether `fetched_at` is stated; else it is a guess from the modification time of the file."""
        return True


class UntimedRecord(Record):
    """A record of a fetch at an unknown time."""

    __slots__ = ()

    @property
    def has_own_time(self) -> bool:
        return False


def make_record(
    *,
    source: str,
    source_path: str,
    fetched_at: dt.datetime,
    ingest_date: dt.date,
    body: bytes | None,
    has_own_time: bool = True,
    url: str | None = None,
    member: str = "",
    content_type: str | None = None,
    http_status: int | None = None,
    hint_published: str | None = None,
    hint_language: str | None = None,
    problem: str | None = None,
    problem_detail: str | None = None,
) -> Record:
    """Return the record with its id, site, size and SHA-256.

    `member` is the record's position in a file of several; it is part of the URL where no URL is known. `fetched_at` is
    naive UTC. The id is blake2b-128 over the UTF-8 lines URL, fetch time to the microsecond, SHA-256 and ingest date:
    a fetch that is delivered on two days is two records, the later a refetch, whichever day is read first. The line of
    the fetch time is empty without `has_own_time`: a file that is touched or copied again is not fetched again. Without
    a body the id is also over source path and member, so that two broken members of a file stay two records.
    """
    source_path = storable(source_path)
    url = storable(url) if url else file_url(source_path, member)
    sha256 = hashlib.sha256(body or b"").hexdigest()
    time = fetched_at.isoformat(timespec="microseconds") if has_own_time else ""
    identity = [url, time, sha256, ingest_date.isoformat()]
    if body is None:
        identity += [source_path, member]
    kind = Record if has_own_time else UntimedRecord
    return kind(
        record_id=hashlib.blake2b("\n".join(identity).encode(), digest_size=16).hexdigest(),
        source=source,
        source_path=source_path,
        url=url,
        site=extract_site(url),
        fetched_at=fetched_at,
        ingest_date=ingest_date,
        content_type=storable(content_type),
        byte_size=len(body or b""),
        sha256=sha256,
        http_status=http_status,
        hint_published=storable(hint_published),
        hint_language=storable(hint_language),
        problem=problem,
        problem_detail=storable(problem_detail and problem_detail[:MAX_DETAIL]),
        body=body,
    )


def file_url(source_path: str, member: str = "") -> str:
    return member_url(f"file:{quote(source_path)}", member)


def member_url(file_url: str, member: str) -> str:
    """Return the URL of a record within a file that has no URL of its own."""
    return f"{file_url}#/{quote(member, safe='')}" if member else file_url


def storable(text: Text) -> Text:
    """Return the text without lone surrogates and NUL, which a UTF-8 column cannot store."""
    if text is None:
        return None
    return text.encode("utf-8", "replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")
