"""Hostile input files, as name and bytes: bombs, endless nesting, wrong lengths, odd characters, broken archives."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Iterator
from random import Random

import pyarrow as pa
import pyarrow.parquet as pq

MIB = 2**20
TEXT = "".join(
    f"<p>Officials said on Tuesday that the rules will apply to general-purpose models from August, paragraph {n}.</p>"
    for n in range(12)
)


def page(title: str = "A page about rules", head: str = "", body: str = TEXT) -> str:
    start = f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>{head}</head>'
    return f"{start}<body><article><h1>{title}</h1>{body}</article></body></html>"


def gzip_bomb(mib: int, unit: bytes) -> bytes:
    block = unit * (MIB // len(unit))
    buffer = io.BytesIO()
    with gzip.GzipFile(fileobj=buffer, mode="wb", compresslevel=6, mtime=0) as file:
        for _ in range(mib):
            file.write(block)
    return buffer.getvalue()


def parquet(table: pa.Table, **options: object) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd", **options)
    return buffer.getvalue()


def row(**changes: object) -> str:
    fields = {"url": "https://j.example/a", "fetched_at": "2026-10-20T00:00:00Z", "body": page()}
    return json.dumps({**fields, **changes})


def warc_record(block: bytes, length: int | str | None = None, headers: str = "") -> bytes:
    fields = [
        "WARC/1.0",
        "WARC-Type: response",
        "WARC-Target-URI: https://w.example/a",
        "WARC-Date: 2026-10-20T00:00:00Z",
        "Content-Type: application/http; msgtype=response",
        f"{headers}Content-Length: {len(block) if length is None else length}",
    ]
    return "\r\n".join(fields).encode() + b"\r\n\r\n" + block + b"\r\n\r\n"


def http(body: bytes, headers: str = "") -> bytes:
    return f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n{headers}\r\n".encode() + body


def rss(items: str, prolog: str = "") -> str:
    channel = f"<channel><title>T</title><link>https://f.example/</link>{items}</channel>"
    return f'<?xml version="1.0"?>{prolog}<rss version="2.0">{channel}</rss>'


def hostile_files() -> Iterator[tuple[str, bytes]]:
    """Yield name and content of each file."""
    for name, content in (*_compressed(), *_html(), *_text(), *_feeds(), *_rows(), *_parquet(), *_warc()):
        yield name, content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content


def _compressed() -> Iterator[tuple[str, str | bytes]]:
    zeros = gzip_bomb(512, b"\0")
    for ending in ("html", "txt", "xml", "warc", "jsonl", "parquet"):
        yield f"zeros.{ending}.gz", zeros
    lines = gzip_bomb(200, b"\n")
    for ending in ("html", "jsonl", "warc", "xml"):
        yield f"newlines.{ending}.gz", lines
    yield "bad-lines.jsonl.gz", gzip_bomb(60, b"x\n")
    yield "twice.html.gz", gzip.compress(gzip.compress(page().encode()))
    yield "cut.html.gz", gzip.compress(page().encode())[:-20]
    yield "members.html.gz", gzip.compress(b"", mtime=0) * 100_000
    yield "not-gzip.html.gz", page()


def _html() -> Iterator[tuple[str, str | bytes]]:
    yield "deep-div.html", "<div>" * 100_000 + TEXT
    yield "deep-inline.html", page(body="<b>" * 900 + "<p>x" * 20_000)
    yield "tables.html", "<table><a>" * 20_000
    yield "options.html", "<select>" + "<option>x" * 200_000
    yield "one-word.html", page(body="<p>" + "a" * 12_000_000)
    yield "words.html", page(body="<p>" + "word " * 2_200_000)
    yield "attributes.html", page(body="<p " + " ".join(f"a{n}=1" for n in range(500_000)) + ">x</p>")
    yield "links.html", page(body="".join(f'<a href="/{n}">A link that is long enough {n}</a> ' for n in range(80_000)))
    yield "comments.html", page(body="<!-- x -->" * 300_000 + TEXT)
    yield "less-than.html", "<" * 8_000_000
    yield "entities.html", page(body="<p>" + "&amp;lt;&#0;&#x10FFFF;&#99999999;&#xD800;" * 200_000)
    yield "json-ld-deep.html", page(head='<script type="application/ld+json">' + '{"a":[' * 50_000 + "</script>")
    yield "json-ld-many.html", page(head='<script type="application/ld+json">{"@type":"NewsArticle"}</script>' * 20_000)
    yield "meta-many.html", page(head='<meta property="article:published_time" content="2026-10-19">' * 100_000)
    yield "dates.html", page(body="<p>" + "1.1.2026 2/3/26 Jan 5, 2026 2026\u5e741\u67082\u65e5 " * 60_000)
    yield "title.html", page(title=" | - " * 200_000)
    yield "byline.html", page(head='<meta name=author content="' + "By By and , " * 200_000 + '">')
    yield "canonical.html", page(head="<link rel=canonical href='http://[::1'>")
    yield "marks.html", page(body="<p>" + ("Z" + "\u0301" * 2_000) * 500 + "</p>" + TEXT)
    yield "nul.html", b"\0" * 1_000_000
    yield "surrogates.html", page(title="x\ud800y\udfff")
    for charset in ("base64", "zlib", "undefined", "x" * 100_000, "../../etc/passwd", "utf-7", "cp037"):
        yield f"charset-{charset[:9].replace('/', '_')}.html", page().replace('charset="utf-8', f'charset="{charset}')
    for seed, ending in enumerate(("html", "txt", "xml", "warc", "jsonl", "parquet", "md")):
        yield f"random.{ending}", Random(seed).randbytes(MIB)


def _text() -> Iterator[tuple[str, str | bytes]]:
    yield "brackets.md", "[" * 300_000 + "](" * 300_000
    yield "emphasis.md", "**a" * 500_000
    yield "quotes.md", ">" * 500_000 + "x"
    yield "list.md", "".join("  " * n + "- x\n" for n in range(2_000))
    yield "front-matter.md", "---\na: " + "[" * 9_000 + "\n---\n" + "Text of the page that is here. " * 30
    yield "front-matter-toml.md", "+++\na = " + "[" * 9_000 + "\n+++\n" + "Text of the page that is here. " * 30
    yield "lines.txt", "\n".join(f"Line {n} of a text that has many short lines" for n in range(200_000))
    yield "paragraphs.txt", "Sentence here.\n\n" * 500_000
    yield "repeats.txt", "The same paragraph again and again, long enough to count as one that repeats.\n\n" * 60_000
    yield "separators.txt", "=====\n-----\n" * 300_000
    yield "spaces.txt", "\u00a0" * 5_000_000 + "x"


def _feeds() -> Iterator[tuple[str, str | bytes]]:
    entities = "".join(f'<!ENTITY {chr(98 + n)} "{("&" + chr(97 + n) + ";") * 10}">' for n in range(12))
    yield "laughs.xml", rss("<item><title>&m;</title></item>", f'<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa">{entities}]>')
    yield (
        "quadratic.xml",
        rss("<item><title>" + "&a;" * 50_000 + "</title></item>", f'<!DOCTYPE rss [<!ENTITY a "{"a" * 50_000}">]>'),
    )
    external = '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    yield "external.xml", rss("<item><title>&x;</title><description>&x;</description></item>", external)
    yield "deep.xml", rss("<item>" + "<a>" * 100_000 + "</a>" * 100_000 + "</item>")
    yield "items.xml", rss("<item/>" * 100_000)
    yield "nested-html.xml", rss("<item><description>" + "&lt;div&gt;" * 300_000 + "</description></item>")
    yield "namespaces.xml", rss("<item " + " ".join(f'xmlns:n{n}="u{n}"' for n in range(20_000)) + "/>")


def _rows() -> Iterator[tuple[str, str | bytes]]:
    yield (
        "deep.jsonl",
        row() + "\n" + "[" * 1_000_000 + "\n" + '{"url":' * 100_000 + "\n" + row(url="https://j.example/b"),
    )
    yield (
        "long.jsonl",
        '{"url":"https://j.example/c","body":"' + "x" * 60_000_000 + '"}\n' + row(url="https://j.example/d"),
    )
    yield "bad.jsonl", row() + "\n" + "x\n" * 3_000
    odd: list[dict[str, object]] = [
        {"url": 5},
        {"url": "\0"},
        {"body": []},
        {"body": True},
        {"fetched_at": "10000-01-01"},
        {"fetched_at": "0001-01-01T00:00:00+14:00"},
        {"fetched_at": "9999-12-31T23:59:59-23:59"},
        {"fetched_at": 1e308},
        {"status": "9" * 5_000},
    ]
    yield "types.jsonl", "\n".join([*(row(**changes) for changes in odd), "null", "5", "[]", "{}", "\ufeff{}"])
    yield "numbers.jsonl", '{"url":"https://j.example/n","fetched_at":' + "9" * 6_000 + ',"body":"x"}\n'
    yield "keys.jsonl", "{" + ",".join(f'"k{n}":1' for n in range(200_000)) + "}"


def _parquet() -> Iterator[tuple[str, str | bytes]]:
    large = pa.array(["word " * 2_000_000])
    body = pa.DictionaryArray.from_arrays(pa.array([0] * 300, pa.int32()), large)
    urls = pa.array([f"https://p.example/{n}" for n in range(300)])
    options = {"use_dictionary": ["body"], "write_statistics": False, "dictionary_pagesize_limit": 2**30}
    yield "dictionary.parquet", parquet(pa.table({"url": urls, "body": body}), **options)
    rows = 2_000_000
    empty = pa.table({"url": pa.array(["u"] * rows).dictionary_encode(), "body": pa.array([None] * rows, pa.string())})
    yield "rows.parquet", parquet(empty, row_group_size=rows)
    whole = parquet(pa.table({"url": ["https://p.example/5"], "body": [page()]}))
    yield "footer.parquet", whole[:-30] + bytes(22) + whole[-8:]
    yield "cut.parquet", whole[: len(whole) // 2]
    yield "flipped.parquet", whole[:100] + bytes(byte ^ 0xFF for byte in whole[100:400]) + whole[400:]
    yield (
        "times.parquet",
        parquet(
            pa.table(
                {"url": ["https://p.example/"], "body": [page()], "fetched_at": pa.array([2**62], pa.timestamp("us"))}
            )
        ),
    )


def _warc() -> Iterator[tuple[str, str | bytes]]:
    good = warc_record(http(page().encode()))
    for number, length in enumerate(("-1", "99999999999999999999", "1e9", "0x10", "", "1" * 6_000)):
        yield f"length-{number}.warc", warc_record(http(page().encode()), length) + good
    yield "header.warc", warc_record(http(page().encode()), headers="X: " + "y" * 200_000 + "\r\n") + good
    yield "body-bomb.warc", warc_record(http(gzip_bomb(512, b"\0"), "Content-Encoding: gzip\r\n")) + good
    yield "encodings.warc", warc_record(http(page().encode(), "Content-Encoding: " + "gzip," * 10_000 + "\r\n"))
    yield "magic.warc", b"\x1f\x8b\x08" * 1_500_000
    yield "magic.warc.gz", b"\x1f\x8b\x08" * 1_500_000
    yield "empty.warc", b""
