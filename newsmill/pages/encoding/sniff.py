"""What a body is: HTML, plain text, Markdown or a feed; anything else is no page."""

from __future__ import annotations

import codecs
import re
from typing import Literal

from newsmill.pages.encoding.decode import two_bytes_each
from newsmill.pages.types import Rejected

Format = Literal["html", "text", "markdown", "feed"]

_declared: dict[str, Format] = {
    "text/html": "html",
    "application/xhtml+xml": "html",
    "text/markdown": "markdown",
    "text/x-markdown": "markdown",
    "application/rss+xml": "feed",
    "application/atom+xml": "feed",
    "application/rdf+xml": "feed",
}
# Types that say too little to be believed without a look.
_vague = {None, "", "text/plain", "text/xml", "application/xml", "application/octet-stream", "binary/octet-stream"}

_magic = {
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
_looked_at = 2048
_brought_over = 1 << 17  # bytes of UTF-16 in which a page shows its first tag
_feed = re.compile(rb"<(?:rss|feed|rdf:RDF|atom:feed)[\s>]", re.IGNORECASE)
_html = re.compile(rb"<!doctype\s+html|<(?:html|head|body|article|div)[\s>]", re.IGNORECASE)
_tag = re.compile(rb"<(?:[a-zA-Z][^<>]*|/[a-zA-Z]+\s*)>")
_markdown = re.compile(rb"\s*(?:---\s*\n(?=[\w#\"'-])|\+\+\+\s*\n|#\s+\S)")


def media_type(content_type: str | None) -> str | None:
    """The type without its parameters, in lower case."""
    return content_type.split(";", 1)[0].strip().lower() if content_type else None


def format_of(body: bytes, content_type: str | None) -> Format:
    """How a body is to be read, by the declared type where the bytes don't contradict it.

    Raises:
        Rejected: `unsupported_content_type`.
    """
    declared = media_type(content_type)
    body = _in_ascii(body)
    start = body[:_looked_at].removeprefix(codecs.BOM_UTF8).lstrip()
    for magic, name in _magic.items():
        if start.startswith(magic):
            raise Rejected("unsupported_content_type", f"the bytes are {name} (declared: {declared or 'nothing'})")
    if declared == "text/html" and not _tag.search(body):
        return "text"
    if declared in _declared:
        return _declared[declared]
    if declared not in _vague:
        raise Rejected("unsupported_content_type", f"the content type is {declared}")
    return _looks_like(start, declared)


def _in_ascii(body: bytes) -> bytes:
    """The body in a character set that keeps ASCII; of another, its beginning brought into one."""
    for mark, name in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if body.startswith(mark):
            return body[len(mark) : _brought_over].decode(name, "replace").encode()
    codec = two_bytes_each(body)
    return body[:_brought_over].decode(codec, "replace").encode() if codec else body


def _looks_like(start: bytes, declared: str | None) -> Format:
    if start.startswith(b"<"):
        if _feed.search(start):
            return "feed"
        if _html.search(start):
            return "html"
    if declared in ("text/xml", "application/xml"):
        raise Rejected(
            "unsupported_content_type", f"the content type is {declared}, and it is neither a feed nor XHTML"
        )
    if 20 * start.count(b"\0") > len(start):
        raise Rejected("unsupported_content_type", f"binary data (declared: {declared or 'nothing'})")
    return "markdown" if _markdown.match(start) else "text"
