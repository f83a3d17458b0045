"""Stories room: MinHash values and LSH buckets, so that similar texts meet without being compared to all.

Broder, "On the resemblance and containment of documents" (1997); one permutation for all values after Li, Owen and
Zhang, "One Permutation Hashing" (2012); banding after Leskovec, Rajaraman and Ullman, "Mining of Massive Datasets",
chapter 3. Bins that stay empty are filled by throwing the same shingles again, hashed anew, rather than borrowed from
full ones (Shrivastava, "Optimal Densification", 2017): as unbiased, and the values stay independent. A value agrees
with probability J, since in the first round in which either text hits a bin, the least hash there is of a shingle that
both have with probability J, and else the two differ.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

VALUES = 128
# Two texts of Jaccard J share a bucket with probability 1 - (1 - J^4)^32:
#   J .2  .3  .4  .5  .55 .6   .65  .7    .8
#     .05 .23 .56 .87 .95 .988 .998 .9998 1
# 25 bands of 5 would lose one pair in a hundred at .7 and one in four at .55. What verification has to
# throw away in exchange is little: pages that are not one story share next to no five words in a row.
BANDS = 32
# Shingles that a text begins with: its first forty words, or characters where they stand for words.
LEAD = 36


def buckets(words: NDArray[np.uint64], ends: NDArray[np.int64]) -> NDArray[np.uint64]:
    """BANDS buckets of each text of at least one word; the number of the band is hashed along."""
    from newsmill.stories.text import minhash_kernel

    made: NDArray[np.uint64] = minhash_kernel.buckets(words, ends, BANDS)
    return made


def shared(
    words: NDArray[np.uint64], ends: NDArray[np.int64], ones: NDArray[np.int64], others: NDArray[np.int64]
) -> NDArray[np.int64]:
    """A row a pair of texts: distinct shingles that both have, that the one has, that the other has; and how many of
    the first LEAD of the one the other has, and of the first of the other the one."""
    from newsmill.stories.text import minhash_kernel

    counts: NDArray[np.int64] = minhash_kernel.shared(words, ends, ones, others, LEAD)
    return counts
