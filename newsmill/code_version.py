"""Digests of the code and of the libraries that tables are computed with."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from functools import cache
from importlib import metadata
from pathlib import Path

import xxhash

PACKAGE = Path(__file__).resolve().parent
# The taxonomy that is shipped is an input, which users edit.
ENDINGS = frozenset({".py", ".npz", ".json", ".yaml"})
INPUTS = frozenset({"topics.yaml"})


def digest(lines: Iterable[str]) -> str:
    """Return the xxh3-64 hash of the lines, as hex digits; of a file name that is not UTF-8, its bytes count."""
    return xxhash.xxh3_64_hexdigest("\n".join(lines).encode("utf-8", "surrogateescape"))


@cache
def code_digest(packages: Collection[str] | None = None) -> str:
    """Return a digest of newsmill's modules and models, and of the versions of the libraries that it requires.

    Args:
        packages: packages of `newsmill`, besides its top-level modules; all of them where None. A tuple.
    """
    folders = [PACKAGE / name for name in packages] if packages is not None else [PACKAGE]
    found = {*PACKAGE.glob("*.py"), *(file for folder in folders for file in folder.rglob("*"))}
    files = sorted(file for file in found if file.suffix in ENDINGS and file.name not in INPUTS)
    contents = (f"{file.relative_to(PACKAGE)}\t{xxhash.xxh3_64_hexdigest(file.read_bytes())}" for file in files)
    return digest([*contents, *_libraries()])


def _libraries() -> Iterator[str]:
    """Yield the libraries that newsmill requires, with their versions."""
    for requirement in metadata.requires("newsmill") or ():
        if "extra ==" not in requirement:
            name = re.split(r"[^\w.-]", requirement, maxsplit=1)[0]
            yield f"{name} {metadata.version(name)}"
