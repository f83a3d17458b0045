"""Guess the single-byte character set of bytes: the one that gives the likeliest letter pairs of a language.

The letter pairs of each language are those of langdetect's profiles. A character set is tried with the languages that
are written in it. A language in Latin letters must also fit the ASCII words around, so that Icelandic is not decoded as
Turkish because of its letters alone.

`python -m benchmarks.encodings` compares this with charset-normalizer.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection
from functools import cache
from importlib.resources import files
from itertools import pairwise
from math import log
from unicodedata import category, normalize

WESTERN_CODEC = "cp1252"
# Sets that are (almost) contained in others are left out. Of two with the same score, the first is chosen.
_LANGUAGES_BY_LATIN_CODEC = {
    WESTERN_CODEC: "en de fr es pt it nl sv da no fi ca af id",
    "iso8859-15": "en fr fi et",
    "cp1250": "pl cs sk sl hr hu ro",
    "iso8859-2": "pl cs sk sl hr hu ro",
    "cp1254": "tr",
    "cp1257": "lt lv et",
    "cp1258": "vi",
}
_LANGUAGES_BY_OTHER_CODEC = {
    "cp1251": "ru uk bg mk",
    "koi8-u": "ru uk",
    "iso8859-5": "ru bg mk",
    "cp866": "ru",
    "cp1253": "el",
    "iso8859-7": "el",
    "cp1255": "he",
    "cp1256": "ar fa ur",
    "iso8859-6": "ar",
    "cp874": "th",
}
LATIN_CODECS = frozenset(_LANGUAGES_BY_LATIN_CODEC)

_NON_ASCII_RUN = re.compile(rb"[\x80-\x9f\xa1-\xaa\xac-\xba\xbc-\xff]+")  # nbsp and « » aside
_ASCII_LETTER = re.compile(rb"[a-zA-Z]")
_MIN_DENSE_RUN, _MIN_DENSE_SHARE, _MIN_DENSE_BYTES = 2.0, 0.35, 12  # mean run, share of the letters, bytes
_SIGN = "\ufffd"  # replaces any non-ASCII sign
_IGNORED_PAIRS = {"  ", " " + _SIGN, _SIGN + " "}
_UNSEEN_NATS = log(1e-6)
# Mean nats per letter pair: text has -7 to -8.6, Icelandic with the closest language listed here -9.7.
_MIN_NATS, _MIN_LATIN_NATS = -11.5, -9.3
_ASCII_WEIGHT = 0.5  # of pairs of ASCII letters, which are many and depend on each other
_PREFERENCE_NATS = 10.0  # by which another set must exceed the preferred one

# Counts of pairs with a non-ASCII character, and of pairs of ASCII letters.
Pairs = tuple[Counter[str], Counter[str]]


def choose_single_byte_codec(
    sample: bytes, around: bytes, among: Collection[str] | None = None, preferred: str = WESTERN_CODEC
) -> str | None:
    """Choose the codec of non-ASCII passages, among all or some of those listed here; None where none is likely.

    `around` is ASCII text of the same page, which distinguishes languages in Latin script.
    """
    scores: dict[str, float] = {}
    is_dense = has_dense_non_ascii(sample)
    for codec, languages in {**_LANGUAGES_BY_LATIN_CODEC, **_LANGUAGES_BY_OTHER_CODEC}.items():
        if (among is None or codec in among) and (is_dense or codec in LATIN_CODECS):
            non_ascii, ascii_pairs = _count_pairs(
                normalize("NFC", sample.decode(codec, "replace")) + around.decode("ascii", "replace")
            )
            # ASCII words within another script can be in any language.
            western = _max_western_nats(ascii_pairs) if codec in _LANGUAGES_BY_OTHER_CODEC else None
            min_mean = _MIN_LATIN_NATS if codec in LATIN_CODECS and codec != preferred else _MIN_NATS
            for language in languages.split():
                nats = _sum_nats(non_ascii, language)
                if nats >= min_mean * non_ascii.total():
                    ascii_nats = _sum_nats(ascii_pairs, language) if western is None else western
                    score = nats + _ASCII_WEIGHT * ascii_nats + _PREFERENCE_NATS * (codec == preferred)
                    scores[codec] = max(score, scores.get(codec, score))
    return max(scores, key=lambda codec: scores[codec], default=None)


def has_dense_non_ascii(sample: bytes) -> bool:
    """Whether non-ASCII bytes are many and adjacent: in Latin script they are isolated among ASCII letters."""
    runs = _NON_ASCII_RUN.findall(sample)
    count = sum(map(len, runs))
    letters = count + len(_ASCII_LETTER.findall(sample))
    return count >= _MIN_DENSE_BYTES and (count > _MIN_DENSE_RUN * len(runs) or count > _MIN_DENSE_SHARE * letters)


def _count_pairs(text: str) -> Pairs:
    """Count adjacent characters. All that are not letters count as a space, and non-ASCII signs as _SIGN."""
    non_ascii: Counter[str] = Counter()
    ascii_pairs: Counter[str] = Counter()
    for (first, second), count in Counter(pairwise(text)).items():
        pair = _normalize(first) + _normalize(second)
        if pair in _IGNORED_PAIRS:
            continue
        if not pair.isascii():
            non_ascii[pair] += count
        else:
            ascii_pairs[pair] += count
    return non_ascii, ascii_pairs


@cache
def _normalize(character: str) -> str:
    """Normalize a character like langdetect's profiles."""
    from langdetect.utils.ngram import NGram

    normal = str(NGram.normalize(character))
    return normal if normal.isascii() or category(normal)[0] in "LM" else _SIGN


def _sum_nats(pairs: Counter[str], language: str) -> float:
    nats = _load_pair_nats(language)
    # In prose no letter is next to such a sign, so pairs with a sign count twice.
    return sum(count * nats.get(pair, _UNSEEN_NATS) * (1 + (_SIGN in pair)) for pair, count in pairs.items())


def _max_western_nats(pairs: Counter[str]) -> float:
    return max(_sum_nats(pairs, language) for language in _LANGUAGES_BY_LATIN_CODEC[WESTERN_CODEC].split())


@cache
def _load_pair_nats(language: str) -> dict[str, float]:
    """Load the logarithms of the frequencies of a language's letter pairs."""
    profile = json.loads((files("langdetect") / "profiles" / language).read_bytes())
    total = profile["n_words"][1]
    return {pair: log(count / total) for pair, count in profile["freq"].items() if len(pair) == 2}
