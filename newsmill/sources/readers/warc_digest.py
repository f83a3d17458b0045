"""The digests that a WARC states: whether the bytes of a record still match them."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable

from warcio.statusandheaders import StatusAndHeaders

# The algorithms that crawlers write; sizes of their digests in bytes.
ALGORITHMS = {"sha1": 20, "sha-1": 20, "md5": 16, "sha256": 32, "sha-256": 32, "sha512": 64, "sha-512": 64}


def find_digest_mismatch(headers: StatusAndHeaders, block: bytes, payloads: Iterable[bytes]) -> str | None:
    """Return how the record differs from its digest; None where it matches or states none that can be computed.

    The digest of the block counts, where it is stated, since its bytes are unambiguous.

    Args:
        payloads: the bytes that tools take for the payload, such as the body with and without its chunks.
    """
    for name, candidates in (("WARC-Block-Digest", [block]), ("WARC-Payload-Digest", payloads)):
        stated = (headers.get_header(name) or "").strip()
        algorithm, _, value = stated.partition(":")
        size = ALGORITHMS.get(algorithm.lower())
        expected = decode_digest(value, size) if size else None
        if expected is None:
            continue
        matches = any(_digest(algorithm, data) == expected for data in candidates)
        return None if matches else f"its bytes do not match the `{name}` {stated[:150]}"
    return None


def decode_digest(value: str, size: int) -> bytes | None:
    """Return a digest written in base32, as WARC has it, in hex or in base64; None where it is none of these."""
    for decode in (base64.b32decode, base64.b16decode, base64.b64decode):
        text = value.strip() if decode is base64.b64decode else value.strip().upper()
        try:
            digest = decode(text + "=" * (-len(text) % (8 if decode is base64.b32decode else 4)))
        except ValueError:
            continue
        if len(digest) == size:
            return digest
    return None


def _digest(algorithm: str, data: bytes) -> bytes:
    return hashlib.new(algorithm.lower().replace("-", ""), data, usedforsecurity=False).digest()
