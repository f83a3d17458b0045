"""Records that are no pages: what they hold, and why newsmill sets them aside."""

from __future__ import annotations

from hashlib import blake2b

from builder.pages import Press
from builder.plan import Item

REASONS = {
    "cookie_wall": "cookie_wall",
    "soft_404": "not_found_page",
    "http_404": "http_status",
    "empty": "no_body",
    "random_bytes": "undecodable",
    "unknown_charset": "unknown_charset",
    "broken_gzip": "bad_gzip",
    "broken_feed": "bad_xml",
    "no_body": "no_body",
    "bad_date": "bad_date",
}

GARBLED_HEAD = """<!DOCTYPE html>
<html><head><meta charset="{charset}"><title>{title}</title></head>
<body><div class="content"><p>"""
GARBLED_TAIL = "</p></div></body></html>\n"

BROKEN_FEED = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0"><channel><title>The Harbor Ledger</title>
<link>https://www.harborledger.example/</link>
<item><title>Ferries & tides</title><description>Connection lost while writ"""


def junk_bytes(item: Item, press: Press) -> bytes:
    """The bytes of a junk record."""
    match item.junk:
        case "empty" | "no_body":
            return b""
        case "random_bytes":
            return garbled("utf-8", "Benchmarks, live", random_bytes(item.name, 2400))
        case "unknown_charset":
            # A cipher no decoder knows: UTF-8 with every byte turned over.
            text = press.stories["zh/parade"].text.encode()
            return garbled("x-kanhai-7", "kanhai", bytes(byte ^ 0xA5 for byte in text))
        case "broken_gzip":
            # A gzip header, then a deflate block of the type that does not exist.
            return b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff\xff" + random_bytes(item.name, 700)
        case "broken_feed":
            return BROKEN_FEED.encode()
        case "bad_date":
            return press.environment.get_template("junk.http_404.html").render().encode()
        case _:
            return press.environment.get_template(f"junk.{item.junk}.html").render().encode()


def junk_file(item: Item) -> str:
    ending = {"broken_gzip": "html.gz", "broken_feed": "xml"}.get(item.junk or "", "html")
    return f"{item.site.id}-{item.name}.{ending}"


def garbled(charset: str, title: str, body: bytes) -> bytes:
    return GARBLED_HEAD.format(charset=charset, title=title).encode() + body + GARBLED_TAIL.encode()


def random_bytes(seed: str, count: int) -> bytes:
    """Bytes that are no text in UTF-8: a stream of hashes."""
    blocks = (blake2b(f"{seed} {at}".encode()).digest() for at in range(count // 64 + 1))
    return b"".join(blocks)[:count]
