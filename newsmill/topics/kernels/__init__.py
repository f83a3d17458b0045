"""Numba kernels of the topics room; imported by `tagger.py` and `lexicon.py` alone, since Numba is slow to import."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numba

from newsmill.compiled import remove_stale_code

remove_stale_code(Path(__file__).parent)

Kernel = TypeVar("Kernel", bound=Callable[..., Any])
# Its stubs know neither all options nor plain functions as results.
njit: Any = numba.njit


def outer(kernel: Kernel) -> Kernel:
    """Compile what Python calls."""
    compiled: Kernel = njit(cache=True, nogil=True)(kernel)
    return compiled


def inner(kernel: Kernel) -> Kernel:
    """Compile what only kernels call, without the wrappers for Python: they take longer to compile than it does."""
    compiled: Kernel = njit(cache=True, nogil=True, no_cpython_wrapper=True, no_cfunc_wrapper=True)(kernel)
    return compiled
