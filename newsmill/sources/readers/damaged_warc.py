"""The bytes of a WARC file, plain or gzipped member by member; reading continues after damaged members."""

from __future__ import annotations

import zlib
from typing import IO

from newsmill.sources.limits import UnreadableError

CHUNK = 64 * 2**10
PROBE = 4 * 2**10
MAX_FALSE_STARTS = 10_000  # of members after damage
MAGIC = b"\x1f\x8b\x08"


class DamagedGzipError(Exception):
    """A damaged gzip member. Reading can continue at the next intact one."""


class WarcBytes:
    """The content of the file's members, one after another; `position` counts the bytes returned.

    Gzip is recognized by its first bytes, not by the file's name. A damaged member raises `DamagedGzipError` once; the
    next read starts at the next member that begins with a WARC record.
    """

    def __init__(self, raw: IO[bytes], limit: int | None = None) -> None:
        """More than `limit` decompressed bytes raise UnreadableError."""
        self.position = 0
        self._limit = limit
        self._inflated = 0
        self._false_starts = 0
        self._raw = raw
        self._packed = raw.read(CHUNK)
        self._gzipped = self._packed.startswith(MAGIC)
        self._inflater: zlib._Decompress | None = None
        self._lost = False
        self._ready = b""
        self._taken = 0

    def read(self, size: int) -> bytes:
        """Return `size` bytes, fewer only at the end of the file."""
        pieces: list[bytes] = []
        while size > 0 and (piece := self._take(size)):
            pieces.append(piece)
            size -= len(piece)
        return b"".join(pieces)

    def skip(self, size: int) -> int:
        """Skip `size` bytes; return how many there were."""
        passed = 0
        while passed < size and (piece := self._take(size - passed)):
            passed += len(piece)
        return passed

    def readline(self, limit: int) -> bytes:
        """Return a line with its line end, or its first `limit` bytes."""
        pieces: list[bytes] = []
        while limit > 0 and self._fill():
            end = self._ready.find(b"\n", self._taken, self._taken + limit) + 1
            piece = self._take(end - self._taken if end else limit)
            pieces.append(piece)
            limit -= len(piece)
            if end:
                break
        return b"".join(pieces)

    def skip_blank_lines(self) -> None:
        """Skip line ends; millions of them are skipped at once."""
        while self._fill():
            rest = self._ready[self._taken :]
            blank = len(rest) - len(rest.lstrip(b"\r\n"))
            self._move(blank)
            if blank < len(rest):
                return

    def pass_line_start(self, beginning: bytes) -> bool:
        """Skip to the next line that begins with `beginning`, and skip that; return whether there is one.

        The current position counts as the beginning of a line.
        """
        mark = b"\n" + beginning
        tail = b"\n"  # the last bytes skipped: the mark may begin there
        while self._fill():
            window = tail + self._ready[self._taken :]
            found = window.find(mark)
            if found >= 0:
                self._move(found + len(mark) - len(tail))
                return True
            self._move(len(window) - len(tail))
            tail = window[-len(mark) + 1 :]
        return False

    def _move(self, size: int) -> None:
        self._taken += size
        self.position += size

    def _take(self, size: int) -> bytes:
        if not self._fill():
            return b""
        piece = self._ready[self._taken : self._taken + size]
        self._move(len(piece))
        return piece

    def _fill(self) -> bool:
        """Make bytes ready; return whether there are any left."""
        while self._taken == len(self._ready):
            self._taken = 0
            if not self._gzipped:
                self._ready = self._packed or self._raw.read(CHUNK)
                self._packed = b""
                return bool(self._ready)
            self._ready = b""
            if self._inflater is None and not self._next_member():
                return False
            self._inflate()
        return True

    def _inflate(self) -> None:
        inflater = self._inflater
        assert inflater is not None
        if not self._packed and not self._more():
            self._inflater = None
            raise DamagedGzipError("the file ends within a gzip member")
        try:
            self._ready = inflater.decompress(self._packed, CHUNK)
            self._inflated += len(self._ready)
            if self._limit and self._inflated > self._limit:
                detail = f"decompressed it has more than the {self._limit:,} bytes allowed"
                raise UnreadableError("expands_too_much", detail)
        except zlib.error as error:
            # The rest may begin with the magic of this member, which must not be found again.
            self._packed = self._packed[1:]
            self._inflater, self._lost = None, True
            raise DamagedGzipError(f"damaged gzip member: {error}") from error
        self._packed = inflater.unused_data if inflater.eof else inflater.unconsumed_tail
        if inflater.eof:
            self._inflater = None

    def _next_member(self) -> bool:
        """Go to the start of the next member; return False at the end."""
        if self._lost:
            return self._find_member()
        self._packed = self._packed.lstrip(b"\0")  # some writers pad to full blocks
        while len(self._packed) < len(MAGIC) and self._more():
            self._packed = self._packed.lstrip(b"\0")
        if not self._packed:
            return False
        if not self._packed.startswith(MAGIC):
            self._lost = True
            raise DamagedGzipError("data after the last gzip member is not a gzip member")
        self._inflater = zlib.decompressobj(16 + zlib.MAX_WBITS)
        return True

    def _find_member(self) -> bool:
        """Find the next member that begins with a WARC record; three magic bytes alone are too weak a sign."""
        start = 0
        while True:
            start = self._packed.find(MAGIC, start)
            if start < 0:
                start, self._packed = 0, self._packed[-len(MAGIC) + 1 :]
                if not self._more():
                    self._packed = b""
                    return False
            elif len(self._packed) - start < PROBE and self._more():
                continue
            elif begins_with_record(self._packed[start : start + PROBE]):
                self._packed = self._packed[start:]
                self._inflater, self._lost = zlib.decompressobj(16 + zlib.MAX_WBITS), False
                return True
            else:
                start += 1
                self._false_starts += 1
                if self._false_starts > MAX_FALSE_STARTS:
                    detail = f"damaged, with {MAX_FALSE_STARTS:,} false starts of a gzip member"
                    raise UnreadableError("bad_gzip", detail)

    def _more(self) -> bool:
        """Read more; return whether there was any."""
        chunk = self._raw.read(CHUNK)
        self._packed += chunk
        return bool(chunk)


def begins_with_record(packed: bytes) -> bool:
    try:
        return zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(packed, 5) == b"WARC/"
    except zlib.error:
        return False
