"""Bytes to text: marked, declared, sniffed and wrongly declared character sets alike."""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from contextlib import suppress
from itertools import islice

from newsmill.pages.encoding.labels import codec_of
from newsmill.pages.types import Rejected

_marks = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Sets in seven bits, valid UTF-8 too, by the escapes their text can't do without.
_seven_bits = {"iso2022_jp": b"\x1b$", "iso2022_kr": b"\x1b$)C"}
# What charset-normalizer may answer; every one more costs it time. Sets of one byte are told apart by their letters.
_many_bytes = {"gb18030", "big5", "cp932", "euc_jp", "cp949"}
_candidates = [*_many_bytes, "cp1251", "cp1252", "cp1253", "cp1255", "cp1256", "koi8_r", "cp874"]

_content_type_charset = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:+-]+)", re.IGNORECASE)
_meta_charset = re.compile(
    rb"<(?:meta|\?xml)[^>]{0,300}?(?:charset|encoding)\s*=\s*[\"']?\s*([\w.:+-]+)", re.IGNORECASE
)
_foreign = re.compile(rb"[\x80-\xff][^<>\x00-\x1f\"=]*")
_plain_text = re.compile(rb">([^<>\x80-\xff{}]{40,400})<")
_plain_texts = 20
_before = re.compile(rb"[^<>\x00-\x1f\"=]*\Z")
_foreign_letter = re.compile(r"[^\W\d_\x00-\x7f]")
_many_letters = 60  # of a text in a language that is not written in ASCII
_not_ascii = re.compile(r"[^\x00-\x7f]+")
_control = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f-\x84\x86-\x9f\ufffd]")
# UTF-8 of a character in U+00C2-U+00F4 and of one that Windows-1252 has for a byte from 80 to BF.
_mangled = re.compile(rb"\xc3[\x82-\xb4](?:\xc2[\x80-\xbf]|\xc5[\x92-\xbe]|\xc6\x92|\xcb[\x86\x9c]|\xe2[\x80-\x84])")

_start = 4096  # bytes of a body that declare its character set, or show that it takes two bytes a character
_sample_bytes = 4096  # of passages beyond ASCII: enough to tell their character set, and 5 ms
_ascii_in_markup, _ascii_in_text = 0.02, 0.2  # zero bytes of UTF-16, at least
_looked_back, _looked_on = 64, 32_768  # bytes around what seems mangled
_slice, _slices = 512, 16  # characters of a text that show whether it is legible
_lost_share = 0.05  # of the characters beyond ASCII: stray bytes are no other character set
_lost_at_most = 0.2  # where no other character set fits either


def decode(body: bytes, content_type: str | None) -> str:
    """The text of a body.

    Raises:
        Rejected: `unknown_charset` when no one knows the declared one and none fits; `undecodable` when none fits.
    """
    for mark, name in _marks:
        if body.startswith(mark):
            return _legible(body[len(mark) :].decode(name, "replace"), name)
    if codec := two_bytes_each(body):
        return _legible(body.decode(codec, "replace"), codec)
    labels: list[str] = []
    if b"\x1b" in body:
        labels = _declared(body, content_type)
        if (escaped := _from_seven_bits(body, labels)) is not None:
            return escaped
    try:
        # UTF-8 is tried before what is declared: by chance, text of another set is almost never valid in it.
        with suppress(UnicodeDecodeError):
            return _legible(_unmangled(body, _utf8(body)), "utf-8")
        labels = labels or _declared(body, content_type)
        return _decoded(body, _known(labels))
    except Rejected as none:
        labels = labels or _declared(body, content_type)
        if labels and not _known(labels):
            # That no one knows the name tells more than how the guesses at it failed.
            detail = f"the declared character set {labels[0]!r} is not known, and no other fits"
            raise Rejected("unknown_charset", detail) from none
        raise


def _known(labels: Sequence[str]) -> list[str]:
    return [codec for codec in map(codec_of, labels) if codec]


def two_bytes_each(body: bytes) -> str | None:
    """The codec of UTF-16 that no mark announces, by the zero bytes of its ASCII characters; else None."""
    start = body[:_start]
    if b"\0" not in start:
        return None
    zeros = start[::2].count(0), start[1::2].count(0)
    name = "utf-16-be" if zeros[0] > zeros[1] else "utf-16-le"
    is_markup = start.decode(name, "replace").lstrip().startswith("<")
    if max(zeros) > (_ascii_in_markup if is_markup else _ascii_in_text) * len(start) and 50 * min(zeros) < max(zeros):
        return name
    return None


def _utf8(body: bytes) -> str:
    """The text of valid UTF-8, which may be cut amid its last character.

    Raises:
        UnicodeDecodeError: for anything else.
    """
    return codecs.getincrementaldecoder("utf-8")().decode(body)


def _from_seven_bits(body: bytes, labels: Sequence[str]) -> str | None:
    """The text of a body in a set of escapes, declared or not."""
    for name in [*_known(labels), "iso2022_jp"]:
        for codec, escape in _seven_bits.items():
            if name.startswith(codec) and escape in body:
                text = body.decode(name, "replace")
                if _sound(text):
                    return _legible(text, name)
    return None


def _decoded(body: bytes, names: Sequence[str]) -> str:
    """The text of a body by the codecs it declares, or by one that fits better."""
    for name in dict.fromkeys(["utf-8", *names]):
        text = body.decode(name, "replace")
        if _sound(text):
            fitting = _fitting(body, name)
            return _legible(body.decode(fitting, "replace") if fitting != name else text, fitting)
    if detected := _detected(body):
        text = body.decode(detected, "replace")
        if _sound(text):
            return _legible(text, detected)
    text = body.decode("utf-8", "replace")
    if _sound(text, _lost_at_most):
        return _legible(text, "utf-8")
    raise Rejected(
        "undecodable", f"neither {' nor '.join(dict.fromkeys(['utf-8', *names]))} fits the bytes, nor any other"
    )


def _fitting(body: bytes, name: str) -> str:
    """The declared codec; another where it takes any byte for a Latin letter, and the letters make no sense."""
    from newsmill.pages.encoding.guess import LATIN, is_dense, likeliest

    if name not in LATIN:
        return name
    sample = _sample(body)
    if is_dense(sample) and (detected := _detected(body)):
        return detected
    return likeliest(sample, _around(body), LATIN, preferred=name) or name


def _declared(body: bytes, content_type: str | None) -> list[str]:
    """Charset labels that the HTTP header and the page itself give."""
    in_header = _content_type_charset.search(content_type or "")
    in_page = _meta_charset.search(body[:_start])
    return [
        *([in_header[1]] if in_header else []),
        *([in_page[1].decode("ascii", "replace")] if in_page else []),
    ]


def _sound(text: str, share: float = _lost_share) -> bool:
    """Whether hardly any character was lost in decoding."""
    lost = text.count("\ufffd")
    return not lost or lost <= share * sum(map(len, _not_ascii.findall(text)))


def _sample(body: bytes) -> bytes:
    """Passages that are not ASCII, one a line."""
    passages = bytearray()
    end = 0
    for found in _foreign.finditer(body):
        before = _before.search(body[max(end, found.start() - _looked_back) : found.start()])
        passages += (before.group() if before else b"") + found.group()[:_sample_bytes] + b"\n"
        end = found.end()
        if len(passages) > _sample_bytes:
            break
    return bytes(passages)


def _around(body: bytes) -> bytes:
    """Some of the plain text of a body."""
    return b"\n".join(found[1] for found in islice(_plain_text.finditer(body), _plain_texts))


def _detected(body: bytes) -> str | None:
    """The character set of a body that says nothing of it."""
    from newsmill.pages.encoding.guess import WESTERN, is_dense, likeliest

    sample = _sample(body)
    if not is_dense(sample):
        return (
            likeliest(sample, _around(body)) or WESTERN
        )  # chiefly quotes and currency signs: too little to tell it by
    import charset_normalizer

    best = charset_normalizer.from_bytes(sample, cp_isolation=_candidates, steps=3, threshold=0.5).best()
    if best is not None and best.encoding in _many_bytes:
        return codec_of(best.encoding)
    return likeliest(sample, _around(body))


def _unmangled(body: bytes, text: str) -> str:
    """Text that was UTF-8, read as Windows-1252 and encoded again, read rightly; other text as it is.

    Such text is told by its characters beyond ASCII: they stand in runs that are valid UTF-8 once put back
    to bytes, which happens to no language by chance.
    """
    found = _mangled.search(body) if b"\xc3" in body else None
    if found is None:
        return text
    around = body[max(0, found.start() - _looked_back) : found.start() + _looked_on].decode("utf-8", "ignore")
    runs = _not_ascii.findall(around)
    seen = sum(map(len, runs))
    if seen < 8 or any(ord(character) > 0x2122 and character != "\ufffd" for character in "".join(runs[:50])):
        return text
    mangled = sum(len(run) for run in runs if _put_back(run) != run)
    if mangled < 0.6 * seen:
        return text
    mended = _not_ascii.sub(lambda run: _put_back(run.group()), text)
    # In a language that is written in ASCII what was lost is a few quotes.
    if not _sound(mended) and len(_foreign_letter.findall(mended)) >= _many_letters:
        raise Rejected("undecodable", "UTF-8 was taken for Windows-1252 and encoded again, with characters lost")
    return mended


def _put_back(run: str) -> str:
    """A run of characters as the UTF-8 it may have been; itself where it can't."""
    try:
        return b"".join(map(_byte, run)).decode("utf-8", "strict" if "\ufffd" not in run else "replace")
    except UnicodeError:
        return run


def _byte(character: str) -> bytes:
    """The byte that Windows-1252 reads as this character; the five it leaves out stand as themselves."""
    if character == "\ufffd":
        return b"\xff"
    try:
        return character.encode("cp1252")
    except UnicodeEncodeError:
        return character.encode("latin-1")


def _legible(text: str, name: str) -> str:
    """The text, where its characters, looked at here and there, are such as are read."""
    step = max(_slice, len(text) // _slices)
    seen = "".join(text[start : start + _slice] for start in range(0, len(text), step))
    if seen and len(_control.findall(seen)) > 0.1 * len(seen):
        raise Rejected("undecodable", f"read as {name}, a tenth of it is control or lost characters")
    return text
