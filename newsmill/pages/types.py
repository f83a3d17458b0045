"""What passes between the readers of the pages room: a draft of a page, or the reason why there is none."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

# A reason in snake_case and what exactly was wrong.
Verdict = tuple[str, str]


class Junk(Exception):
    """The record holds no page: its reason for quarantine and the detail, for a person."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.verdict: Verdict = (reason, detail)


@dataclass(frozen=True)
class Published:
    """When a page says it was published, or changed: its wall time, its zone's offset where stated, the place."""

    at: dt.datetime
    offset_minutes: int | None
    source: str


@dataclass(frozen=True)
class Teaser:
    title: str
    snippet: str | None = None
    url: str | None = None


@dataclass(frozen=True)
class Repeat:
    """A paragraph seen again: its number and that of its first showing, before removal; its length."""

    position: int
    first_position: int
    char_count: int


@dataclass(frozen=True)
class Record:
    """What a reader needs to know of a record."""

    body: bytes
    url: str
    fetched_at: dt.datetime
    content_type: str | None = None
    http_status: int | None = None
    hint_published: str | None = None

    @classmethod
    def of(cls, row: dict[str, Any]) -> Record:
        """From a named row of the archive."""
        return cls(**{name: row[name] for name in cls.__dataclass_fields__ if name != "body"}, body=row["body"] or b"")


@dataclass
class Draft:
    """A page as a reader found it, before repeats are removed and verdicts given."""

    kind: str
    extracted_by: str
    url: str
    title: str | None = None
    authors: list[str] = field(default_factory=list)
    published: Published | None = None
    modified: Published | None = None
    paragraphs: list[str] = field(default_factory=list)
    teasers: list[Teaser] = field(default_factory=list)
    doubt: float | None = None  # share of the body that its extractor was in doubt of
