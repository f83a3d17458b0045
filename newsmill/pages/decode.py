"""Bytes to text: marked, declared, sniffed and wrongly declared character sets alike."""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from contextlib import suppress

from newsmill.pages.page import Junk

_marks = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# As browsers do (WHATWG Encoding): an old name means the larger set that pages under it are really written in.
_wider = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "tis-620": "cp874",
    "iso8859-11": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
}
_labels = {"x-sjis": "cp932", "windows-31j": "cp932", "x-gbk": "gb18030", "x-euc-jp": "euc_jp", "x-x-big5": "big5hkscs"}
# Codecs of Python that are no character set of pages, or cost more than their input is long.
_refused = {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "utf-7", "undefined", "mbcs", "oem"}
_stateful = ("iso2022", "hz", "utf-16", "utf-32")
# Sets that take any byte for a letter, so that nothing ever fails in them.
_latin = {"cp1250", "cp1252", "cp1254", "cp1257", "iso8859-2", "iso8859-15"}
# What charset-normalizer may answer; every one more costs it time.
_candidates = (
    *("gb18030", "big5", "cp932", "euc_jp", "cp949", "cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255"),
    *("cp1256", "cp1257", "koi8_r", "iso8859_2", "iso8859_7", "cp874"),
)

_content_type_charset = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:+-]+)", re.IGNORECASE)
_meta_charset = re.compile(
    rb"<(?:meta|\?xml)[^>]{0,300}?(?:charset|encoding)\s*=\s*[\"']?\s*([\w.:+-]+)", re.IGNORECASE
)
_foreign = re.compile(rb"[^<>\x00-\x1f\"=]{0,30}[\x80-\xff][^<>\x00-\x1f\"=]*")
_not_ascii = re.compile(r"[^\x00-\x7f]+")
_foreign_letters = re.compile(r"[^\W\d_\x00-\x7f]+")
_foreign_word = re.compile(r"[^\x00-\x7f\xa0«»\u2010-\u2044]+")
_control = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f-\x84\x86-\x9f\ufffd]")

_prefix_bytes = 4096  # what charset-normalizer looks at: enough for it, and 5 ms
_lost_share = 0.05  # of the characters beyond ASCII: stray bytes are no other character set
_lost_at_most = 0.2  # where no other character set fits either


def decode(body: bytes, content_type: str | None) -> str:
    """The text of a body.

    Raises:
        Junk: `unknown_charset` when no one knows the declared one and none fits; `undecodable` when none fits.
    """
    for mark, name in _marks:
        if body.startswith(mark):
            return _legible(body[len(mark) :].decode(name, "replace"), name)
    labels = _declared(body, content_type)
    names = [name for name in map(_codec, labels) if name]
    try:
        return _decoded(body, names)
    except Junk as none:
        if labels and not names:
            # That no one knows the name tells more than how the guesses at it failed.
            detail = f"the declared character set {labels[0]!r} is not known, and no other fits"
            raise Junk("unknown_charset", detail) from none
        raise


def _decoded(body: bytes, names: Sequence[str]) -> str:
    """The text of a body by the codecs it declares, or by one that fits better."""
    if any(name.startswith(_stateful) for name in names[:1]):
        return _legible(body.decode(names[0], "replace"), names[0])
    # UTF-8 is tried before what is declared: by chance, text of another set is almost never valid in it.
    with suppress(UnicodeDecodeError):
        return _legible(_unmangled(codecs.getincrementaldecoder("utf-8")().decode(body)), "utf-8")
    for name in dict.fromkeys(["utf-8", *names]):
        text = body.decode(name, "replace")
        if _sound(text) and not (name in _latin and _in_runs(text)):
            return _legible(text, name)
    detected = _detected(body)
    if detected:
        text = body.decode(detected, "replace")
        if _sound(text):
            return _legible(text, detected)
    text = body.decode("utf-8", "replace")
    if _sound(text, _lost_at_most):
        return _legible(text, "utf-8")
    raise Junk("undecodable", f"neither {' nor '.join(dict.fromkeys(['utf-8', *names]))} fits the bytes, nor any other")


def _declared(body: bytes, content_type: str | None) -> list[str]:
    """Charset labels that the HTTP header and the page itself give."""
    in_header = _content_type_charset.search(content_type or "")
    in_page = _meta_charset.search(body[:4096])
    return [
        *([in_header[1]] if in_header else []),
        *([in_page[1].decode("ascii", "replace")] if in_page else []),
    ]


def _codec(label: str) -> str | None:
    """Python's codec for a charset label; None where there is none."""
    try:
        name = codecs.lookup(_labels.get(label.lower(), label)).name
        b"x".decode(name, "replace")  # refuses codecs that make no text, as zlib
    except (LookupError, UnicodeError, ValueError):
        return None
    return None if name in _refused else _wider.get(name, name)


def _sound(text: str, share: float = _lost_share) -> bool:
    """Whether hardly any character was lost in decoding."""
    lost = text.count("\ufffd")
    return not lost or lost <= share * sum(map(len, _not_ascii.findall(text)))


def _in_runs(text: str) -> bool:
    """Whether letters beyond ASCII stand side by side: in Latin script they stand alone among plain ones."""
    runs = _foreign_word.findall(text[:200_000])
    return sum(map(len, runs)) > 2.5 * len(runs)


def _detected(body: bytes) -> str | None:
    """The character set of the passages that are not ASCII, by charset-normalizer."""
    import charset_normalizer

    passages = bytearray()
    for found in _foreign.finditer(body):
        passages += found.group() + b"\n"
        if len(passages) > _prefix_bytes:
            break
    western = passages.decode("cp1252", "replace")
    if 2 * len(_foreign_letters.findall(western)) < len(_not_ascii.findall(western)):
        return "cp1252"  # chiefly quotes and currency signs: too little to tell it from its neighbours
    matches = charset_normalizer.from_bytes(passages, cp_isolation=list(_candidates), steps=3, threshold=0.5)
    best = matches.best()
    if best is None:
        return None
    # Its neighbours win ties by the alphabet, but Western pages are the many.
    if best.encoding in _latin and any(
        match.encoding == "cp1252" and match.chaos <= best.chaos and match.coherence >= best.coherence - 0.05
        for match in matches
    ):
        return "cp1252"
    return _wider.get(best.encoding, best.encoding)


def _unmangled(text: str) -> str:
    """Text that was UTF-8, read as Windows-1252 and encoded again, read rightly; other text as it is.

    Such text is told by its characters beyond ASCII: they stand in runs that are valid UTF-8 once put back
    to bytes, which happens to no language by chance.
    """
    runs = _not_ascii.findall(text[:20_000])
    seen = sum(map(len, runs))
    if seen < 8 or any(ord(character) > 0x2122 and character != "\ufffd" for character in "".join(runs[:50])):
        return text
    mangled = sum(len(run) for run in runs if _put_back(run) != run)
    if mangled < 0.6 * seen:
        return text
    mended = _not_ascii.sub(lambda run: _put_back(run.group()), text)
    if not _sound(mended):
        raise Junk("undecodable", "UTF-8 was taken for Windows-1252 and encoded again, with characters lost")
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
    if text and len(_control.findall(text)) > 0.1 * len(text):
        raise Junk("undecodable", f"read as {name}, a tenth of it is control or lost characters")
    return text
