"""Scripts by Unicode block, and the languages that are written in each."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from functools import lru_cache

# First and last code point of the letters of each script (the Unicode blocks that occur in news).
_BLOCKS = (
    (0x0041, 0x024F, "latin"),
    (0x0250, 0x02AF, "latin"),
    (0x0370, 0x03FF, "greek"),
    (0x0400, 0x052F, "cyrillic"),
    (0x0530, 0x058F, "armenian"),
    (0x0590, 0x05FF, "hebrew"),
    (0x0600, 0x06FF, "arabic"),
    (0x0750, 0x077F, "arabic"),
    (0x08A0, 0x08FF, "arabic"),
    (0x0900, 0x097F, "devanagari"),
    (0x0980, 0x09FF, "bengali"),
    (0x0A00, 0x0A7F, "gurmukhi"),
    (0x0A80, 0x0AFF, "gujarati"),
    (0x0B00, 0x0B7F, "oriya"),
    (0x0B80, 0x0BFF, "tamil"),
    (0x0C00, 0x0C7F, "telugu"),
    (0x0C80, 0x0CFF, "kannada"),
    (0x0D00, 0x0D7F, "malayalam"),
    (0x0D80, 0x0DFF, "sinhala"),
    (0x0E00, 0x0E7F, "thai"),
    (0x0E80, 0x0EFF, "lao"),
    (0x0F00, 0x0FFF, "tibetan"),
    (0x1000, 0x109F, "myanmar"),
    (0x10A0, 0x10FF, "georgian"),
    (0x1100, 0x11FF, "hangul"),
    (0x1200, 0x139F, "ethiopic"),
    (0x1780, 0x17FF, "khmer"),
    (0x1E00, 0x1EFF, "latin"),
    (0x1F00, 0x1FFF, "greek"),
    (0x3041, 0x30FF, "kana"),
    (0x3130, 0x318F, "hangul"),
    (0x31F0, 0x31FF, "kana"),
    (0x3400, 0x4DBF, "han"),
    (0x4E00, 0x9FFF, "han"),
    (0xAC00, 0xD7AF, "hangul"),
    (0xF900, 0xFAFF, "han"),
    (0xFB1D, 0xFB4F, "hebrew"),
    (0xFB50, 0xFDFF, "arabic"),
    (0xFE70, 0xFEFF, "arabic"),
    (0xFF66, 0xFF9F, "kana"),
    (0x20000, 0x3FFFF, "han"),
)
_BLOCK_STARTS = [start for start, _, _ in _BLOCKS]

# Scripts of several languages, and those of East Asia, whose characters carry a syllable or a word.
SHARED_SCRIPTS = ("latin", "cyrillic", "arabic", "devanagari")
DENSE_SCRIPTS = ("han", "kana", "hangul")
# By number, as in the kernel: 0 is none; the kernel needs the shared scripts first.
_OTHER_SCRIPTS = sorted({script for _, _, script in _BLOCKS} - {*SHARED_SCRIPTS, *DENSE_SCRIPTS})
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
    _, end, script = _BLOCKS[index]
    return script if ord(character) <= end else None
