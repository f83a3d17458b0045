"""What sites write around articles, as `phrases.yaml` lists it: sets of headings, and patterns."""

from __future__ import annotations

import re
from pathlib import Path

from newsmill.pages.text import cjk_count, heading_key
from newsmill.validation import parse_yaml

_blocks: dict[str, dict[str, str]] = parse_yaml(Path(__file__).with_name("phrases.yaml").read_text("utf-8"))


def _lines(block: str) -> list[str]:
    return [line.strip() for text in _blocks[block].values() for line in text.strip().splitlines()]


def _keys(block: str) -> frozenset[str]:
    return frozenset(heading_key(phrase) for line in _lines(block) for phrase in line.split("|"))


def _any_of(block: str) -> str:
    return "(?:" + "|".join(_lines(block)) + ")"


def _pattern(regex: str) -> re.Pattern[str]:
    return re.compile(regex, re.IGNORECASE)


RELATED = _keys("related")
FURNITURE = _keys("furniture")

# A heading before a headline on the same line: "Read also: ..."; single words as "Recommended: ..." begin sentences.
_leads = sorted((phrase for phrase in RELATED if " " in phrase or cjk_count(phrase) >= 4), key=len, reverse=True)
_leading_marks = re.compile("[:：>»›→|]")
_leads_within = max(map(len, _leads)) + 5  # blanks among them
_leads_to_related = _pattern(rf"(?:{'|'.join(map(re.escape, _leads))})\s*{_leading_marks.pattern}\s*(?=\S)")
# "Comments (3)": what follows is by readers. "0/500": the box they write in.
COMMENTS = _pattern(rf"(?:\d+\s*)?{_any_of('comments')}\s*[:：]?\s*(?:[（(\[]\s*\d+\s*(?:条|件|개)?\s*[)）\]]|\d+)?")
COUNTER = re.compile(r"\d{1,5}\s*/\s*\d{1,5}")

SITE_ENDING = _pattern(rf"{_any_of('site_endings')}\W*\Z")

_name = r"(?!the\b)[^\W\d_][\w.'’-]*(?:\s+[\w.'’&,-]+){1,7}"
BYLINE = _pattern(
    rf"(?:{_any_of('by_spaced')}\s*[:：]?\s+(?P<latin>{_name})"
    rf"|{_any_of('by_dense')}\s*[:：/／|｜]\s*(?P<dense>\S.{{0,30}}))"
)
# The same before a name, in a place that is known to hold authors.
BY = _pattern(
    rf"\W*(?:(?:{_any_of('by_spaced')}|{_any_of('by_there')})(?:\s*[:：|]\s*|\s+)|{_any_of('by_dense')}\s*[:：/／|｜\s]\s*)+"
)
AND = _pattern(rf"(?:\s+|^)(?:{_any_of('and')}|&|\+)\s+")
AND_OF_FULL_NAMES = _pattern(rf"\s+{_any_of('and_of_full_names')}\s+")
ROLE = _pattern(rf"(?:the\s+)?{_any_of('roles')}")
ENDS_IN_ROLE = _pattern(rf"(?:.*[\s-])?{_any_of('roles')}")
ROLE_AT_EDGE = _pattern(rf"^{_any_of('roles')}\s+|\s+{_any_of('roles')}$")
PUBLISHED = _pattern(_any_of("published"))
FIRST_PUBLISHED = _pattern(_any_of("first_published"))
CHANGED = _pattern(_any_of("changed"))

# Month number by name, in lower case and without dots: a name stands for the same month in all languages listed.
MONTHS = {
    name.replace("_", " ").replace(".", ""): number
    for text in _blocks["months"].values()
    for number, names in enumerate(text.split(","), start=1)
    for name in names.split()
}

APPEALS = sorted({phrase.strip() for line in _lines("appeals") for phrase in line.split("|")})

COUNT = _pattern(_any_of("counts"))
# Lines of no article: whose the page is, and invitations to newsletters, apps and channels.
NOTICE = _pattern(rf"\W*(?:{_any_of('rights')}|{_any_of('invites')})")

NOT_FOUND = _pattern(_any_of("not_found"))
NOT_FOUND_TO_READER = _pattern(_any_of("not_found_to_reader"))
WALL = _pattern(_any_of("wall"))
WALL_TITLE = _pattern(rf"\W*{_any_of('wall_title')}\b")


def lead_to_related(text: str) -> re.Match[str] | None:
    """The words with which a line begins that then names a related article; None where it does not."""
    # Most lines begin without any of the marks, and to try every phrase on each would cost more than all else.
    return _leads_to_related.match(text) if _leading_marks.search(text, 0, _leads_within) else None
