"""What the machine has run out of, or does not allow: found in an error of any library, stated in one line."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass

from newsmill.errors import UserError

# V8, which draws charts, reserves addresses, not memory; with less it ends the process without a word.
MIN_ADDRESS_SPACE_BYTES = 96 * 2**30
MIN_OPEN_FILES = 128
WANTED_OPEN_FILES = 1024


def require_resources() -> None:
    """Raise the soft limit on open files where that is allowed; refuse limits under which libraries abort.

    Raises:
        UserError: naming the limit.
    """
    if sys.platform == "win32":
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = WANTED_OPEN_FILES if hard == resource.RLIM_INFINITY else min(WANTED_OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        soft = wanted
    if soft != resource.RLIM_INFINITY and soft < MIN_OPEN_FILES:
        raise UserError(
            "ulimit -n", f"{soft} open files are too few; newsmill needs {MIN_OPEN_FILES}", "raise it: `ulimit -n 1024`"
        )
    size, _ = resource.getrlimit(resource.RLIMIT_AS)
    if size != resource.RLIM_INFINITY and size < MIN_ADDRESS_SPACE_BYTES:
        raise UserError(
            "ulimit -v",
            f"{size / 2**30:.1f} GiB of addresses are too few; libraries reserve {MIN_ADDRESS_SPACE_BYTES // 2**30} GiB"
            " of them, most without memory",
            "lift it (`ulimit -v unlimited`), and limit memory by a control group or container instead",
        )


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
    _shortage(r"file name too long|errno 36\b", "a path is longer than the file system allows", "use a shorter one"),
    _shortage(
        r"too many open files|errno 24\b",
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
