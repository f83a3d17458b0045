"""One pass over all texts: phrases, sentences, contexts and scores, a text at a time."""

from __future__ import annotations

from typing import Any

import numpy as np

from newsmill.topics.characters import CODE_POINTS
from newsmill.topics.kernels import inner, outer
from newsmill.topics.kernels.sentences import split
from newsmill.topics.kernels.trie import decode, doubled, find_phrases

# How much may stand between a phrase and what must be close: some five words of English, ten Chinese characters.
CLOSE_WIDTH = 32
WIDE = 0x2E80  # from here on a character says as much as three Latin letters
# So many sentences are read with the headline above them.
HEADED = 2
# No spelling of a phrase is longer (taxonomy.MAX_PHRASE and the spaces that may stand within).
MAX_SPELLING = 256
# Below this, in thousandths, a sentence has only hints of the topic.
MENTION_THRESHOLD = 1000
# Columns of the tables of patterns and rules.
CONTEXTS, ENTITY, IS_FREE, FIRST_RULE = range(4)
TOPIC, GROUP, WEIGHT, CLOSE, NEEDS, NEAR, NAMES = range(7)


@outer
def tag(data: Any, offsets: Any, headed: Any, limit: int, blanks: Any, characters: Any, trie: Any, spellings: Any,
        meanings: Any, words: Any) -> Any:  # fmt: skip
    """The mentions and the entities named in them, of texts that lie in `data` between `offsets`.

    Args:
        headed: of each text whether the one before is its headline, which is read with its first sentences.
        limit: characters searched of each text.
        blanks: spans not to search: first span of each text, starts, ends (characters).
        characters: flags, and the symbol of the trie, by code point.
        meanings: a row a pattern (contexts, entity or -1, whether it is named without its group's contexts, first rule;
            one row more at the end), a row a rule (topic, group or -1 for an exclusion, weight in thousandths, contexts
            close by, in the sentence, near it, whether its group names entities), how many topics and groups there are.

    Returns:
        Mentions (unit, topic, sentence start, end, phrase start, end, score in thousandths) and entities (unit, topic,
        entity).
    """
    blank_firsts, blank_starts, blank_ends = blanks
    flags, symbol_of = characters
    longest = 0
    for unit in range(len(offsets) - 1):
        longest = max(longest, offsets[unit + 1] - offsets[unit])
    longest = min(longest, limit)
    codes, marks = np.empty(longest, np.uint32), np.empty(longest, np.uint16)
    symbols, starts = np.empty(longest, np.uint16), np.empty(longest + 1, np.int32)
    hits, spans = np.empty((1024, 3), np.int32), np.empty((256, 2), np.int32)
    mentions, mentioned = np.empty((256, 7), np.int32), 0
    named, names = np.empty((256, 3), np.int32), 0
    patterns, contexts = meanings[0], np.int64(0)
    for unit in range(len(offsets) - 1):
        count = decode(data, offsets[unit], offsets[unit + 1], limit, codes)
        for place in range(count):
            code = codes[place]
            marks[place] = flags[code] if code < CODE_POINTS else 0
            symbols[place] = symbol_of[code] if code < CODE_POINTS else 0
        for blank in range(blank_firsts[unit], blank_firsts[unit + 1]):
            for place in range(max(0, blank_starts[blank]), min(count, blank_ends[blank])):
                symbols[place] = 0
        found, hits = find_phrases(codes, marks, symbols, count, trie, spellings, starts, hits)
        headline = contexts if headed[unit] else np.int64(0)
        contexts = _contexts_of(hits, found, patterns)
        if not _may_speak(hits, found, contexts | headline, meanings):
            continue
        sentences, spans = split(codes, marks, count, words, spans)
        mentions, mentioned, named, names = _weigh(
            unit, codes, hits, found, spans, sentences, headline, meanings, mentions, mentioned, named, names
        )
    return mentions[:mentioned], named[:names]


@inner
def _contexts_of(hits: Any, found: int, patterns: Any) -> Any:
    """The contexts that have a word among the phrases found."""
    contexts = np.int64(0)
    for hit in range(found):
        contexts |= patterns[hits[hit, 2], CONTEXTS]
    return contexts


@inner
def _may_speak(hits: Any, found: int, here: Any, meanings: Any) -> bool:
    """Whether a phrase of a topic finds what it needs anywhere in text and headline; spares most texts the sentences.

    `here` are the contexts of both.
    """
    patterns, rules, _, _ = meanings
    for hit in range(found):
        pattern = hits[hit, 2]
        for rule in range(patterns[pattern, FIRST_RULE], patterns[pattern + 1, FIRST_RULE]):
            wanted = rules[rule, CLOSE] | rules[rule, NEEDS] | rules[rule, NEAR]
            if rules[rule, GROUP] >= 0 and here & wanted == wanted:
                return True
    return False


@inner
def _weigh(unit: int, codes: Any, hits: Any, found: int, spans: Any, sentences: int, headline: Any, meanings: Any,
           mentions: Any, mentioned: int, named: Any, names: int) -> Any:  # fmt: skip
    """Add the text's mentions: the sentences whose phrases weigh enough, each group counting once a sentence.

    `headline` are the contexts that the first sentences have beside their own.
    """
    patterns, rules, topic_count, group_count = meanings
    in_sentence = np.empty(found, np.int32)
    here = np.zeros(sentences + 2, np.int64)
    voids = np.empty((_count_voids(hits, found, patterns, rules), 2), np.int32)
    void_count = 0
    sentence = 0
    for hit in range(found):
        start, end, pattern = hits[hit, 0], hits[hit, 1], hits[hit, 2]
        while sentence < sentences and spans[sentence, 1] <= start:
            sentence += 1
        # One that straddles two sentences belongs to neither.
        if sentence < sentences and spans[sentence, 0] <= start and end <= spans[sentence, 1]:
            in_sentence[hit] = sentence
            here[sentence + 1] |= patterns[pattern, CONTEXTS]
        else:
            in_sentence[hit] = -1
        for rule in range(patterns[pattern, FIRST_RULE], patterns[pattern + 1, FIRST_RULE]):
            if rules[rule, GROUP] < 0:
                voids[void_count, 0], voids[void_count, 1] = hit, rules[rule, TOPIC]
                void_count += 1
    counted, decided = np.zeros(group_count, np.int32), np.zeros((topic_count, 2), np.int32)
    sums, heaviest = np.zeros(topic_count, np.int64), np.zeros(topic_count, np.int64)
    is_named = np.zeros(found, np.bool_)
    first_of_sentence = 0
    for hit in range(found + 1):
        sentence = in_sentence[hit] if hit < found else -2
        last = in_sentence[first_of_sentence] if first_of_sentence < found else -1
        if sentence != last and (sentence >= 0 or sentence == -2):
            if last >= 0:
                for topic in range(topic_count):
                    if sums[topic] >= MENTION_THRESHOLD:
                        if mentioned == len(mentions):
                            mentions = doubled(mentions)
                        mentions[mentioned, 0], mentions[mentioned, 1] = unit, topic
                        mentions[mentioned, 2], mentions[mentioned, 3] = spans[last, 0], spans[last, 1]
                        mentions[mentioned, 4], mentions[mentioned, 5] = decided[topic, 0], decided[topic, 1]
                        mentions[mentioned, 6] = min(sums[topic], 2**31 - 1)
                        mentioned += 1
                        named, names = _add_named(
                            unit,
                            topic,
                            hits,
                            first_of_sentence,
                            hit,
                            last,
                            in_sentence,
                            is_named,
                            patterns,
                            named,
                            names,
                        )
            for topic in range(topic_count):
                sums[topic], heaviest[topic] = 0, 0
            first_of_sentence = hit
        if sentence < 0:
            continue
        start, end, pattern = hits[hit, 0], hits[hit, 1], hits[hit, 2]
        above = headline if sentence < HEADED else np.int64(0)
        within = here[sentence + 1] | above
        around = here[sentence] | within | here[sentence + 2]
        for rule in range(patterns[pattern, FIRST_RULE], patterns[pattern + 1, FIRST_RULE]):
            group, topic, weight = rules[rule, GROUP], rules[rule, TOPIC], rules[rule, WEIGHT]
            if (
                group < 0
                or within & rules[rule, NEEDS] != rules[rule, NEEDS]
                or around & rules[rule, NEAR] != rules[rule, NEAR]
                or not _is_close(codes, hits, found, hit, in_sentence, rules[rule, CLOSE], patterns)
                or _is_void(hits, hit, topic, voids, void_count)
            ):
                continue
            if rules[rule, NAMES]:
                is_named[hit] = True
            if counted[group] != sentence + 1:
                counted[group] = sentence + 1
                sums[topic] += weight
            # The deciding phrase is the heaviest, of those the longest, of those the first.
            length = decided[topic, 1] - decided[topic, 0]
            if weight > heaviest[topic] or (weight == heaviest[topic] and end - start > length):
                heaviest[topic] = weight
                decided[topic, 0], decided[topic, 1] = start, end
    return mentions, mentioned, named, names


@inner
def _count_voids(hits: Any, found: int, patterns: Any, rules: Any) -> int:
    count = 0
    for hit in range(found):
        for rule in range(patterns[hits[hit, 2], FIRST_RULE], patterns[hits[hit, 2] + 1, FIRST_RULE]):
            count += rules[rule, GROUP] < 0
    return count


@inner
def _add_named(unit: int, topic: int, hits: Any, first: int, end: int, sentence: int, in_sentence: Any, is_named: Any,
               patterns: Any, named: Any, names: int) -> Any:  # fmt: skip
    """Add the entities that a mention names; an entity whose spellings overlap is named once."""
    for hit in range(first, end):
        entity = patterns[hits[hit, 2], ENTITY]
        if entity < 0 or in_sentence[hit] != sentence or not (patterns[hits[hit, 2], IS_FREE] or is_named[hit]):
            continue
        again = False
        for other in range(hit - 1, first - 1, -1):
            if hits[other, 0] < hits[hit, 0] - MAX_SPELLING:
                break
            if (
                patterns[hits[other, 2], ENTITY] == entity
                and hits[other, 1] > hits[hit, 0]
                and (patterns[hits[other, 2], IS_FREE] or is_named[other])
            ):
                again = True
        if not again:
            if names == len(named):
                named = doubled(named)
            named[names, 0], named[names, 1], named[names, 2] = unit, topic, entity
            names += 1
    return named, names


@inner
def _is_void(hits: Any, hit: int, topic: int, voids: Any, void_count: int) -> bool:
    """Whether one of the topic's exclusions overlaps the phrase."""
    low, high = 0, void_count
    while low < high:
        middle = (low + high) // 2
        if hits[voids[middle, 0], 0] < hits[hit, 0] - MAX_SPELLING:
            low = middle + 1
        else:
            high = middle
    for void in range(low, void_count):
        other = voids[void, 0]
        if hits[other, 0] >= hits[hit, 1]:
            break
        if voids[void, 1] == topic and hits[other, 1] > hits[hit, 0]:
            return True
    return False


@inner
def _is_close(codes: Any, hits: Any, found: int, hit: int, in_sentence: Any, wanted: int, patterns: Any) -> bool:
    """Whether a word of every wanted context stands close by, in the same sentence."""
    if wanted == 0:
        return True
    met: Any = np.int64(0)
    start, end = hits[hit, 0], hits[hit, 1]
    for other in range(hit, -1, -1):
        if hits[other, 0] < start - CLOSE_WIDTH - MAX_SPELLING:
            break
        if in_sentence[other] != in_sentence[hit]:
            continue
        if patterns[hits[other, 2], CONTEXTS] & wanted and _width(codes, hits[other, 1], start) <= CLOSE_WIDTH:
            met |= patterns[hits[other, 2], CONTEXTS]
    for other in range(hit, found):
        if hits[other, 0] > end + CLOSE_WIDTH:
            break
        if in_sentence[other] != in_sentence[hit]:
            continue
        if patterns[hits[other, 2], CONTEXTS] & wanted and _width(codes, end, hits[other, 0]) <= CLOSE_WIDTH:
            met |= patterns[hits[other, 2], CONTEXTS]
    return bool(met & wanted == wanted)


@inner
def _width(codes: Any, start: int, end: int) -> int:
    """How much stands between two places, or more than is close."""
    length = 0
    for place in range(start, end):
        length += 3 if codes[place] >= WIDE else 1
        if length > CLOSE_WIDTH:
            break
    return length
