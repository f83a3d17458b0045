"""Kernels that score the sentences of texts: contexts, exclusions, mentions and the entities they name."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from newsmill.compiled import compiled, compiled_inner
from newsmill.topics.matching.characters import CODE_POINTS
from newsmill.topics.matching.hits import END, PATTERN, START, Codes, Flags, Matches, Rows, Spellings, write_hits
from newsmill.topics.matching.sentences import SentenceWords, find_sentences
from newsmill.topics.matching.text_bytes import Spans, compute_longest_text, decode, double_rows

# `within_words`: the maximum width between a phrase and a word that it needs, about five English words or ten Chinese
# characters. A character from WIDE_CODE on counts as three Latin letters.
WITHIN_WORDS_WIDTH = 32
WIDE_CODE = 0x2E80
# The number of sentences at the start of a body to which the contexts of the headline apply.
HEADLINE_SENTENCES = 2
# An upper bound of the length of a spelling (taxonomy.MAX_PHRASE_CHARS and the spaces that may be added).
MAX_SPELLING_CHARS = 256
# Weights are in thousandths. A sentence that weighs less than this is not a mention.
MIN_MENTION_WEIGHT = 1000
# Columns of the table of patterns: the contexts that contain the pattern, its entity or -1, whether it names the entity
# even if the contexts of its group are missing, its first rule.
CONTEXTS, ENTITY, IS_ALWAYS_NAMED, FIRST_RULE = range(4)
# Columns of the table of rules: topic, group or -1 for an exclusion, weight, needed contexts, whether the group's
# phrases are entities.
TOPIC, GROUP, WEIGHT, WITHIN_WORDS, SAME_SENTENCE, NEARBY_SENTENCE, IS_ENTITY_GROUP = range(7)

Table = NDArray[np.int64]


class Rules(NamedTuple):
    """Tables of patterns (with one extra row at the end) and rules, and the numbers of topics and groups."""

    patterns: Table
    rules: Table
    topic_count: int
    group_count: int


@compiled
def find_mentions_in_texts(
    data: NDArray[np.uint8], offsets: NDArray[np.int64], limit: int, spans: Spans, is_headed: NDArray[np.bool_],
    matches: Matches, flags: Flags, widths: NDArray[np.uint8], spellings: Spellings, rules: Rules, words: SentenceWords,
) -> tuple[Rows, Rows]:  # fmt: skip
    """Return the mentions in texts, and the entities that they name.

    Args:
        data: UTF-8 of the texts; `offsets` are their starts, and the end.
        limit: characters read of each text.
        spans: the spans of characters that are not searched.
        is_headed: by text, whether the previous text is its headline, whose contexts apply to its first sentences.
        matches: strings of `spellings` in the folded texts.
        flags: by code point.
        widths: bytes of the folded character, by code point.

    Returns:
        Mentions (text, topic, start and end of the sentence, start and end of the deciding phrase, weight) and entities
        (text, topic, entity).
    """
    longest = compute_longest_text(offsets, limit)
    codes, marks = np.empty(longest, np.uint32), np.empty(longest, np.uint16)
    byte_counts = np.empty(longest, np.uint8)
    first_spans, span_starts, span_ends = spans
    hits, sentences = np.empty((1024, 3), np.int32), np.empty((256, 2), np.int32)
    mentions, mention_count = np.empty((256, 7), np.int32), 0
    names, name_count = np.empty((256, 3), np.int32), 0
    contexts = np.int64(0)
    last_text = len(offsets) - 2
    for text in range(len(offsets) - 1):
        headline = contexts if is_headed[text] else np.int64(0)
        contexts = np.int64(0)
        first, end = matches.first[text], matches.first[text + 1]
        is_headline = text < last_text and is_headed[text + 1]
        if first == end or not (is_headline or _has_candidate(matches, first, end, headline, spellings, rules)):
            continue
        count = decode(data, offsets[text], offsets[text + 1], limit, codes)
        for at in range(count):
            code = codes[at]
            marks[at] = flags[code] if code < CODE_POINTS else 0
            byte_counts[at] = widths[code] if code < CODE_POINTS else 1
        for span in range(first_spans[text], first_spans[text + 1]):
            for at in range(max(0, span_starts[span]), min(count, span_ends[span])):
                byte_counts[at] = 1
        hit_count, hits = write_hits(codes, marks, byte_counts, count, matches, first, end, spellings, hits)
        for hit in range(hit_count):
            contexts |= rules.patterns[hits[hit, PATTERN], CONTEXTS]
        if not _can_match(hits, hit_count, contexts | headline, rules):
            continue
        sentence_count, sentences = find_sentences(codes, marks, count, words, sentences)
        mentions, mention_count, names, name_count = _score(
            text, codes, hits, hit_count, sentences, sentence_count, headline, rules,
            mentions, mention_count, names, name_count,
        )  # fmt: skip
    return mentions[:mention_count], names[:name_count]


@compiled_inner
def _has_candidate(
    matches: Matches, first: int, end: int, headline: np.int64, spellings: Spellings, rules: Rules
) -> bool:
    """Return whether a text would have a mention if all its matches were hits. Most texts need not be decoded."""
    contexts = headline
    for match in range(first, end):
        string = matches.string[match]
        for spelling in range(spellings.first[string], spellings.first[string + 1]):
            contexts |= rules.patterns[spellings.pattern[spelling], CONTEXTS]
    for match in range(first, end):
        string = matches.string[match]
        for spelling in range(spellings.first[string], spellings.first[string + 1]):
            if _has_rule(spellings.pattern[spelling], contexts, rules):
                return True
    return False


@compiled_inner
def _has_rule(pattern: int, contexts: np.int64, rules: Rules) -> bool:
    """Return whether `contexts` contains all contexts that some rule of the pattern needs."""
    table = rules.rules
    for rule in range(rules.patterns[pattern, FIRST_RULE], rules.patterns[pattern + 1, FIRST_RULE]):
        needed = table[rule, WITHIN_WORDS] | table[rule, SAME_SENTENCE] | table[rule, NEARBY_SENTENCE]
        if table[rule, GROUP] >= 0 and contexts & needed == needed:
            return True
    return False


@compiled_inner
def _can_match(hits: Rows, hit_count: int, contexts: np.int64, rules: Rules) -> bool:
    """Return whether text and headline contain all contexts of a rule. Most texts need not be split into sentences."""
    for hit in range(hit_count):  # noqa: SIM110 - Numba compiles no generator expression
        if _has_rule(hits[hit, PATTERN], contexts, rules):
            return True
    return False


@compiled_inner
def _score(
    text: int, codes: Codes, hits: Rows, hit_count: int, sentences: Rows, sentence_count: int, headline: np.int64,
    rules: Rules, mentions: Rows, mention_count: int, names: Rows, name_count: int,
) -> tuple[Rows, int, Rows, int]:  # fmt: skip
    """Add the text's mentions: sentences whose phrases weigh enough. Each group counts once per sentence.

    `headline` contains the contexts of the headline, which also apply to the first sentences.
    """
    patterns, table = rules.patterns, rules.rules
    sentence_by_hit, contexts, exclusions = _locate_hits(hits, hit_count, sentences, sentence_count, rules)
    counted_in = np.zeros(rules.group_count, np.int32)
    phrase = np.zeros((rules.topic_count, 2), np.int32)
    weights, heaviest = np.zeros(rules.topic_count, np.int64), np.zeros(rules.topic_count, np.int64)
    is_named = np.zeros(hit_count, np.bool_)
    first = 0
    while first < hit_count:
        sentence = sentence_by_hit[first]
        if sentence < 0:
            first += 1
            continue
        for topic in range(rules.topic_count):
            weights[topic], heaviest[topic] = 0, 0
        above = headline if sentence < HEADLINE_SENTENCES else np.int64(0)
        within = contexts[sentence + 1] | above
        around = contexts[sentence] | within | contexts[sentence + 2]
        end = first
        while end < hit_count and (sentence_by_hit[end] == sentence or sentence_by_hit[end] < 0):
            hit = end
            end += 1
            if sentence_by_hit[hit] < 0:
                continue
            pattern = hits[hit, PATTERN]
            for rule in range(patterns[pattern, FIRST_RULE], patterns[pattern + 1, FIRST_RULE]):
                topic, group, weight = table[rule, TOPIC], table[rule, GROUP], table[rule, WEIGHT]
                if (
                    group < 0
                    or within & table[rule, SAME_SENTENCE] != table[rule, SAME_SENTENCE]
                    or around & table[rule, NEARBY_SENTENCE] != table[rule, NEARBY_SENTENCE]
                    or not _has_within_words(
                        codes, hits, hit_count, hit, sentence_by_hit, table[rule, WITHIN_WORDS], patterns
                    )
                    or _is_excluded(hits, hit, topic, exclusions)
                ):
                    continue
                if table[rule, IS_ENTITY_GROUP]:
                    is_named[hit] = True
                if counted_in[group] != sentence + 1:
                    counted_in[group] = sentence + 1
                    weights[topic] += weight
                # The deciding phrase is the heaviest; of equals the longest, then the first.
                length = hits[hit, END] - hits[hit, START]
                if weight > heaviest[topic] or (
                    weight == heaviest[topic] and length > phrase[topic, 1] - phrase[topic, 0]
                ):
                    heaviest[topic] = weight
                    phrase[topic, 0], phrase[topic, 1] = hits[hit, START], hits[hit, END]
        for topic in range(rules.topic_count):
            if weights[topic] < MIN_MENTION_WEIGHT:
                continue
            if mention_count == len(mentions):
                mentions = double_rows(mentions)
            mentions[mention_count, 0], mentions[mention_count, 1] = text, topic
            mentions[mention_count, 2], mentions[mention_count, 3] = sentences[sentence, 0], sentences[sentence, 1]
            mentions[mention_count, 4], mentions[mention_count, 5] = phrase[topic, 0], phrase[topic, 1]
            mentions[mention_count, 6] = min(weights[topic], 2**31 - 1)
            mention_count += 1
            names, name_count = _add_names(
                text, topic, hits, first, end, sentence, sentence_by_hit, is_named, patterns, names, name_count
            )
        first = end
    return mentions, mention_count, names, name_count


@compiled_inner
def _locate_hits(
    hits: Rows, hit_count: int, sentences: Rows, sentence_count: int, rules: Rules
) -> tuple[NDArray[np.int32], Table, Rows]:
    """Return the sentence of each hit, the contexts of each sentence, and the hits that are exclusions.

    The contexts of sentence i are at index i + 1. A hit that crosses two sentences has the sentence -1. Exclusions are
    rows of start, end and topic.
    """
    sentence_by_hit, contexts = np.empty(hit_count, np.int32), np.zeros(sentence_count + 2, np.int64)
    exclusions, exclusion_count = np.empty((16, 3), np.int32), 0
    sentence = 0
    for hit in range(hit_count):
        start, end, pattern = hits[hit, START], hits[hit, END], hits[hit, PATTERN]
        while sentence < sentence_count and sentences[sentence, 1] <= start:
            sentence += 1
        sentence_by_hit[hit] = -1
        if sentence < sentence_count and sentences[sentence, 0] <= start and end <= sentences[sentence, 1]:
            sentence_by_hit[hit] = sentence
            contexts[sentence + 1] |= rules.patterns[pattern, CONTEXTS]
        for rule in range(rules.patterns[pattern, FIRST_RULE], rules.patterns[pattern + 1, FIRST_RULE]):
            if rules.rules[rule, GROUP] < 0:
                if exclusion_count == len(exclusions):
                    exclusions = double_rows(exclusions)
                exclusions[exclusion_count, 0], exclusions[exclusion_count, 1] = start, end
                exclusions[exclusion_count, 2] = rules.rules[rule, TOPIC]
                exclusion_count += 1
    return sentence_by_hit, contexts, exclusions[:exclusion_count]


@compiled_inner
def _add_names(
    text: int, topic: int, hits: Rows, first: int, end: int, sentence: int, sentence_by_hit: NDArray[np.int32],
    is_named: NDArray[np.bool_], patterns: Table, names: Rows, name_count: int,
) -> tuple[Rows, int]:  # fmt: skip
    """Add the entities that a mention names. Overlapping spellings of an entity count once."""
    for hit in range(first, end):
        if sentence_by_hit[hit] != sentence or not _names_entity(hits, hit, is_named, patterns):
            continue
        entity = patterns[hits[hit, PATTERN], ENTITY]
        is_repeat = False
        for other in range(hit - 1, first - 1, -1):
            if hits[other, START] < hits[hit, START] - MAX_SPELLING_CHARS:
                break
            if (
                patterns[hits[other, PATTERN], ENTITY] == entity
                and hits[other, END] > hits[hit, START]
                and _names_entity(hits, other, is_named, patterns)
            ):
                is_repeat = True
        if not is_repeat:
            if name_count == len(names):
                names = double_rows(names)
            names[name_count, 0], names[name_count, 1], names[name_count, 2] = text, topic, entity
            name_count += 1
    return names, name_count


@compiled_inner
def _names_entity(hits: Rows, hit: int, is_named: NDArray[np.bool_], patterns: Table) -> bool:
    pattern = hits[hit, PATTERN]
    return bool(patterns[pattern, ENTITY] >= 0 and (patterns[pattern, IS_ALWAYS_NAMED] or is_named[hit]))


@compiled_inner
def _is_excluded(hits: Rows, hit: int, topic: int, exclusions: Rows) -> bool:
    """Return whether an exclusion of the topic overlaps the phrase."""
    low, high = 0, len(exclusions)
    while low < high:
        middle = (low + high) // 2
        if exclusions[middle, 0] < hits[hit, START] - MAX_SPELLING_CHARS:
            low = middle + 1
        else:
            high = middle
    for exclusion in range(low, len(exclusions)):
        if exclusions[exclusion, 0] >= hits[hit, END]:
            break
        if exclusions[exclusion, 2] == topic and exclusions[exclusion, 1] > hits[hit, START]:
            return True
    return False


@compiled_inner
def _has_within_words(
    codes: Codes, hits: Rows, hit_count: int, hit: int, sentence_by_hit: NDArray[np.int32], needed: int, patterns: Table
) -> bool:
    """Return whether a word of every needed context is within a few words, in the same sentence."""
    if needed == 0:
        return True
    found = np.int64(0)
    start, end = hits[hit, START], hits[hit, END]
    for other in range(hit, -1, -1):
        if hits[other, START] < start - WITHIN_WORDS_WIDTH - MAX_SPELLING_CHARS:
            break
        contexts = patterns[hits[other, PATTERN], CONTEXTS]
        is_candidate = contexts & needed and sentence_by_hit[other] == sentence_by_hit[hit]
        if is_candidate and _measure_width(codes, hits[other, END], start) <= WITHIN_WORDS_WIDTH:
            found |= contexts
    for other in range(hit, hit_count):
        if hits[other, START] > end + WITHIN_WORDS_WIDTH:
            break
        contexts = patterns[hits[other, PATTERN], CONTEXTS]
        is_candidate = contexts & needed and sentence_by_hit[other] == sentence_by_hit[hit]
        if is_candidate and _measure_width(codes, end, hits[other, START]) <= WITHIN_WORDS_WIDTH:
            found |= contexts
    return bool(found & needed == needed)


@compiled_inner
def _measure_width(codes: Codes, start: int, end: int) -> int:
    """Return the width of the text between two characters; counting stops above WITHIN_WORDS_WIDTH."""
    width = 0
    for at in range(start, end):
        width += 3 if codes[at] >= WIDE_CODE else 1
        if width > WITHIN_WORDS_WIDTH:
            break
    return width
