"""The data of the page as compressed text inside the HTML file."""

from __future__ import annotations

import base64
import gzip
import json
import zlib

# Base64 writes 3 bytes as 4 characters.
BASE64_GROWTH = 4 / 3


def compress_json(value: object) -> str:
    """Return the value as JSON, compressed with gzip and written in base64; `readData` in data.js reads it.

    The text contains no `<`, so it cannot end its script element. The same value always gives the same text.
    """
    return base64.b64encode(gzip.compress(_to_json(value), mtime=0)).decode("ascii")


class SizeCounter:
    """Counts how many characters the values added so far take at most as compressed text."""

    def __init__(self) -> None:
        self._compressor = zlib.compressobj()
        self._bytes = 0

    def add(self, value: object) -> float:
        """Add a value and return the size of all values so far.

        The flush after each value costs a few bytes that `compress_json` does not need: the count is an upper bound.
        """
        self._bytes += len(self._compressor.compress(_to_json(value) + b","))
        self._bytes += len(self._compressor.flush(zlib.Z_SYNC_FLUSH))
        return self._bytes * BASE64_GROWTH


def _to_json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
