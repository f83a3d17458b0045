"""Numba kernels of the stories room; imported where they are called, since Numba is slow to import."""

from pathlib import Path

from newsmill.compiled import drop_stale_code

drop_stale_code(Path(__file__).parent)
