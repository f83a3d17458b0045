"""Clean the lines of a text dump: join wrapped paragraphs, remove menus and notices."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from newsmill.pages.phrases import CONSENT_WALL, COUNT, COUNTER, NOTICE, UI_LABELS
from newsmill.pages.text import count_cjk, count_sentence_ends, normalize_heading, one_line, width

_MAX_MENU_ITEM_WIDTH = 30
_MIN_MENU_ITEMS = 3
_MAX_HEADING_CHARS = 60
_MAX_NOTICE_WIDTH = 300
_MIN_WIDTH_BESIDE_NOTICES = 400  # where the rest of the page is narrower, the notices are its text
# Of text that was wrapped to a fixed width.
_MIN_COLUMNS, _MAX_COLUMNS = 40, 100
_MAX_RAGGED_COLUMNS = 20  # by which a line is shorter than the widest one
_MIN_WRAPPED_LINES = 3
_MIN_MID_SENTENCE_SHARE = 0.6  # of the wrapped lines
_MID_SENTENCE_ENDS = ",;:-–，、；：（("
_BULLET = re.compile(r"^[-–—*•·●▪◦‣]\s+(?=\S)")
_CONSENT = re.compile("cookie|クッキー|쿠키", re.IGNORECASE)
_ITEM_SEPARATOR = re.compile(r"\s*[|｜]+\s*|\s+[·•›»>→]+\s+|\s{2,}|\t")


@dataclass(frozen=True)
class Line:
    """A line that is not blank, and the number of blank lines before it."""

    text: str
    gap: int

    @property
    def is_short(self) -> bool:
        """Whether the line can be a menu item."""
        return width(self.text) <= _MAX_MENU_ITEM_WIDTH and not count_sentence_ends(self.text)


def extract_lines(text: str) -> list[Line]:
    """Return the lines of a dump: whole paragraphs, without the menus around the text and without notices."""
    return remove_notices(remove_menus(join_wrapped_lines(_split_lines(text))))


def is_label(text: str) -> bool:
    """Whether a line is a label, a counter, or a row of labels."""
    if build_label_key(text) in UI_LABELS or COUNTER.fullmatch(text) or COUNT.fullmatch(text):
        return True
    if len(text) > 2 * _MAX_HEADING_CHARS:
        return False
    parts = [part for part in re.split(r"[\s|｜/·•,，、]+", text) if part]
    return len(parts) > 1 and all(normalize_heading(part) in UI_LABELS for part in parts)


def build_label_key(text: str) -> str:
    """Return the key of a line among headings and labels; empty where it is too long for one."""
    return normalize_heading(text) if len(text) <= _MAX_HEADING_CHARS else ""


def _split_lines(text: str) -> list[Line]:
    lines: list[Line] = []
    gap = 0
    for raw in text.splitlines():
        line = _BULLET.sub("", one_line(raw))
        if line:
            # Items of a menu on one line are separated by more than a space, which `one_line` would collapse.
            lines.append(Line(line if not is_menu_line(raw.strip()) else " | ".join(_split_items(raw)), gap))
            gap = 0
        else:
            gap += 1
    return lines


def is_menu_line(text: str) -> bool:
    """Whether a line is a row of menu items, or a breadcrumb like "Home > News > Markets"."""
    items = _split_items(text) if len(text) <= _MAX_NOTICE_WIDTH else []
    if len(items) < _MIN_MENU_ITEMS or any(map(count_sentence_ends, items)):
        return False
    return max(map(width, items[:-1])) <= _MAX_MENU_ITEM_WIDTH and width(items[-1]) <= 2 * _MAX_MENU_ITEM_WIDTH


def _split_items(text: str) -> list[str]:
    return [item for item in map(one_line, _ITEM_SEPARATOR.split(text.strip())) if item]


def join_wrapped_lines(lines: Sequence[Line]) -> list[Line]:
    """Join prose that was wrapped to a fixed width into paragraphs; other text is returned unchanged.

    A line was wrapped where the first word of the next line would not have fit. Most wrapped lines end in the middle
    of a sentence, which the lines of a list don't.
    """
    widths = [width(line.text) for line, after in pairwise(lines) if not after.gap]
    columns = max((line_width for line_width in widths if line_width <= _MAX_COLUMNS), default=0)
    is_wrapped = [not after.gap and _is_wrapped(line.text, after.text, columns) for line, after in pairwise(lines)]
    wrapped = [line.text for line, continues in zip(lines, is_wrapped, strict=False) if continues]
    mid_sentence = [text for text in wrapped if text[-1].isalnum() or text[-1] in _MID_SENTENCE_ENDS]
    if columns < _MIN_COLUMNS or len(wrapped) < _MIN_WRAPPED_LINES:
        return list(lines)
    if len(mid_sentence) < _MIN_MID_SENTENCE_SHARE * len(wrapped) or sum(map(width, wrapped)) < sum(widths) / 2:
        return list(lines)
    paragraphs: list[Line] = []
    pieces = [lines[0].text]
    gap = lines[0].gap
    for line, continues in zip(lines[1:], is_wrapped, strict=True):
        if continues:
            pieces += [_get_joiner(pieces[-1], line.text), line.text]
        else:
            paragraphs.append(Line("".join(pieces), gap))
            pieces, gap = [line.text], line.gap
    return [*paragraphs, Line("".join(pieces), gap)]


def _is_wrapped(line: str, after: str, columns: int) -> bool:
    first_word = after[0] if count_cjk(after[0]) else after.split(" ", 1)[0]
    is_full = columns - _MAX_RAGGED_COLUMNS <= width(line) <= _MAX_COLUMNS
    return is_full and width(line) + 1 + width(first_word) > columns


def _get_joiner(line: str, after: str) -> str:
    """Return the text between two wrapped lines: a space, or nothing in Chinese and Japanese."""
    is_chinese_or_japanese = count_cjk(after[0]) and not line[-1].isascii() and not "가" <= after[0] <= "힣"
    return "" if is_chinese_or_japanese else " "


def remove_menus(lines: Sequence[Line]) -> list[Line]:
    """Return the lines without the menus before the first and after the last prose."""
    prose = [index for index, line in enumerate(lines) if _is_prose(line)]
    first, last = (prose[0], prose[-1]) if prose else (len(lines), -1)
    blocks = _split_blocks(
        [line for index, line in enumerate(lines) if first < index < last or not is_menu_line(line.text)]
    )
    start, end = 0, len(blocks)
    while end - start > 1 and _is_menu(blocks[start], min_lines=_MIN_MENU_ITEMS):
        start += 1
    while end - start > 1 and blocks[end - 1][0].gap > 1 and _is_menu(blocks[end - 1], min_lines=1):
        end -= 1
    blocks = blocks[start:end]
    if blocks:
        blocks[0] = _remove_menu_above_title(blocks[0])
    kept = [line for block in blocks for line in block]
    while kept and (is_label(kept[-1].text) or _is_notice(kept[-1].text)) and len(kept) > 2:
        kept.pop()
    return kept


def _is_prose(line: Line) -> bool:
    return (
        count_sentence_ends(line.text) > 0
        and width(line.text) > 2 * _MAX_MENU_ITEM_WIDTH
        and not is_menu_line(line.text)
    )


def _remove_menu_above_title(block: list[Line]) -> list[Line]:
    """Return a block without the menu directly above its title."""
    count = next((index for index, line in enumerate(block) if not line.is_short), len(block))
    labels = sum(build_label_key(line.text) in UI_LABELS for line in block[:count])
    if count < len(block) and labels and count >= _MIN_MENU_ITEMS:
        # The title can be as short as the items above it; then prose follows.
        return block[count - 1 if count_sentence_ends(block[count].text) else count :]
    return block


def _split_blocks(lines: Sequence[Line]) -> list[list[Line]]:
    """Split lines at blank lines."""
    blocks: list[list[Line]] = []
    for line in lines:
        if line.gap or not blocks:
            blocks.append([])
        blocks[-1].append(line)
    return blocks


def _is_menu(block: Sequence[Line], min_lines: int) -> bool:
    return len(block) >= min_lines and all(line.is_short for line in block)


def remove_notices(lines: Sequence[Line]) -> list[Line]:
    """Return the lines without copyright and cookie notices and invitations, unless the page has little other text."""
    kept = [line for line in lines if not _is_notice(line.text)]
    return kept if sum(width(line.text) for line in kept) >= _MIN_WIDTH_BESIDE_NOTICES else list(lines)


def _is_notice(text: str) -> bool:
    if width(text) > _MAX_NOTICE_WIDTH:
        return False
    return bool(NOTICE.match(text) or (_CONSENT.search(text) and CONSENT_WALL.search(text)))
