"""Text dumps: a page scraped to plain text, with its furniture and teasers around the body; plain prose too.

What a line is can only be told by its words, its width and its neighbours, so each rule here is about one of these.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from newsmill.pages.dates import hinted, in_own_words, in_url
from newsmill.pages.page import Draft, Record, Teaser
from newsmill.pages.phrases import BYLINE, COMMENTS, COUNTER, FURNITURE, LEADS_TO_RELATED, RELATED
from newsmill.pages.repeats import MIN_WIDTH
from newsmill.pages.text import cjk_count, heading_key, one_line, reads_like_title, sentence_ends, width

MAX_TEASERS = 30
_menu_item_width = 30
_longest_heading = 60  # characters
_byline_width = 80
_head_lines = 6  # date, author and share buttons stand this near to the title
_body_before_comments = 400  # width; less text before it, and "Comments" is a link above the article


@dataclass(frozen=True)
class Line:
    """A line that is not blank, and how many blank ones stand before it."""

    text: str
    gap: int

    @property
    def is_short(self) -> bool:
        return width(self.text) <= _menu_item_width and not sentence_ends(self.text)


def read_dump(text: str, record: Record) -> Draft:
    """The page that a text dump is of: title, body, teasers; the body's second showing is left to `repeats`."""
    lines = without_menus(unwrapped(lines_of(text)))
    title, lines = take_title(lines)
    draft = Draft("text_dump", "text_dump", record.url, title=title)
    lines = take_head(lines, draft, record)
    before, after, teasers = parted(lines)
    after, draft.teasers = without_second_showing(after, teasers)
    draft.paragraphs = before + after
    draft.published = hinted(record) or draft.published or in_url(record.url, record.fetched_at)
    return draft


def lines_of(text: str) -> list[Line]:
    lines: list[Line] = []
    gap = 0
    for raw in text.splitlines():
        line = one_line(raw)
        if line:
            lines.append(Line(line, gap))
            gap = 0
        else:
            gap += 1
    return lines


def unwrapped(lines: Sequence[Line]) -> list[Line]:
    """Prose that was broken to a fixed width, joined to paragraphs again; other text as it is.

    Such lines nearly fill one width, mostly amid a sentence, and paragraphs are parted by blank lines.
    """
    inner = [line.text for line, after in pairwise(lines) if not after.gap]
    longest = max(map(len, inner), default=0)
    full = sum(longest - 20 <= len(text) for text in inner)
    amid_sentence = sum(text[-1].isalnum() or text[-1] in ",;-" for text in inner)
    if len(inner) < 4 or not 50 <= longest <= 100 or min(full, amid_sentence + len(inner) // 5) < 0.8 * len(inner):
        return list(lines)
    if any(cjk_count(text) for text in inner):  # there, lines are broken without a space
        return list(lines)
    return [Line(" ".join(line.text for line in block), block[0].gap) for block in _blocks(lines)]


def without_menus(lines: Sequence[Line]) -> list[Line]:
    """The lines without blocks of menu items before the first and after the last text."""
    blocks = _blocks(lines)
    while len(blocks) > 1 and _is_menu(blocks[0], at_least=3):
        blocks = blocks[1:]
    while len(blocks) > 1 and blocks[-1][0].gap > 1 and _is_menu(blocks[-1], at_least=1):
        blocks = blocks[:-1]
    return [line for block in blocks for line in block]


def _blocks(lines: Sequence[Line]) -> list[list[Line]]:
    blocks: list[list[Line]] = []
    for line in lines:
        if line.gap or not blocks:
            blocks.append([])
        blocks[-1].append(line)
    return blocks


def _is_menu(block: Sequence[Line], at_least: int) -> bool:
    return len(block) >= at_least and all(line.is_short for line in block)


def take_title(lines: Sequence[Line]) -> tuple[str | None, list[Line]]:
    """The first line, if it reads like a headline and something follows it."""
    first = next((place for place, line in enumerate(lines) if not is_furniture(line.text)), len(lines))
    rest = list(lines[first:])
    if rest and reads_like_title(rest[0].text) and (len(rest) > 1 or not sentence_ends(rest[0].text)):
        return rest[0].text, rest[1:]
    return None, rest


def take_head(lines: Sequence[Line], draft: Draft, record: Record) -> list[Line]:
    """The lines without date, author and share buttons under the title; date and author go to the draft."""
    kept: list[Line] = []
    for line in lines[:_head_lines]:
        published = in_own_words(line.text, record.fetched_at) if width(line.text) <= _byline_width else None
        byline = BYLINE.fullmatch(line.text) if width(line.text) <= _byline_width else None
        if published and not sentence_ends(line.text):
            draft.published = draft.published or published
        elif byline and not sentence_ends(line.text):
            draft.authors = draft.authors or [byline["latin"] or byline["dense"]]
        elif not is_furniture(line.text):
            kept.append(line)
    return kept + list(lines[_head_lines:])


def is_furniture(text: str) -> bool:
    return _key(text) in FURNITURE or bool(COUNTER.fullmatch(text))


def _key(text: str) -> str:
    """The line as a heading; empty where it is too long for one."""
    return heading_key(text) if len(text) <= _longest_heading else ""


def parted(lines: Sequence[Line]) -> tuple[list[str], list[str], list[Teaser]]:
    """The body before the first teaser, that after it, the teasers.

    Furniture is dropped, and so is what readers wrote below the article.
    """
    before: list[str] = []
    after: list[str] = []
    teasers: list[Teaser] = []
    place = 0
    while place < len(lines):
        text = lines[place].text
        place += 1
        body = after if teasers else before
        if _key(text) in RELATED:
            section = _section(lines[place:], before + after)
            teasers += paired(section)
            place += len(section)
        elif lead := LEADS_TO_RELATED.match(text):
            teasers.append(Teaser(text[lead.end() :]))
        elif COMMENTS.fullmatch(text):
            if sum(map(width, before + after)) >= _body_before_comments:
                return before, after + _repeated(lines[place:], before + after), teasers[:MAX_TEASERS]
        elif not is_furniture(text):
            body.append(text)
    return before, after, teasers[:MAX_TEASERS]


def _repeated(lines: Sequence[Line], body: Sequence[str]) -> list[str]:
    """Of the lines below the comments box those that stand above it too, so that their repeat is recorded."""
    known = set(body)
    return [line.text for line in lines if line.text in known]


def _section(lines: Sequence[Line], body: Sequence[str]) -> list[str]:
    """The lines of a related-articles section: up to a wider gap, furniture, the next heading or the body again."""
    usual_gap = lines[1].gap if len(lines) > 1 else 0
    known = set(body)
    section: list[str] = []
    for line in lines[: 2 * MAX_TEASERS]:
        ends = (
            (section and line.gap > usual_gap)
            or is_furniture(line.text)
            or line.text in known
            or _key(line.text) in RELATED
            or COMMENTS.fullmatch(line.text)
        )
        if ends:
            break
        section.append(line.text)
    return section[: _length_of_teasers(section)]


def _length_of_teasers(section: Sequence[str]) -> int:
    """How many of the lines are teasers: where a headline is due and a paragraph stands, the body goes on."""
    if _alternates(section):
        return len(section)
    place = 0
    while place < len(section) and reads_like_title(section[place]):
        place += 2 if _has_snippet(section, place) else 1
    return place


def paired(section: Sequence[str]) -> list[Teaser]:
    """Headlines with their snippets, where they have one."""
    if _alternates(section):
        return [Teaser(title, snippet) for title, snippet in zip(section[::2], section[1::2], strict=True)]
    teasers: list[Teaser] = []
    place = 0
    while place < len(section):
        snippet = section[place + 1] if _has_snippet(section, place) else None
        teasers.append(Teaser(section[place], snippet))
        place += 2 if snippet else 1
    return teasers


def _alternates(section: Sequence[str]) -> bool:
    """Whether headline and snippet take turns throughout."""
    pairs = list(zip(section[::2], section[1::2], strict=False))
    return (
        len(pairs) > 1
        and len(section) % 2 == 0
        and all(reads_like_title(title) and width(snippet) > 1.2 * width(title) for title, snippet in pairs)
    )


def _has_snippet(section: Sequence[str], place: int) -> bool:
    if place + 1 >= len(section):
        return False
    title, following = section[place], section[place + 1]
    is_cut = following.endswith(("…", "...", "[...]"))
    is_prose = sentence_ends(following) > 0 and width(following) > width(title)
    return is_cut or is_prose or width(following) > 1.5 * max(width(title), 60)


def without_second_showing(body: Sequence[str], teasers: Sequence[Teaser]) -> tuple[list[str], list[Teaser]]:
    """The body without lines that show a teaser again; a snippet that is longer there is taken from there."""
    told = list(teasers)
    shown = {text for teaser in told for text in (teaser.title, teaser.snippet) if text}
    by_start = {_start(teaser.snippet): place for place, teaser in enumerate(told) if teaser.snippet}
    kept: list[str] = []
    for paragraph in body:
        place = by_start.get(_start(paragraph))
        if paragraph in shown:
            continue
        if place is None or not _same_text(told[place].snippet or "", paragraph):
            kept.append(paragraph)
        elif len(_uncut(paragraph)) > len(_uncut(told[place].snippet or "")):
            told[place] = replace(told[place], snippet=paragraph)
    return kept, told


def _uncut(text: str) -> str:
    return text.rstrip(" .…[]")


def _start(text: str) -> str:
    return _uncut(text)[:30]


def _same_text(one: str, other: str) -> bool:
    """Whether one is the other, cut."""
    shorter, longer = sorted((_uncut(one), _uncut(other)), key=len)
    return width(shorter) >= MIN_WIDTH and longer.startswith(shorter)
