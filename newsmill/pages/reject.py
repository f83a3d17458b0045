"""Checks that reject what is not a page. Each returns None, or the rejection with its reason and detail."""

from __future__ import annotations

from collections.abc import Callable

from newsmill.pages.phrases import CONSENT_WALL, CONSENT_WALL_TITLE, NOT_FOUND, NOT_FOUND_TO_READER
from newsmill.pages.text import width, word_count
from newsmill.pages.types import Fetch, ParsedPage, Rejected

# Widths count CJK characters twice.
_MAX_NOTICE_WIDTH = 900  # a longer text is an article
_MAX_BARE_NOTICE_WIDTH = 400  # a text up to this width can be only a notice
_MAX_NOTICE_TITLE_WIDTH = 60
_MIN_WHOLE_TITLE_SHARE = 0.8  # share of the title that the not-found phrase covers when it is the whole message
_MIN_BODY_WIDTH = 20
_MIN_BODY_WORDS = 4


def check_http_status(fetch: Fetch) -> Rejected | None:
    """Reject responses with an error status."""
    if fetch.http_status is not None and fetch.http_status >= 400:
        return Rejected("http_status", f"the server answered with HTTP status {fetch.http_status}")
    return None


def check_not_found(page: ParsedPage) -> Rejected | None:
    """Reject soft 404s: pages whose title or whole text reports a missing page, at any HTTP status."""
    title = page.title or ""
    in_title = NOT_FOUND.search(title) if width(title) <= _MAX_NOTICE_TITLE_WIDTH else None
    if in_title and len(in_title.group()) >= _MIN_WHOLE_TITLE_SHARE * len(title):
        return Rejected("not_found_page", f"the title is {title!r}")
    text = _get_notice_text(page)
    if text is None:
        return None
    in_text = NOT_FOUND_TO_READER.search(text) or NOT_FOUND.match(text)
    if in_title and (in_text or width(text) < _MAX_BARE_NOTICE_WIDTH):
        return Rejected("not_found_page", f"the title contains {in_title.group()!r}")
    if in_text and width(text) < _MAX_BARE_NOTICE_WIDTH:
        return Rejected("not_found_page", f"the whole text is {text[:120]!r}")
    return None


def check_cookie_wall(page: ParsedPage) -> Rejected | None:
    """Reject walls for consent, JavaScript, payment or robots in place of the article."""
    text = _get_notice_text(page)
    if text is None:
        return None
    in_title = CONSENT_WALL_TITLE.match(page.title or "")
    is_bare = width(text) < _MAX_BARE_NOTICE_WIDTH
    if ((in_title or is_bare) and CONSENT_WALL.search(text)) or (in_title and width(text) < _MAX_BARE_NOTICE_WIDTH / 2):
        return Rejected("cookie_wall", f"the whole text is {text[:120]!r}")
    return None


def check_no_text(page: ParsedPage) -> Rejected | None:
    """Reject pages without a body."""
    return None if page.paragraphs else Rejected("no_text", "no body was found on the page")


def check_too_short(page: ParsedPage) -> Rejected | None:
    """Reject bodies shorter than a short sentence. Briefs of one sentence are kept."""
    text = page.text
    if len(text) < _MAX_NOTICE_WIDTH and (width(text) < _MIN_BODY_WIDTH or word_count(text) < _MIN_BODY_WORDS):
        return Rejected("too_short", f"the body is {text!r}")
    return None


def check_page(page: ParsedPage) -> Rejected | None:
    """Return the first rejection of a page; None when it passes every check of its kind."""
    return next((rejected for check in _CHECKS[page.kind] if (rejected := check(page))), None)


# The content of a front is its teasers. A feed entry can be a headline alone, and feeds contain no walls.
_CHECKS: dict[str, tuple[Callable[[ParsedPage], Rejected | None], ...]] = {
    "article": (check_not_found, check_cookie_wall, check_no_text, check_too_short),
    "text_dump": (check_not_found, check_cookie_wall, check_no_text, check_too_short),
    "feed_item": (check_no_text,),
    "front": (check_not_found, check_cookie_wall),
}


def _get_notice_text(page: ParsedPage) -> str | None:
    """Return the page's text if it is short enough for a notice."""
    text = page.text
    return text if len(text) <= _MAX_NOTICE_WIDTH and width(text) <= _MAX_NOTICE_WIDTH else None
