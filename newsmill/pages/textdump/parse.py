"""Parse text dumps: pages scraped to plain text, with labels and teasers around the body; plain prose too.

A line is classified by its words, its width and its neighbors.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import replace

from newsmill.pages.dates.resolve import find_date_in_text, find_date_in_url, get_hinted_date
from newsmill.pages.links.teasers import MAX_ON_FRONT, MAX_TEASERS
from newsmill.pages.phrases import BYLINE, COMMENTS, RELATED_HEADINGS, match_related_lead
from newsmill.pages.text import MIN_REPEAT_WIDTH, count_sentence_ends, looks_like_title, normalize_heading, width
from newsmill.pages.textdump.lines import Line, build_label_key, extract_lines, is_label
from newsmill.pages.types import Fetch, ParsedPage, Teaser

# A front: pairs of headline and snippet. Snippets are cut, which an article's paragraphs are not.
_MIN_FRONT_ITEMS = 6
_MIN_PAIRED_SHARE = 0.9  # of the lines
_MIN_CUT_SHARE = 0.5  # of the snippets
_MANY_ITEMS = 15  # no article has as many headings with one paragraph each
_MIN_CUT_SHARE_OF_MANY = 0.15
_MAX_TITLE_WIDTH = 180
_MAX_SENTENCE_TITLE_WIDTH = 110  # of a headline that ends like a sentence
_MIN_HEADLINE_WIDTH = 16
_MAX_BYLINE_WIDTH = 80
_HEAD_LINES = 6  # after the title: date, author and share buttons
_MIN_WIDTH_BEFORE_COMMENTS = 400  # after less text, "Comments" is a link above the article
_COMPARED_CHARS = 30  # of two texts that may be the same
_ELLIPSES = ("…", "...", "[...]")


def read_dump(text: str, fetch: Fetch) -> ParsedPage:
    """Parse a text dump into a page: title, body, teasers. `remove_repeats` removes repeated paragraphs later."""
    title, lines = extract_title(extract_lines(text))
    page = ParsedPage("text_dump", "text_dump", fetch.url, title=title)
    lines = extract_head(lines, page, fetch)
    if (front_teasers := extract_front(lines)) is not None:
        page.kind, page.teasers, page.published = "front", front_teasers, None
        return page
    before, after, teasers = split_body_teasers(lines)
    after, page.teasers = drop_repeated_teasers(after, teasers)
    page.paragraphs = [
        text for text in before + after if title is None or normalize_heading(text) != normalize_heading(title)
    ]
    page.published = get_hinted_date(fetch) or page.published or find_date_in_url(fetch.url, fetch.fetched_at)
    return page


def extract_title(lines: Sequence[Line]) -> tuple[str | None, list[Line]]:
    """Split off the first line, if it looks like a headline and text follows it."""
    first = next((index for index, line in enumerate(lines) if not is_label(line.text)), len(lines))
    rest = list(lines[first:])
    if not rest or not looks_like_title(rest[0].text) or (len(rest) == 1 and count_sentence_ends(rest[0].text)):
        return None, rest
    title = rest[0].text
    for index, line in enumerate(rest[1:_HEAD_LINES], start=1):
        # The document's title, which includes the site's name, is above the headline.
        if width(line.text) >= _MIN_HEADLINE_WIDTH and title != line.text and line.text in title:
            return line.text, rest[1:index] + rest[index + 1 :]
    return title, rest[1:]


def extract_head(lines: Sequence[Line], page: ParsedPage, fetch: Fetch) -> list[Line]:
    """Return the lines without date, author and share buttons below the title; set date and author of the page."""
    kept: list[Line] = []
    for line in lines[:_HEAD_LINES]:
        can_be_byline = width(line.text) <= _MAX_BYLINE_WIDTH and not count_sentence_ends(line.text)
        if can_be_byline and (published := find_date_in_text(line.text, fetch.fetched_at)):
            page.published = page.published or published
        elif can_be_byline and (byline := BYLINE.fullmatch(line.text)):
            page.authors = page.authors or [byline["latin"] or byline["dense"]]
        elif not is_label(line.text):
            kept.append(line)
    return kept + list(lines[_HEAD_LINES:])


def extract_front(lines: Sequence[Line]) -> list[Teaser] | None:
    """Return the teasers of a dump that consists of headlines with snippets, most of them cut; else None."""
    texts = [line.text for line in lines if not is_label(line.text)]
    if len(texts) < 2 * _MIN_FRONT_ITEMS:
        return None
    if any(build_label_key(text) in RELATED_HEADINGS or COMMENTS.fullmatch(text) for text in texts):
        return None
    pairs = list(zip(texts[::2], texts[1::2], strict=False))
    snippets = [snippet for title, snippet in pairs if is_headline(title) and width(snippet) > width(title)]
    cut = [snippet for snippet in snippets if _is_cut(snippet)]
    min_cut_share = _MIN_CUT_SHARE if len(pairs) < _MANY_ITEMS else _MIN_CUT_SHARE_OF_MANY
    if len(snippets) < _MIN_PAIRED_SHARE * len(pairs) or len(cut) < min_cut_share * len(pairs):
        return None
    return pair_teasers(texts)[:MAX_ON_FRONT]


def _is_cut(text: str) -> bool:
    return text.endswith(_ELLIPSES) or text[-1].isalnum() or text[-1] in ",;，、"


def is_headline(text: str) -> bool:
    """Whether a line can be a headline: without sentences, unless they are short."""
    if text.endswith((".", "。")) and not text.endswith("...") and width(text) > _MAX_SENTENCE_TITLE_WIDTH:
        return False
    return looks_like_title(text) or width(text) <= _MAX_SENTENCE_TITLE_WIDTH


def split_body_teasers(lines: Sequence[Line]) -> tuple[list[str], list[str], list[Teaser]]:
    """Split the lines into the body before the first teaser, the body after it, and the teasers.

    Labels and readers' comments are dropped.
    """
    before: list[str] = []
    after: list[str] = []
    teasers: list[Teaser] = []
    known: set[str] = set()
    body_width = index = 0
    while index < len(lines):
        text = lines[index].text
        index += 1
        body = after if teasers else before
        if build_label_key(text) in RELATED_HEADINGS:
            section = _extract_related_section(lines[index : index + 2 * MAX_TEASERS], known)
            teasers += pair_teasers(section)
            index += len(section)
        elif lead := match_related_lead(text):
            teasers.append(Teaser(text[lead.end() :]))
        elif COMMENTS.fullmatch(text):
            if body_width >= _MIN_WIDTH_BEFORE_COMMENTS:
                return before, after + _get_repeated(lines[index:], known), teasers[:MAX_TEASERS]
        elif not is_label(text):
            body.append(text)
            known.add(text)
            body_width += width(text)
    return before, after, teasers[:MAX_TEASERS]


def _get_repeated(lines: Sequence[Line], known: Set[str]) -> list[str]:
    """Return the lines below the comments box that repeat lines of the body, so that the repeats are recorded."""
    return [line.text for line in lines if line.text in known]


def _extract_related_section(lines: Sequence[Line], known: Set[str]) -> list[str]:
    """Return the lines of a related-articles section: up to a wider gap, a label, the next heading or a known line."""
    usual_gap = lines[1].gap if len(lines) > 1 else 0
    section: list[str] = []
    is_closed = False
    for line in lines:
        is_closed = is_label(line.text) or line.text in known or bool(COMMENTS.fullmatch(line.text))
        if is_closed or (section and line.gap > usual_gap) or build_label_key(line.text) in RELATED_HEADINGS:
            break
        section.append(line.text)
    if is_closed and _is_paired(section):
        return section
    return section[: _count_teaser_lines(section)]


def _count_teaser_lines(section: Sequence[str]) -> int:
    """Count the lines that are teasers: a paragraph where a headline is expected continues the body."""
    if _is_strictly_paired(section):
        return len(section)
    index = 0
    while index < len(section) and is_headline(section[index]):
        index += 2 if _has_snippet(section, index) else 1
    return index


def pair_teasers(section: Sequence[str]) -> list[Teaser]:
    """Pair headlines with their snippets; a headline can lack one."""
    if _is_paired(section):
        return [Teaser(title, snippet) for title, snippet in zip(section[::2], section[1::2], strict=True)]
    teasers: list[Teaser] = []
    index = 0
    while index < len(section):
        snippet = section[index + 1] if _has_snippet(section, index) else None
        teasers.append(Teaser(section[index], snippet))
        index += 2 if snippet else 1
    return teasers


def _is_paired(section: Sequence[str]) -> bool:
    """Whether the lines alternate between headline and snippet, although some headlines are sentences."""
    pairs = list(zip(section[::2], section[1::2], strict=False))
    return (
        len(pairs) > 1
        and len(section) % 2 == 0
        and all(width(title) <= min(_MAX_TITLE_WIDTH, width(snippet)) for title, snippet in pairs)
        and sum(is_headline(title) for title, _ in pairs) >= len(pairs) / 2
    )


def _is_strictly_paired(section: Sequence[str]) -> bool:
    """Whether the lines alternate between headline and snippet without exception."""
    pairs = list(zip(section[::2], section[1::2], strict=False))
    return (
        len(pairs) > 1
        and len(section) % 2 == 0
        and all(is_headline(title) and width(snippet) > 1.2 * width(title) for title, snippet in pairs)
    )


def _has_snippet(section: Sequence[str], index: int) -> bool:
    if index + 1 >= len(section):
        return False
    title, following = section[index], section[index + 1]
    is_cut = following.endswith(_ELLIPSES)
    is_prose = count_sentence_ends(following) > 0 and width(following) > width(title)
    return is_cut or is_prose or width(following) > 1.5 * max(width(title), 60)


def drop_repeated_teasers(body: Sequence[str], teasers: Sequence[Teaser]) -> tuple[list[str], list[Teaser]]:
    """Return the body without repeated teasers, and the teasers with the longer of both snippets."""
    completed = list(teasers)
    teaser_texts = {text for teaser in teasers for text in (teaser.title, teaser.snippet) if text}
    index_by_start = {_get_start(teaser.snippet): index for index, teaser in enumerate(teasers) if teaser.snippet}
    kept: list[str] = []
    for paragraph in body:
        index = index_by_start.get(_get_start(paragraph))
        if paragraph in teaser_texts:
            continue
        if index is None or not _is_same_text(completed[index].snippet or "", paragraph):
            kept.append(paragraph)
        elif len(_strip_ellipsis(paragraph)) > len(_strip_ellipsis(completed[index].snippet or "")):
            completed[index] = replace(completed[index], snippet=paragraph)
    return kept, completed


def _strip_ellipsis(text: str) -> str:
    return text.rstrip(" .…[]")


def _get_start(text: str) -> str:
    return _strip_ellipsis(text)[:_COMPARED_CHARS]


def _is_same_text(first: str, second: str) -> bool:
    """Whether one text is the beginning of the other, ignoring an ellipsis."""
    shorter, longer = sorted((_strip_ellipsis(first), _strip_ellipsis(second)), key=len)
    return width(shorter) >= MIN_REPEAT_WIDTH and longer.startswith(shorter)
