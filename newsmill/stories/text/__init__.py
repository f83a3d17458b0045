"""Texts as words, passages, shingles and MinHash buckets.

Modules with Numba functions (`bloom`, `minhash`, `shingles`, `word_kernel`) are imported inside the functions that call
them: importing Numba takes about a second, and most commands need none of it.
"""

from pathlib import Path

from newsmill.compiled import drop_stale_code

drop_stale_code(Path(__file__).parent)
