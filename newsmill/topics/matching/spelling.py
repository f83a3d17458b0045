"""Unify spellings: fold characters, and write out the optional parts of phrases."""

from __future__ import annotations

import re

OPTIONAL_PART = re.compile(r"\(([^()]+)\)")
# One character is folded to one character, so that positions in a text do not change: typographic apostrophes, all
# hyphens, dashes and spaces, full-width letters and digits.
FOLDS = {
    **dict.fromkeys("\u2018\u2019\u02bc\u2032\u00b4`", "'"),
    **dict.fromkeys("-\u2010\u2011\u2012\u2013\u2014\u00a0\u2009\u202f\u3000\t", " "),
    **{chr(0xFF01 + code): chr(0x21 + code) for code in range(0x5E) if chr(0x21 + code).isalnum()},
    "ς": "σ",
}
_TABLE = str.maketrans(FOLDS)


def fold_char(char: str) -> str:
    """Fold one character, including its case, to one character.

    >>> fold_char("Ａ"), fold_char("İ")
    ('a', 'İ')
    """
    char = FOLDS.get(char, char)
    lower = char.lower()
    return FOLDS.get(lower, lower) if len(lower) == 1 else char


def spell_out(phrase: str) -> list[str]:
    """Return the phrase without typographic differences, with and without each part in round brackets.

    >>> spell_out("short-film(s)")
    ['short films', 'short film']
    """
    part = OPTIONAL_PART.search(phrase)
    if part is None:
        return [" ".join(phrase.translate(_TABLE).split())]
    before, after = phrase[: part.start()], phrase[part.end() :]
    return [spelling for middle in (part[1], "") for spelling in spell_out(before + middle + after)]
