"""Where records come from: one input file, and what is known of it before it is opened."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from newsmill.sources.fetch_metadata import UNKNOWN, Facts
from newsmill.sources.record import Record, file_url, make_record, member_url


@dataclass(frozen=True)
class Origin:
    """One input file. Its records take from it what they don't say themselves.

    `facts` is what a manifest says of the file; `modified` (naive UTC) dates what nothing else dates.
    """

    path: Path
    source: str
    source_path: str
    ingest_date: dt.date
    modified: dt.datetime
    max_record_bytes: int
    facts: Facts = UNKNOWN

    @property
    def url(self) -> str:
        return self.facts.url or file_url(self.source_path)

    def record(self, body: bytes | None, facts: Facts, member: str = "") -> Record:
        """The fetch with its bytes; or with the problem that there are none, too many, or at an unknown time."""
        if not body:
            answer = f" (HTTP {facts.http_status})" if facts.http_status else ""
            return self.problem("no_body", f"the body is empty{answer}", facts, member)
        if len(body) > self.max_record_bytes:
            return self.too_large(len(body), facts, member)
        fetched_at, date_problem = self.time_of(facts)
        return self.make(body, facts, member, fetched_at, "bad_date" if date_problem else None, date_problem)

    def problem(self, reason: str, detail: str, facts: Facts = UNKNOWN, member: str = "") -> Record:
        """A record whose body could not be read."""
        return self.make(None, facts, member, self.time_of(facts)[0], reason, detail)

    def too_large(self, size: int | None, facts: Facts = UNKNOWN, member: str = "") -> Record:
        """`size` is None where reading was given up before the end."""
        measured = "the body is larger" if size is None else f"the body holds {size:,} bytes: more"
        return self.problem("too_large", f"{measured} than the {self.max_record_bytes:,} allowed", facts, member)

    def time_of(self, facts: Facts) -> tuple[dt.datetime, str | None]:
        """When it was fetched, as far as known, and what is wrong with the date that was given."""
        for known in (facts, self.facts):
            if known.fetched_at or known.date_problem:
                return known.fetched_at or self.modified, known.date_problem
        return self.modified, None

    def make(
        self,
        body: bytes | None,
        facts: Facts,
        member: str,
        fetched_at: dt.datetime,
        problem: str | None,
        problem_detail: str | None,
    ) -> Record:
        return make_record(
            source=self.source,
            source_path=self.source_path,
            fetched_at=fetched_at,
            ingest_date=self.ingest_date,
            body=body,
            url=facts.url or member_url(self.url, member),
            member=member,
            content_type=facts.content_type,
            http_status=facts.http_status,
            hint_published=facts.hint_published,
            hint_language=facts.hint_language or self.facts.hint_language,
            problem=problem,
            problem_detail=problem_detail,
        )
