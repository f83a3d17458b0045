"""langdetect itself, restricted to the languages of one script: a reference for tests, and a selectable detector."""

from __future__ import annotations

from functools import cache
from typing import Any

from newsmill.pages.languages.scripts import SHARED_SCRIPTS, get_script, select_languages

MAX_CHARS = 2000  # from the beginning of a text: more text changes no result and costs 3 ms per page


def detect_with_langdetect(text: str, script: str, seed: int = 0) -> tuple[str, float]:
    """Return langdetect's language for a text in one of SHARED_SCRIPTS, and its probability; ("und", 0) for none.

    langdetect draws n-grams at random: a seed makes its result repeatable, not correct.

    Raises:
        ValueError: the script is not one of SHARED_SCRIPTS.
    """
    from langdetect import LangDetectException

    text = text[:MAX_CHARS]
    foreign = {ord(c): " " for c in set(text) if get_script(c) not in (script, None)}
    text_in_script = text.translate(foreign) if foreign else text
    factory = _load_factory()
    factory.set_seed(seed)
    detector = factory.create()
    detector.set_prior_map(dict.fromkeys(_get_languages_in_script(script), 1.0))
    detector.append(text_in_script.lower() if text_in_script.isupper() else text_in_script)  # it skips capitals
    try:
        found = detector.get_probabilities()
    except LangDetectException:
        return "und", 0.0
    return (found[0].lang, min(found[0].prob, 1.0)) if found else ("und", 0.0)


@cache
def _load_factory() -> Any:
    """Load langdetect's detectors; its profiles take 0.5 s."""
    from langdetect import detector_factory

    detector_factory.init_factory()
    return detector_factory._factory


@cache
def _get_languages_in_script(script: str) -> tuple[str, ...]:
    if script not in SHARED_SCRIPTS:
        raise ValueError(f"{script!r} is not one of {', '.join(SHARED_SCRIPTS)}")
    return tuple(select_languages(script, _load_factory().get_lang_list()))
