"""Split texts into words, passages and shingles, and hash them into MinHash buckets.

Modules with compiled functions (`minhash`, `shingles`, `word_kernel`) are imported inside the functions that call them:
importing Numba takes 0.3 s, and most commands need none of it.
"""
