"""Build `profiles.npz` from the installed langdetect: `python -m newsmill.pages.languages.build_profiles`.

A test compares the pack with the installed langdetect.
"""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from newsmill.pages.languages.kernel import hash_slot
from newsmill.pages.languages.profiles import (
    CELLS_PER_WORD,
    CLASS_BITS,
    OTHER,
    OTHER_UPPER,
    PACK,
    PLANE_SIZE,
    SPACE,
    STEPS_PER_NAT,
    KernelTables,
    Profiles,
)
from newsmill.pages.languages.scripts import SCRIPTS, SHARED_SCRIPTS, get_block_script, get_script, select_languages

# Frequency of an n-gram that a profile does not contain. langdetect uses 0.5e-4 for all; here it is estimated from the
# n-gram's parts, at most half of the profile's rarest n-gram and at least the floor.
_MIN_FREQUENCY, _MAX_SHARE_OF_RAREST, _PARTS_FACTOR = 0.25e-4, 0.5, 0.5
_SPACE_FREQUENCY = 0.18  # of the characters of a text, so that bigrams with a space have parts too
# By n-gram length. A letter counts half of what langdetect gives it, because its bigrams and trigrams count it again.
_WEIGHT_BY_LENGTH = {1: 0.5, 2: 1.0, 3: 1.0}
# A language whose profile was built from fewer letters (of its Wikipedia) is rarer on pages by the same factor, and its
# larger relative likelier: Afrikaans and Dutch, Macedonian and Bulgarian, Slovak and Czech.
_COMMON_LETTERS = 1e7
# The profile of Welsh counts more letters than that of French; the Welsh Wikipedia then had about four million.
_CORRECTED_LETTERS = {"cy": 4e6}
# Languages with at least this share of letters with diacritics are also written without them: they have a second column
# for that, with this prior in nats.
_MIN_MARKED_SHARE, _UNMARKED_PRIOR = 0.05, -2.0
_INSEPARABLE_MARKS = str.maketrans("łŁđĐøØı", "lLdDoOi")  # letters that NFD does not decompose

LangdetectProfiles = dict[str, dict[str, Any]]
Frequencies = dict[str, NDArray[np.float64]]  # by n-gram: one frequency per language of the script


def build_profiles() -> Profiles:
    """Build the tables from the profiles of the installed langdetect."""
    profiles = _load_langdetect_profiles()
    names = tuple(sorted({name for script in SHARED_SCRIPTS for name in select_languages(script, profiles)}))
    frequencies = {script: _collect_frequencies(script, profiles) for script in SHARED_SCRIPTS}
    letters = sorted({c for grams in frequencies.values() for gram in grams for c in gram} - {" "})
    classes = {character: number for number, character in enumerate(letters, OTHER_UPPER + 1)} | {" ": SPACE}
    if len(classes) >= 1 << CLASS_BITS:
        raise ValueError(f"{len(classes)} characters do not fit in {CLASS_BITS} bits of a key")
    slots, begins, columns = [0], [], [0]
    keys, rows, language, unmarked, prior = [], [], [], [], []
    weights: list[NDArray[np.uint8]] = []
    for script, grams in frequencies.items():
        languages = select_languages(script, profiles)
        marked = [
            name
            for name in languages
            if script == "latin" and _compute_marked_share(name, grams, languages) >= _MIN_MARKED_SHARE
        ]
        script_keys, script_rows = _build_hash_table([_build_key(gram, classes) for gram in grams])
        keys.append(script_keys)
        rows.append(script_rows)
        slots.append(slots[-1] + len(script_keys))
        begins.append(sum(part.size for part in weights) // CELLS_PER_WORD)
        weights.append(_build_cells(grams, [languages.index(name) for name in marked]).ravel())
        language += [names.index(name) for name in [*languages, *marked]]
        unmarked += [0] * len(languages) + [1] * len(marked)
        prior += [_compute_prior(name, profiles) for name in languages]
        prior += [_UNMARKED_PRIOR + _compute_prior(name, profiles) for name in marked]
        columns.append(len(language))
    tables = KernelTables(
        *_classify_code_points(classes),
        *_map_cases(letters, classes),
        np.concatenate(keys),
        np.concatenate(rows),
        np.array(slots, np.int64),
        np.concatenate(weights).view("<u8"),
        np.array(begins, np.int64),
        np.array(columns, np.int64),
        np.array(language, np.int64),
        np.array(unmarked, np.uint8),
        np.array(prior, np.float64),
    )
    return Profiles(tables, names)


def _load_langdetect_profiles() -> LangdetectProfiles:
    from langdetect import detector_factory

    folder = Path(detector_factory.PROFILES_DIRECTORY)
    return {path.name: json.loads(path.read_text("utf-8")) for path in sorted(folder.iterdir()) if path.is_file()}


def _collect_frequencies(script: str, profiles: LangdetectProfiles) -> Frequencies:
    """Return the frequency of each n-gram of a script in each of its languages, without n-grams of other scripts."""
    languages = select_languages(script, profiles)
    frequencies: Frequencies = {}
    for column, name in enumerate(languages):
        counts = profiles[name]["n_words"]
        for gram, count in profiles[name]["freq"].items():
            scripts = {get_block_script(character) for character in gram} - {None}
            if 1 <= len(gram) <= 3 and scripts == {script}:
                row = frequencies.setdefault(gram, np.zeros(len(languages)))
                row[column] = count / counts[len(gram) - 1]
    return dict(sorted(frequencies.items()))


def _build_cells(grams: Frequencies, marked: list[int]) -> NDArray[np.uint8]:
    """Return one row per n-gram: a cell per language, then one per marked language without its diacritics."""
    row_by_gram = {gram: row for row, gram in enumerate(grams)}
    frequencies = np.array(list(grams.values()))
    unmarked = np.zeros((len(grams), len(marked)))
    for gram, row in row_by_gram.items():
        if (target := row_by_gram.get(_remove_marks(gram))) is not None:
            unmarked[target] += frequencies[row, marked]
    weight = np.array([_WEIGHT_BY_LENGTH[len(gram)] for gram in grams])[:, None]
    nats = np.hstack([np.log(_smooth(grams, frequencies) / _MIN_FREQUENCY), np.log1p(unmarked / _MIN_FREQUENCY)])
    cells = np.clip(np.rint(STEPS_PER_NAT * weight * nats), 0, 255).astype(np.uint8)
    return np.pad(cells, ((0, 0), (0, -cells.shape[1] % CELLS_PER_WORD)))


def _smooth(grams: Frequencies, frequencies: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the frequencies, estimated from the n-gram's parts where a profile lacks it (like Katz's back-off).

    Profiles leave out rare n-grams, langdetect's small profiles more than its large ones. Lacking `ř` means more than
    lacking a trigram of common bigrams.
    """
    from_parts = np.zeros_like(frequencies)
    nothing = np.zeros(frequencies.shape[1])
    for row, gram in enumerate(grams):
        if len(gram) == 2:
            first, last = (grams.get(part, nothing) if part != " " else _SPACE_FREQUENCY for part in gram)
            from_parts[row] = first * last
        elif len(gram) == 3:
            middle = grams.get(gram[1], nothing)
            both = grams.get(gram[:2], nothing) * grams.get(gram[1:], nothing)
            from_parts[row] = np.divide(both, middle, out=np.zeros_like(both), where=middle > 0)
    lengths = np.array([len(gram) for gram in grams])
    rarest = np.array(
        [
            np.where((frequencies > 0) & (lengths == length)[:, None], frequencies, 1.0).min(axis=0)
            for length in (1, 2, 3)
        ]
    )
    expected = np.minimum(_PARTS_FACTOR * from_parts, _MAX_SHARE_OF_RAREST * rarest[lengths - 1])
    return np.maximum(np.where(frequencies > 0, frequencies, expected), _MIN_FREQUENCY)


def _compute_marked_share(name: str, grams: Frequencies, languages: list[str]) -> float:
    """Return the share of a language's letters that have diacritics."""
    column = languages.index(name)
    letters = ((gram, row[column]) for gram, row in grams.items() if len(gram) == 1 and not gram.isascii())
    return float(sum(share for letter, share in letters if _remove_marks(letter).isascii()))


def _remove_marks(gram: str) -> str:
    decomposed = unicodedata.normalize("NFD", gram.translate(_INSEPARABLE_MARKS))
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def _compute_prior(name: str, profiles: LangdetectProfiles) -> float:
    letters = _CORRECTED_LETTERS.get(name, profiles[name]["n_words"][0])
    return float(np.log(min(letters, _COMMON_LETTERS) / _COMMON_LETTERS))


def _build_key(gram: str, classes: dict[str, int]) -> int:
    key = 0
    for character in gram:
        key = key << CLASS_BITS | classes[character]
    return key


def _build_hash_table(gram_keys: list[int]) -> tuple[NDArray[np.uint32], NDArray[np.uint16]]:
    size = 1 << (2 * len(gram_keys)).bit_length()
    keys, rows = np.zeros(size, np.uint32), np.zeros(size, np.uint16)
    for row, key in enumerate(gram_keys):
        slot = hash_slot(key, size - 1)
        while keys[slot]:
            slot = (slot + 1) & (size - 1)
        keys[slot], rows[slot] = key, row
    return keys, rows


def _classify_code_points(classes: dict[str, int]) -> tuple[NDArray[np.uint8], NDArray[np.uint16]]:
    """Return the script and the class of each code point, after langdetect's normalization."""
    from langdetect.utils.ngram import NGram

    script, character = np.zeros(PLANE_SIZE, np.uint8), np.zeros(PLANE_SIZE, np.uint16)
    for point in range(PLANE_SIZE):
        name = get_script(chr(point))
        script[point] = SCRIPTS.index(name) if name else 0
        normal = NGram.normalize(chr(point))
        character[point] = classes.get(normal, OTHER_UPPER if normal.isupper() else OTHER)
    return script, character


def _map_cases(letters: list[str], classes: dict[str, int]) -> tuple[NDArray[np.uint16], NDArray[np.uint8]]:
    lower, upper = np.arange(OTHER_UPPER + 1 + len(letters), dtype=np.uint16), np.zeros(len(classes) + 3, np.uint8)
    lower[OTHER_UPPER], upper[OTHER_UPPER] = OTHER, 1
    for letter in letters:
        upper[classes[letter]] = letter.isupper()
        lower[classes[letter]] = classes.get(letter.lower(), OTHER)
    return lower, upper


if __name__ == "__main__":
    built = build_profiles()
    np.savez_compressed(PACK, **{**built.tables._asdict(), "names": np.array(built.names)})
