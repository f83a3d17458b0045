"""Texts that depend on code and libraries alone. Making them takes seconds, so they are kept beside the code."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from newsmill.code_version import code_digest

FOLDER = Path(__file__).parent / "__pycache__"


def make_once(name: str, make: Callable[[], str], folder: Path = FOLDER) -> str:
    """Return what `make` returns, made once for this version of code and libraries; each time in a read-only folder."""
    path = folder / f"{name}.{code_digest(('report',))}.txt"
    with suppress(OSError, UnicodeDecodeError):
        return path.read_text(encoding="utf-8")
    text = make()
    with suppress(OSError):
        folder.mkdir(exist_ok=True)
        draft = path.with_suffix(f".{os.getpid()}")
        draft.write_text(text, encoding="utf-8")
        for old in folder.glob(f"{name}.*.txt"):
            old.unlink(missing_ok=True)
        draft.replace(path)
    return text
