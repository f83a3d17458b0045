"""Passages that stand again on their own page: told apart by paragraph, removed, recorded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from newsmill.pages.text import one_line, width
from newsmill.pages.types import Repeat

# A shorter paragraph may well be said twice: a refrain, a question, a heading. CJK characters count twice.
MIN_WIDTH = 40
# A run of short paragraphs that repeats an earlier run is no chance any more.
MIN_RUN = 3
_earlier_showings = (
    8  # how many earlier showings a run is sought at, so that a page of one line a million times stays cheap
)


def without_repeats(paragraphs: Sequence[str]) -> tuple[list[str], list[Repeat]]:
    """The paragraphs without those that repeat earlier ones, and what was removed.

    A paragraph of at least `MIN_WIDTH` seen before goes. Where several in a row repeat earlier ones in a row, all
    of them go, short headings included, if one of them is that wide or they are as wide together and `MIN_RUN` or more.
    """
    keys = [one_line(paragraph) for paragraph in paragraphs]
    if len(set(keys)) == len(keys):
        return list(paragraphs), []
    showings: dict[str, list[int]] = defaultdict(list)
    kept: list[str] = []
    repeats: list[Repeat] = []
    place = 0
    while place < len(paragraphs):
        first, length = _longest_run(keys, place, showings[keys[place]])
        run = range(place, place + max(length, 1))
        if length and _is_repeat([keys[position] for position in run]):
            repeats += [Repeat(position, first + position - place, len(paragraphs[position])) for position in run]
            place = run.stop
            continue
        kept.append(paragraphs[place])
        if len(showings[keys[place]]) < _earlier_showings:
            showings[keys[place]].append(place)
        place += 1
    return kept, repeats


def _longest_run(keys: Sequence[str], place: int, earlier: Sequence[int]) -> tuple[int, int]:
    """Where the longest run that stands at `place` stood before, and its length; length 0 where it never stood."""
    best, longest = 0, 0
    for first in earlier:
        length = 0
        while first + length < place and place + length < len(keys) and keys[first + length] == keys[place + length]:
            length += 1
        if length > longest:
            best, longest = first, length
    return best, longest


def _is_repeat(run: Sequence[str]) -> bool:
    widths = [width(key) for key in run]
    return max(widths) >= MIN_WIDTH or (len(run) >= MIN_RUN and sum(widths) >= MIN_WIDTH)
