"""Decode bytes to text, whether the character set is marked, declared, wrongly declared or not declared."""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from contextlib import suppress
from itertools import islice

from newsmill.pages.encoding.labels import find_codec
from newsmill.pages.types import Rejected

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Seven-bit sets, whose bytes are also valid UTF-8, with an escape sequence that all their texts contain.
_SEVEN_BIT_ESCAPES = {"iso2022_jp": b"\x1b$", "iso2022_kr": b"\x1b$)C"}
# The codecs that charset-normalizer compares; each costs time. `guess` distinguishes the single-byte ones.
_MULTI_BYTE_CODECS = ("gb18030", "big5", "cp932", "euc_jp", "cp949")
_NORMALIZER_CODECS = [*_MULTI_BYTE_CODECS, "cp1251", "cp1252", "cp1253", "cp1255", "cp1256", "koi8_r", "cp874"]

_CONTENT_TYPE_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:+-]+)", re.IGNORECASE)
_META_CHARSET = re.compile(
    rb"<(?:meta|\?xml)[^>]{0,300}?(?:charset|encoding)\s*=\s*[\"']?\s*([\w.:+-]+)", re.IGNORECASE
)
_NON_ASCII_PASSAGE = re.compile(rb"[\x80-\xff][^<>\x00-\x1f\"=]*")
_ASCII_TEXT = re.compile(rb">([^<>\x80-\xff{}]{40,400})<")
_MAX_ASCII_TEXTS = 20
_TEXT_BEFORE = re.compile(rb"[^<>\x00-\x1f\"=]*\Z")
_NON_ASCII_LETTER = re.compile(r"[^\W\d_\x00-\x7f]")
_MANY_NON_ASCII_LETTERS = 60  # a text with as many is in a language that is not written in ASCII
_NON_ASCII = re.compile(r"[^\x00-\x7f]+")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f-\x84\x86-\x9f\ufffd]")
_ASCII_WITHOUT_CONTROLS = bytes(code for code in range(128) if not _CONTROL.match(chr(code)))
# UTF-8 of a character in U+00C2-U+00F4, followed by one that Windows-1252 has for a byte from 80 to BF.
_DOUBLE_ENCODED = re.compile(
    rb"\xc3[\x82-\xb4](?:\xc2[\x80-\xbf]|\xc5[\x92-\xbe]|\xc6\x92|\xcb[\x86\x9c]|\xe2[\x80-\x84])"
)

_START_BYTES = 4096  # of a body, in which it declares its character set, and UTF-16 is detected
_SAMPLE_BYTES = 4096  # of non-ASCII passages: enough to detect their character set in 5 ms
_MIN_ZEROS_IN_MARKUP, _MIN_ZEROS_IN_TEXT = 0.02, 0.2  # share of zero bytes in UTF-16
_BYTES_BEFORE, _BYTES_AFTER = 64, 32_768  # examined around double-encoded text
_SLICE_CHARS, _SLICES = 512, 16  # of a text, in which control characters are counted
_MAX_LOST_SHARE = 0.05  # of the non-ASCII characters: a few stray bytes do not mean another character set
_MAX_LOST_SHARE_AS_UTF8 = 0.2  # where no other character set fits
_MAX_CONTROL_SHARE = 0.1  # of the characters
_MIN_DOUBLE_ENCODED_CHARS, _MIN_DOUBLE_ENCODED_SHARE = 8, 0.6  # of the non-ASCII characters


def decode(body: bytes, content_type: str | None) -> str:
    """Decode a body.

    Raises:
        Rejected: `unknown_charset` where the declared one is unknown and no other fits; `undecodable` where none fits.
    """
    return _decode(body, content_type)[0]


def decode_with_utf8(body: bytes, content_type: str | None) -> tuple[str, bytes]:
    """Decode a body like `decode`; return the text, and the same in UTF-8, which usually is the body itself."""
    text, is_utf8 = _decode(body, content_type)
    is_complete = body[-1:].isascii()  # otherwise the last character may be cut off
    return text, body if is_utf8 and is_complete else text.encode("utf-8", "replace")


def _decode(body: bytes, content_type: str | None) -> tuple[str, bool]:
    """Return a body's text, and whether the body is that text in UTF-8, up to a last character that is cut off."""
    for mark, name in _BYTE_ORDER_MARKS:
        if body.startswith(mark):
            return _check_legible(body[len(mark) :].decode(name, "replace"), name), False
    if codec := detect_utf16(body):
        return _check_legible(body.decode(codec, "replace"), codec), False
    labels: list[str] = []
    if b"\x1b" in body:
        labels = _get_declared_labels(body, content_type)
        if (escaped := _decode_seven_bit(body, labels)) is not None:
            return escaped, False
    try:
        # UTF-8 is tried before the declared set: text in another set is almost never valid UTF-8 by chance.
        with suppress(UnicodeDecodeError):
            text = _decode_utf8(body)
            repaired = _repair_double_encoding(body, text)
            return _check_legible(repaired, "utf-8"), repaired is text
        labels = labels or _get_declared_labels(body, content_type)
        return _decode_by(body, _find_codecs(labels)), False
    except Rejected as error:
        labels = labels or _get_declared_labels(body, content_type)
        if labels and not _find_codecs(labels):
            # The unknown label explains more than the detail of the failed detection.
            detail = f"the declared character set {labels[0]!r} is unknown, and no other fits"
            raise Rejected("unknown_charset", detail) from error
        raise


def _find_codecs(labels: Sequence[str]) -> list[str]:
    return [codec for codec in map(find_codec, labels) if codec]


def detect_utf16(body: bytes) -> str | None:
    """Return the codec of UTF-16 without a byte order mark, by the zero bytes of its ASCII characters; else None."""
    start = body[:_START_BYTES]
    if b"\0" not in start:
        return None
    zeros = start[::2].count(0), start[1::2].count(0)
    name = "utf-16-be" if zeros[0] > zeros[1] else "utf-16-le"
    is_markup = start.decode(name, "replace").lstrip().startswith("<")
    min_zeros = (_MIN_ZEROS_IN_MARKUP if is_markup else _MIN_ZEROS_IN_TEXT) * len(start)
    return name if max(zeros) > min_zeros and 50 * min(zeros) < max(zeros) else None


def _decode_utf8(body: bytes) -> str:
    """Decode UTF-8 whose last character may be cut off.

    Raises:
        UnicodeDecodeError: where the bytes are not valid UTF-8.
    """
    return codecs.getincrementaldecoder("utf-8")().decode(body)


def _decode_seven_bit(body: bytes, labels: Sequence[str]) -> str | None:
    """Decode a body in a seven-bit set, declared or not; None where it is not in one."""
    for name in [*_find_codecs(labels), "iso2022_jp"]:
        for codec, escape in _SEVEN_BIT_ESCAPES.items():
            if name.startswith(codec) and escape in body:
                text = body.decode(name, "replace")
                if _is_intact(text):
                    return _check_legible(text, name)
    return None


def _decode_by(body: bytes, names: Sequence[str]) -> str:
    """Decode a body by the codecs it declares, or by one that fits better."""
    for name in dict.fromkeys(["utf-8", *names]):
        text = body.decode(name, "replace")
        if _is_intact(text):
            codec = _choose_codec(body, name)
            return _check_legible(body.decode(codec, "replace") if codec != name else text, codec)
    if detected := _detect_codec(body):
        text = body.decode(detected, "replace")
        if _is_intact(text):
            return _check_legible(text, detected)
    text = body.decode("utf-8", "replace")
    if _is_intact(text, _MAX_LOST_SHARE_AS_UTF8):
        return _check_legible(text, "utf-8")
    tried = ", ".join(dict.fromkeys(["utf-8", *names]))
    raise Rejected("undecodable", f"no character set fits the bytes (tried {tried} and the detected one)")


def _choose_codec(body: bytes, name: str) -> str:
    """Return the declared codec; another where a Latin one, which decodes any byte, gives unlikely letters."""
    from newsmill.pages.encoding.guess import LATIN_CODECS, choose_single_byte_codec, has_dense_non_ascii

    if name not in LATIN_CODECS:
        return name
    sample = _sample_non_ascii(body)
    if has_dense_non_ascii(sample) and (detected := _detect_codec(body)):
        return detected
    return choose_single_byte_codec(sample, _sample_ascii(body), LATIN_CODECS, preferred=name) or name


def _get_declared_labels(body: bytes, content_type: str | None) -> list[str]:
    """Return the charset labels in the HTTP header and in the page."""
    header = _CONTENT_TYPE_CHARSET.search(content_type or "")
    meta = _META_CHARSET.search(body[:_START_BYTES])
    return [
        *([header[1]] if header else []),
        *([meta[1].decode("ascii", "replace")] if meta else []),
    ]


def _is_intact(text: str, max_lost_share: float = _MAX_LOST_SHARE) -> bool:
    """Whether few characters were lost in decoding."""
    lost = text.count("\ufffd")
    return not lost or lost <= max_lost_share * sum(map(len, _NON_ASCII.findall(text)))


def _sample_non_ascii(body: bytes) -> bytes:
    """Return passages that are not ASCII, one per line."""
    passages = bytearray()
    end = 0
    for found in _NON_ASCII_PASSAGE.finditer(body):
        before = _TEXT_BEFORE.search(body[max(end, found.start() - _BYTES_BEFORE) : found.start()])
        passages += (before.group() if before else b"") + found.group()[:_SAMPLE_BYTES] + b"\n"
        end = found.end()
        if len(passages) > _SAMPLE_BYTES:
            break
    return bytes(passages)


def _sample_ascii(body: bytes) -> bytes:
    """Return some of the ASCII text of a body."""
    return b"\n".join(found[1] for found in islice(_ASCII_TEXT.finditer(body), _MAX_ASCII_TEXTS))


def _detect_codec(body: bytes) -> str | None:
    """Detect the codec of a body that does not declare it; None where none fits."""
    from newsmill.pages.encoding.guess import WESTERN_CODEC, choose_single_byte_codec, has_dense_non_ascii

    sample = _sample_non_ascii(body)
    if not has_dense_non_ascii(sample):
        # A sample of quotes and currency signs is too little to detect a codec.
        return choose_single_byte_codec(sample, _sample_ascii(body)) or WESTERN_CODEC
    import charset_normalizer

    best = charset_normalizer.from_bytes(sample, cp_isolation=_NORMALIZER_CODECS, steps=3, threshold=0.5).best()
    if best is not None and best.encoding in _MULTI_BYTE_CODECS:
        return find_codec(best.encoding)
    return choose_single_byte_codec(sample, _sample_ascii(body))


def _repair_double_encoding(body: bytes, text: str) -> str:
    """Repair text whose UTF-8 was decoded as Windows-1252 and encoded again; other text is returned unchanged.

    The non-ASCII characters of such text form runs that are valid UTF-8 when converted back to bytes, which does not
    happen by chance in any language.

    Raises:
        Rejected: `undecodable` where too many characters were lost in between.
    """
    found = _DOUBLE_ENCODED.search(body) if b"\xc3" in body else None
    if found is None:
        return text
    around = body[max(0, found.start() - _BYTES_BEFORE) : found.start() + _BYTES_AFTER].decode("utf-8", "ignore")
    runs = _NON_ASCII.findall(around)
    char_count = sum(map(len, runs))
    if char_count < _MIN_DOUBLE_ENCODED_CHARS or any(
        ord(character) > 0x2122 and character != "\ufffd" for character in "".join(runs[:50])
    ):
        return text
    double_encoded = sum(len(run) for run in runs if _undo_double_encoding(run) != run)
    if double_encoded < _MIN_DOUBLE_ENCODED_SHARE * char_count:
        return text
    repaired = _NON_ASCII.sub(lambda run: _undo_double_encoding(run.group()), text)
    # In a language that is written in ASCII, only a few quotes were lost.
    if not _is_intact(repaired) and len(_NON_ASCII_LETTER.findall(repaired)) >= _MANY_NON_ASCII_LETTERS:
        raise Rejected("undecodable", "UTF-8 was decoded as Windows-1252 and encoded again, and characters were lost")
    return repaired


def _undo_double_encoding(run: str) -> str:
    """Decode a run of characters that is double-encoded UTF-8; return any other run unchanged."""
    try:
        return b"".join(map(_to_cp1252_byte, run)).decode("utf-8", "strict" if "\ufffd" not in run else "replace")
    except UnicodeError:
        return run


def _to_cp1252_byte(character: str) -> bytes:
    """Return the byte for a character in Windows-1252, and in Latin-1 for the five bytes that it does not define."""
    if character == "\ufffd":
        return b"\xff"
    try:
        return character.encode("cp1252")
    except UnicodeEncodeError:
        return character.encode("latin-1")


def _check_legible(text: str, name: str) -> str:
    """Return the text if it is legible.

    Raises:
        Rejected: `undecodable` where a sample contains too many control or lost characters.
    """
    step = max(_SLICE_CHARS, len(text) // _SLICES)
    sample = "".join(text[start : start + _SLICE_CHARS] for start in range(0, len(text), step))
    if sample and _count_controls(sample) > _MAX_CONTROL_SHARE * len(sample):
        raise Rejected("undecodable", f"decoded as {name}, a tenth of it is control or lost characters")
    return text


def _count_controls(sample: str) -> int:
    """Count the control and lost characters."""
    if sample.isascii():  # ten times as fast as the pattern
        return len(sample.encode().translate(None, _ASCII_WITHOUT_CONTROLS))
    return len(_CONTROL.findall(sample))
