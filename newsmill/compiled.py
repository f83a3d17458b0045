"""The decorators for Numba functions, and removal of compiled code that is older than its sources.

Modules with compiled functions are imported where they are called: importing Numba takes 0.3 s.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function that Python calls; it releases the GIL, and its machine code is cached on disk."""
    return _compile(function)


def compiled_inner(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function that only compiled functions call.

    It gets no wrappers for Python, which take longer to compile than the function itself.
    """
    return _compile(function, no_cpython_wrapper=True, no_cfunc_wrapper=True)


def _compile(function: Callable[P, R], **options: bool) -> Callable[P, R]:
    import numba

    remove_stale_code(Path(function.__code__.co_filename).parent)
    njit: Any = numba.njit  # its stubs do not know all options
    machine_code: Callable[P, R] = njit(cache=True, nogil=True, **options)(function)
    return machine_code


@cache
def remove_stale_code(folder: Path) -> None:
    """Remove cached machine code in a folder that is older than any source there; Numba compiles it again.

    Numba compares the code of a function with its own file alone. After `git pull` it would call old code of a function
    that is defined in another file.
    """
    with suppress(OSError):  # in a read-only folder there is no cached code
        sources = [*folder.glob("*.py"), Path(__file__)]
        newest = max(source.stat().st_mtime for source in sources)
        for index in (folder / "__pycache__").glob("*.nbi"):
            if index.stat().st_mtime < newest:
                index.unlink(missing_ok=True)
