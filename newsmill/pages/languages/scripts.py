"""Scripts by Unicode block, and the languages that are written in each."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from functools import lru_cache

from newsmill.unicode import SCRIPT_BLOCKS

_BLOCK_STARTS = [start for start, _, _ in SCRIPT_BLOCKS]

# Scripts of several languages, and those of East Asia, whose characters carry a syllable or a word.
SHARED_SCRIPTS = ("latin", "cyrillic", "arabic", "devanagari")
DENSE_SCRIPTS = ("han", "kana", "hangul")
# In the kernel a script is its index here; 0 means none. The kernel needs the shared scripts first.
_OTHER_SCRIPTS = sorted({script for _, _, script in SCRIPT_BLOCKS} - {*SHARED_SCRIPTS, *DENSE_SCRIPTS})
SCRIPTS = ("", *SHARED_SCRIPTS, *DENSE_SCRIPTS, *_OTHER_SCRIPTS)

# The languages that are distinguished within a script. Latin has all others that langdetect knows.
LANGUAGES_BY_SCRIPT = {
    "cyrillic": ("bg", "mk", "ru", "uk"),
    "arabic": ("ar", "fa", "ur"),
    "devanagari": ("hi", "mr", "ne"),
}

# Scripts that, in news, are written in one language.
SOLE_LANGUAGE = {
    "armenian": "hy",
    "bengali": "bn",
    "ethiopic": "am",
    "georgian": "ka",
    "greek": "el",
    "gujarati": "gu",
    "gurmukhi": "pa",
    "hangul": "ko",
    "han": "zh",
    "hebrew": "he",
    "kana": "ja",
    "kannada": "kn",
    "khmer": "km",
    "lao": "lo",
    "malayalam": "ml",
    "myanmar": "my",
    "oriya": "or",
    "sinhala": "si",
    "tamil": "ta",
    "telugu": "te",
    "thai": "th",
    "tibetan": "bo",
}


def select_languages(script: str, languages: Iterable[str]) -> list[str]:
    """Return the languages that are written in a shared script; for Latin, all that no other script has."""
    if script in LANGUAGES_BY_SCRIPT:
        return [language for language in languages if language in LANGUAGES_BY_SCRIPT[script]]
    not_latin = {*SOLE_LANGUAGE.values(), *(name for names in LANGUAGES_BY_SCRIPT.values() for name in names)}
    return [language for language in languages if language.split("-")[0] not in not_latin]


@lru_cache(maxsize=2**14)
def get_script(character: str) -> str | None:
    """Return the script of a letter; None for digits, punctuation, marks and scripts that are not listed."""
    return get_block_script(character) if character.isalpha() or character.isidentifier() else None


def get_block_script(character: str) -> str | None:
    """Return the script of a character's block, for letters and for marks such as Devanagari vowel signs."""
    index = bisect_right(_BLOCK_STARTS, ord(character)) - 1
    if index < 0:
        return None
    _, end, script = SCRIPT_BLOCKS[index]
    return script if ord(character) <= end else None
