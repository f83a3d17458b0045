"""Detect the format of a body: HTML, plain text, Markdown or a feed; anything else is rejected."""

from __future__ import annotations

import codecs
import re
from typing import Literal

from newsmill.pages.encoding.decode import detect_utf16
from newsmill.pages.types import Rejected

Format = Literal["html", "text", "markdown", "feed"]

_FORMAT_BY_TYPE: dict[str, Format] = {
    "text/html": "html",
    "application/xhtml+xml": "html",
    "text/markdown": "markdown",
    "text/x-markdown": "markdown",
    "application/rss+xml": "feed",
    "application/atom+xml": "feed",
    "application/rdf+xml": "feed",
}
# Types that do not determine the format: it is detected from the bytes.
_VAGUE_TYPES = {
    None,
    "",
    "text/plain",
    "text/xml",
    "application/xml",
    "application/octet-stream",
    "binary/octet-stream",
}

_MAGIC_BYTES = {
    b"%PDF-": "a PDF document",
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF8": "a GIF image",
    b"RIFF": "a media file",
    b"PK\x03\x04": "a ZIP archive or office document",
    b"\xd0\xcf\x11\xe0": "an office document",
    b"\x1f\x8b": "gzip data",
    b"(\xb5\x2f\xfd": "zstd data",
    b"OggS": "a media file",
    b"ID3": "a media file",
    b"\x7fELF": "a program",
}
_START_BYTES = 2048
_MAX_CONVERTED_BYTES = 1 << 17  # of UTF-16, in which the first tag is searched
_FEED = re.compile(rb"<(?:rss|feed|rdf:RDF|atom:feed)[\s>]", re.IGNORECASE)
_HTML = re.compile(rb"<!doctype\s+html|<(?:html|head|body|article|div)[\s>]", re.IGNORECASE)
_TAG = re.compile(rb"<(?:[a-zA-Z][^<>]*|/[a-zA-Z]+\s*)>")
_MARKDOWN = re.compile(rb"\s*(?:---\s*\n(?=[\w#\"'-])|\+\+\+\s*\n|#\s+\S)")


def _get_media_type(content_type: str | None) -> str | None:
    """Return the type without its parameters, in lower case."""
    return content_type.split(";", 1)[0].strip().lower() if content_type else None


def detect_format(body: bytes, content_type: str | None) -> Format:
    """Return the format of a body, by the declared type where the bytes don't contradict it.

    Raises:
        Rejected: `unsupported_content_type` where it is none of the four formats.
    """
    declared = _get_media_type(content_type)
    body = _to_ascii_superset(body)
    start = body[:_START_BYTES].removeprefix(codecs.BOM_UTF8).lstrip()
    for magic, name in _MAGIC_BYTES.items():
        if start.startswith(magic):
            raise Rejected("unsupported_content_type", f"the bytes are {name} (declared: {declared or 'nothing'})")
    if declared == "text/html" and not _TAG.search(body):
        return "text"
    if declared in _FORMAT_BY_TYPE:
        return _FORMAT_BY_TYPE[declared]
    if declared not in _VAGUE_TYPES:
        raise Rejected("unsupported_content_type", f"the content type is {declared}")
    return _detect_by_start(start, declared)


def _to_ascii_superset(body: bytes) -> bytes:
    """Return the body in a character set that includes ASCII: the start of UTF-16 is converted."""
    for mark, name in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if body.startswith(mark):
            return body[len(mark) : _MAX_CONVERTED_BYTES].decode(name, "replace").encode()
    codec = detect_utf16(body)
    return body[:_MAX_CONVERTED_BYTES].decode(codec, "replace").encode() if codec else body


def _detect_by_start(start: bytes, declared: str | None) -> Format:
    if start.startswith(b"<"):
        if _FEED.search(start):
            return "feed"
        if _HTML.search(start):
            return "html"
    if declared in ("text/xml", "application/xml"):
        raise Rejected(
            "unsupported_content_type", f"the content type is {declared}, and it is neither a feed nor XHTML"
        )
    if 20 * start.count(b"\0") > len(start):
        raise Rejected("unsupported_content_type", f"binary data (declared: {declared or 'nothing'})")
    return "markdown" if _MARKDOWN.match(start) else "text"
