"""Score extracted bodies like the public benchmarks of article extraction."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from statistics import fmean

_WORD = re.compile(r"\w+")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def tokens(text: str) -> list[str]:
    """Split a text to words; every CJK character is a word."""
    return _WORD.findall(_CJK.sub(lambda match: f" {match.group()} ", text))


def shingle_score(pairs: Sequence[tuple[str, str]]) -> tuple[float, float, float]:
    """Return precision, recall and F1 of (extracted, true) texts by four-word shingles, averaged over pages."""
    precisions, recalls = [], []
    for extracted, true in pairs:
        ours, theirs = _count_shingles(extracted), _count_shingles(true)
        both = (ours & theirs).total()
        precisions += [both / ours.total()] if ours else []
        recalls += [both / theirs.total()] if theirs else []
    precision, recall = fmean(precisions), fmean(recalls)
    return precision, recall, 2 * precision * recall / (precision + recall)


def word_f1(extracted: str, true: str) -> float:
    """Return the F1 of one text by the multiset of its lower-case words; 1 where both texts are empty."""
    ours, theirs = (Counter(word.lower() for word in tokens(text)) for text in (extracted, true))
    total = ours.total() + theirs.total()
    return 2 * (ours & theirs).total() / total if total else 1.0


def _count_shingles(text: str) -> Counter[tuple[str, ...]]:
    words = tokens(text)
    if len(words) < 4:
        return Counter([tuple(words)] if words else [])
    return Counter(zip(words, words[1:], words[2:], words[3:], strict=False))
