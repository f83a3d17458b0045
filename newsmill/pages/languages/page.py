"""The languages of a page: the one it is in, and those it interleaves, told by its paragraphs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from newsmill.pages.languages.detect import UNDETERMINED, Detector, answers
from newsmill.pages.languages.scripts import ONE_LANGUAGE
from newsmill.pages.text import CJK, width

# Of a page's second language: the least share of its text, and how much it must have where it stands in one place only,
# as a quotation would.
LEAST_SHARE, LEAST_SHARE_IN_ONE_PLACE = 0.2, 0.35

_text_enough = 200  # width of a body from which its language is told without the headlines' help
_paragraphs, _longest = 24, 256  # paragraphs looked at, spread over the page; characters of each
_golden = (5**0.5 - 1) / 2
_sure = 0.9  # of a paragraph within a script of several languages; the others say nothing
_latin_word = r"[A-Za-zÀ-ɏ][A-Za-zÀ-ɏ'’-]{0,40}"
_latin_words = re.compile(rf"{_latin_word}(?:[^\w]{{1,3}}(?:\d+[^\w]{{1,3}})?{_latin_word}){{7,}}")  # names are shorter
_dense_words = re.compile(rf"[{CJK}]{{8}}")


class Told(NamedTuple):
    """The language most of a page is in, `und` where it can't be known; all its languages, most text first."""

    language: str
    confidence: float
    languages: list[str]


def tell_page(paragraphs: Sequence[str], headlines: Sequence[str] = (), detector: Detector = "kernel") -> Told:
    """Language and languages of a page; `headlines`, as its title and teasers, help where the paragraphs are short.

    A second language is told where it has LEAST_SHARE of the text in more than one place, or LEAST_SHARE_IN_ONE_PLACE;
    a quoted sentence or names don't make a page bilingual. `languages` is empty for `und`.
    """
    text = "\n".join(paragraphs)
    if len(text) < _text_enough and width(text) < _text_enough:
        paragraphs = [*headlines, *paragraphs]
        text = "\n".join(paragraphs)
    pieces = [piece for paragraph in _chosen(paragraphs) for piece in _pieces(paragraph)]
    told = answers([text, *(pieces if len(pieces) > 1 else ())], detector)
    language, confidence = told.languages[0], told.confidences[0]
    shares, best = _shares(pieces, told.languages[1:], told.confidences[1:], told.scripts[1:])
    languages = [name for name, _ in sorted(shares.items(), key=lambda one: (-one[1], one[0]))]
    if len(languages) > 1 or (languages and language == UNDETERMINED):
        if language != languages[0]:
            language, confidence = languages[0], best[languages[0]]
        return Told(language, confidence, languages)
    return Told(language, confidence, [] if language == UNDETERMINED else [language])


def _chosen(paragraphs: Sequence[str]) -> Iterator[str]:
    """Up to so many paragraphs, spread over the page, in order; the beginning of each."""
    if len(paragraphs) <= _paragraphs:
        places = list(range(len(paragraphs)))
    else:
        # By the golden ratio: even steps would meet only one of two languages that take turns.
        places = sorted({int(turn * _golden % 1 * len(paragraphs)) for turn in range(_paragraphs)})
    return (paragraphs[place][:_longest] for place in places)


def _pieces(paragraph: str) -> list[str]:
    """The paragraph; where it says whole sentences in Latin script amid East Asian ones, these apart from those."""
    if paragraph.isascii() or not _dense_words.search(paragraph) or not _latin_words.search(paragraph):
        return [paragraph]
    return [" ".join(_latin_words.findall(paragraph)), _latin_words.sub(" ", paragraph)]


def _shares(
    pieces: list[str], languages: list[str], confidences: list[float], scripts: list[str]
) -> tuple[dict[str, float], dict[str, float]]:
    """Share of the page's languages in the text of the pieces that are sure, and the confidence of their surest one."""
    widths: Counter[str] = Counter()
    places: Counter[str] = Counter()
    best: dict[str, float] = {}
    for piece, language, confidence, script in zip(pieces, languages, confidences, scripts, strict=False):
        if language == UNDETERMINED or (script not in ONE_LANGUAGE and confidence < _sure):
            continue
        widths[language] += width(piece)
        places[language] += 1
        best[language] = max(best.get(language, 0.0), confidence)
    total = widths.total()
    shares = {
        language: own / total
        for language, own in widths.items()
        if own >= (LEAST_SHARE if places[language] > 1 else LEAST_SHARE_IN_ONE_PLACE) * total
    }
    return shares, best
