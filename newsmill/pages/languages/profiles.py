"""langdetect's language profiles, packed into the tables that the kernel reads.

`profiles.npz` beside this file is made from the installed langdetect (whose profiles are Apache-2.0) by
`python -m newsmill.pages.languages.profiles`. To read its 55 JSON files takes each process half a second, to read the
pack a fiftieth; a test holds the two together.
"""

from __future__ import annotations

import json
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from newsmill.pages.languages.scripts import GROUPS, SCRIPTS, block_of, languages_in, script_of

PACK = Path(__file__).with_name("profiles.npz")

# Least frequency of an n-gram that a profile lacks. langdetect takes .5e-4 for all; here what its parts let expect,
# up to half of what the rarest n-gram of the profile has, and at least this.
FLOOR, OF_RAREST, OF_PARTS = 0.25e-4, 0.5, 0.5
SPACES = 0.18  # of the characters of a text, so that the bigrams of spaces have parts too
# A cell holds log(frequency / floor) in steps of 1/24, so that sums are whole numbers: exact in any order.
STEPS = 24
# Letters by themselves say half of what langdetect gives them: what they say, their bigrams and trigrams say again.
WEIGHTS = {1: 0.5, 2: 1.0, 3: 1.0}
# A language whose profile was drawn from fewer letters (of its Wikipedia) is as much rarer on pages, and its closest
# larger relative likelier: Afrikaans and Dutch, Macedonian and Bulgarian, Slovak and Czech.
COMMON = 1e7
# n-grams overlap and depend on each other: four nats of them say as much as one. So calibrated, 83 % of the answers
# given with .82 are right, 94 % of those with .96 (short sentences of 25 languages, interface texts of 38).
TEMPERATURE = 4.0
# The profile of Welsh counts more letters than the one of French; that of its Wikipedia then had some four million.
LETTERS = {"cy": 4e6}
# Where so many letters bear marks, people also write without: such languages have a second column, n-grams unmarked.
MARKED, UNMARKED = 0.05, -2.0
_unmarked_letters = str.maketrans("łŁđĐøØı", "lLdDoOi")

FOUND, SUMS, SEEN = 6, 64, 192  # cells the kernel finds of a text; cells it works in: columns, n-grams between checks
LANES = 8  # cells of a word, which the kernel adds at once
SPACE, OTHER, OTHER_UPPER = 1, 2, 3  # classes of characters; 0 is none
BITS = 10  # of a class within the key of an n-gram
PLANE = 0x10000


class Tables(NamedTuple):
    """What the kernel reads. A group is a script of several languages; its n-grams stand in a hash table of its own."""

    script: NDArray[np.uint8]  # of a code point of the first plane: index into SCRIPTS
    character: NDArray[np.uint16]  # of a code point: its class
    lower: NDArray[np.uint16]  # of a class: that of its small letter
    upper: NDArray[np.uint8]  # of a class: whether it is a capital
    keys: NDArray[np.uint32]  # open addressing; 0 is free
    rows: NDArray[np.uint16]
    slots: NDArray[np.int64]  # of a group: where its keys begin; one more than there are groups
    weights: NDArray[np.uint64]  # rows of one byte a column, filled up to whole words; group after group
    begins: NDArray[np.int64]  # of a group: where its weights begin
    columns: NDArray[np.int64]  # of a group: where its columns begin; one more than there are groups
    language: NDArray[np.int64]  # of a column: index into `names`
    unmarked: NDArray[np.uint8]  # of a column: whether it is for text without marks
    prior: NDArray[np.float64]  # of a column, in nats
    names: tuple[str, ...]


@cache
def tables() -> Tables:
    """The packed tables, read once a process."""
    with np.load(PACK) as pack:
        arrays = {name: pack[name] for name in Tables._fields}
    return Tables(**{**arrays, "names": tuple(arrays["names"].tolist())})


def build() -> Tables:
    """The tables, from the profiles of the installed langdetect."""
    profiles = _profiles()
    names = tuple(sorted({language for group in GROUPS for language in languages_in(group, profiles)}))
    frequencies = {group: _frequencies(group, names, profiles) for group in GROUPS}
    letters = sorted({c for table in frequencies.values() for gram in table for c in gram} - {" "})
    classes = {character: number for number, character in enumerate(letters, OTHER_UPPER + 1)} | {" ": SPACE}
    if len(classes) >= 1 << BITS:
        raise ValueError("more characters than a key has room for")
    slots, begins, columns = [0], [], [0]
    keys, rows, language, unmarked, prior = [], [], [], [], []
    weights: list[NDArray[np.uint8]] = []
    for group, table in frequencies.items():
        own = languages_in(group, profiles)
        marked = [name for name in own if group == "latin" and _share_marked(name, table, own) >= MARKED]
        own_keys, own_rows = _hashed([_key(gram, classes) for gram in table])
        keys.append(own_keys)
        rows.append(own_rows)
        slots.append(slots[-1] + len(own_keys))
        begins.append(sum(part.size for part in weights) // LANES)
        weights.append(_cells(table, [own.index(name) for name in marked]).ravel())
        language += [names.index(name) for name in [*own, *marked]]
        unmarked += [0] * len(own) + [1] * len(marked)
        prior += [_prior(name, profiles) for name in own] + [UNMARKED + _prior(name, profiles) for name in marked]
        columns.append(len(language))
    script, character = _characters(classes)
    lower, upper = _cases(letters, classes)
    return Tables(
        script,
        character,
        lower,
        upper,
        np.concatenate(keys),
        np.concatenate(rows),
        np.array(slots, np.int64),
        np.concatenate(weights).view("<u8"),
        np.array(begins, np.int64),
        np.array(columns, np.int64),
        np.array(language, np.int64),
        np.array(unmarked, np.uint8),
        np.array(prior, np.float64),
        names,
    )


def _profiles() -> dict[str, dict[str, Any]]:
    from langdetect import detector_factory

    folder = Path(detector_factory.PROFILES_DIRECTORY)
    return {path.name: json.loads(path.read_text("utf-8")) for path in sorted(folder.iterdir()) if path.is_file()}


def _frequencies(group: str, names: tuple[str, ...], profiles: dict[str, Any]) -> dict[str, NDArray[np.float64]]:
    """Frequency of each n-gram of the group's script in each of its languages; n-grams of other scripts left out."""
    own = languages_in(group, profiles)
    table: dict[str, NDArray[np.float64]] = {}
    for column, name in enumerate(own):
        counted = profiles[name]["n_words"]
        for gram, count in profiles[name]["freq"].items():
            scripts = {block_of(character) for character in gram} - {None}
            if 1 <= len(gram) <= 3 and scripts == {group}:
                table.setdefault(gram, np.zeros(len(own)))[column] = count / counted[len(gram) - 1]
    return dict(sorted(table.items()))


def _cells(table: dict[str, NDArray[np.float64]], marked: list[int]) -> NDArray[np.uint8]:
    """One row an n-gram; after the languages' own columns those of the marked languages, their n-grams unmarked."""
    places = {gram: row for row, gram in enumerate(table)}
    own = np.array(list(table.values()))
    plain = np.zeros((len(table), len(marked)))
    for gram, row in places.items():
        if (target := places.get(_without_marks(gram))) is not None:
            plain[target] += own[row, marked]
    weight = np.array([WEIGHTS[len(gram)] for gram in table])[:, None]
    nats = np.hstack([np.log(_smoothed(table, own) / FLOOR), np.log1p(plain / FLOOR)])
    cells = np.clip(np.rint(STEPS * weight * nats), 0, 255).astype(np.uint8)
    return np.pad(cells, ((0, 0), (0, -cells.shape[1] % LANES)))


def _smoothed(table: dict[str, NDArray[np.float64]], own: NDArray[np.float64]) -> NDArray[np.float64]:
    """Frequencies, with an estimate from the n-gram's parts where a profile lacks it (as in Katz's back-off).

    Profiles leave out what is rare, langdetect's smaller ones more than its larger: to lack `ř` and to lack one trigram
    of common bigrams are not the same.
    """
    parts = np.zeros_like(own)
    nothing = np.zeros(own.shape[1])
    for row, gram in enumerate(table):
        if len(gram) == 2:
            first, last = (table.get(part, nothing) if part != " " else SPACES for part in gram)
            parts[row] = first * last
        elif len(gram) == 3:
            middle = table.get(gram[1], nothing)
            both = table.get(gram[:2], nothing) * table.get(gram[1:], nothing)
            parts[row] = np.divide(both, middle, out=np.zeros_like(both), where=middle > 0)
    sizes = np.array([len(gram) for gram in table])
    rarest = np.array([np.where((own > 0) & (sizes == size)[:, None], own, 1.0).min(axis=0) for size in (1, 2, 3)])
    expected = np.minimum(OF_PARTS * parts, OF_RAREST * rarest[sizes - 1])
    return np.maximum(np.where(own > 0, own, expected), FLOOR)


def _share_marked(name: str, table: dict[str, NDArray[np.float64]], own: list[str]) -> float:
    """The share of a language's letters that bear marks."""
    column = own.index(name)
    letters = ((gram, row[column]) for gram, row in table.items() if len(gram) == 1 and not gram.isascii())
    return float(sum(share for letter, share in letters if _without_marks(letter).isascii()))


def _without_marks(gram: str) -> str:
    plain = unicodedata.normalize("NFD", gram.translate(_unmarked_letters))
    return "".join(character for character in plain if not unicodedata.combining(character))


def _prior(name: str, profiles: dict[str, Any]) -> float:
    letters = LETTERS.get(name, profiles[name]["n_words"][0])
    return float(np.log(min(letters, COMMON) / COMMON))


def _key(gram: str, classes: dict[str, int]) -> int:
    key = 0
    for character in gram:
        key = key << BITS | classes[character]
    return key


def _hashed(grams: list[int]) -> tuple[NDArray[np.uint32], NDArray[np.uint16]]:
    from newsmill.pages.languages.kernel import slot_of

    size = 1 << (2 * len(grams)).bit_length()
    keys, rows = np.zeros(size, np.uint32), np.zeros(size, np.uint16)
    for row, key in enumerate(grams):
        place = slot_of.py_func(key, size - 1)
        while keys[place]:
            place = (place + 1) & (size - 1)
        keys[place], rows[place] = key, row
    return keys, rows


def _characters(classes: dict[str, int]) -> tuple[NDArray[np.uint8], NDArray[np.uint16]]:
    """Script and class of each code point, after langdetect's normalisation."""
    from langdetect.utils.ngram import NGram

    script, character = np.zeros(PLANE, np.uint8), np.zeros(PLANE, np.uint16)
    for point in range(PLANE):
        name = script_of(chr(point))
        script[point] = SCRIPTS.index(name) if name else 0
        normal = NGram.normalize(chr(point))
        character[point] = classes.get(normal, OTHER_UPPER if normal.isupper() else OTHER)
    return script, character


def _cases(letters: list[str], classes: dict[str, int]) -> tuple[NDArray[np.uint16], NDArray[np.uint8]]:
    lower, upper = np.arange(OTHER_UPPER + 1 + len(letters), dtype=np.uint16), np.zeros(len(classes) + 3, np.uint8)
    lower[OTHER_UPPER], upper[OTHER_UPPER] = OTHER, 1
    for letter in letters:
        upper[classes[letter]] = letter.isupper()
        lower[classes[letter]] = classes.get(letter.lower(), OTHER)
    return lower, upper


if __name__ == "__main__":
    made = build()
    np.savez_compressed(PACK, **{**made._asdict(), "names": np.array(made.names)})
