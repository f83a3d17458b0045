"""Stories room: in which passages two texts differ."""

from __future__ import annotations

from difflib import SequenceMatcher

import polars as pl

from newsmill.stories.text.words import passage_span, read_words

# A change is kept short: so many passages, so many characters of each. `differences` tells all of it.
MAX_PASSAGES = 6
MAX_CHARS = 160
# Comparing takes the product of both; texts of more passages are compared as far as this.
MAX_COMPARED = 2_000


def differences(before: str, after: str) -> list[tuple[str, str]]:
    """The passages that only one of two texts has, in order: `-` those of the first, `+` those of the second.

    >>> differences("It rained. All was wet.", "It snowed. All was wet.")
    [('-', 'It rained.'), ('+', 'It snowed.')]
    """
    texts = [before, after]
    passages = read_words(texts).passages
    middle = int(passages.ends[0])
    hashes = passages.hashes.tolist()
    one, other = hashes[:middle][:MAX_COMPARED], hashes[middle:][:MAX_COMPARED]
    spans = passages.spans.tolist()
    found = []
    for kind, first, last, from_, to in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        if kind != "equal":
            for sign, text, some in (
                ("-", texts[0], spans[first:last]),
                ("+", texts[1], spans[middle + from_ : middle + to]),
            ):
                for start, end in some:
                    left, right = passage_span(text, start, end)
                    found.append((sign, " ".join(text[left:right].split())))
    return found


def changes(pairs: pl.DataFrame) -> pl.Series:
    """Of each pair (`before`, `after`: texts) a few lines that say what changed; null where no passage did."""
    said = [_short(differences(before, after)) for before, after in pairs.select("before", "after").iter_rows()]
    return pl.Series("change", said, dtype=pl.String)


def _short(differing: list[tuple[str, str]]) -> str | None:
    lines = [f"{sign} {text if len(text) <= MAX_CHARS else text[: MAX_CHARS - 1] + '…'}" for sign, text in differing]
    more = len(lines) - MAX_PASSAGES
    return "\n".join([*lines[:MAX_PASSAGES], *([f"… and {more} more"] if more > 0 else [])]) or None
