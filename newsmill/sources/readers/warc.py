"""WARC files: responses, resources and conversions become records; reading continues after damaged parts."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from itertools import count

from warcio.statusandheaders import StatusAndHeaders, StatusAndHeadersParser

from newsmill.sources.fetch_metadata import FetchMetadata, parse_time
from newsmill.sources.limits import UnreadableError, open_raw
from newsmill.sources.readers.damaged_warc import DamagedGzipError, WarcBytes
from newsmill.sources.readers.http_body import MAX_HEAD, parse_response
from newsmill.sources.readers.warc_digest import find_digest_mismatch
from newsmill.sources.record import Record
from newsmill.sources.source_file import SourceFile

MAGIC = b"WARC/"
MAX_MALFORMED = 1000  # records, of a file in which they are the majority
FETCHES = ("response", "resource", "conversion", "revisit")


class MalformedRecordError(Exception):
    """A WARC record that does not follow the format."""


def read_warc(source_file: SourceFile) -> Iterator[Record]:
    """Yield one record per fetch, and one problem record per part that cannot be read."""
    with open_raw(source_file.path) as raw:
        stream = WarcBytes(raw, source_file.max_expanded_bytes)
        lost = False
        good = malformed = 0
        for number in count(1):
            start = stream.position
            try:
                version = read_version_line(stream, lost)
                if version is None:
                    return
                start = stream.position - len(version)
                record = read_fetch(source_file, stream, read_headers(version, stream), str(number))
                lost = False
                good += 1
            except (MalformedRecordError, DamagedGzipError) as error:
                detail = f"record {number}, at byte {start:,} of the plain WARC: {error}"
                record = source_file.problem("bad_warc", detail, member=str(number))
                lost = True
                malformed += 1
                if malformed > max(MAX_MALFORMED, good):
                    detail = f"{malformed:,} of its first {number:,} records are malformed"
                    raise UnreadableError("bad_warc", detail) from error
            if record is not None:
                yield record


def read_version_line(stream: WarcBytes, lost: bool) -> bytes | None:
    """Return the first line of the next record; None at the end. After damage (`lost`), skip to it."""
    if lost:
        return MAGIC + stream.readline(MAX_HEAD) if stream.pass_line_start(MAGIC) else None
    stream.skip_blank_lines()
    while line := stream.readline(MAX_HEAD):
        if line.startswith(MAGIC):
            return line
        if line.strip():
            raise MalformedRecordError(f"expected a record, found {line[:40]!r}")
    return None


def read_headers(version: bytes, stream: WarcBytes) -> StatusAndHeaders:
    head = version
    while line := stream.readline(MAX_HEAD):
        head += line
        if not line.strip():
            return StatusAndHeadersParser([], verify=False).parse(io.BytesIO(head))
        if len(head) > MAX_HEAD:
            raise MalformedRecordError(f"its headers are longer than {MAX_HEAD:,} bytes")
    raise MalformedRecordError("the file ends within its headers")


def read_fetch(source_file: SourceFile, stream: WarcBytes, headers: StatusAndHeaders, member: str) -> Record | None:
    """Return the record of these headers; None where it is not a fetch. The stream is then after its block."""
    kind = (headers.get_header("WARC-Type") or "").lower()
    length = content_length(headers)
    metadata = header_metadata(headers)
    too_large = length > source_file.max_record_bytes + MAX_HEAD
    if kind not in FETCHES or kind == "revisit" or too_large:
        require_bytes(length, stream.skip(length))
        if kind not in FETCHES:
            return None
        if kind == "revisit":
            earlier = headers.get_header("WARC-Refers-To-Date") or "an earlier time"
            return source_file.problem(
                "warc_revisit", f"unchanged since {earlier}, when its bytes were kept", metadata, member
            )
        return source_file.too_large(length, metadata, member)
    block = stream.read(length)
    require_bytes(length, len(block))
    return make_warc_record(source_file, kind, headers, block, metadata, member)


def make_warc_record(
    source_file: SourceFile, kind: str, headers: StatusAndHeaders, block: bytes, metadata: FetchMetadata, member: str
) -> Record:
    """Return the record of a complete block; where its digest differs, `problem_detail` says so without a problem."""
    try:
        response = parse_response(block) if kind == "response" else None
        if response is None:
            body, payloads = block, [block]
        else:
            metadata = replace(metadata, content_type=response.content_type, http_status=response.status)
            decoded = response.body(source_file.max_record_bytes)
            if decoded is None:
                return source_file.too_large(None, metadata, member)
            body, payloads = decoded, [response.wire, response.unchunked, decoded]
    except UnreadableError as error:
        return source_file.problem(error.reason, error.detail, metadata, member)
    record = source_file.record(body, metadata, member)
    mismatch = None if record.problem else find_digest_mismatch(headers, block, payloads)
    return replace(record, problem_detail=mismatch) if mismatch else record


def header_metadata(headers: StatusAndHeaders) -> FetchMetadata:
    url = (headers.get_header("WARC-Target-URI") or "").strip()
    # Old versions of wget wrote URLs in angle brackets.
    url = url.removeprefix("<").removesuffix(">").replace(" ", "%20")
    date = headers.get_header("WARC-Date")
    moment, date_problem = parse_time(date) if date else (None, "missing")
    content_type = headers.get_header("Content-Type")
    return FetchMetadata(
        url=url or None,
        fetched_at=moment,
        date_problem=date_problem and f"`WARC-Date` is {date_problem}",
        content_type=None if (content_type or "").startswith("application/http") else content_type,
    )


def content_length(headers: StatusAndHeaders) -> int:
    length = (headers.get_header("Content-Length") or "").strip()
    # No file has a length of more than nineteen digits, and Python refuses to parse much longer numbers.
    if not (length.isascii() and length.isdigit() and len(length) < 20):
        raise MalformedRecordError(f"its `Content-Length` is {length[:40]!r}")
    return int(length)


def require_bytes(length: int, found: int) -> None:
    if found < length:
        raise MalformedRecordError(f"it ends after {found:,} of {length:,} bytes")
