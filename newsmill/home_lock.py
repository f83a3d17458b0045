"""The lock of a home: one process writes to archive and database at a time; readers never need it.

The lock belongs to the operating system, so it ends with the process that holds it, however that ends.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from newsmill.errors import UserError

LOCK_FILE = "newsmill.lock"
PATIENCE_SECONDS = 600.0
POLL_SECONDS = 0.1

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Holder:
    """Who holds a lock: `pid` in its container, the command, and when it took the lock (UTC, ISO 8601)."""

    pid: int
    command: str
    since: str

    def __str__(self) -> str:
        return f"{self.command} (process {self.pid}, since {self.since})"


# The locks that this process holds, with how often: a command holds its home while runs inside it ask for it again.
# A lock of a parent process is not inherited.
_held: dict[tuple[int, Path], tuple[int, int]] = {}


@contextmanager
def hold_home(home: Path, command: str, patience_seconds: float = PATIENCE_SECONDS) -> Iterator[None]:
    """Hold the home's lock in the block; everything that writes to the archive or the database does.

    Waits while another process holds it, after a line in the log (on stderr where none is configured) that names it.

    Args:
        command: the name of this process for the messages of others.

    Raises:
        UserError: when another process still holds it after `patience_seconds`, or the home can't be written.
    """
    key = (os.getpid(), home.resolve())
    descriptor, count = _held.get(key, (-1, 0))
    if not count:
        descriptor = _acquire(home, command, patience_seconds)
    _held[key] = (descriptor, count + 1)
    try:
        yield
    finally:
        descriptor, count = _held.pop(key)
        if count > 1:
            _held[key] = (descriptor, count - 1)
        else:
            _release(descriptor)


def home_holder(home: Path) -> Holder | None:
    """Return who holds the home's lock, or None."""
    path = home / LOCK_FILE
    return _read_holder(path) if is_locked(path) else None


def lock_file(path: Path) -> int | None:
    """Lock a file, made where it is missing; return its descriptor, or None while another process holds it.

    The lock ends when the descriptor is closed or the process ends.

    Raises:
        OSError: when the file can't be opened, or its file system has no locks.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        _lock(descriptor)
    except BlockingIOError:
        os.close(descriptor)
        return None
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def is_locked(path: Path) -> bool:
    """Return whether a process holds the lock of this file; false where the file is missing."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        _lock(descriptor, shared=True)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _acquire(home: Path, command: str, patience_seconds: float) -> int:
    path = home / LOCK_FILE
    end = time.monotonic() + patience_seconds
    has_said = False
    while (descriptor := _try_to_lock(path)) is None:
        holder = _read_holder(path) or "another process"
        if time.monotonic() >= end:
            problem = f"{holder} is writing to this home; waited {patience_seconds:.0f} s for it"
            raise UserError(f"--home {home}", problem, "run the command again when that has ended, or stop it")
        if not has_said:
            log.warning("newsmill: waiting up to %.0f s for %s, which is writing to %s", patience_seconds, holder, home)
            has_said = True
        time.sleep(POLL_SECONDS)
    holder = Holder(os.getpid(), command, dt.datetime.now(dt.UTC).isoformat(timespec="seconds"))
    with suppress(OSError):  # on a full disk only the name is missing
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps(asdict(holder)).encode(), 0)
    return descriptor


def _try_to_lock(path: Path) -> int | None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return lock_file(path)
    except OSError as error:
        problem = f"can't be locked for writing: {error.strerror or error} ({path})"
        raise UserError(
            f"--home {path.parent}", problem, "choose a folder that is writable, on a disk with locks"
        ) from error


def _release(descriptor: int) -> None:
    with suppress(OSError):
        os.ftruncate(descriptor, 0)
    os.close(descriptor)


def _read_holder(path: Path) -> Holder | None:
    """Return who wrote its name into the file last; None where it has not done so yet."""
    try:
        return Holder(**json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int, *, shared: bool = False) -> None:
        os.lseek(descriptor, 2**30, os.SEEK_SET)  # far behind the text, which others read
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except PermissionError as error:
            raise BlockingIOError from error

else:
    import fcntl

    def _lock(descriptor: int, *, shared: bool = False) -> None:
        fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
