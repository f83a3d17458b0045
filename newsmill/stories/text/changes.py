"""Find the passages in which two texts differ."""

from __future__ import annotations

from difflib import SequenceMatcher

import polars as pl

from newsmill.stories.text.words import read_words, to_original_span

# A summary shows at most this many passages, and this many characters of each; `diff_passages` returns all.
MAX_PASSAGES = 6
MAX_CHARS = 160
# The time grows with the product of both numbers of passages; passages after these are not compared.
MAX_COMPARED_PASSAGES = 2_000


def diff_passages(before: str, after: str) -> list[tuple[str, str]]:
    """Return the passages that only one of two texts has, in order: `-` for the first text, `+` for the second.

    >>> diff_passages("It rained. All was wet.", "It snowed. All was wet.")
    [('-', 'It rained.'), ('+', 'It snowed.')]
    """
    passages = read_words([before, after]).passages
    middle = int(passages.ends[0])
    hashes, spans = passages.hashes.tolist(), passages.spans.tolist()
    matcher = SequenceMatcher(
        None, hashes[:middle][:MAX_COMPARED_PASSAGES], hashes[middle:][:MAX_COMPARED_PASSAGES], autojunk=False
    )
    differences = []
    for tag, before_start, before_end, after_start, after_end in matcher.get_opcodes():
        if tag == "equal":
            continue
        removed, added = spans[before_start:before_end], spans[middle + after_start : middle + after_end]
        for sign, text, changed in (("-", before, removed), ("+", after, added)):
            for start, end in changed:
                left, right = to_original_span(text, start, end)
                differences.append((sign, " ".join(text[left:right].split())))
    return differences


def summarize_changes(pairs: pl.DataFrame) -> pl.Series:
    """Return for each pair (`before`, `after`: texts) a few lines that show what changed; null if nothing did."""
    summaries = [
        _shorten(diff_passages(before, after)) for before, after in pairs.select("before", "after").iter_rows()
    ]
    return pl.Series("change", summaries, dtype=pl.String)


def _shorten(differences: list[tuple[str, str]]) -> str | None:
    lines = [f"{sign} {text if len(text) <= MAX_CHARS else text[: MAX_CHARS - 1] + '…'}" for sign, text in differences]
    hidden = len(lines) - MAX_PASSAGES
    return "\n".join([*lines[:MAX_PASSAGES], *([f"… and {hidden} more"] if hidden > 0 else [])]) or None
