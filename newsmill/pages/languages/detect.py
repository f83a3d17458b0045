"""Detect the language of texts: by script, and within a script by langdetect's profiles in a compiled kernel.

langdetect itself samples n-grams at random, returns Korean for short Chinese texts and Danish for `404 error`. Here
all n-grams of a sample count, so the same text always has the same result, which is langdetect's most frequent one.
Only languages of the text's main script are compared, and only where there is enough text.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Literal, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from newsmill.pages.languages.profiles import load_profiles
from newsmill.pages.languages.scripts import SCRIPTS, SHARED_SCRIPTS, SOLE_LANGUAGE

UNDETERMINED = "und"
MAX_SAMPLE_CHARS = 2048  # of a text, in windows spread over it: more text changes no result
# Letters, by shared script: a text with fewer is `und`.
MIN_LETTERS = {"latin": 12, "cyrillic": 8, "arabic": 6, "devanagari": 6}
Detector = Literal["kernel", "langdetect"]

_WINDOW_CHARS = 128
_WINDOW_SEPARATOR = "\uffff"  # `kernel.WINDOW_END`
_MIN_UNIFORM_SHARE = 0.97  # of its script in a text that is in one language
_MIN_CONFIDENCE = 0.4
_MIN_NATS_PER_NGRAM = 2.4  # prose has 4, a line of names 3, keys and codes 2
_MAX_CODE_SIGNS_PER_LETTER = 0.15  # braces and other signs of code: prose has none, a page of code 0.25 to 1


class Detections(NamedTuple):
    """Per text: language, confidence, and the script that decided (empty if there is none)."""

    languages: list[str]
    confidences: list[float]
    scripts: list[str]


def detect_languages(texts: Iterable[str | None], detector: Detector = "kernel") -> pl.DataFrame:
    """Detect the language of each text. The result for a text does not depend on the other texts.

    Args:
        texts: a list or a Polars Series. Nulls are `und`.
        detector: `langdetect` decides between the languages of a script with langdetect itself, seeded.

    Returns:
        One row per text, in order: `language` (ISO 639-1, `zh` for all Chinese, `und` where it can't be determined)
        and `confidence` (0 to 1: the probability of the language among those of its script, or the share of a script
        that has one language; 0 for `und`).

    >>> detect_languages(["The ministry opened a consultation on Tuesday.", "发布新模型", "404", None]).rows()
    [('en', 1.0), ('zh', 1.0), ('und', 0.0), ('und', 0.0)]
    """
    detections = detect_batch([text or "" for text in texts], detector)
    return pl.DataFrame(
        {"language": detections.languages, "confidence": detections.confidences},
        schema={"language": pl.String, "confidence": pl.Float64},
    )


def detect_text(text: str, detector: Detector = "kernel") -> tuple[str, float]:
    """Return the language and the confidence of one text."""
    detections = detect_batch([text], detector)
    return detections.languages[0], detections.confidences[0]


def detect_uniform_text(text: str) -> tuple[str, float] | None:
    """Return the language and the confidence of a long text that is in one language throughout; None otherwise.

    One language: its letters are in one script, and in every window of the sample no other language is likelier.
    """
    if len(text) <= 2 * _WINDOW_CHARS:
        return None
    from newsmill.pages.languages import kernel

    tables, names = load_profiles()
    row, is_uniform = kernel.detect_uniform(to_codes(_sample(text)), _get_min_letters(), _MIN_UNIFORM_SHARE, tables)
    language, confidence, _ = _interpret(row.tolist(), names)
    return (language, confidence) if is_uniform and language != UNDETERMINED else None


def warm_up() -> None:
    """Load the kernel and its tables before the time limit of the first page starts.

    Takes 0.1 s in a process that has loaded Numba; 10 s where the kernel has to be compiled.
    """
    detect_batch([""])
    detect_uniform_text("The harbor reopened on Tuesday. " * 2 * _WINDOW_CHARS)


def detect_batch(texts: Sequence[str], detector: Detector = "kernel") -> Detections:
    """Detect the language, the confidence and the main script of each text."""
    from newsmill.pages.languages import kernel

    samples = [_sample(text) for text in texts]
    starts = np.zeros(len(samples) + 1, np.int64)
    np.cumsum([len(sample) for sample in samples], out=starts[1:])
    tables, names = load_profiles()
    results = kernel.detect_batch(to_codes("".join(samples)), starts, _get_min_letters(), tables).tolist()
    languages, confidences, scripts = [], [], []
    for text, row in zip(texts, results, strict=True):
        language, confidence, script = _interpret(row, names)
        if detector == "langdetect" and script not in SOLE_LANGUAGE and language != UNDETERMINED:
            from newsmill.pages.languages.langdetect_reference import detect_with_langdetect

            language, confidence = detect_with_langdetect(text, script)
            if confidence < _MIN_CONFIDENCE:
                language, confidence = UNDETERMINED, 0.0
        languages.append(language)
        confidences.append(round(min(confidence, 1.0), 4))
        scripts.append(script)
    return Detections(languages, confidences, scripts)


def to_codes(text: str) -> NDArray[np.uint32]:
    """Return the code points of a text."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def _interpret(row: list[float], names: Sequence[str]) -> tuple[str, float, str]:
    """Return the language, the confidence and the script of a row of the kernel."""
    script_index, share, language_index, confidence, fit, code_signs = row
    script = SCRIPTS[int(script_index)]
    if script in SOLE_LANGUAGE:
        language, confidence = SOLE_LANGUAGE[script], share
    elif language_index < 0 or fit < _MIN_NATS_PER_NGRAM or code_signs > _MAX_CODE_SIGNS_PER_LETTER:
        language = UNDETERMINED
    else:
        language = names[int(language_index)]
    if confidence < _MIN_CONFIDENCE:
        language = UNDETERMINED
    return language, round(min(confidence, 1.0), 4) if language != UNDETERMINED else 0.0, script


@cache
def _get_min_letters() -> NDArray[np.int64]:
    return np.array([MIN_LETTERS[script] for script in SHARED_SCRIPTS], np.int64)


def _sample(text: str) -> str:
    """Return the sample of a text, in NFC: a short text whole, of a long text windows spread over it.

    Windows that are far apart come first, because the kernel stops where one language leads decisively.
    """
    if len(text) <= 2 * _WINDOW_CHARS:
        sample = text
    else:
        count = min(-(-len(text) // _WINDOW_CHARS), MAX_SAMPLE_CHARS // _WINDOW_CHARS)
        step = len(text) / count
        starts = (int(number * step) for number in _get_spread_order(count))
        sample = _WINDOW_SEPARATOR.join([text[start : start + _WINDOW_CHARS] for start in starts])
    return sample if sample.isascii() else unicodedata.normalize("NFC", sample)


@cache
def _get_spread_order(count: int) -> list[int]:
    """Return the numbers below `count` in an order whose every prefix is spread out (van der Corput sequence)."""
    bits = max(count - 1, 1).bit_length()
    bit_reversed = (int(f"{number:0{bits}b}"[::-1], 2) for number in range(1 << bits))
    return [number for number in bit_reversed if number < count]
