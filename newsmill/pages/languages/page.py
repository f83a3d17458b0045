"""Detect the languages of a page: its main language, and other languages of its paragraphs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from newsmill.pages.languages.detect import UNDETERMINED, Detector, detect_batch, detect_uniform_text
from newsmill.pages.languages.scripts import SOLE_LANGUAGE
from newsmill.pages.text import CJK, width

# Share of a page's text that a second language needs: in several paragraphs, and in a single one, which can be a quote.
MIN_SHARE, MIN_SHARE_IN_ONE_PIECE = 0.2, 0.35

_MIN_BODY_WIDTH = 200  # the headlines are added to a narrower body
_MAX_PARAGRAPHS, _MAX_PARAGRAPH_CHARS = 24, 256  # in the sample of a page
_GOLDEN_RATIO = (5**0.5 - 1) / 2
_MIN_CONFIDENCE = 0.9  # of a paragraph in a shared script; less certain paragraphs are ignored
_LATIN_WORD = r"[A-Za-zÀ-ɏ][A-Za-zÀ-ɏ'’-]{0,40}"
_LATIN_WORDS = re.compile(rf"{_LATIN_WORD}(?:[^\w]{{1,3}}(?:\d+[^\w]{{1,3}})?{_LATIN_WORD}){{7,}}")  # names are shorter
_DENSE_WORDS = re.compile(rf"[{CJK}]{{8}}")


class PageLanguages(NamedTuple):
    """The main language (`und` where it can't be determined), its confidence, and all languages, most text first."""

    language: str
    confidence: float
    languages: list[str]


def detect_page(
    paragraphs: Sequence[str], headlines: Sequence[str] = (), detector: Detector = "kernel"
) -> PageLanguages:
    """Detect the languages of a page; `headlines`, its title and teasers, are added where the body is short.

    A second language needs MIN_SHARE of the text in several paragraphs, or MIN_SHARE_IN_ONE_PIECE in one: a quoted
    sentence or names don't make a page bilingual. `languages` is empty for `und`.
    """
    text = "\n".join(paragraphs)
    if len(text) < _MIN_BODY_WIDTH and width(text) < _MIN_BODY_WIDTH:
        paragraphs = [*headlines, *paragraphs]
        text = "\n".join(paragraphs)
    if detector == "kernel" and (uniform := detect_uniform_text(text)):
        return PageLanguages(*uniform, [uniform[0]])
    pieces = [piece for paragraph in _sample_paragraphs(paragraphs) for piece in _split_scripts(paragraph)]
    detections = detect_batch([text, *(pieces if len(pieces) > 1 else ())], detector)
    (language, confidence, _), *by_piece = zip(*detections, strict=True)
    shares, confidence_by_language = _compute_shares(pieces, by_piece)
    languages = sorted(shares, key=lambda name: (-shares[name], name))
    if len(languages) > 1 or (languages and language == UNDETERMINED):
        if language != languages[0]:
            language, confidence = languages[0], confidence_by_language[languages[0]]
        return PageLanguages(language, confidence, languages)
    return PageLanguages(language, confidence, [] if language == UNDETERMINED else [language])


def _sample_paragraphs(paragraphs: Sequence[str]) -> Iterator[str]:
    """Return the start of up to _MAX_PARAGRAPHS paragraphs, spread over the page, in order."""
    if len(paragraphs) <= _MAX_PARAGRAPHS:
        indexes = list(range(len(paragraphs)))
    else:
        # Even steps would hit only one of two languages that alternate; steps of the golden ratio hit both.
        indexes = sorted({int(number * _GOLDEN_RATIO % 1 * len(paragraphs)) for number in range(_MAX_PARAGRAPHS)})
    return (paragraphs[index][:_MAX_PARAGRAPH_CHARS] for index in indexes)


def _split_scripts(paragraph: str) -> list[str]:
    """Split sentences in Latin script from East Asian ones; a paragraph without both remains whole."""
    if paragraph.isascii() or not _DENSE_WORDS.search(paragraph) or not _LATIN_WORDS.search(paragraph):
        return [paragraph]
    return [" ".join(_LATIN_WORDS.findall(paragraph)), _LATIN_WORDS.sub(" ", paragraph)]


def _compute_shares(
    pieces: Sequence[str], detections: Sequence[tuple[str, float, str]]
) -> tuple[dict[str, float], dict[str, float]]:
    """Return, by language, its share in the text of the certain pieces, and the highest confidence of a piece."""
    widths: Counter[str] = Counter()
    piece_counts: Counter[str] = Counter()
    best: dict[str, float] = {}
    for piece, (language, confidence, script) in zip(pieces, detections, strict=False):
        if language == UNDETERMINED or (script not in SOLE_LANGUAGE and confidence < _MIN_CONFIDENCE):
            continue
        widths[language] += width(piece)
        piece_counts[language] += 1
        best[language] = max(best.get(language, 0.0), confidence)
    total = widths.total()
    shares = {
        language: language_width / total
        for language, language_width in widths.items()
        if language_width >= (MIN_SHARE if piece_counts[language] > 1 else MIN_SHARE_IN_ONE_PIECE) * total
    }
    return shares, best
