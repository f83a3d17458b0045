"""Pages that are none: each verdict is a function that returns None, or a reason and its detail."""

from __future__ import annotations

from newsmill.pages.phrases import NOT_FOUND, NOT_FOUND_TO_READER, WALL, WALL_TITLE
from newsmill.pages.text import width, word_count
from newsmill.pages.types import Draft, Record, Verdict

# Widths count CJK characters twice.
_notice = 900  # no longer text is a mere notice
_bare_notice = 400  # no longer text says nothing else
_notice_title = 60
_whole_title = 0.8  # of a title that says nothing but that there is no page
_least_width = 20
_least_words = 4


def http_status(record: Record) -> Verdict | None:
    if record.http_status is not None and record.http_status >= 400:
        return "http_status", f"the server answered with HTTP status {record.http_status}"
    return None


def not_found_page(draft: Draft) -> Verdict | None:
    """A page that says it is not there, whatever its HTTP status: in its title, or in all that it says."""
    title = draft.title or ""
    in_title = NOT_FOUND.search(title) if width(title) <= _notice_title else None
    if in_title and len(in_title.group()) >= _whole_title * len(title):
        return "not_found_page", f"the title is {title!r}"
    text = _notice_text(draft)
    if text is None:
        return None
    in_text = NOT_FOUND_TO_READER.search(text) or NOT_FOUND.match(text)
    if in_title and (in_text or width(text) < _bare_notice):
        return "not_found_page", f"the title says {in_title.group()!r}"
    if in_text and width(text) < _bare_notice:
        return "not_found_page", f"all it says is {text[:120]!r}"
    return None


def cookie_wall(draft: Draft) -> Verdict | None:
    """A wall for consent, JavaScript or robots where the article should be."""
    text = _notice_text(draft)
    if text is None:
        return None
    in_title = WALL_TITLE.match(draft.title or "")
    is_bare = width(text) < _bare_notice
    if ((in_title or is_bare) and WALL.search(text)) or (in_title and width(text) < _bare_notice / 2):
        return "cookie_wall", f"all it says is {text[:120]!r}"
    return None


def no_text(draft: Draft) -> Verdict | None:
    if not draft.paragraphs:
        return "no_text", "no body was found on the page"
    return None


def too_short(draft: Draft) -> Verdict | None:
    """A body below a short sentence; briefs of one sentence are kept."""
    text = "\n".join(draft.paragraphs)
    if len(text) < _notice and (width(text) < _least_width or word_count(text) < _least_words):
        return "too_short", f"the body is {text!r}"
    return None


def verdict_on(draft: Draft) -> Verdict | None:
    """The first verdict against a page; None for a page that is one."""
    return next((verdict for check in _checks[draft.kind] if (verdict := check(draft))), None)


# A front is its teasers; an entry of a feed may be a headline alone, and no wall stands in a feed.
_checks = {
    "article": (not_found_page, cookie_wall, no_text, too_short),
    "text_dump": (not_found_page, cookie_wall, no_text, too_short),
    "feed_item": (no_text,),
    "front": (not_found_page, cookie_wall),
}


def _notice_text(draft: Draft) -> str | None:
    """The page's text if it is short enough to be a mere notice."""
    text = "\n".join(draft.paragraphs)
    return text if len(text) <= _notice and width(text) <= _notice else None
