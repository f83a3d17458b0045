"""Text in the small: what a paragraph, a word and a heading are, in any script."""

from __future__ import annotations

import re
import string
import unicodedata

import polars as pl

# Kana, Han with its extensions, Hangul: scripts whose characters say as much as a syllable or a word.
CJK = (
    r"\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)

_punctuation = string.punctuation + string.whitespace
_cjk = re.compile(f"[{CJK}]")
_word = re.compile(rf"[{CJK}]|[^\W_{CJK}]+(?:['’][^\W_{CJK}]+)*")
# Control characters and soft hyphens carry no text; lone surrogates (from JSON escapes) can't even be stored.
_unprintable = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b\u2060\ud800-\udfff\ufeff\ufffe\uffff]")
_sentence_end = re.compile(rf"[.!?…](?=[\"'”’»)\]]*(?:\s|$))|[。！？]|(?<=[{CJK}])[.!?]")


def one_line(text: str) -> str:
    """The text on one line: white space collapsed, unprintable characters gone, canonically composed."""
    # What has been through here before is as it should be: to look is cheaper than to part and join its words again.
    is_one = text.isprintable() and "  " not in text and text[:1] != " " and text[-1:] != " "
    line = text if is_one else " ".join(text.split())
    if line.isprintable():  # neither control characters nor lone surrogates, soft hyphens and the like
        return line if line.isascii() else unicodedata.normalize("NFC", line)
    return unicodedata.normalize("NFC", " ".join(_unprintable.sub("", line).split()))


def paragraphs_of(text: str) -> list[str]:
    """Its non-empty lines, cleaned."""
    return [line for line in map(one_line, text.splitlines()) if line]


def cjk_count(text: str) -> int:
    return len(_cjk.findall(text))


def width(text: str) -> int:
    """Its length with every CJK character counted as two, so that one limit holds for all scripts."""
    return len(text) if text.isascii() else len(text) + cjk_count(text)


def words_of(text: str) -> list[str]:
    """Its words; a CJK character is a word."""
    return _word.findall(text)


def word_count(text: str) -> int:
    """Words; a CJK character counts as a word.

    >>> word_count("don't 停 stop")
    3
    """
    return len(_word.findall(text))


def word_counts(texts: pl.Expr) -> pl.Expr:
    """The words of a column of texts, as `word_count` counts them."""
    return texts.str.count_matches(_word.pattern).cast(pl.Int32)


def sentence_ends(text: str) -> int:
    """How many sentences end in the text, by punctuation."""
    return len(_sentence_end.findall(text))


def heading_key(text: str) -> str:
    """The text as headings are compared: case, width forms and punctuation at its edges don't matter.

    >>> heading_key("» Related Articles:")
    'related articles'
    """
    if text.isascii():
        return one_line(text).strip(_punctuation).lower()
    line = unicodedata.normalize("NFKC", one_line(text))
    start, end = 0, len(line)
    while start < end and not line[start].isalnum():
        start += 1
    while start < end and not line[end - 1].isalnum():
        end -= 1
    return line[start:end].casefold()


def reads_like_title(text: str) -> bool:
    """Whether a line may be a headline, by its width and the sentences in it."""
    return width(text) <= 300 and sentence_ends(text) <= 2
