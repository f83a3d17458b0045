"""Numba kernels of the stories room; imported by `words.py` and `minhash.py` alone, since Numba is slow to import."""
