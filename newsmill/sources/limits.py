"""The bytes of a file, gzipped or not, read within a limit."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

CHUNK = 256 * 2**10

SECONDS_PER_MIB = 0.5  # of CPU time, on top of those for every file


@dataclass(frozen=True)
class ReadLimits:
    """What a file of the input may cost.

    Attributes:
        max_record_bytes: of a body.
        expansion_ratio: bytes of all bodies, or of the decompressed file, over the bytes of the file.
        always_expanded_bytes: allowed for the smallest file too.
        file_seconds: CPU seconds for a small file; a large one has more.
        file_memory_bytes: memory of the process that reads it, on top of what a new one uses; on Linux only.
    """

    max_record_bytes: int = 16 * 2**20
    expansion_ratio: int = 100
    always_expanded_bytes: int = 64 * 2**20
    file_seconds: float = 30
    file_memory_bytes: int = 2**30

    def seconds(self, size: int) -> float:
        """Return the CPU seconds allowed for a file of this size."""
        return self.file_seconds + SECONDS_PER_MIB * size / 2**20

    def expanded_bytes(self, size: int) -> int:
        """Return the bytes to which a file of this size may expand."""
        return max(self.always_expanded_bytes, 4 * self.max_record_bytes, self.expansion_ratio * size)


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


class BoundedBytes(io.RawIOBase):
    """A stream that raises UnreadableError after `limit` bytes."""

    def __init__(self, stream: IO[bytes], limit: int) -> None:
        self._stream, self._limit, self._size = stream, limit, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        self._size += len(data)
        if self._size > self._limit:
            raise UnreadableError(
                "expands_too_much", f"decompressed it has more than the {self._limit:,} bytes allowed"
            )
        return len(data)


@contextmanager
def open_decompressed(path: Path, limit: int | None = None) -> Iterator[IO[bytes]]:
    """Open the file's bytes, decompressed where its name ends in `.gz`.

    Raises:
        UnreadableError: for disk and gzip errors, and where the file expands to more than `limit`; also while the
            stream is read.
    """
    with open_raw(path) as raw:
        if path.suffix.lower() != ".gz":
            yield raw
            return
        try:
            with gzip.GzipFile(fileobj=raw) as plain:
                stream = cast(IO[bytes], plain)
                yield stream if limit is None else io.BufferedReader(BoundedBytes(stream, limit), CHUNK)
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
        if line in (b"\n", b"\r\n"):
            number += skip_blank_lines(stream)
        elif len(line) > limit and not line.endswith(b"\n"):
            skip_line(stream)
            yield number, None
        elif line.strip():
            yield number, line


def skip_blank_lines(stream: IO[bytes]) -> int:
    """Skip line ends that the stream has ready; return how many there were. Millions of them are read at once."""
    lines = 0
    if isinstance(stream, io.BufferedReader | gzip.GzipFile):
        while blank := len(ahead := stream.peek(CHUNK)) - len(ahead.lstrip(b"\n")):
            lines += len(stream.read(blank))
    return lines


def skip_line(stream: IO[bytes]) -> None:
    while (rest := stream.readline(CHUNK)) and not rest.endswith(b"\n"):
        pass
