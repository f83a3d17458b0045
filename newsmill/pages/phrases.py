"""Phrases that sites put around articles, loaded from `phrases.yaml`: sets of headings, and compiled patterns."""

from __future__ import annotations

import re
from pathlib import Path

from newsmill.pages.text import count_cjk, normalize_heading
from newsmill.validation import parse_yaml

_BLOCKS: dict[str, dict[str, str]] = parse_yaml(Path(__file__).with_name("phrases.yaml").read_text("utf-8"))


def _get_lines(block: str) -> list[str]:
    return [line.strip() for text in _BLOCKS[block].values() for line in text.strip().splitlines()]


def _get_keys(block: str) -> frozenset[str]:
    return frozenset(normalize_heading(phrase) for line in _get_lines(block) for phrase in line.split("|"))


def _build_alternation(block: str) -> str:
    return "(?:" + "|".join(_get_lines(block)) + ")"


def _compile(regex: str) -> re.Pattern[str]:
    return re.compile(regex, re.IGNORECASE)


RELATED_HEADINGS = _get_keys("related")
UI_LABELS = _get_keys("ui_labels")

# Headings that precede a headline on the same line ("Read also: ..."). Single words ("Recommended: ...") also begin
# sentences, so they are excluded.
_LEADS = sorted((key for key in RELATED_HEADINGS if " " in key or count_cjk(key) >= 4), key=len, reverse=True)
_LEAD_MARK = re.compile("[:：>»›→|]")
_MAX_LEAD_CHARS = max(map(len, _LEADS)) + 5  # with spaces before the mark
_RELATED_LEAD = _compile(rf"(?:{'|'.join(map(re.escape, _LEADS))})\s*{_LEAD_MARK.pattern}\s*(?=\S)")
# COMMENTS: a heading of readers' comments, like "Comments (3)". COUNTER: the count at a comment box, like "0/500".
COMMENTS = _compile(
    rf"(?:\d+\s*)?{_build_alternation('comments')}\s*[:：]?\s*(?:[（(\[]\s*\d+\s*(?:条|件|개)?\s*[)）\]]|\d+)?"
)
COUNTER = re.compile(r"\d{1,5}\s*/\s*\d{1,5}")

SITE_ENDING = _compile(rf"{_build_alternation('site_endings')}\W*\Z")

_NAME = r"(?!the\b)[^\W\d_][\w.'’-]*(?:\s+[\w.'’&,-]+){1,7}"
BYLINE = _compile(
    rf"(?:{_build_alternation('by_spaced')}\s*[:：]?\s+(?P<latin>{_NAME})"
    rf"|{_build_alternation('by_dense')}\s*[:：/／|｜]\s*(?P<dense>\S.{{0,30}}))"
)
# The same words before a name, in an element that is known to contain authors.
BY = _compile(
    rf"\W*(?:(?:{_build_alternation('by_spaced')}|{_build_alternation('by_in_author_element')})(?:\s*[:：|]\s*|\s+)"
    rf"|{_build_alternation('by_dense')}\s*[:：/／|｜\s]\s*)+"
)
AND = _compile(rf"(?:\s+|^)(?:{_build_alternation('and')}|&|\+)\s+")
AND_OF_FULL_NAMES = _compile(rf"\s+{_build_alternation('and_of_full_names')}\s+")
ROLE = _compile(rf"(?:the\s+)?{_build_alternation('roles')}")
ENDS_IN_ROLE = _compile(rf"(?:.*[\s-])?{_build_alternation('roles')}")
ROLE_AT_EDGE = _compile(rf"^{_build_alternation('roles')}\s+|\s+{_build_alternation('roles')}$")
PUBLISHED = _compile(_build_alternation("published"))
FIRST_PUBLISHED = _compile(_build_alternation("first_published"))
CHANGED = _compile(_build_alternation("changed"))

# Month number by name, in lower case and without dots. A name means the same month in every language that uses it.
MONTHS = {
    name.replace("_", " ").replace(".", ""): number
    for text in _BLOCKS["months"].values()
    for number, names in enumerate(text.split(","), start=1)
    for name in names.split()
}

CALLS_TO_ACTION = sorted({phrase.strip() for line in _get_lines("calls_to_action") for phrase in line.split("|")})

COUNT = _compile(_build_alternation("counts"))
# Lines that are not article text: copyright notices, and invitations to newsletters, apps and channels.
NOTICE = _compile(rf"\W*(?:{_build_alternation('rights')}|{_build_alternation('invites')})")

NOT_FOUND = _compile(_build_alternation("not_found"))
NOT_FOUND_TO_READER = _compile(_build_alternation("not_found_to_reader"))
CONSENT_WALL = _compile(_build_alternation("consent_wall"))
CONSENT_WALL_TITLE = _compile(rf"\W*{_build_alternation('consent_wall_title')}\b")


def match_related_lead(text: str) -> re.Match[str] | None:
    """Match the words before a related article's headline on the same line; None where a line has none."""
    # Few lines have such a mark near their start. Matching every phrase in every line would dominate the cost.
    return _RELATED_LEAD.match(text) if _LEAD_MARK.search(text, 0, _MAX_LEAD_CHARS) else None
