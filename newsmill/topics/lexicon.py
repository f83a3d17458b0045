"""The taxonomy made ready for searching: every phrase as the patterns it is found by, and what finding one means."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import polars as pl

from newsmill.topics.spelling import spelled_out
from newsmill.topics.taxonomy import EntityGroup, PhraseGroup, Taxonomy

_cjk = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_seam = re.compile(rf"(?<=[{_cjk}]) ?(?=[A-Za-z0-9])|(?<=[A-Za-z0-9]) ?(?=[{_cjk}])")
_inner_space = re.compile(rf"(?<=[{_cjk}]) (?=[{_cjk}])")

# What finding a pattern means: a phrase of a topic, or one that voids it. `topic` and `group` count from 0 in the file.
MEANINGS = pl.Schema(
    {
        "pattern": pl.UInt32,
        "topic": pl.Int16,
        "group": pl.Int16,
        "voids": pl.Boolean,
        "weight": pl.Float64,
        "close": pl.Int64,
        "needs": pl.Int64,
        "near": pl.Int64,
    }
)


@dataclass(frozen=True)
class Lexicon:
    """What a text is searched for.

    Attributes:
        texts: every string to look for, folded, without two that differ in ASCII case only.
        patterns: `key` (folded, lower case), `exact` (where it has a capital there must be one; null: any case),
            `open_left`, `open_right` (a * in the taxonomy: a word may go on there), `pattern`, `contexts` (bits of the
            contexts it is a word of).
        meanings: see `MEANINGS`.
    """

    texts: list[str]
    patterns: pl.DataFrame
    meanings: pl.DataFrame


@lru_cache(maxsize=8)
def compile_lexicon(taxonomy: Taxonomy) -> Lexicon:
    """The lexicon of a taxonomy; kept, since every batch asks for it."""
    bits = {name: 1 << place for place, name in enumerate((*taxonomy.contexts, *taxonomy.topics))}
    contexts: dict[str, int] = {}
    for name, bit in bits.items():
        for phrase in _words_of(taxonomy, name):
            contexts[phrase] = contexts.get(phrase, 0) | bit
    meanings: list[tuple[str, int, int, bool, float, int, int, int]] = []
    for number, topic in enumerate(taxonomy.topics.values()):
        groups: list[PhraseGroup | EntityGroup] = [*topic.phrases, *topic.entities]
        for place, group in enumerate(groups):
            masks = (_mask(bits, group.close), _mask(bits, group.needs), _mask(bits, group.near))
            rule = (number, place, False, group.weight, *masks)
            meanings += [(phrase, *rule) for phrase in _phrases_of(taxonomy, group)]
        meanings += [(phrase, number, -1, True, 0.0, 0, 0, 0) for _, phrase in topic.exclusions.phrases()]
    phrases = {
        phrase: number for number, phrase in enumerate(dict.fromkeys([*contexts, *(row[0] for row in meanings)]))
    }
    rows = [row for phrase, number in phrases.items() for row in _variants(phrase, number, contexts.get(phrase, 0))]
    patterns = pl.DataFrame(
        rows,
        schema={
            "text": pl.String,
            "key": pl.String,
            "exact": pl.String,
            "open_left": pl.Boolean,
            "open_right": pl.Boolean,
            "pattern": pl.UInt32,
            "contexts": pl.Int64,
        },
        orient="row",
    )
    found = [(phrases[phrase], *rule) for phrase, *rule in meanings]
    # Strings that differ in ASCII case only would be found twice.
    texts = list({_ascii_lower(text): text for text in patterns["text"].to_list()}.values())
    return Lexicon(
        texts, patterns.drop("text").unique(maintain_order=True), pl.DataFrame(found, MEANINGS, orient="row")
    )


def _words_of(taxonomy: Taxonomy, name: str) -> list[str]:
    """The words of a context with those it includes, or the entities of a topic."""
    if name in taxonomy.topics:
        return [phrase for group in taxonomy.topics[name].entities for phrase in group.listed()]
    context = taxonomy.contexts[name]
    own = [phrase for _, phrase in context.phrases()]
    return [*own, *(phrase for included in context.includes for phrase in _words_of(taxonomy, included))]


def _phrases_of(taxonomy: Taxonomy, group: PhraseGroup | EntityGroup) -> list[str]:
    if isinstance(group, EntityGroup):
        return list(group.listed())
    own = [phrase for _, phrase in group.phrases()]
    return list(dict.fromkeys([*own, *(phrase for name in group.words_of for phrase in _words_of(taxonomy, name))]))


def _mask(bits: dict[str, int], names: list[str]) -> int:
    return sum(bits[name] for name in set(names))


def _variants(phrase: str, number: int, contexts: int) -> list[tuple[str, str, str | None, bool, bool, int, int]]:
    """The strings a phrase is found by.

    A letter in lower case is found in any case, a capital only as a capital (AI is not `j'ai`). Between Latin and
    Chinese, Japanese or Korean letters a space may stand or not, and between Korean words too.
    """
    exact = phrase != phrase.lower()
    spellings = dict.fromkeys(
        spelling
        for whole in spelled_out(phrase.removeprefix("*").removesuffix("*"))
        for spelling in (whole, _seam.sub("", whole), _seam.sub(" ", whole), _inner_space.sub("", whole))
    )
    rows = []
    for spelling in spellings:
        # The search ignores the case of ASCII letters only.
        cases = [spelling, spelling.upper(), spelling[:1].upper() + spelling[1:]]
        for text in {_ascii_lower(case): case for case in reversed(cases) if len(case) == len(spelling)}.values():
            asked = spelling if exact else None
            rows.append((text, text.lower(), asked, phrase[0] == "*", phrase[-1] == "*", number, contexts))
    return rows


def _ascii_lower(text: str) -> str:
    return "".join(char.lower() if char.isascii() else char for char in text)
