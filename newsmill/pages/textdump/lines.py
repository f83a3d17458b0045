"""Lines of a text dump, before they are told apart: paragraphs that were broken are joined, menus and notices go."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from newsmill.pages.phrases import CONSENT_WALL, COUNT, COUNTER, NOTICE, UI_LABELS
from newsmill.pages.text import count_cjk, count_sentence_ends, heading_key, one_line, width

_menu_item_width = 30
_least_menu = 3  # items
_longest_heading = 60  # characters
_longest_notice = 300  # width
_body_beside_notices = 400  # width; where the page says less, its notices are what it says
_least_columns = 40
_most_columns = 100
_ragged = 20  # columns that a line may fall short of the others
_least_broken = 3  # lines
_broken_share = 0.6  # of which end amid a sentence
_amid_sentence = ",;:-–，、；：（("
_bullet = re.compile(r"^[-–—*•·●▪◦‣]\s+(?=\S)")
_consent = re.compile("cookie|クッキー|쿠키", re.IGNORECASE)
_between_items = re.compile(r"\s*[|｜]+\s*|\s+[·•›»>→]+\s+|\s{2,}|\t")


@dataclass(frozen=True)
class Line:
    """A line that is not blank, and how many blank ones stand before it."""

    text: str
    gap: int

    @property
    def is_short(self) -> bool:
        return width(self.text) <= _menu_item_width and not count_sentence_ends(self.text)


def lines_of(text: str) -> list[Line]:
    """The lines of a dump: whole paragraphs, menus before and after the text and mere notices left out."""
    return without_notices(without_menus(unwrapped(_split(text))))


def is_furniture(text: str) -> bool:
    """Whether a line is a label, a counter, or a row of labels."""
    if key(text) in UI_LABELS or COUNTER.fullmatch(text) or COUNT.fullmatch(text):
        return True
    parts = [part for part in re.split(r"[\s|｜/·•,，、]+", text) if part] if len(text) <= 2 * _longest_heading else []
    return len(parts) > 1 and all(heading_key(part) in UI_LABELS for part in parts)


def key(text: str) -> str:
    """The line as a heading; empty where it is too long for one."""
    return heading_key(text) if len(text) <= _longest_heading else ""


def _split(text: str) -> list[Line]:
    lines: list[Line] = []
    gap = 0
    for raw in text.splitlines():
        line = _bullet.sub("", one_line(raw))
        if line:
            # What stands side by side in a menu is parted by more than a space.
            lines.append(Line(line if not is_menu_line(raw.strip()) else " | ".join(_items(raw)), gap))
            gap = 0
        else:
            gap += 1
    return lines


def is_menu_line(text: str) -> bool:
    """Whether a line is a row of menu items, or a path to the page as "Home > News > Markets"."""
    items = _items(text) if len(text) <= _longest_notice else []
    if len(items) < _least_menu or any(map(count_sentence_ends, items)):
        return False
    return max(map(width, items[:-1])) <= _menu_item_width and width(items[-1]) <= 2 * _menu_item_width


def _items(text: str) -> list[str]:
    return [item for item in map(one_line, _between_items.split(text.strip())) if item]


def unwrapped(lines: Sequence[Line]) -> list[Line]:
    """Prose that was broken to a fixed width, joined to paragraphs again; other text as it is.

    A line was broken where the first word of the next would not have fitted on it; such lines mostly end amid a
    sentence, as lines of a list don't.
    """
    inner = [width(line.text) for line, after in pairwise(lines) if not after.gap]
    full = max((size for size in inner if size <= _most_columns), default=0)
    broken = [not after.gap and _is_broken(line.text, after.text, full) for line, after in pairwise(lines)]
    told = [line.text for line, is_broken in zip(lines, broken, strict=False) if is_broken]
    amid_sentence = [text for text in told if text[-1].isalnum() or text[-1] in _amid_sentence]
    if full < _least_columns or len(told) < _least_broken or len(amid_sentence) < _broken_share * len(told):
        return list(lines)
    if sum(map(width, told)) < sum(inner) / 2:
        return list(lines)
    paragraphs = [lines[0]]
    for line, is_broken in zip(lines[1:], broken, strict=True):
        if is_broken:
            before = paragraphs[-1]
            paragraphs[-1] = Line(before.text + _between(before.text, line.text) + line.text, before.gap)
        else:
            paragraphs.append(line)
    return paragraphs


def _is_broken(line: str, after: str, full: int) -> bool:
    word = after[0] if count_cjk(after[0]) else after.split(" ", 1)[0]
    return full - _ragged <= width(line) <= _most_columns and width(line) + 1 + width(word) > full


def _between(line: str, after: str) -> str:
    """What stood where a line was broken: nothing in Chinese and Japanese."""
    is_dense = count_cjk(after[0]) and not line[-1].isascii() and not "가" <= after[0] <= "힣"
    return "" if is_dense else " "


def without_menus(lines: Sequence[Line]) -> list[Line]:
    """The lines without menus before the first and after the last text."""
    prose = [place for place, line in enumerate(lines) if _is_prose(line)]
    first, last = (prose[0], prose[-1]) if prose else (len(lines), -1)
    blocks = blocks_of(
        [line for place, line in enumerate(lines) if first < place < last or not is_menu_line(line.text)]
    )
    while len(blocks) > 1 and _is_menu(blocks[0], at_least=_least_menu):
        blocks = blocks[1:]
    while len(blocks) > 1 and blocks[-1][0].gap > 1 and _is_menu(blocks[-1], at_least=1):
        blocks = blocks[:-1]
    if blocks:
        blocks[0] = _without_leading_menu(blocks[0])
    kept = [line for block in blocks for line in block]
    while kept and (is_furniture(kept[-1].text) or _is_notice(kept[-1].text)) and len(kept) > 2:
        kept.pop()
    return kept


def _is_prose(line: Line) -> bool:
    return (
        count_sentence_ends(line.text) > 0 and width(line.text) > 2 * _menu_item_width and not is_menu_line(line.text)
    )


def _without_leading_menu(block: list[Line]) -> list[Line]:
    """A block without the menu that stands right above its title."""
    count = next((place for place, line in enumerate(block) if not line.is_short), len(block))
    known = sum(key(line.text) in UI_LABELS for line in block[:count])
    if count < len(block) and known and count >= _least_menu:
        # The title may be as short as the items above it; then prose follows.
        return block[count - 1 if count_sentence_ends(block[count].text) else count :]
    return block


def blocks_of(lines: Sequence[Line]) -> list[list[Line]]:
    """Lines with no blank one between them."""
    blocks: list[list[Line]] = []
    for line in lines:
        if line.gap or not blocks:
            blocks.append([])
        blocks[-1].append(line)
    return blocks


def _is_menu(block: Sequence[Line], at_least: int) -> bool:
    return len(block) >= at_least and all(line.is_short for line in block)


def without_notices(lines: Sequence[Line]) -> list[Line]:
    """The lines without notices of rights and of cookies, and invitations, where the page says more than these."""
    kept = [line for line in lines if not _is_notice(line.text)]
    return kept if sum(width(line.text) for line in kept) >= _body_beside_notices else list(lines)


def _is_notice(text: str) -> bool:
    if width(text) > _longest_notice:
        return False
    return bool(NOTICE.match(text) or (_consent.search(text) and CONSENT_WALL.search(text)))
