"""Which single-byte character set bytes are in: the one that makes the likeliest letter pairs of a language.

The letter pairs of each language are those of langdetect's profiles. A character set is asked with the languages that
are written in it; a language in Latin letters must also explain the plain words around, so that Icelandic is not read
as Turkish for its letters alone.
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

WESTERN = "cp1252"
# Sets that others contain, or nearly, are left out. The first of two that score the same is taken.
_latin = {
    WESTERN: "en de fr es pt it nl sv da no fi ca af id",
    "iso8859-15": "en fr fi et",
    "cp1250": "pl cs sk sl hr hu ro",
    "iso8859-2": "pl cs sk sl hr hu ro",
    "cp1254": "tr",
    "cp1257": "lt lv et",
    "cp1258": "vi",
}
_other = {
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
LATIN = frozenset(_latin)

_foreign_run = re.compile(rb"[\x80-\x9f\xa1-\xaa\xac-\xba\xbc-\xff]+")  # nbsp and « » aside
_plain_letter = re.compile(rb"[a-zA-Z]")
_run_length, _share, _few = 2.0, 0.35, 12
_sign = "\ufffd"
_silent = {"  ", " " + _sign, _sign + " "}
_unseen = log(1e-6)
# Nats a letter pair, on the mean: text has -7 to -8.6, Icelandic taken for the nearest language known here -9.7.
_gibberish, _sense = -11.5, -9.3
_plain_weight = 0.5  # of pairs of plain letters: they are many, and depend on each other
_few_pairs = 8
_margin = 10.0  # nats by which a set must beat the preferred one

# Pairs of characters with a letter beyond ASCII; pairs of plain letters.
Pairs = tuple[Counter[str], Counter[str]]


def likeliest(
    sample: bytes, around: bytes, among: Collection[str] | None = None, preferred: str = WESTERN
) -> str | None:
    """The codec of passages beyond ASCII, of those known here or of some of them; None where none makes sense of it.

    `around` is plain text of the same page, which tells languages in Latin script.
    """
    scores: dict[str, float] = {}
    dense = is_dense(sample)
    for codec, languages in {**_latin, **_other}.items():
        if (among is None or codec in among) and (dense or codec in LATIN):
            foreign, plain = _pairs(
                normalize("NFC", sample.decode(codec, "replace")) + around.decode("ascii", "replace")
            )
            # Plain words among another script may be in any language.
            western = _western_likelihood(plain) if codec in _other else None
            least = (_sense if codec in LATIN and codec != preferred else _gibberish) * foreign.total()
            for language in languages.split():
                own = _likelihood(foreign, language)
                if own >= least:
                    words = _likelihood(plain, language) if western is None else western
                    score = own + _plain_weight * words + _margin * (codec == preferred)
                    scores[codec] = max(score, scores.get(codec, score))
    return max(scores, key=lambda codec: scores[codec], default=None)


def is_dense(sample: bytes) -> bool:
    """Whether bytes beyond ASCII are many and stand side by side: in Latin script they stand alone among plain ones."""
    runs = _foreign_run.findall(sample)
    foreign = sum(map(len, runs))
    letters = foreign + len(_plain_letter.findall(sample))
    return foreign >= _few and (foreign > _run_length * len(runs) or foreign > _share * letters)


def _pairs(text: str) -> Pairs:
    """Neighbours in the text. What is no letter is a space, but for signs beyond ASCII, which no letter stands by."""
    foreign: Counter[str] = Counter()
    plain: Counter[str] = Counter()
    for (first, second), count in Counter(pairwise(text)).items():
        pair = _normal(first) + _normal(second)
        if pair in _silent:
            continue
        if not pair.isascii():
            foreign[pair] += count
        else:
            plain[pair] += count
    return foreign, plain


@cache
def _normal(character: str) -> str:
    """The character as langdetect's profiles have it."""
    from langdetect.utils.ngram import NGram

    normal = str(NGram.normalize(character))
    return normal if normal.isascii() or category(normal)[0] in "LM" else _sign


def _likelihood(pairs: Counter[str], language: str) -> float:
    known = _profile(language)
    return sum(count * known.get(pair, _unseen) * (1 + (_sign in pair)) for pair, count in pairs.items())


def _western_likelihood(plain: Counter[str]) -> float:
    return max(_likelihood(plain, language) for language in _latin[WESTERN].split())


@cache
def _profile(language: str) -> dict[str, float]:
    """Logarithms of the frequencies of a language's letter pairs."""
    profile = json.loads((files("langdetect") / "profiles" / language).read_bytes())
    total = profile["n_words"][1]
    return {pair: log(count / total) for pair, count in profile["freq"].items() if len(pair) == 2}
