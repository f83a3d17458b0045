"""Remove passages that repeat on their own page, paragraph by paragraph, and record what was removed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from newsmill.pages.text import MIN_REPEAT_WIDTH, one_line, width
from newsmill.pages.types import Repeat

# Runs of this many short paragraphs do not repeat an earlier run by chance.
MIN_RUN_PARAGRAPHS = 3
# A run is compared with at most this many earlier occurrences, so that a page of one line a million times is cheap.
_MAX_OCCURRENCES = 8


def remove_repeats(paragraphs: Sequence[str]) -> tuple[list[str], list[Repeat]]:
    """Return the paragraphs without those that repeat earlier ones, and the removed repeats.

    A paragraph at least `MIN_REPEAT_WIDTH` wide is removed if it occurred before. Where several in a row repeat
    earlier ones in a row, all of them are removed, short headings included, if one of them is that wide or if they are
    `MIN_RUN_PARAGRAPHS` or more and that wide together.
    """
    keys = [one_line(paragraph) for paragraph in paragraphs]
    if len(set(keys)) == len(keys):
        return list(paragraphs), []
    occurrences: dict[str, list[int]] = defaultdict(list)
    kept: list[str] = []
    repeats: list[Repeat] = []
    position = 0
    while position < len(paragraphs):
        first, length = _find_longest_run(keys, position, occurrences[keys[position]])
        if length and _is_repeat(keys[position : position + length]):
            for offset in range(length):
                repeats.append(Repeat(position + offset, first + offset, len(paragraphs[position + offset])))
            position += length
            continue
        kept.append(paragraphs[position])
        if len(occurrences[keys[position]]) < _MAX_OCCURRENCES:
            occurrences[keys[position]].append(position)
        position += 1
    return kept, repeats


def _find_longest_run(keys: Sequence[str], position: int, earlier: Sequence[int]) -> tuple[int, int]:
    """Return where the longest run starting at `position` occurred before, and its length; 0 if it never did."""
    best, longest = 0, 0
    for first in earlier:
        length = 0
        while (
            first + length < position
            and position + length < len(keys)
            and keys[first + length] == keys[position + length]
        ):
            length += 1
        if length > longest:
            best, longest = first, length
    return best, longest


def _is_repeat(run: Sequence[str]) -> bool:
    widths = [width(key) for key in run]
    return max(widths) >= MIN_REPEAT_WIDTH or (len(run) >= MIN_RUN_PARAGRAPHS and sum(widths) >= MIN_REPEAT_WIDTH)
