"""The types that the page readers exchange: a fetch goes in, a parsed page or the reason for rejecting it comes out."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any


class Rejected(Exception):
    """The fetch does not contain a page. `reason` is in snake_case, `detail` describes what was wrong."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason, self.detail = reason, detail


@dataclass(frozen=True)
class Published:
    """A publication or modification date: the page's local time, its UTC offset where stated, where it was found."""

    at: dt.datetime
    offset_minutes: int | None
    source: str


@dataclass(frozen=True)
class Teaser:
    """A link to another page, with that page's headline."""

    title: str
    snippet: str | None = None
    url: str | None = None


@dataclass(frozen=True)
class Repeat:
    """A repeated paragraph: its index, the index of its first occurrence (both before removal), its length."""

    position: int
    first_position: int
    char_count: int


@dataclass(frozen=True)
class Fetch:
    """The fields of an archived record that the page readers use."""

    body: bytes
    url: str
    fetched_at: dt.datetime
    content_type: str | None = None
    http_status: int | None = None
    hint_published: str | None = None

    @classmethod
    def from_row(cls, row: dict[str, Any]) -> Fetch:
        """Build a fetch from a named row of the archive."""
        return cls(**{name: row[name] for name in cls.__dataclass_fields__ if name != "body"}, body=row["body"] or b"")


@dataclass
class ParsedPage:
    """A parsed page. `repeats` and the language fields are set last, after the checks that reject a fetch."""

    kind: str
    extracted_by: str
    url: str
    title: str | None = None
    authors: list[str] = field(default_factory=list)
    published: Published | None = None
    modified: Published | None = None
    paragraphs: list[str] = field(default_factory=list)
    teasers: list[Teaser] = field(default_factory=list)
    extraction_doubt: float | None = None  # share of the body that its extractor was unsure of
    repeats: list[Repeat] = field(default_factory=list)
    language: str = "und"
    language_confidence: float = 0.0
    languages: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The body, one paragraph per line."""
        return "\n".join(self.paragraphs)
