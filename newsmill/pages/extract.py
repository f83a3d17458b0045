"""The body of an article page. One function, so that what finds bodies can be replaced."""

from __future__ import annotations

from dataclasses import dataclass

from newsmill.pages.text import paragraphs_of, width


@dataclass(frozen=True)
class Extracted:
    """A body as paragraphs, and what found it."""

    paragraphs: list[str]
    extracted_by: str

    @property
    def text(self) -> str:
        return "\n".join(self.paragraphs)


# Below this width trafilatura's quick way may have taken the wrong part of the page: its thorough one is asked too.
_enough = 300


def extract_body(html: str, url: str | None) -> Extracted:
    """The body of the page, by trafilatura; without comments, with tables (they raise F1 on both public sets)."""
    text = _by_trafilatura(html, url, fast=True)
    if width(text) < _enough:
        thorough = _by_trafilatura(html, url, fast=False)
        # A real brief stays what it was: the thorough way adds little to it.
        text = thorough if width(thorough) > 2 * width(text) else text
    text = text or _by_trafilatura(html, url, fast=True, favor_recall=True)
    return Extracted(list(filter(None, map(_without_marks, paragraphs_of(text)))), "trafilatura")


def _without_marks(line: str) -> str:
    """The line without the marks that trafilatura sets for list items and table cells; empty where it is marks only."""
    line = line.removeprefix("- ").strip("| ")
    return line if any(map(str.isalnum, line)) else ""


def _by_trafilatura(html: str, url: str | None, *, fast: bool, favor_recall: bool = False) -> str:
    from trafilatura import extract

    text: str | None = extract(
        html, url=url, fast=fast, favor_recall=favor_recall, include_comments=False, include_tables=True
    )
    return text or ""
