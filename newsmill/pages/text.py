"""Basic text functions: clean lines, count words and measure widths in any script."""

from __future__ import annotations

import re
import string
import unicodedata

import polars as pl

from newsmill.unicode import CJK_RANGES, SENTENCE_END, char_class

# Kana, Han with its extensions, Hangul: one character carries as much as a syllable or a word.
CJK = char_class(CJK_RANGES)
# A narrower paragraph can occur twice in a text: a refrain, a question, a heading.
MIN_REPEAT_WIDTH = 40

_PUNCTUATION = string.punctuation + string.whitespace
_CJK_CHARACTER = re.compile(f"[{CJK}]")
_WORD = re.compile(rf"[{CJK}]|[^\W_{CJK}]+(?:['’][^\W_{CJK}]+)*")
# Control characters and soft hyphens carry no text; lone surrogates (from JSON escapes) can't be stored.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b\u2060\ud800-\udfff\ufeff\ufffe\uffff]")
_MAX_TITLE_WIDTH, _MAX_TITLE_SENTENCES = 300, 2


def one_line(text: str) -> str:
    """Return the text on one line: white space collapsed, unprintable characters removed, in NFC."""
    # Most texts were cleaned before: testing for that is cheaper than splitting and joining their words again.
    if text.isprintable() and "  " not in text and text[:1] != " " and text[-1:] != " ":
        return text if text.isascii() else unicodedata.normalize("NFC", text)
    line = " ".join(text.split())
    if line.isprintable():  # no control characters, lone surrogates or soft hyphens
        return line if line.isascii() else unicodedata.normalize("NFC", line)
    return unicodedata.normalize("NFC", " ".join(_UNPRINTABLE.sub("", line).split()))


def split_paragraphs(text: str) -> list[str]:
    """Return the non-empty lines, cleaned by `one_line`."""
    return [line for line in map(one_line, text.splitlines()) if line]


def count_cjk(text: str) -> int:
    """Count the CJK characters."""
    return len(_CJK_CHARACTER.findall(text))


def width(text: str) -> int:
    """Return the length with every CJK character counted as two, so that one limit holds for all scripts."""
    return len(text) if text.isascii() else len(text) + count_cjk(text)


def split_words(text: str) -> list[str]:
    """Return the words; a CJK character is a word."""
    return _WORD.findall(text)


def word_count(text: str) -> int:
    """Count the words; a CJK character counts as a word.

    >>> word_count("don't 停 stop")
    3
    """
    return len(_WORD.findall(text))


def word_counts(texts: pl.Expr) -> pl.Expr:
    """Count the words of a column of texts like `word_count`."""
    return texts.str.count_matches(_WORD.pattern).cast(pl.Int32)


def count_sentence_ends(text: str) -> int:
    """Count the sentences that end in the text, by punctuation."""
    return len(SENTENCE_END.findall(text))


def normalize_heading(text: str) -> str:
    """Return the key by which headings are compared: without case, width forms and punctuation at the edges.

    >>> normalize_heading("» Related Articles:")
    'related articles'
    """
    if text.isascii():
        return one_line(text).strip(_PUNCTUATION).lower()
    line = unicodedata.normalize("NFKC", one_line(text))
    start, end = 0, len(line)
    while start < end and not line[start].isalnum():
        start += 1
    while start < end and not line[end - 1].isalnum():
        end -= 1
    return line[start:end].casefold()


def looks_like_title(text: str) -> bool:
    """Whether a line can be a headline, by its width and its number of sentences."""
    return width(text) <= _MAX_TITLE_WIDTH and count_sentence_ends(text) <= _MAX_TITLE_SENTENCES
