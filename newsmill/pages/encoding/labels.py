"""Look up the codec of a charset label, by the WHATWG Encoding Standard and Python's own aliases."""

from __future__ import annotations

import codecs
from functools import lru_cache

import webencodings

# As in browsers, an old name means the larger set that pages with this label use in practice.
_LARGER_SETS = {
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
    "utf-16": "utf-16-le",
}
# Python codecs that are not character sets of pages, or whose cost grows faster than their input.
_EXCLUDED = {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "utf-7", "undefined", "mbcs", "oem"}


@lru_cache(1000)
def find_codec(label: str) -> str | None:
    """Return Python's codec for a charset label; None where there is none."""
    encoding = webencodings.lookup(label)
    try:
        # The standard replaces the text of some seven-bit sets by one character. Python decodes them.
        is_standard = encoding is not None and encoding.name != "replacement"
        name: str = encoding.codec_info.name if is_standard else codecs.lookup(label).name
        b"x".decode(name, "replace")  # fails for codecs that do not return text, like zlib
    except (LookupError, UnicodeError, ValueError):
        return None
    return None if name in _EXCLUDED else _LARGER_SETS.get(name, name)
