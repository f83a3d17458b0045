"""Bounds on what a hostile page may cost: size of its markup, nesting, time."""

from __future__ import annotations

import re
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import numpy as np
from numpy.typing import NDArray

from newsmill.pages.types import Junk, Verdict

MAX_HTML_CHARS = 12_000_000
MAX_NODES = 120_000
MAX_TAGS = 500_000  # before parsing, what looks like one in scripts and comments among them
MAX_DEPTH = 1_000
MAX_OPEN = 2_000  # elements before parsing; browsers stop at 512, and of a thousand real pages none had more than 436
# The parser looks through all open elements for many a tag (3 ns each), and builds each formatting element that was
# left open again in every block (360 bytes each): 95 KB of HTML could cost 7 s and 4 GB. No real page had a hundredth.
MAX_LOOKS = 300_000_000
MAX_REBUILT = 1_000_000
# The parser compares every attribute of a tag with all before it (1 ns each): a million in one tag cost it an hour.
MAX_ATTRIBUTES = 2_000  # of a tag
MAX_COMPARED = 1_000_000_000
MAX_OPTIONS = 15_000  # of a select: the parser goes through all of them at each new one
SECONDS_PER_PAGE = 10.0

_tag = re.compile(rb"""<[a-zA-Z](?:[^"'>]++|"[^"]*"|'[^']*')*+""")
# The same, told apart from what only looks like it: comments, and the content of scripts and styles.
_true_tag = re.compile(
    rb"""<!--.*?(?:-->|\Z)
    |(?P<tag><(?:(?P<raw>script|style)\b|[a-z])(?:[^"'>]++|"[^"]*"|'[^']*')*+)(?(raw).*?(?:</(?P=raw)|\Z))""",
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)
_option = re.compile(rb"<option\b", re.IGNORECASE)
_element = re.compile(r"<(/?)([a-zA-Z][^\s/>]*)")
_closed_by_itself = frozenset(
    """area base br col embed hr img input link meta param source track wbr
    p li dt dd tr td th thead tbody tfoot option optgroup rp rt""".split()
)
_formatting = frozenset("a b big code em font i nobr s small strike strong tt u".split())
_cell = frozenset(("td", "th", "tr", "caption"))  # what is left open in a cell of a table ends with it
_long = 2 * MAX_ATTRIBUTES  # bytes of a tag that may hold too many attributes
_looked_back = 8
_looked_over = 4  # times the page that its long tags may be looked at
_quoted = re.compile(rb""""[^"]*"|'[^']*'""")


class TimeUp(BaseException):
    """A page took longer than allowed. No `Exception`, so that no library on the way swallows it."""


def markup_verdict(html: str, data: bytes) -> Verdict | None:
    """Whether the markup is too much to be parsed in bounded time and memory, judged without parsing it.

    `data` is the same in UTF-8. The verdict can be deceived, but costs little: whoever reads untrusted pages bounds the
    process too.
    """
    if len(html) > MAX_HTML_CHARS:
        return "too_large", f"{len(html):,} characters of HTML, more than {MAX_HTML_CHARS:,}"
    from newsmill.pages.html.markup_scan import look_over

    marks = np.frombuffer(data, np.uint8)
    starts = np.flatnonzero(marks == ord("<"))
    tags, with_o, most_open, all_open, crowded = look_over(marks, starts, _long, MAX_ATTRIBUTES // 4)
    if tags > MAX_TAGS:
        return "too_large", f"more than {MAX_TAGS:,} tags"
    if with_o > MAX_OPTIONS and (options := len(_option.findall(data))) > MAX_OPTIONS:
        return "too_large", f"{options:,} options, more than {MAX_OPTIONS:,}"
    if crowded and (verdict := _verdict_on_attributes(data, starts, crowded)):
        return verdict
    # Mostly few enough.
    if most_open > MAX_OPEN or all_open > MAX_REBUILT:
        return _verdict_on_nesting(html)
    return None


def _verdict_on_attributes(data: bytes, starts: NDArray[np.int64], crowded: list[int]) -> Verdict | None:
    """Whether one tag has too many attributes, or many tags have many."""
    # Only a long stretch without a `<` can hold that many; its tag starts there, or, with `<` in quotations, a little
    # before. To look at these alone is ten times as cheap as to look at every tag.
    looked_over = compared = 0
    for last in crowded:
        for place in starts[max(0, last - _looked_back) : last + 1].tolist():
            if tag := _tag.match(data, place):
                looked_over += len(tag.group())
                attributes = _counted(tag.group())
                compared += attributes**2
                if attributes > MAX_ATTRIBUTES or compared > MAX_COMPARED or looked_over > _looked_over * len(data):
                    return _verdict_on_true_attributes(data)
    return None


def _verdict_on_true_attributes(data: bytes) -> Verdict | None:
    counts = [_counted(tag["tag"] or b"") for tag in _true_tag.finditer(data)]
    most = max(counts, default=0)
    if most > MAX_ATTRIBUTES:
        return "too_large", f"a tag with {most:,} attributes, more than {MAX_ATTRIBUTES:,}"
    if sum(count**2 for count in counts) > MAX_COMPARED:
        return "too_large", f"{sum(counts):,} attributes, up to {most:,} in a tag"
    return None


def _counted(tag: bytes) -> int:
    return len(_quoted.sub(b" ", tag).split()) if len(tag) > _long else 0


def _verdict_on_nesting(html: str) -> Verdict | None:
    """Whether so many elements are left open that the parser's work grows with their number."""
    opened: Counter[str] = Counter()
    depth = looks = left_open = rebuilt = 0
    for end, name in _element.findall(html):
        name = name.lower()
        if name in _cell:
            left_open = 0
            depth -= sum(opened.pop(one, 0) for one in _formatting)
        if name not in _closed_by_itself:
            if not end:
                opened[name] += 1
                depth += 1
            elif opened[name]:  # the parser passes over an end without a beginning
                opened[name] -= 1
                depth -= 1
            if name in _formatting:
                left_open = max(0, left_open - 1) if end else left_open + 1
        if not end and name not in _formatting:
            rebuilt += left_open
        looks += depth
        if depth > MAX_OPEN or looks > MAX_LOOKS:
            return "too_deep", f"{depth:,} elements are open at once"
        if rebuilt > MAX_REBUILT:
            return "too_large", f"{left_open:,} formatting elements are left open, to be built again in every block"
    return None


@contextmanager
def time_limit(seconds: float = SECONDS_PER_PAGE) -> Iterator[None]:
    """Ends the block with a verdict after so many seconds of this process's own computing.

    Signals reach the main thread alone (a pool's workers run in theirs): elsewhere, and on systems
    without such timers, there is no limit.

    Raises:
        Junk: `too_slow`.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return

    def end(signum: int, frame: FrameType | None) -> None:
        raise TimeUp

    before = signal.signal(signal.SIGVTALRM, end)
    # Computing time, not the clock's: a busy machine quarantines nothing. It rings on, should a library swallow it.
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds, 1.0)
    try:
        yield
    except TimeUp:
        raise Junk("too_slow", f"reading took more than {seconds:g} s of computing") from None
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0.0)
        signal.signal(signal.SIGVTALRM, before or signal.SIG_DFL)
