"""The sample's texts: one story a file, with its edits, and how alike two texts are."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import yaml

# A word is a run of letters and digits; a Han or kana character is a word of its own.
WORD = re.compile(r"[\u3005-\u30ff\u3400-\u9fff]|[^\W_\u3005-\u30ff\u3400-\u9fff]+")
SHINGLE_WORDS = 5

# Characters of a lead that a site shows under a related headline.
SNIPPET = {"en": 170, "fr": 170, "de": 170, "zh": 60, "ja": 60}

Block = tuple[str, str]  # "heading" or "paragraph", and its text


@dataclass(frozen=True)
class Edit:
    """One passage that another version words differently."""

    was: str
    now: str


@dataclass(frozen=True)
class Story:
    """One text as first written. `published` is a date, or a time with its zone."""

    id: str
    language: str
    title: str
    author: str
    published: str
    topics: dict[str, str]
    text: str
    edits: dict[str, tuple[Edit, ...]]

    def blocks(self, edit: str | None) -> list[Block]:
        """The paragraphs and headings, after the named edit."""
        text = self.text
        for change in self.edits[edit] if edit else ():
            if text.count(change.was) != 1:
                raise ValueError(f"{self.id}: {change.was!r} occurs {text.count(change.was)} times in the text")
            text = text.replace(change.was, change.now)
        parts = (part.strip() for part in text.split("\n\n"))
        return [("heading", part[3:]) if part.startswith("## ") else ("paragraph", part) for part in parts if part]

    @property
    def day(self) -> dt.date:
        return dt.date.fromisoformat(self.published[:10])

    @property
    def snippet(self) -> str:
        """The start of its lead, cut in mid-sentence as sites do."""
        return self.blocks(None)[0][1][: SNIPPET[self.language]].rstrip()


def load_stories(folder: Path) -> dict[str, Story]:
    """Every text under `folder` by its id, `language/name`."""
    return {story.id: story for story in (load_story(path) for path in sorted(folder.glob("*/*.yaml")))}


def load_story(path: Path) -> Story:
    given = yaml.safe_load(path.read_text(encoding="utf-8"))
    edits = {name: tuple(Edit(**change) for change in changes) for name, changes in given.pop("edits", {}).items()}
    return Story(id=f"{path.parent.name}/{path.stem}", edits=edits, **given)


def body_of(blocks: list[Block]) -> str:
    return "\n".join(text for _, text in blocks)


def jaccard(one: str, other: str) -> float:
    """Shared word-5-shingles over all, of the two texts in NFKC and casefolded."""
    a, b = shingles(one), shingles(other)
    return len(a & b) / len(a | b)


def shingles(text: str) -> set[tuple[str, ...]]:
    words = WORD.findall(unicodedata.normalize("NFKC", text).casefold())
    return {tuple(words[at : at + SHINGLE_WORDS]) for at in range(max(1, len(words) - SHINGLE_WORDS + 1))}
