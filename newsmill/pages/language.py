"""Which language a text is in: langdetect, behind a gate that first looks at the script.

langdetect alone takes short Chinese for Korean and `404 error` for Danish, so it is asked only between
languages that share a script, and only where there is text enough to tell them apart.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import polars as pl

from newsmill.pages.scripts import ONE_LANGUAGE, letters_by_script, script_of

UNDETERMINED = "und"
LOOKED_AT = 2000  # characters: more changes nothing and costs 3 ms a page

# Below so many letters langdetect guesses: in Latin script it is right on 70 % at 8 letters, 86 % at 16, 93 % at 25;
# where it is also sure of itself, on 92 % at 16.
MIN_LETTERS = {"latin": 15, "cyrillic": 10, "arabic": 8, "devanagari": 8}
_few_letters, _sure = 40, 0.8
_shared = {
    "cyrillic": ("bg", "mk", "ru", "uk"),
    "arabic": ("ar", "fa", "ur"),
    "devanagari": ("hi", "mr", "ne"),
}
# A character of these scripts says as much as three Latin letters; names and terms in Latin stand in all their texts.
_dense = ("han", "kana", "hangul")
_density = 3
_kana_share = 0.08  # of kana among kana and Han: Japanese has a third or more, Chinese borrows a `の` for its charm
_word = re.compile(r"[^\W\d_]+")


def detect(texts: pl.Series) -> pl.DataFrame:
    """Language and confidence of each text, in order.

    Columns: `language` (ISO 639-1, `zh` for all Chinese, `und` where it can't be known), `confidence` (0 to 1;
    langdetect's probability, or the share of the script that decided; 0 for `und`). Nulls are `und`.
    """
    told = [detect_text(text or "") for text in texts.to_list()]
    return pl.DataFrame(told, schema={"language": pl.String, "confidence": pl.Float64}, orient="row")


def detect_text(text: str) -> tuple[str, float]:
    """Language and confidence of one text; the same text always gives the same answer."""
    text = text[:LOOKED_AT]
    script, share = main_script(text)
    if script is None:
        return UNDETERMINED, 0.0
    if script in ONE_LANGUAGE:
        return ONE_LANGUAGE[script], round(share, 4)
    return _among_those_written_in(script, text)


def main_script(text: str) -> tuple[str | None, float]:
    """The script that carries the text, and its share of what is said; Han amid kana counts as kana."""
    letters = letters_by_script(text)
    dense = sum(letters[script] for script in _dense)
    weight = {script: float(count) for script, count in letters.items() if script not in _dense}
    if dense:
        weight["latin"] = _latin_weight(text)
        weight[_dense_script(letters)] = float(_density * dense)
    total = sum(weight.values())
    if not total:
        return None, 0.0
    script = max(sorted(weight), key=weight.__getitem__)
    return script, weight[script] / total


def _dense_script(letters: dict[str, int]) -> str:
    hangul, kana, han = (letters.get(script, 0) for script in ("hangul", "kana", "han"))
    if hangul >= kana and 4 * hangul > han:
        return "hangul"
    return "kana" if kana > _kana_share * (kana + han) else "han"


def _latin_weight(text: str) -> float:
    """Latin letters of a text in a dense script; in capitalised words, names in no one's language, they count half."""
    weight = 0.0
    for word in _word.findall(text):
        latin = sum(1 for letter in word if script_of(letter) == "latin")
        weight += latin if word[0].islower() else latin / 2
    return weight


def _among_those_written_in(script: str, text: str) -> tuple[str, float]:
    """langdetect's answer, from the languages of the script; `und` when there is too little of it."""
    foreign = {ord(c): " " for c in set(text) if script_of(c) not in (script, None)}
    own = text.translate(foreign) if foreign else text
    letters = letters_by_script(own)[script]
    if letters < MIN_LETTERS[script]:
        return UNDETERMINED, 0.0
    detector = _factory().create()
    detector.set_prior_map(dict.fromkeys(_languages(script), 1.0))
    detector.append(own.lower() if own.isupper() else own)  # it skips words in capitals
    try:
        told = detector.get_probabilities()
    except _no_features():
        return UNDETERMINED, 0.0
    if not told or (letters < _few_letters and told[0].prob < _sure):
        return UNDETERMINED, 0.0
    return told[0].lang, round(min(told[0].prob, 1.0), 4)


@cache
def _factory() -> Any:
    """langdetect's detectors, seeded: it draws n-grams by chance. Loading its profiles takes half a second."""
    from langdetect import detector_factory

    detector_factory.DetectorFactory.seed = 0
    detector_factory.init_factory()
    return detector_factory._factory


@cache
def _languages(script: str) -> tuple[str, ...]:
    """langdetect's languages that are written in the script."""
    known: list[str] = _factory().get_lang_list()
    if script in _shared:
        return tuple(language for language in known if language in _shared[script])
    others = {*ONE_LANGUAGE.values(), *(language for group in _shared.values() for language in group)}
    return tuple(language for language in known if language.split("-")[0] not in others)


def _no_features() -> type[Exception]:
    from langdetect import LangDetectException

    error: type[Exception] = LangDetectException
    return error
