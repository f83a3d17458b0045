"""Stories room: MinHash values and LSH buckets, so that similar texts meet without being compared to all.

Broder, "On the resemblance and containment of documents" (1997); banding after Leskovec, Rajaraman and Ullman,
"Mining of Massive Datasets", chapter 3.
"""

from __future__ import annotations

import numpy as np
import xxhash
from numpy.typing import NDArray

VALUES = 128
# Two texts of Jaccard J share a bucket with probability 1 - (1 - J^4)^32:
#   J .2  .3  .4  .5  .55 .6   .65  .7    .8
#     .05 .23 .56 .87 .95 .988 .998 .9998 1
# 25 bands of 5 would lose one pair in a hundred at .7 and one in four at .55. What verification has to
# throw away in exchange is little: pages that are not one story share next to no five words in a row.
BANDS = 32
ROWS = VALUES // BANDS

# Value i is the least of (multiplier[i] * shingle + shift[i]) mod 2^64, a permutation since multipliers are odd.
MULTIPLIER = np.array([xxhash.xxh3_64_intdigest(b"multiplier %d" % i) | 1 for i in range(VALUES)], np.uint64)
SHIFT = np.array([xxhash.xxh3_64_intdigest(b"shift %d" % i) for i in range(VALUES)], np.uint64)

# 128 x 256 products are 256 KiB: they stay in the cache, five times as quick as a megabyte at a time, and a huge page
# takes no more memory than a small one.
BLOCK = 256


def minhash(shingles: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The 128 MinHash values of a text's shingle hashes, of which there is at least one."""
    least = np.full(VALUES, np.iinfo(np.uint64).max, np.uint64)
    for start in range(0, shingles.size, BLOCK):
        products = MULTIPLIER[:, None] * shingles[None, start : start + BLOCK] + SHIFT[:, None]
        np.minimum(least, products.min(axis=1), out=least)
    return least


def buckets(values: NDArray[np.uint64]) -> list[int]:
    """One bucket a band: xxh3-64 of the band's number (one byte) and its values (little-endian, 8 bytes each).

    The number is hashed along, so that a bucket belongs to one band only.
    """
    rows = values.astype("<u8").reshape(BANDS, ROWS)
    return [xxhash.xxh3_64_intdigest(bytes([band]) + row.tobytes()) for band, row in enumerate(rows)]
