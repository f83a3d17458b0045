"""Bounds on what a hostile page may cost: size of its markup, nesting, time."""

from __future__ import annotations

import re
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from newsmill.pages.page import Junk, Verdict

MAX_HTML_CHARS = 12_000_000
MAX_ELEMENTS = 60_000
# The parser compares every attribute of a tag with all before it: 10,000 in one tag cost 0.1 s, a million an hour.
MAX_ATTRIBUTES = 5_000
SECONDS_PER_PAGE = 10.0

_tag = re.compile(r"""<[a-zA-Z](?:[^"'>]++|"[^"]*"|'[^']*')*+""")
# The same, told apart from what only looks like it: comments, and the content of scripts and styles.
_true_tag = re.compile(
    r"""<!--.*?(?:-->|\Z)
    |(?P<tag><(?:(?P<raw>script|style)\b|[a-z])(?:[^"'>]++|"[^"]*"|'[^']*')*+)(?(raw).*?(?:</(?P=raw)|\Z))""",
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)
_quoted = re.compile(r""""[^"]*"|'[^']*'""")


class TimeUp(BaseException):
    """A page took longer than allowed. No `Exception`, so that no library on the way swallows it."""


def markup_verdict(html: str) -> Verdict | None:
    """Whether the markup is too much to be parsed in bounded time, judged without parsing it."""
    if len(html) > MAX_HTML_CHARS:
        return "too_large", f"{len(html):,} characters of HTML, more than {MAX_HTML_CHARS:,}"
    # Most pages have no long tag at all: the exact pattern costs eight times the plain one.
    if any(tag.end() - tag.start() > 2 * MAX_ATTRIBUTES for tag in _tag.finditer(html)):
        attributes = max((_attributes(match["tag"] or "") for match in _true_tag.finditer(html)), default=0)
        if attributes > MAX_ATTRIBUTES:
            return "too_large", f"a tag with {attributes:,} attributes, more than {MAX_ATTRIBUTES:,}"
    return None


def _attributes(tag: str) -> int:
    return len(_quoted.sub(" ", tag).split()) if len(tag) > 2 * MAX_ATTRIBUTES else 0


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
