"""What the machine has run out of, or does not allow: found in an error of any library, stated in one line."""

from __future__ import annotations

import re
from dataclasses import dataclass

from newsmill.errors import UserError


@dataclass(frozen=True)
class _Shortage:
    """A shortage: how libraries word it, what it is called here, and what to do."""

    pattern: re.Pattern[str]
    problem: str
    hint: str


def _shortage(pattern: str, problem: str, hint: str) -> _Shortage:
    return _Shortage(re.compile(pattern, re.IGNORECASE), problem, hint)


# Errors of the operating system, DuckDB, SQLite, Polars, Arrow, NumPy and Python, by their words: only Python's own
# have a number, and what Dagster records of a step is text.
SHORTAGES = (
    _shortage(
        r"no space left on device|database or disk is full|disk quota exceeded|file too large|errno 28\b|errno 27\b"
        r"|failed to offload data block.*|disk I/O error",
        "the disk is full, or a file may not grow any more",
        "free some space or raise the limit (`ulimit -f`), and run the command again",
    ),
    _shortage(
        r"read-only file system|attempt to write a readonly database|errno 30\b",
        "the folder is on a read-only file system",
        "choose a home that is writable",
    ),
    _shortage(
        r"permission denied|errno 13\b",
        "a file or folder may not be written",
        "make the home writable for this user",
    ),
    _shortage(
        r"too many open files|errno 24\b|unable to open database file",
        "too few open files are allowed",
        "raise the limit: `ulimit -n 1024`",
    ),
    _shortage(
        r"out of memory|outofmemory|memoryerror|bad_alloc|cannot allocate memory|can't start new thread"
        r"|unable to allocate|could not allocate|failed to allocate|malloc of size|errno 12\b"
        r"|resource temporarily unavailable|failed to map|memory allocation of",
        "out of memory, or too few threads are allowed",
        "raise the limit (`ulimit -v`, or that of the container), or use fewer --workers",
    ),
)


def machine_error(where: str, message: str) -> UserError | None:
    """Return the error for the user where the message of an error says that the machine lacks something, else None."""
    for shortage in SHORTAGES:
        if found := shortage.pattern.search(message):
            line = next(line for line in message.splitlines() if found.group().splitlines()[0] in line)
            return UserError(where, f"{shortage.problem} ({' '.join(line.split())[:200]})", shortage.hint)
    return None


def machine_error_of(where: str, error: BaseException) -> UserError | None:
    """Return the same for an exception or what caused it."""
    seen: BaseException | None = error
    while seen is not None:
        if found := machine_error(where, f"{type(seen).__name__}: {seen}"):
            return found
        seen = seen.__cause__ or seen.__context__
    return None
