"""Compiled code that is older than what it was made from.

Numba keeps a function's machine code beside its source and looks at that one file's age alone: where it calls a
function of another file that changed since, as after a `git pull`, it would go on with what it knew.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path


def drop_stale_code(folder: Path) -> None:
    """Remove machine code kept in a folder of kernels that any of its sources is newer than; it is made anew."""
    with suppress(OSError):  # where nothing may be written, nothing is kept
        newest = max((source.stat().st_mtime for source in folder.glob("*.py")), default=0.0)
        for index in (folder / "__pycache__").glob("*.nbi"):
            if index.stat().st_mtime < newest:
                index.unlink(missing_ok=True)
