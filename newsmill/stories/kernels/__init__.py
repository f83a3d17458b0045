"""Numba kernels of the stories room; imported where they are called, since Numba is slow to import."""
