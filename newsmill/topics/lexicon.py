"""The taxonomy made ready for the kernels: every phrase as the spellings it is found by, and what finding one means."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray

from newsmill.topics.characters import character_flags, character_folds
from newsmill.topics.chinese_scripts import other_script
from newsmill.topics.kernels.trie import build_trie, pack_trie
from newsmill.topics.spelling import folded, spelled_out
from newsmill.topics.taxonomy import EntityGroup, Named, PhraseGroup, Taxonomy

_cjk = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_seam = re.compile(rf"(?<=[{_cjk}]) ?(?=[A-Za-z0-9])|(?<=[A-Za-z0-9]) ?(?=[{_cjk}])")
_inner_space = re.compile(rf"(?<=[{_cjk}]) (?=[{_cjk}])")

Array = NDArray[Any]
# The language that a phrase stands under, and the phrase as the taxonomy writes it.
Phrase = tuple[str, str]


@dataclass(frozen=True)
class Lexicon:
    """The arrays that `kernels.tag` reads, and the names behind its numbers.

    Attributes:
        entities: name and kind of each entity.
    """

    characters: tuple[Array, Array]
    trie: tuple[Array, ...]
    spellings: tuple[Array, ...]
    meanings: tuple[Any, ...]
    entities: list[tuple[str, str]]


@lru_cache(maxsize=8)
def compile_lexicon(taxonomy: Taxonomy) -> Lexicon:
    """The lexicon of a taxonomy; kept, since every batch asks for it."""
    bits = {name: 1 << place for place, name in enumerate((*taxonomy.contexts, *taxonomy.topics))}
    patterns: dict[Phrase, int] = {}
    contexts: dict[int, int] = {}
    for name, bit in bits.items():
        for phrase in _words_of(taxonomy, name):
            pattern = patterns.setdefault(phrase, len(patterns))
            contexts[pattern] = contexts.get(pattern, 0) | bit
    rules = _rules(taxonomy, bits, patterns)
    entities = _entities(taxonomy, patterns)
    trie, spellings, symbol_of = _trie(patterns)
    return Lexicon(
        characters=(character_flags(), symbol_of),
        trie=trie,
        spellings=spellings,
        meanings=_meanings(len(patterns), contexts, entities, rules, len(taxonomy.topics)),
        entities=list(dict.fromkeys(entity for entity, _ in entities.values())),
    )


def _words_of(taxonomy: Taxonomy, name: str) -> list[Phrase]:
    """The words of a context with those it includes, or the entities of a topic."""
    if name in taxonomy.topics:
        return [phrase for group in taxonomy.topics[name].entities for phrase in _listed(group)]
    context = taxonomy.contexts[name]
    own = [*context.phrases(), *(phrase for group in context.entities for phrase in _listed(group))]
    return [*own, *(phrase for included in context.includes for phrase in _words_of(taxonomy, included))]


def _listed(group: Named) -> list[Phrase]:
    return [("", alias) for aliases in group.names.values() for alias in aliases]


def _phrases_of(taxonomy: Taxonomy, group: PhraseGroup | EntityGroup) -> list[Phrase]:
    if isinstance(group, EntityGroup):
        return _listed(group)
    return [*group.phrases(), *(phrase for name in group.words_of for phrase in _words_of(taxonomy, name))]


@dataclass(frozen=True)
class _Rule:
    """What finding a pattern means to a topic; a group of -1 voids what it overlaps."""

    pattern: int
    topic: int
    group: int
    weight: float = 0.0
    close: int = 0
    needs: int = 0
    near: int = 0
    names: bool = False


def _rules(taxonomy: Taxonomy, bits: dict[str, int], patterns: dict[Phrase, int]) -> list[_Rule]:
    """The rules by pattern; each pattern once a group. Adds the patterns that are words of no context."""
    rules: dict[tuple[int, int, int], _Rule] = {}
    group_number = -1
    for topic_number, topic in enumerate(taxonomy.topics.values()):
        groups: list[PhraseGroup | EntityGroup] = [*topic.phrases, *topic.entities]
        for group in groups:
            group_number += 1
            close, needs, near = (
                sum(bits[name] for name in set(names)) for names in (group.close, group.needs, group.near)
            )
            for phrase in _phrases_of(taxonomy, group):
                pattern = patterns.setdefault(phrase, len(patterns))
                names = isinstance(group, EntityGroup)
                rule = _Rule(pattern, topic_number, group_number, group.weight, close, needs, near, names)
                rules[pattern, topic_number, group_number] = rule
        for phrase in topic.exclusions.phrases():
            pattern = patterns.setdefault(phrase, len(patterns))
            rules[pattern, topic_number, -1] = _Rule(pattern, topic_number, -1)
    return sorted(rules.values(), key=lambda rule: (rule.pattern, rule.topic, rule.group))


def _entities(taxonomy: Taxonomy, patterns: dict[Phrase, int]) -> dict[int, tuple[tuple[str, str], bool]]:
    """Name and kind of the entity that a pattern names, and whether it does so without its group's contexts."""
    named: dict[int, tuple[tuple[str, str], bool]] = {}
    groups: list[tuple[Named, bool]] = [(g, True) for context in taxonomy.contexts.values() for g in context.entities]
    groups += [(g, False) for topic in taxonomy.topics.values() for g in topic.entities]
    for group, free in groups:
        for name, aliases in group.names.items():
            for alias in aliases:
                named.setdefault(patterns["", alias], ((name, group.kind), free))
    return named


def _meanings(
    patterns: int,
    contexts: dict[int, int],
    entities: dict[int, tuple[tuple[str, str], bool]],
    rules: list[_Rule],
    topics: int,
) -> tuple[Any, ...]:
    numbers = {entity: number for number, entity in enumerate(dict.fromkeys(entity for entity, _ in entities.values()))}
    counts = np.bincount([rule.pattern for rule in rules], minlength=patterns)
    rows = np.full((patterns + 1, 4), -1, np.int64)
    rows[:patterns, 0] = [contexts.get(pattern, 0) for pattern in range(patterns)]
    for pattern, (entity, free) in entities.items():
        rows[pattern, 1:3] = numbers[entity], free
    rows[:, 3] = np.concatenate(([0], np.cumsum(counts)))
    ruled = [
        (rule.topic, rule.group, round(rule.weight * 1000), rule.close, rule.needs, rule.near, rule.names)
        for rule in rules
    ]
    return rows, np.array(ruled, np.int64), topics, 1 + max((rule.group for rule in rules), default=-1)


@dataclass(frozen=True)
class _Spelling:
    """One string that a pattern is found by: folded symbols, and the capitals it must have."""

    pattern: int
    text: str
    capitals: tuple[tuple[int, str], ...]
    open_left: bool
    open_right: bool


def _trie(patterns: dict[Phrase, int]) -> tuple[tuple[Array, ...], tuple[Array, ...], Array]:
    """The trie of all spellings, what each asks for, and the symbol of every code point."""
    spellings = [spelling for phrase, pattern in patterns.items() for spelling in _spellings(phrase, pattern)]
    alphabet = {char: number for number, char in enumerate(sorted({c for s in spellings for c in s.text}), start=1)}
    folds = character_folds()
    symbol_of_fold = np.zeros(len(folds), np.uint16)
    for char, symbol in alphabet.items():
        symbol_of_fold[ord(char)] = symbol
    symbols = np.array([alphabet[char] for s in spellings for char in s.text], np.uint16)
    firsts = np.array([0, *accumulate(len(s.text) for s in spellings)], np.int64)
    size = 1 << (4 * len(symbols) + 16).bit_length()
    keys, values = np.full(size, -1, np.int64), np.zeros(size, np.int32)
    first_spelling = np.full(2 * len(symbols) + 2, -1, np.int32)
    next_spelling = np.full(2 * len(spellings), -1, np.int32)
    anywhere = np.array([s.open_left for s in spellings], np.bool_)
    states = build_trie(symbols, firsts, anywhere, keys, values, first_spelling, next_spelling)
    edges = np.argsort(keys)[-np.count_nonzero(keys >= 0) :]
    base, check, first = pack_trie(
        keys[edges] // 65536, keys[edges] % 65536, values[edges], first_spelling[:states], len(alphabet) + 1
    )
    capitals = [capital for s in spellings for capital in s.capitals]
    asked = (
        np.array([s.pattern for s in spellings], np.int32),
        np.array([s.open_right for s in spellings], np.bool_),
        np.array([0, *accumulate(len(s.capitals) for s in spellings)], np.int64),
        np.array([place for place, _ in capitals], np.int32),
        np.array([ord(char) for _, char in capitals], np.uint32),
    )
    return (base, check, first, next_spelling, _pairs(spellings, alphabet)), asked, symbol_of_fold[folds]


def _pairs(spellings: list[_Spelling], alphabet: dict[str, int]) -> Array:
    """Which two symbols may begin a phrase: bit 0 at the edge of a word, bit 1 within one."""
    pairs = np.zeros((len(alphabet) + 1, len(alphabet) + 1), np.uint8)
    for spelling in spellings:
        second = alphabet[spelling.text[1]] if len(spelling.text) > 1 else slice(None)
        pairs[alphabet[spelling.text[0]], second] |= 3 if spelling.open_left else 1
    return pairs


def _spellings(phrase: Phrase, pattern: int) -> list[_Spelling]:
    """The strings a phrase is found by.

    A letter in lower case is found in any case, a capital only as a capital (AI is not `j'ai`). Between Latin and
    Chinese, Japanese or Korean letters a space may stand or not, and between Korean words too. Chinese is found in
    simplified and traditional characters.
    """
    language, said = phrase
    bare = said.removeprefix("*").removesuffix("*")
    wholes = spelled_out(bare)
    if language in ("zh", ""):
        wholes = [*wholes, *(other for whole in wholes for other in other_script(whole))]
    texts = dict.fromkeys(
        text
        for whole in wholes
        for text in (whole, _seam.sub("", whole), _seam.sub(" ", whole), _inner_space.sub("", whole))
    )
    return [
        _Spelling(
            pattern,
            "".join(map(folded, text)),
            tuple((place, char) for place, char in enumerate(text) if char != folded(char)),
            said[0] == "*",
            said[-1] == "*",
        )
        for text in texts
    ]
