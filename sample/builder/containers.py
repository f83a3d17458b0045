"""Files that hold many records, or one in gzip: always the same bytes for the same records."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from builder.plan import Item

NAMESPACE = uuid.UUID("6f6b1c1e-5d0a-5a0e-9d38-3a7a4c3f2b10")


@dataclass(frozen=True)
class Fetch:
    """An item and the bytes that came for it."""

    item: Item
    body: bytes


def gzipped(data: bytes) -> bytes:
    buffer = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=buffer, mtime=0) as stream:
        stream.write(data)
    return buffer.getvalue()


def stamp(moment: dt.datetime) -> str:
    return f"{moment.isoformat()}Z"


def warc(name: str, fetches: list[Fetch]) -> bytes:
    """A WARC 1.1 of a warcinfo, then a request and a response for each fetch."""
    buffer = io.BytesIO()
    writer = WARCWriter(buffer, gzip=True, warc_version="WARC/1.1")
    began = stamp(fetches[0].item.fetched_at)
    info = {"software": "harbour-crawler/0.3", "format": "WARC File Format 1.1", "robots": "classic"}
    about = writer.create_warcinfo_record(name, info)
    for header, value in warc_headers(name, "warcinfo", began).items():
        about.rec_headers.replace_header(header, value)
    writer.write_record(about)
    for fetch in fetches:
        for record in warc_exchange(writer, fetch):
            writer.write_record(record)
    return buffer.getvalue()


def warc_exchange(writer: WARCWriter, fetch: Fetch) -> Iterator[object]:
    item = fetch.item
    missing = item.junk == "http_404"
    status = "404 Not Found" if missing else "200 OK"
    answer = [
        ("Server", "ledger-front"),
        ("Content-Type", f"text/html; charset={item.charset}"),
        ("Content-Length", str(len(fetch.body))),
    ]
    asked = [("Host", item.site.host), ("User-Agent", "harbour-crawler/0.3"), ("Accept", "text/html")]
    path = item.url.removeprefix(f"https://{item.site.host}")
    for kind, body, headers in (
        ("request", b"", StatusAndHeaders(f"GET {path} HTTP/1.1", asked, is_http_request=True)),
        ("response", fetch.body, StatusAndHeaders(status, answer, protocol="HTTP/1.1")),
    ):
        yield writer.create_warc_record(
            item.url,
            kind,
            payload=io.BytesIO(body),
            http_headers=headers,
            warc_headers_dict=warc_headers(item.url, kind, stamp(item.fetched_at)),
        )


def warc_headers(name: str, kind: str, date: str) -> dict[str, str]:
    return {"WARC-Record-ID": f"<urn:uuid:{uuid.uuid5(NAMESPACE, f'{kind} {name} {date}')}>", "WARC-Date": date}


def rows(fetches: list[Fetch]) -> list[dict[str, object]]:
    """The fetches as rows of `url`, `fetched_at`, `content_type` and `body`, the junk among them spoilt."""
    spoilt = {
        "no_body": {"body": None},
        "bad_date": {"fetched_at": "the day before yesterday, towards evening"},
    }
    return [
        {
            "url": fetch.item.url,
            "fetched_at": stamp(fetch.item.fetched_at),
            "content_type": f"text/html; charset={fetch.item.charset}",
            "body": fetch.body.decode(fetch.item.charset),
        }
        | spoilt.get(fetch.item.junk or "", {})
        for fetch in fetches
    ]


def jsonl(fetches: list[Fetch]) -> bytes:
    lines = ({name: value for name, value in row.items() if value is not None} for row in rows(fetches))
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode()


def parquet(fetches: list[Fetch]) -> bytes:
    """Rows with the bodies as bytes and the times as timestamps."""
    frame = pl.DataFrame(
        {
            "url": [fetch.item.url for fetch in fetches],
            "fetched_at": [fetch.item.fetched_at for fetch in fetches],
            "content_type": [f"text/html; charset={fetch.item.charset}" for fetch in fetches],
            "body": [fetch.body for fetch in fetches],
        },
        schema={
            "url": pl.String,
            "fetched_at": pl.Datetime("us", "UTC"),
            "content_type": pl.String,
            "body": pl.Binary,
        },
    )
    buffer = io.BytesIO()
    frame.write_parquet(buffer, compression="zstd")
    return buffer.getvalue()
