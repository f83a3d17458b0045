"""The bytes of a file, gzipped or not, read within a limit."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

CHUNK = 256 * 2**10


class UnreadableError(Exception):
    """A file or member that cannot be read: the reason in snake_case, and the detail for a person."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason, self.detail = reason, detail


@contextmanager
def open_raw(path: Path) -> Iterator[IO[bytes]]:
    """Open the file's bytes as stored.

    Raises:
        UnreadableError: for disk errors, also while the stream is read.
    """
    try:
        with path.open("rb") as raw:
            yield raw
    except OSError as error:
        raise UnreadableError("unreadable_file", error.strerror or str(error)) from error


@contextmanager
def open_decompressed(path: Path) -> Iterator[IO[bytes]]:
    """Open the file's bytes, decompressed where its name ends in `.gz`.

    Raises:
        UnreadableError: for disk and gzip errors, also while the stream is read.
    """
    with open_raw(path) as raw:
        if path.suffix.lower() != ".gz":
            yield raw
            return
        try:
            with gzip.GzipFile(fileobj=raw) as plain:
                yield cast(IO[bytes], plain)
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise UnreadableError("bad_gzip", str(error)) from error


def read_all(stream: IO[bytes], limit: int) -> bytes | None:
    """Return all bytes of the stream; None where there are more than `limit`."""
    chunks: list[bytes] = []
    size = 0
    while chunk := stream.read(CHUNK):
        chunks.append(chunk)
        size += len(chunk)
        if size > limit:
            return None
    return b"".join(chunks)


def read_lines(stream: IO[bytes], limit: int) -> Iterator[tuple[int, bytes | None]]:
    """Yield the lines that are not blank, with their numbers from 1; None for a line of more than `limit` bytes."""
    number = 0
    while line := stream.readline(limit + 1):
        number += 1
        if len(line) > limit and not line.endswith(b"\n"):
            skip_line(stream)
            yield number, None
        elif line.strip():
            yield number, line


def skip_line(stream: IO[bytes]) -> None:
    while (rest := stream.readline(CHUNK)) and not rest.endswith(b"\n"):
        pass
