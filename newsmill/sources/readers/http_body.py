"""The body of an archived HTTP response: chunks joined and decompressed, within a limit."""

from __future__ import annotations

import io
import re
import zlib
from dataclasses import dataclass

from warcio.bufferedreaders import ChunkedDataReader
from warcio.statusandheaders import StatusAndHeadersParser

from newsmill.sources.fetch_metadata import parse_status
from newsmill.sources.limits import UnreadableError, read_all

MAX_HEAD = 64 * 2**10
GZIP, DEFLATE, RAW_DEFLATE = 16 + zlib.MAX_WBITS, zlib.MAX_WBITS, -zlib.MAX_WBITS
STATUS_LINE = re.compile(rb"[A-Za-z]+/\d(\.\d)?[ \t]+\d{3}\b")
PLAIN = ("", "identity", "none", "utf-8")  # the last is a common mistake


@dataclass(frozen=True)
class Response:
    """An HTTP response; its body as it was transferred."""

    status: int | None
    content_type: str | None
    transfer_encoding: str
    content_encoding: str
    wire: bytes

    @property
    def unchunked(self) -> bytes:
        """The body as it was transferred, with its chunks joined."""
        if "chunked" not in self.transfer_encoding:
            return self.wire
        return bytes(ChunkedDataReader(io.BytesIO(self.wire)).read())

    def body(self, limit: int) -> bytes | None:
        """Return the decoded body; None where it is larger than `limit`.

        Raises:
            UnreadableError: for an encoding that is unknown or damaged.
        """
        body: bytes | None = self.unchunked
        for encoding in reversed(self.content_encoding.split(",")):
            if body:
                body = decode(body, encoding.strip(), limit)
        return body


def parse_response(block: bytes) -> Response | None:
    """Parse the response in a block; None where it does not begin with an HTTP status line.

    Raises:
        UnreadableError: when the headers do not end.
    """
    if not STATUS_LINE.match(block):
        return None
    head = io.BytesIO(block[:MAX_HEAD])
    headers = StatusAndHeadersParser([], verify=False).parse(head)
    end = head.tell()
    if end == MAX_HEAD < len(block):
        raise UnreadableError("bad_warc", f"its HTTP headers are longer than {MAX_HEAD:,} bytes")

    def value(name: str) -> str:
        return (headers.get_header(name) or "").strip()

    return Response(
        status=parse_status(headers.statusline[:3]),
        content_type=value("Content-Type") or None,
        transfer_encoding=value("Transfer-Encoding").lower(),
        content_encoding=value("Content-Encoding").lower(),
        wire=block[end:],
    )


def decode(data: bytes, encoding: str, limit: int) -> bytes | None:
    """Decode one content encoding; None where the result is larger than `limit`."""
    if encoding in PLAIN:
        return data
    if encoding in ("gzip", "x-gzip"):
        # Crawlers often decompress the body and keep the header.
        return inflate(data, GZIP, limit) if data.startswith(b"\x1f\x8b") else data
    if encoding == "deflate":
        is_zlib = len(data) > 1 and data[0] & 0x0F == 8 and (data[0] << 8 | data[1]) % 31 == 0
        return inflate(data, DEFLATE if is_zlib else RAW_DEFLATE, limit)
    if encoding == "zstd":
        return unpack(data, "zstd", limit) if data.startswith(b"\x28\xb5\x2f\xfd") else data
    if encoding == "br":
        # Brotli has no magic, but markup is never valid brotli.
        return data if data.lstrip().startswith(b"<") else unpack(data, "brotli", limit)
    raise UnreadableError("unsupported_encoding", f"the body is encoded as {encoding!r}, which newsmill cannot decode")


def inflate(data: bytes, window: int, limit: int) -> bytes | None:
    inflater = zlib.decompressobj(window)
    try:
        body = inflater.decompress(data, limit + 1)
    except zlib.error as error:
        raise UnreadableError("bad_encoding", f"the compressed body is damaged: {error}") from error
    if len(body) > limit:
        return None
    if not inflater.eof:
        raise UnreadableError("bad_encoding", "the compressed body is truncated")
    return body


def unpack(data: bytes, codec: str, limit: int) -> bytes | None:
    """Decompress data with pyarrow; None where the result is larger than `limit`.

    Memory beyond the limit: the window that the data asks for, at most 16 MB for brotli and 128 MB for zstd.
    """
    import pyarrow

    try:
        with pyarrow.CompressedInputStream(pyarrow.BufferReader(data), codec) as stream:
            return read_all(stream, limit)
    except OSError as error:
        raise UnreadableError("bad_encoding", f"the compressed body is damaged: {error}") from error
