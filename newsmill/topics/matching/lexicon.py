"""Compile a taxonomy: its phrases into the strings that are searched, its groups into rules."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

import hyperscan
import numpy as np
from numpy.typing import NDArray

from newsmill.topics.matching.characters import IN_WORD, WORD_START, build_character_flags
from newsmill.topics.matching.chinese_scripts import to_other_script
from newsmill.topics.matching.hits import Spellings
from newsmill.topics.matching.scoring import Rules
from newsmill.topics.matching.spelling import fold_char, spell_out
from newsmill.topics.taxonomy import EntityGroup, Named, PhraseGroup, Taxonomy

_CJK = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_SCRIPT_CHANGE = re.compile(rf"(?<=[{_CJK}]) ?(?=[A-Za-z0-9])|(?<=[A-Za-z0-9]) ?(?=[{_CJK}])")
_SPACE_IN_CJK = re.compile(rf"(?<=[{_CJK}]) (?=[{_CJK}])")

# The language key of a phrase ("" for names of entities), and the phrase as it is in the taxonomy. Each is a pattern.
Phrase = tuple[str, str]
# Name and kind of an entity.
Entity = tuple[str, str]


@dataclass(frozen=True)
class Lexicon:
    """A taxonomy in the form that tagging reads.

    Attributes:
        database: finds the strings of `spellings` in folded texts.
        entities: name and kind by entity number.
    """

    database: hyperscan.Database
    spellings: Spellings
    rules: Rules
    entities: list[Entity]


@lru_cache(maxsize=8)
def compile_lexicon(taxonomy: Taxonomy) -> Lexicon:
    """Compile the lexicon of a taxonomy. The result is cached, because every batch needs it."""
    bits = {name: 1 << number for number, name in enumerate((*taxonomy.contexts, *taxonomy.topics))}
    patterns: dict[Phrase, int] = {}
    contexts: dict[int, int] = {}
    for name, bit in bits.items():
        for phrase in _collect_context_phrases(taxonomy, name):
            pattern = patterns.setdefault(phrase, len(patterns))
            contexts[pattern] = contexts.get(pattern, 0) | bit
    rules = _list_rules(taxonomy, bits, patterns)
    entities = _list_entities(taxonomy, patterns)
    names = list(dict.fromkeys(entity for entity, _ in entities.values()))
    strings, spellings = _group_spellings(
        [spelling for phrase, pattern in patterns.items() for spelling in _spell(phrase, pattern)]
    )
    return Lexicon(
        database=_compile_database(strings),
        spellings=spellings,
        rules=_build_rule_tables(len(patterns), contexts, entities, names, rules, len(taxonomy.topics)),
        entities=names,
    )


def _collect_context_phrases(taxonomy: Taxonomy, name: str) -> list[Phrase]:
    """Return the phrases of a context and of the contexts it includes, or the entity names of a topic."""
    if name in taxonomy.topics:
        return [phrase for group in taxonomy.topics[name].entities for phrase in _list_aliases(group)]
    included = [name]
    for each in included:  # grows on the way; a context can be included in several ways
        included += [other for other in taxonomy.contexts[each].includes if other not in included]
    contexts = [taxonomy.contexts[each] for each in included]
    return [
        phrase
        for context in contexts
        for phrase in (*context.phrases(), *(alias for group in context.entities for alias in _list_aliases(group)))
    ]


def _list_aliases(group: Named) -> list[Phrase]:
    return [("", alias) for aliases in group.names.values() for alias in aliases]


def _collect_group_phrases(taxonomy: Taxonomy, group: PhraseGroup | EntityGroup) -> list[Phrase]:
    if isinstance(group, EntityGroup):
        return _list_aliases(group)
    return [
        *group.phrases(),
        *(phrase for name in group.words_of for phrase in _collect_context_phrases(taxonomy, name)),
    ]


@dataclass(frozen=True)
class _Rule:
    """The group of a topic that a pattern belongs to; group -1 is an exclusion. Contexts are bits."""

    pattern: int
    topic: int
    group: int
    weight: float = 0.0
    within_words: int = 0
    same_sentence: int = 0
    nearby_sentence: int = 0
    is_entity_group: bool = False


def _list_rules(taxonomy: Taxonomy, bits: dict[str, int], patterns: dict[Phrase, int]) -> list[_Rule]:
    """Return the rules sorted by pattern, one per pattern and group. Adds new patterns to `patterns`."""
    rules: dict[tuple[int, int, int], _Rule] = {}
    group_number = -1
    for topic_number, topic in enumerate(taxonomy.topics.values()):
        groups: list[PhraseGroup | EntityGroup] = [*topic.phrases, *topic.entities]
        for group in groups:
            group_number += 1
            within_words, same_sentence, nearby_sentence = (
                sum(bits[name] for name in set(names))
                for names in (group.within_words, group.same_sentence, group.nearby_sentence)
            )
            for phrase in _collect_group_phrases(taxonomy, group):
                pattern = patterns.setdefault(phrase, len(patterns))
                rules[pattern, topic_number, group_number] = _Rule(
                    pattern,
                    topic_number,
                    group_number,
                    group.weight,
                    within_words,
                    same_sentence,
                    nearby_sentence,
                    is_entity_group=isinstance(group, EntityGroup),
                )
        for phrase in topic.exclusions.phrases():
            pattern = patterns.setdefault(phrase, len(patterns))
            rules[pattern, topic_number, -1] = _Rule(pattern, topic_number, -1)
    return sorted(rules.values(), key=lambda rule: (rule.pattern, rule.topic, rule.group))


def _list_entities(taxonomy: Taxonomy, patterns: dict[Phrase, int]) -> dict[int, tuple[Entity, bool]]:
    """Return the entity of each pattern that names one, and whether it needs no contexts of its group."""
    entities: dict[int, tuple[Entity, bool]] = {}
    groups: list[tuple[Named, bool]] = [(g, True) for context in taxonomy.contexts.values() for g in context.entities]
    groups += [(g, False) for topic in taxonomy.topics.values() for g in topic.entities]
    for group, is_always_named in groups:
        for name, aliases in group.names.items():
            for alias in aliases:
                entities.setdefault(patterns["", alias], ((name, group.kind), is_always_named))
    return entities


def _build_rule_tables(
    pattern_count: int,
    contexts: dict[int, int],
    entities: dict[int, tuple[Entity, bool]],
    names: list[Entity],
    rules: list[_Rule],
    topic_count: int,
) -> Rules:
    """Return the tables that the kernels read; `scoring` defines their columns."""
    numbers = {entity: number for number, entity in enumerate(names)}
    counts = np.bincount([rule.pattern for rule in rules], minlength=pattern_count)
    patterns = np.full((pattern_count + 1, 4), -1, np.int64)
    patterns[:pattern_count, 0] = [contexts.get(pattern, 0) for pattern in range(pattern_count)]
    for pattern, (entity, is_always_named) in entities.items():
        patterns[pattern, 1:3] = numbers[entity], is_always_named
    patterns[:, 3] = np.concatenate(([0], np.cumsum(counts)))
    rows = [
        (
            rule.topic,
            rule.group,
            round(rule.weight * 1000),
            rule.within_words,
            rule.same_sentence,
            rule.nearby_sentence,
            rule.is_entity_group,
        )
        for rule in rules
    ]
    group_count = 1 + max((rule.group for rule in rules), default=-1)
    return Rules(patterns, np.array(rows, np.int64), topic_count, group_count)


@dataclass(frozen=True)
class _Spelling:
    """One folded spelling of a pattern, and the capitals that a text must have there."""

    pattern: int
    text: str
    capitals: tuple[tuple[int, str], ...]
    open_left: bool
    open_right: bool


def _spell(phrase: Phrase, pattern: int) -> Iterator[_Spelling]:
    """Yield the spellings of a phrase.

    A letter in lower case is found in any case, a capital only as a capital (AI is not `j'ai`). Between Latin and
    Chinese, Japanese or Korean letters a space is optional, and between Korean words too. Chinese is found in
    simplified and traditional characters.
    """
    language, written = phrase
    variants = spell_out(written.removeprefix("*").removesuffix("*"))
    if language in ("zh", ""):
        variants = [*variants, *(other for variant in variants for other in to_other_script(variant))]
    texts = dict.fromkeys(
        text
        for variant in variants
        for text in (
            variant,
            _SCRIPT_CHANGE.sub("", variant),
            _SCRIPT_CHANGE.sub(" ", variant),
            _SPACE_IN_CJK.sub("", variant),
        )
    )
    for text in texts:
        capitals = tuple((at, char) for at, char in enumerate(text) if char != fold_char(char))
        yield _Spelling(pattern, "".join(map(fold_char, text)), capitals, written[0] == "*", written[-1] == "*")


def _group_spellings(spellings: list[_Spelling]) -> tuple[list[bytes], Spellings]:
    """Return the strings to search, and the spellings grouped by string."""
    by_string: dict[bytes, list[_Spelling]] = {}
    for spelling in spellings:
        by_string.setdefault(_encode_spelling(spelling), []).append(spelling)
    grouped = [spelling for group in by_string.values() for spelling in group]
    capitals = [capital for spelling in grouped for capital in spelling.capitals]
    return list(by_string), Spellings(
        first=_compute_offsets(len(group) for group in by_string.values()),
        char_count=np.array([len(group[0].text) for group in by_string.values()], np.int32),
        pattern=np.array([spelling.pattern for spelling in grouped], np.int32),
        open_left=np.array([spelling.open_left for spelling in grouped], np.bool_),
        open_right=np.array([spelling.open_right for spelling in grouped], np.bool_),
        first_capital=_compute_offsets(len(spelling.capitals) for spelling in grouped),
        capital_at=np.array([at for at, _ in capitals], np.int32),
        capital=np.array([ord(char) for _, char in capitals], np.uint32),
    )


def _compute_offsets(lengths: Iterator[int]) -> NDArray[np.int32]:
    return np.array([0, *accumulate(lengths)], np.int32)


def _encode_spelling(spelling: _Spelling) -> bytes:
    """Return the bytes of a spelling as `text_bytes.fold_texts` writes them."""
    flags = build_character_flags()
    chars = []
    is_in_word = spelling.open_left
    for char in spelling.text:
        was_in_word, is_in_word = is_in_word, bool(flags[ord(char)] & IN_WORD)
        chars.append(f"{WORD_START:c}{char}" if is_in_word and not was_in_word else char)
    return "".join(chars).encode()


def _compile_database(strings: list[bytes]) -> hyperscan.Database:
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(expressions=strings, ids=list(range(len(strings))), literal=True)
    return database
