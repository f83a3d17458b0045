"""Scripts and punctuation by code point: the one place for character ranges.

CJK text has no spaces between words, so a character counts as a word (Korean has spaces, but its particles cling to the
word before). Packages that compare, count or search text take their sets from here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

Range = tuple[int, int]

# First and last code point of the letters of each script: the Unicode blocks that occur in news.
SCRIPT_BLOCKS = (
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

# Characters that count as a word each: ideographic marks, kana with their marks, Han with its extensions, Hangul.
CJK_RANGES: tuple[Range, ...] = (
    (0x3005, 0x3007),
    (0x3040, 0x30FF),
    (0x31F0, 0x31FF),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xAC00, 0xD7AF),
    (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)
# The letters among them, without the marks and dots between kana: what a search matches.
CJK_LETTER_RANGES: tuple[Range, ...] = (
    (0x3005, 0x3007),
    (0x3041, 0x3096),
    (0x309D, 0x309F),
    (0x30A1, 0x30FA),
    (0x30FC, 0x30FF),
    (0x31F0, 0x31FF),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xAC00, 0xD7A3),
    (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)
# Thai, Lao, Burmese and Khmer: letters without spaces between words.
SOUTHEAST_ASIAN_RANGES: tuple[Range, ...] = ((0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF))

# From here on all is East Asian: radicals, CJK with its punctuation, and full-width forms. A character is about as wide
# and as informative as three Latin letters.
FIRST_EAST_ASIAN = 0x2E80
LAST_EAST_ASIAN = 0x3FFFF

LINE_ENDS = "\n\r\x0b\x0c\x85\u2028\u2029"
# Full stops of CJK end a sentence without white space after them; other stops need it.
CJK_STOPS = "。！？｡"
STOPS = ".!?…؟۔।॥։"
# May be between a stop and the end of its sentence.
CLOSERS = "\"'”’»›)]」』）】》〉"
BLANKS = " \t\u00a0\u2009\u202f\u3000"


def char_class(ranges: Iterable[Range]) -> str:
    """Return the ranges for use between the brackets of a regular expression.

    >>> char_class([(0x61, 0x63)])
    'a-c'
    """
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in ranges)


def re2_class(ranges: Iterable[Range]) -> str:
    """Return the ranges for use between the brackets of a regular expression of RE2, as DuckDB has it.

    >>> re2_class([(0x61, 0x63)])
    '\\\\x{61}-\\\\x{63}'
    """
    return "".join(rf"\x{{{first:x}}}-\x{{{last:x}}}" for first, last in ranges)


# A stop before white space, with closing marks in between, or a stop of CJK. `topics/matching/sentences.py` also knows
# abbreviations and ordinals, which mentions need; here punctuation decides.
SENTENCE_END = re.compile(rf"[.!?…](?=[\"'”’»)\]]*(?:\s|$))|[。！？]|(?<=[{char_class(CJK_RANGES)}])[.!?]")
_CLOSERS_AND_SPACE = re.compile(r"[\"'”’»)\]]*\s*")


def split_sentences(text: str) -> Iterator[str]:
    """Yield the sentences and lines of a text, by punctuation, without the white space between them.

    >>> list(split_sentences('He said "no." She left. 他走了。她没走'))
    ['He said "no."', 'She left.', '他走了。', '她没走']
    """
    for line in text.splitlines():
        start = 0
        for end in SENTENCE_END.finditer(line):
            rest = _CLOSERS_AND_SPACE.match(line, end.end())
            stop = rest.end() if rest else end.end()
            yield line[start:stop].strip()
            start = stop
        if line[start:].strip():
            yield line[start:].strip()
