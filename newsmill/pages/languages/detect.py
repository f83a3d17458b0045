"""Which language a text is in: by its script, and within a script by langdetect's profiles in a compiled kernel.

langdetect itself draws n-grams by chance, takes short Chinese for Korean and `404 error` for Danish. Here all n-grams
of a sample are weighed, so that the same text always gives the same answer, the one langdetect gives most often; only
languages of the text's main script are told apart, and only where there is text enough.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import Literal, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from newsmill.pages.languages.profiles import tables
from newsmill.pages.languages.scripts import GROUPS, ONE_LANGUAGE, SCRIPTS

UNDETERMINED = "und"
LOOKED_AT = 2048  # characters of a text, in windows spread over it: more changes nothing
MIN_LETTERS = {
    "latin": 12,
    "cyrillic": 8,
    "arabic": 6,
    "devanagari": 6,
}  # below, a script of several languages is `und`
Detector = Literal["kernel", "langdetect"]

_window = 128
_cut = "\uffff"  # as the kernel has it
_least = 0.4  # confidence: below, it is a guess
_least_fit = 2.4  # nats an n-gram: prose has 4, a line of names 3, keys and codes 2
_most_signs = 0.15  # of code, as braces, a letter: prose has none, a page of code one to four letters


class Answers(NamedTuple):
    """What the kernel says of each text: language, confidence, and the script that carries it (`` if none)."""

    languages: list[str]
    confidences: list[float]
    scripts: list[str]


def detect(texts: pl.Series, detector: Detector = "kernel") -> pl.DataFrame:
    """Language and confidence of each text, in order; the answer for a text does not depend on the others.

    Columns: `language` (ISO 639-1, `zh` for all Chinese, `und` where it can't be known), `confidence` (0 to 1: the
    probability of the language among those of its script, or the share of the script that decided; 0 for `und`).
    Nulls are `und`. `detector="langdetect"` asks langdetect itself between the languages of a script, seeded.
    """
    told = answers([text or "" for text in texts.to_list()], detector)
    return pl.DataFrame(
        {"language": told.languages, "confidence": told.confidences},
        schema={"language": pl.String, "confidence": pl.Float64},
    )


def detect_text(text: str, detector: Detector = "kernel") -> tuple[str, float]:
    """Language and confidence of one text; a batch of one."""
    told = answers([text], detector)
    return told.languages[0], told.confidences[0]


def load() -> None:
    """Loads what the first answer needs: a tenth of a second, but some five where the kernel is yet to be compiled.

    For callers that hold the reading of a page to a time limit.
    """
    answers([""])


def answers(texts: Sequence[str], detector: Detector = "kernel") -> Answers:
    """Language, confidence and main script of each text."""
    samples = [_sample(text) for text in texts]
    starts = np.zeros(len(samples) + 1, np.int64)
    np.cumsum([len(sample) for sample in samples], out=starts[1:])
    codes = np.frombuffer("".join(samples).encode("utf-32-le", "surrogatepass"), np.uint32)
    languages, confidences, scripts = [], [], []
    for text, (script, share, told, confidence, fit, signs) in enumerate(_found(codes, starts)):
        name = SCRIPTS[int(script)]
        if name in ONE_LANGUAGE:
            language, confidence = ONE_LANGUAGE[name], share
        elif told < 0 or fit < _least_fit or signs > _most_signs:
            language = UNDETERMINED
        elif detector == "langdetect":
            from newsmill.pages.languages.langdetect_reference import langdetect_says

            language, confidence = langdetect_says(texts[text], name)
        else:
            language = tables().names[int(told)]
        if confidence < _least:
            language = UNDETERMINED
        languages.append(language)
        confidences.append(round(min(confidence, 1.0), 4) if language != UNDETERMINED else 0.0)
        scripts.append(name)
    return Answers(languages, confidences, scripts)


def _found(codes: NDArray[np.uint32], starts: NDArray[np.int64]) -> list[list[float]]:
    """Script, share, language, probability, fit and signs of code of each text; see `kernel.tell`."""
    from newsmill.pages.languages.native import tell

    found: list[list[float]] = tell(codes, starts, _min_letters()).tolist()
    return found


@cache
def _min_letters() -> NDArray[np.int64]:
    return np.array([MIN_LETTERS[group] for group in GROUPS], np.int64)


def _sample(text: str) -> str:
    """What is looked at: a short text whole, of a long one windows spread over it, those first that lie far apart."""
    if len(text) <= 2 * _window:
        sample = text
    else:
        count = min(-(-len(text) // _window), LOOKED_AT // _window)
        step = len(text) / count
        sample = _cut.join([text[(start := int(turn * step)) : start + _window] for turn in _spread(count)])
    return sample if sample.isascii() else unicodedata.normalize("NFC", sample)


@cache
def _spread(count: int) -> list[int]:
    """The numbers below `count`, in an order whose every beginning is spread over them (van der Corput)."""
    bits = max(count - 1, 1).bit_length()
    mirrored = (int(f"{turn:0{bits}b}"[::-1], 2) for turn in range(1 << bits))
    return [turn for turn in mirrored if turn < count]
