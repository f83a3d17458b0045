"""The terms of a search query, as patterns over text and as words of the index.

Terms in unspaced scripts (Chinese, Japanese, Thai and others; also Korean, because its particles are suffixes) match at
any position. The index stores them as overlapping pairs of characters.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass

from newsmill.errors import UserError
from newsmill.unicode import CJK_LETTER_RANGES, SOUTHEAST_ASIAN_RANGES, char_class, re2_class, split_sentences

MAX_TERMS = 16
# Longer words also match as a prefix: `regulation` finds its plural, but `AI` must not find `airport`.
MIN_PREFIX_CHARS = 4

UNSPACED_RANGES = (*SOUTHEAST_ASIAN_RANGES, *CJK_LETTER_RANGES)
UNSPACED_RE2 = re2_class(UNSPACED_RANGES)
_UNSPACED_PYTHON = char_class(UNSPACED_RANGES)

_CHUNK = re.compile(r'"([^"]*)"|([^\s"]+)')
_IS_UNSPACED = re.compile(rf"[{_UNSPACED_PYTHON}]+")


def _base_letters() -> dict[str, str]:
    """Map each accented or full-width form of a Latin letter or digit to the plain one."""
    found = {}
    for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00), *range(0xFF10, 0xFF5B)):
        first, *marks = list(unicodedata.normalize("NFKD", chr(code)))
        if first.isascii() and first.isalnum() and all(map(unicodedata.combining, marks)):
            found[chr(code)] = first.lower()
    return found


BASE_LETTERS = _base_letters()
_FORMS: dict[str, str] = defaultdict(str)
for _form, _letter in BASE_LETTERS.items():
    _FORMS[_letter] += _form


@dataclass(frozen=True)
class Term:
    """A word or phrase: its pieces are words or runs of an unspaced script, in lower case without accents."""

    pieces: tuple[str, ...]

    @property
    def re2(self) -> str:
        """The term as a regular expression of DuckDB that ignores case, accents and width."""
        return self._pattern(r"[^\p{L}\p{N}]", UNSPACED_RE2)

    @property
    def python(self) -> re.Pattern[str]:
        """The term as a regular expression of Python."""
        return re.compile(self._pattern(r"[\W_]", _UNSPACED_PYTHON))

    @property
    def index_words(self) -> list[str]:
        """The term's words in the index; a single character of an unspaced script has none."""
        words: list[str] = []
        for piece in self.pieces:
            if is_unspaced(piece):
                words += [piece[at : at + 2] for at in range(len(piece) - 1)]
            else:
                words.append(piece)
        return words

    @property
    def is_word(self) -> bool:
        """True for a plain word, which the index matches exactly; other matches must be verified with `re2`."""
        return len(self.pieces) == 1 and not is_unspaced(self.pieces[0])

    def _pattern(self, between: str, unspaced: str) -> str:
        first, last = self.pieces[0], self.pieces[-1]
        start = "" if is_unspaced(first) else f"(?:^|{between}|[{unspaced}])"
        end = "" if is_unspaced(last) or len(last) >= MIN_PREFIX_CHARS else f"(?:$|{between}|[{unspaced}])"
        return f"(?i){start}{f'{between}*'.join(_any_form(piece) for piece in self.pieces)}{end}"


def read_query(query: str) -> list[Term]:
    """Return the terms of a query: every word; quoted and hyphenated words are one phrase.

    Raises:
        UserError: when the query has no letter or digit, or too many terms.
    """
    plain = "".join(BASE_LETTERS.get(c, c) for c in unicodedata.normalize("NFKC", query).lower())
    chunks = (quoted or word for quoted, word in _CHUNK.findall(plain))
    terms = list(dict.fromkeys(Term(pieces) for chunk in chunks if (pieces := _pieces(chunk))))
    if not terms:
        raise UserError("search", f"{query!r} has no word", "add the words that the stories should contain")
    if len(terms) > MAX_TERMS:
        raise UserError("search", f"{len(terms)} words, at most {MAX_TERMS} are allowed", "remove some")
    return terms


def _pieces(chunk: str) -> tuple[str, ...]:
    """Return the runs of letters, digits and their marks, split where an unspaced script begins or ends."""
    runs = itertools.groupby(chunk, lambda c: "unspaced" if is_unspaced(c) else unicodedata.category(c)[0] in "LNM")
    return tuple("".join(run) for kind, run in runs if kind)


def is_unspaced(piece: str) -> bool:
    """Return whether all characters are of an unspaced script."""
    return _IS_UNSPACED.fullmatch(piece) is not None


def best_sentence(text: str, terms: list[Term], max_chars: int = 400) -> str:
    """Return the first sentence with the most terms, shortened around its first term."""
    patterns = [term.python for term in terms]
    best, most_terms, position = "", -1, 0
    for sentence in split_sentences(text):
        found = [match.start() for pattern in patterns if (match := pattern.search(sentence))]
        if sentence.strip() and len(found) > most_terms:
            best, most_terms, position = sentence, len(found), min(found, default=0)
    if len(best) <= max_chars:
        return best.strip()
    start = max(0, min(position - max_chars // 3, len(best) - max_chars))
    return f"{'…' if start else ''}{best[start : start + max_chars].strip()}…"


def _any_form(piece: str) -> str:
    return "".join(f"[{letter}{_FORMS[letter]}]" if letter in _FORMS else letter for letter in piece)
