"""One input file, and what is known about it before it is opened."""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import dataclass
from pathlib import Path

from newsmill.sources.fetch_metadata import UNKNOWN_METADATA, FetchMetadata, mtime_to_datetime
from newsmill.sources.plausible import is_plausible_time
from newsmill.sources.record import Record, file_url, make_record, member_url


@dataclass(frozen=True)
class SourceFile:
    """One input file, with the defaults for its records.

    `content_type` is that of the file's format, `metadata` comes from a manifest, and `modified` (naive UTC) is the
    fetch time where no other is known. `max_expanded_bytes` limits the decompressed file, and the sum of its bodies.
    """

    path: Path
    source: str
    source_path: str
    ingest_date: dt.date
    modified: dt.datetime
    max_record_bytes: int
    content_type: str | None = None
    metadata: FetchMetadata = UNKNOWN_METADATA
    max_expanded_bytes: int | None = None

    @property
    def url(self) -> str:
        return self.metadata.url or file_url(self.source_path)

    def record(self, body: bytes | None, metadata: FetchMetadata, member: str = "") -> Record:
        """Return the record with its bytes, or with the problem: no bytes, too many, or a bad fetch time."""
        if not body:
            answer = f" (HTTP {metadata.http_status})" if metadata.http_status else ""
            return self.problem("no_body", f"the body is empty{answer}", metadata, member)
        if len(body) > self.max_record_bytes:
            return self.too_large(len(body), metadata, member)
        _, date_problem = self.fetch_time(metadata)
        return self.make(body, metadata, member, "bad_date" if date_problem else None, date_problem)

    def problem(self, reason: str, detail: str, metadata: FetchMetadata = UNKNOWN_METADATA, member: str = "") -> Record:
        """Return a record whose body could not be read."""
        return self.make(None, metadata, member, reason, detail)

    def too_large(self, size: int | None, metadata: FetchMetadata = UNKNOWN_METADATA, member: str = "") -> Record:
        """Return a record whose body is too large; `size` is None where reading stopped early."""
        measured = "the body is larger" if size is None else f"the body has {size:,} bytes, more"
        return self.problem("too_large", f"{measured} than the {self.max_record_bytes:,} allowed", metadata, member)

    def fetch_time(self, metadata: FetchMetadata) -> tuple[dt.datetime | None, str | None]:
        """Return the fetch time where one is stated, and the problem of a stated time."""
        for known in (metadata, self.metadata):
            if known.fetched_at or known.date_problem:
                return known.fetched_at, known.date_problem
        return None, None

    def make(
        self,
        body: bytes | None,
        metadata: FetchMetadata,
        member: str,
        problem: str | None,
        problem_detail: str | None,
    ) -> Record:
        fetched_at, _ = self.fetch_time(metadata)
        return make_record(
            source=self.source,
            source_path=self.source_path,
            fetched_at=fetched_at or self.modified,
            has_own_time=fetched_at is not None,
            ingest_date=self.ingest_date,
            body=body,
            url=metadata.url or member_url(self.url, member),
            member=member,
            content_type=metadata.content_type,
            http_status=metadata.http_status,
            hint_published=metadata.hint_published,
            hint_language=metadata.hint_language or self.metadata.hint_language,
            problem=problem,
            problem_detail=problem_detail,
        )


def fallback_time(mtime_ns: int, ingest_date: dt.date) -> dt.datetime:
    """Return the fetch time where no other is known: the modification time, unless it is a placeholder."""
    modified = mtime_to_datetime(mtime_ns)
    return modified if is_plausible_time(modified) else dt.datetime.combine(ingest_date, dt.time())


def source_path(path: str) -> str:
    """Return the path as text, even where the file name is not UTF-8."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")
