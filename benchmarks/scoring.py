"""How bodies are scored, as the public benchmarks of article extraction do it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from statistics import fmean

_word = re.compile(r"\w+")
_cjk = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def tokens(text: str) -> list[str]:
    """Words, with every CJK character a word of its own."""
    return _word.findall(_cjk.sub(lambda found: f" {found.group()} ", text))


def shingle_score(pairs: Sequence[tuple[str, str]]) -> tuple[float, float, float]:
    """Precision, recall, F1 of (told, true) texts by four-word shingles: means of the pages' precisions and recalls."""
    precisions, recalls = [], []
    for told, true in pairs:
        ours, theirs = _shingles(told), _shingles(true)
        both = (ours & theirs).total()
        precisions += [both / ours.total()] if ours else []
        recalls += [both / theirs.total()] if theirs else []
    precision, recall = fmean(precisions), fmean(recalls)
    return precision, recall, 2 * precision * recall / (precision + recall)


def word_f1(told: str, true: str) -> float:
    """F1 of one text by its words in lower case, each as often as it stands; 1 where both are empty."""
    ours, theirs = (Counter(word.lower() for word in tokens(text)) for text in (told, true))
    total = ours.total() + theirs.total()
    return 2 * (ours & theirs).total() / total if total else 1.0


def _shingles(text: str) -> Counter[tuple[str, ...]]:
    words = tokens(text)
    if len(words) < 4:
        return Counter([tuple(words)] if words else [])
    return Counter(zip(words, words[1:], words[2:], words[3:], strict=False))
