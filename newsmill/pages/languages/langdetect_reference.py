"""langdetect itself, asked between the languages of one script: the oracle of the tests, and a selectable detector."""

from __future__ import annotations

from functools import cache
from typing import Any

from newsmill.pages.languages.scripts import GROUPS, languages_in, script_of

LOOKED_AT = 2000  # characters, from the beginning: more changes nothing and costs 3 ms a page


def langdetect_says(text: str, script: str, seed: int = 0) -> tuple[str, float]:
    """Its answer for a text in one of the scripts of GROUPS, and its probability; ("und", 0) where it has none.

    It draws n-grams by chance: a seed makes an answer stable, not right.
    """
    from langdetect import LangDetectException

    text = text[:LOOKED_AT]
    foreign = {ord(c): " " for c in set(text) if script_of(c) not in (script, None)}
    own = text.translate(foreign) if foreign else text
    factory = _factory()
    factory.set_seed(seed)
    detector = factory.create()
    detector.set_prior_map(dict.fromkeys(_languages(script), 1.0))
    detector.append(own.lower() if own.isupper() else own)  # it skips words in capitals
    try:
        told = detector.get_probabilities()
    except LangDetectException:
        return "und", 0.0
    return (told[0].lang, min(told[0].prob, 1.0)) if told else ("und", 0.0)


@cache
def _factory() -> Any:
    """langdetect's detectors; loading its profiles takes half a second."""
    from langdetect import detector_factory

    detector_factory.init_factory()
    return detector_factory._factory


@cache
def _languages(script: str) -> tuple[str, ...]:
    if script not in GROUPS:
        raise ValueError(script)
    return tuple(languages_in(script, _factory().get_lang_list()))
