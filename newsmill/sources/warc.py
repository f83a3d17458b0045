"""WARC files: responses, resources and conversions as records, one at a time, past what is broken."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from itertools import count

from warcio.statusandheaders import StatusAndHeaders, StatusAndHeadersParser

from newsmill.sources.damaged_warc import Damage, WarcBytes
from newsmill.sources.fetch_metadata import Facts, moment_of
from newsmill.sources.http_body import MAX_HEAD, response_of
from newsmill.sources.limits import Unreadable, disk
from newsmill.sources.record import Record
from newsmill.sources.source_file import Origin

MAGIC = b"WARC/"
FETCHES = ("response", "resource", "conversion", "revisit")


class Broken(Exception):
    """A WARC record that does not follow the format."""


def read_warc(origin: Origin) -> Iterator[Record]:
    """One record a fetch; one problem for each stretch that can't be read, after which reading goes on."""
    with disk(origin.path) as raw:
        stream = WarcBytes(raw)
        lost = False
        for number in count(1):
            start = stream.position
            try:
                version = version_line(stream, lost)
                if version is None:
                    return
                start = stream.position - len(version)
                record = read_fetch(origin, stream, headers_of(version, stream), str(number))
                lost = False
            except (Broken, Damage) as error:
                detail = f"record {number}, at byte {start:,} of the plain WARC: {error}"
                record = origin.problem("bad_warc", detail, member=str(number))
                lost = True
            if record is not None:
                yield record


def version_line(stream: WarcBytes, lost: bool) -> bytes | None:
    """The first line of the next record; None at the end. What lies between is passed over where the way was lost."""
    if lost:
        return MAGIC + stream.readline(MAX_HEAD) if stream.pass_line_start(MAGIC) else None
    while line := stream.readline(MAX_HEAD):
        if line.startswith(MAGIC):
            return line
        if line.strip():
            raise Broken(f"a record should begin where {line[:40]!r} stands")
    return None


def headers_of(version: bytes, stream: WarcBytes) -> StatusAndHeaders:
    head = version
    while line := stream.readline(MAX_HEAD):
        head += line
        if not line.strip():
            return StatusAndHeadersParser([], verify=False).parse(io.BytesIO(head))
        if len(head) > MAX_HEAD:
            raise Broken(f"its headers are longer than {MAX_HEAD:,} bytes")
    raise Broken("the file ends within its headers")


def read_fetch(origin: Origin, stream: WarcBytes, headers: StatusAndHeaders, member: str) -> Record | None:
    """The record under these headers; None where it is no fetch. The stream is left behind its block."""
    kind = (headers.get_header("WARC-Type") or "").lower()
    length = length_of(headers)
    facts = facts_of_headers(headers)
    too_large = length > origin.max_record_bytes + MAX_HEAD
    if kind not in FETCHES or kind == "revisit" or too_large:
        demand(length, stream.skip(length))
        if kind not in FETCHES:
            return None
        if kind == "revisit":
            earlier = headers.get_header("WARC-Refers-To-Date") or "an earlier time"
            return origin.problem("warc_revisit", f"unchanged since {earlier}, when its bytes were kept", facts, member)
        return origin.too_large(length, facts, member)
    block = stream.read(length)
    demand(length, len(block))
    return record_of(origin, kind, block, facts, member)


def record_of(origin: Origin, kind: str, block: bytes, facts: Facts, member: str) -> Record:
    """The record in a block that was read whole."""
    try:
        response = response_of(block) if kind == "response" else None
        if response is None:
            return origin.record(block, facts, member)
        facts = replace(facts, content_type=response.content_type, http_status=response.status)
        body = response.body(origin.max_record_bytes)
    except Unreadable as error:
        return origin.problem(error.reason, error.detail, facts, member)
    return origin.too_large(None, facts, member) if body is None else origin.record(body, facts, member)


def facts_of_headers(headers: StatusAndHeaders) -> Facts:
    url = (headers.get_header("WARC-Target-URI") or "").strip()
    # wget wrote URLs in angle brackets, as an early reading of the standard had it.
    url = url.removeprefix("<").removesuffix(">").replace(" ", "%20")
    date = headers.get_header("WARC-Date")
    moment, date_problem = moment_of(date) if date else (None, "missing")
    content_type = headers.get_header("Content-Type")
    return Facts(
        url=url or None,
        fetched_at=moment,
        date_problem=date_problem and f"`WARC-Date` is {date_problem}",
        content_type=None if (content_type or "").startswith("application/http") else content_type,
    )


def length_of(headers: StatusAndHeaders) -> int:
    length = (headers.get_header("Content-Length") or "").strip()
    # Nineteen digits are more than any file holds, and Python refuses to read much longer numbers.
    if not (length.isascii() and length.isdigit() and len(length) < 20):
        raise Broken(f"its `Content-Length` is {length[:40]!r}")
    return int(length)


def demand(length: int, found: int) -> None:
    if found < length:
        raise Broken(f"it ends after {found:,} of {length:,} bytes")
