"""langdetect's language profiles, packed into the tables that the kernel reads.

`profiles.npz` beside this file is built from the installed langdetect (its profiles are Apache-2.0) by
`build_profiles.py`. Loading langdetect's 55 JSON files takes 0.5 s per process, loading the pack 0.02 s.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

PACK = Path(__file__).with_name("profiles.npz")

# A cell contains log(frequency / floor) in steps, so that sums are whole numbers: exact in any order.
STEPS_PER_NAT = 24.0
# n-grams overlap and depend on each other: four nats of them count as one. Calibrated like this, 83 % of the results
# with confidence .82 are right, and 94 % of those with .96 (short sentences of 25 languages, interface texts of 38).
TEMPERATURE = 4.0

SPACE, OTHER, OTHER_UPPER = 1, 2, 3  # classes of characters; 0 is none
CLASS_BITS = 10  # of a class within the key of an n-gram
CELLS_PER_WORD = 8  # cells of one byte, which the kernel adds at once
PLANE_SIZE = 0x10000  # code points of the first plane, which the tables cover


class KernelTables(NamedTuple):
    """The arrays that the kernel reads.

    A group is a script of several languages (SHARED_SCRIPTS, by index), with a hash table for its n-grams. A column is
    a language of a group, or a language written without its diacritics.
    """

    script: NDArray[np.uint8]  # by code point: index into SCRIPTS
    character: NDArray[np.uint16]  # by code point: class
    lower: NDArray[np.uint16]  # by class: class of the lower-case letter
    upper: NDArray[np.uint8]  # by class: 1 for capitals
    keys: NDArray[np.uint32]  # of n-grams, by slot (open addressing); 0 is free
    rows: NDArray[np.uint16]  # by slot: row of the group's weights
    slots: NDArray[np.int64]  # by group: first slot; one more than there are groups
    weights: NDArray[np.uint64]  # rows of one cell per column, padded to whole words; group after group
    begins: NDArray[np.int64]  # by group: first word of its weights
    columns: NDArray[np.int64]  # by group: first column; one more than there are groups
    language: NDArray[np.int64]  # by column: index into the language names
    unmarked: NDArray[np.uint8]  # by column: 1 for text without diacritics
    prior: NDArray[np.float64]  # by column, in nats


class Profiles(NamedTuple):
    """The tables, and the language names (ISO 639-1) that `tables.language` refers to."""

    tables: KernelTables
    names: tuple[str, ...]


@cache
def load_profiles() -> Profiles:
    """Load the packed profiles, once per process."""
    with np.load(PACK) as pack:
        return Profiles(KernelTables(*(pack[name] for name in KernelTables._fields)), tuple(pack["names"].tolist()))
