"""Limits on the cost of a hostile page: size of its markup, nesting and time.

Three caps (characters, nodes, depth) bound the cost of the tree, but not of lexbor. Signals do not interrupt its C
code, and its time grows with the square of some counts. Within the character cap, 200 KB of attributes in one tag take
over a minute, 500 KB of `<div>` 20 s and 100 KB of open `<font>` 4 GB. So these counts are checked before parsing.
"""

from __future__ import annotations

import re
import signal
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

import numpy as np

from newsmill.pages.types import Rejected

MAX_HTML_CHARS = 12_000_000
MAX_NODES = 120_000
MAX_TAGS = 500_000  # before parsing, including what looks like a tag in scripts and comments
MAX_DEPTH = 1_000
MAX_OPEN_ELEMENTS = 2_000  # before parsing. Browsers stop at 512; of a thousand real pages none had more than 436.
# lexbor searches all open elements at many tags (3 ns each), and re-creates each formatting element that was left open
# in every block (360 bytes each). No real page reached a hundredth of these limits.
MAX_ELEMENT_LOOKUPS = 300_000_000
MAX_RECREATED_ELEMENTS = 1_000_000
# lexbor compares every attribute of a tag with all before it (3 ns each).
MAX_ATTRIBUTES_PER_TAG = 2_000
MAX_ATTRIBUTE_COMPARISONS = 1_000_000_000
MAX_OPTIONS = 15_000  # of a select: lexbor visits all of them at each new one
SECONDS_PER_PAGE = 10.0

_TAG = re.compile(rb"""<[a-zA-Z](?:[^"'>]++|"[^"]*"|'[^']*')*+""")
# The same, but skips comments and the content of scripts and styles, which can look like tags.
_TAG_OUTSIDE_SCRIPTS = re.compile(
    rb"""<!--.*?(?:-->|\Z)
    |(?P<tag><(?:(?P<raw>script|style)\b|[a-z])(?:[^"'>]++|"[^"]*"|'[^']*')*+)(?(raw).*?(?:</(?P=raw)|\Z))""",
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)
_OPTION = re.compile(rb"<option\b", re.IGNORECASE)
_ELEMENT = re.compile(r"<(/?)([a-zA-Z][^\s/>]*)")
_QUOTED = re.compile(rb""""[^"]*"|'[^']*'""")
_WITHOUT_END_TAG = frozenset(
    """area base br col embed hr img input link meta param source track wbr
    p li dt dd tr td th thead tbody tfoot option optgroup rp rt""".split()
)
_FORMATTING = frozenset("a b big code em font i nobr s small strike strong tt u".split())
_CELLS = frozenset(("td", "th", "tr", "caption"))  # a table cell closes the formatting elements left open in it
_MIN_LONG_TAG_BYTES = 2 * MAX_ATTRIBUTES_PER_TAG  # a shorter tag cannot have too many attributes
_WORD_BYTES = 8
_MIN_SEPARATORS = MAX_ATTRIBUTES_PER_TAG // 4
_MAX_TAGS_BEFORE = 8  # `<` within quotes that a long tag can contain
_MAX_SCANNED_SHARE = 4  # of the page's bytes, for its long tags together


class TimeUp(BaseException):
    """A page took longer than allowed. Not an `Exception`, so that no library catches it."""


def check_markup(html: str, data: bytes) -> Rejected | None:
    """Reject markup that cannot be parsed in bounded time and memory, without parsing it.

    `data` is `html` in UTF-8. The estimate is cheap but can be deceived; callers that read untrusted pages also limit
    the process.
    """
    if len(html) > MAX_HTML_CHARS:
        return Rejected("too_large", f"{len(html):,} characters of HTML, more than {MAX_HTML_CHARS:,}")
    from newsmill.pages.html.markup_kernel import scan_markup

    codes = np.frombuffer(data, np.uint8)
    words = np.frombuffer(data, np.uint64, len(data) // _WORD_BYTES)
    tags, option_like, most_open, total_open, gaps = scan_markup(codes, words, _MIN_LONG_TAG_BYTES, _MIN_SEPARATORS)
    if tags > MAX_TAGS:
        return Rejected("too_large", f"more than {MAX_TAGS:,} tags")
    if option_like > MAX_OPTIONS and (n := len(_OPTION.findall(data))) > MAX_OPTIONS:
        return Rejected("too_large", f"{n:,} options, more than {MAX_OPTIONS:,}")
    if rejected := _check_attributes(data, gaps.tolist()):
        return rejected
    # The number of open elements is an upper bound that is usually low enough.
    if most_open > MAX_OPEN_ELEMENTS or total_open > MAX_RECREATED_ELEMENTS:
        return _check_nesting(html)
    return None


def _check_attributes(data: bytes, gaps: Sequence[int]) -> Rejected | None:
    """Reject a tag with too many attributes, and tags with too many together.

    Such a tag leaves a long gap between two `<` that contains many spaces or equals signs. The tag starts at the gap
    or, with `<` within quotes, a little before.
    """
    scanned = comparisons = 0
    for gap in gaps:
        start = gap
        for _ in range(_MAX_TAGS_BEFORE + 1):
            if tag := _TAG.match(data, start):
                scanned += len(tag.group())
                attributes = _count_attributes(tag.group())
                comparisons += attributes**2
                if (
                    attributes > MAX_ATTRIBUTES_PER_TAG
                    or comparisons > MAX_ATTRIBUTE_COMPARISONS
                    or scanned > _MAX_SCANNED_SHARE * len(data)
                ):
                    return _check_attributes_exactly(data)
            start = data.rfind(b"<", 0, start)
            if start < 0:
                break
    return None


def _check_attributes_exactly(data: bytes) -> Rejected | None:
    """Check the tags outside scripts and comments, at ten times the cost."""
    counts = [_count_attributes(tag["tag"] or b"") for tag in _TAG_OUTSIDE_SCRIPTS.finditer(data)]
    most = max(counts, default=0)
    if most > MAX_ATTRIBUTES_PER_TAG:
        return Rejected("too_large", f"a tag with {most:,} attributes, more than {MAX_ATTRIBUTES_PER_TAG:,}")
    if sum(count**2 for count in counts) > MAX_ATTRIBUTE_COMPARISONS:
        return Rejected("too_large", f"{sum(counts):,} attributes, up to {most:,} in a tag")
    return None


def _count_attributes(tag: bytes) -> int:
    return len(_QUOTED.sub(b" ", tag).split()) if len(tag) > _MIN_LONG_TAG_BYTES else 0


def _check_nesting(html: str) -> Rejected | None:
    """Reject markup with so many open elements that the parser's work multiplies by their number."""
    opened: Counter[str] = Counter()
    depth = lookups = open_formatting = recreated = 0
    for is_end_tag, name in _ELEMENT.findall(html):
        name = name.lower()
        if name in _CELLS:
            open_formatting = 0
            depth -= sum(opened.pop(formatting, 0) for formatting in _FORMATTING)
        if name not in _WITHOUT_END_TAG:
            if not is_end_tag:
                opened[name] += 1
                depth += 1
            elif opened[name]:  # the parser ignores an end tag without a start tag
                opened[name] -= 1
                depth -= 1
            if name in _FORMATTING:
                open_formatting = max(0, open_formatting - 1) if is_end_tag else open_formatting + 1
        if not is_end_tag and name not in _FORMATTING:
            recreated += open_formatting
        lookups += depth
        if depth > MAX_OPEN_ELEMENTS or lookups > MAX_ELEMENT_LOOKUPS:
            return Rejected("too_deep", f"{depth:,} elements are open at once")
        if recreated > MAX_RECREATED_ELEMENTS:
            return Rejected("too_large", f"{open_formatting:,} open formatting elements, re-created in every block")
    return None


@contextmanager
def time_limit(seconds: float = SECONDS_PER_PAGE) -> Iterator[None]:
    """Reject a page if the `with` block takes more than this many seconds of the process's CPU time.

    Signals reach the main thread only (a pool's workers run in theirs). In other threads, and on systems without such
    timers, there is no limit.

    Raises:
        Rejected: `too_slow`.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return

    def raise_time_up(signum: int, frame: FrameType | None) -> None:
        raise TimeUp

    previous = signal.signal(signal.SIGVTALRM, raise_time_up)
    # CPU time, not wall time: on a busy machine no page is quarantined for it. The timer repeats in case a library
    # catches the exception.
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds, 1.0)
    try:
        yield
    except TimeUp:
        raise Rejected("too_slow", f"reading took more than {seconds:g} s of CPU time") from None
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0.0)
        signal.signal(signal.SIGVTALRM, previous or signal.SIG_DFL)
