"""Text dumps: a page scraped to plain text, with its furniture and teasers around the body; plain prose too.

What a line is can only be told by its words, its width and its neighbours, so each rule here is about one of these.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from newsmill.pages.dates.resolve import find_date_in_text, find_date_in_url, get_hinted_date
from newsmill.pages.links.teasers import MAX_ON_FRONT, MAX_TEASERS
from newsmill.pages.phrases import BYLINE, COMMENTS, RELATED_HEADINGS, match_related_lead
from newsmill.pages.text import MIN_REPEAT_WIDTH, count_sentence_ends, heading_key, looks_like_title, width
from newsmill.pages.textdump.lines import Line, is_furniture, key, lines_of
from newsmill.pages.types import Fetch, ParsedPage, Teaser

_least_items = 6  # of a front
_listed_share = 0.9  # of whose pairs of lines are headline and snippet
_cut_share = 0.5  # of whose snippets are cut: an article's paragraphs are not
_longest_title = 180  # width
_many_items = 15  # no article has as many headings with one paragraph each
_many_cut_share = 0.15
_longest_sentence = 110  # width of a headline that ends like a sentence
_byline_width = 80
_least_headline = 16  # width
_head_lines = 6  # date, author and share buttons stand this near to the title
_body_before_comments = 400  # width; less text before it, and "Comments" is a link above the article


def read_dump(text: str, fetch: Fetch) -> ParsedPage:
    """The page that a text dump is of: title, body, teasers; the body's second showing is left to `repeats`."""
    title, lines = take_title(lines_of(text))
    draft = ParsedPage("text_dump", "text_dump", fetch.url, title=title)
    lines = take_head(lines, draft, fetch)
    if (listed := front_of(lines)) is not None:
        draft.kind, draft.teasers, draft.published = "front", listed, None
        return draft
    before, after, teasers = parted(lines)
    after, draft.teasers = without_second_showing(after, teasers)
    draft.paragraphs = [text for text in before + after if title is None or heading_key(text) != heading_key(title)]
    draft.published = get_hinted_date(fetch) or draft.published or find_date_in_url(fetch.url, fetch.fetched_at)
    return draft


def take_title(lines: Sequence[Line]) -> tuple[str | None, list[Line]]:
    """The first line, if it reads like a headline and something follows it."""
    first = next((place for place, line in enumerate(lines) if not is_furniture(line.text)), len(lines))
    rest = list(lines[first:])
    if not rest or not looks_like_title(rest[0].text) or (len(rest) == 1 and count_sentence_ends(rest[0].text)):
        return None, rest
    title = rest[0].text
    for place, line in enumerate(rest[1:_head_lines], start=1):
        # The document's title, with the site's name, above the headline itself.
        if width(line.text) >= _least_headline and title != line.text and line.text in title:
            return line.text, rest[1:place] + rest[place + 1 :]
    return title, rest[1:]


def take_head(lines: Sequence[Line], draft: ParsedPage, fetch: Fetch) -> list[Line]:
    """The lines without date, author and share buttons under the title; date and author go to the draft."""
    kept: list[Line] = []
    for line in lines[:_head_lines]:
        published = find_date_in_text(line.text, fetch.fetched_at) if width(line.text) <= _byline_width else None
        byline = BYLINE.fullmatch(line.text) if width(line.text) <= _byline_width else None
        if published and not count_sentence_ends(line.text):
            draft.published = draft.published or published
        elif byline and not count_sentence_ends(line.text):
            draft.authors = draft.authors or [byline["latin"] or byline["dense"]]
        elif not is_furniture(line.text):
            kept.append(line)
    return kept + list(lines[_head_lines:])


def front_of(lines: Sequence[Line]) -> list[Teaser] | None:
    """The teasers of a dump that is nothing but headlines, each with a snippet that is mostly cut; else None."""
    texts = [line.text for line in lines if not is_furniture(line.text)]
    if len(texts) < 2 * _least_items or any(
        key(text) in RELATED_HEADINGS or COMMENTS.fullmatch(text) for text in texts
    ):
        return None
    pairs = list(zip(texts[::2], texts[1::2], strict=False))
    fitting = [(title, snippet) for title, snippet in pairs if is_headline(title) and width(snippet) > width(title)]
    cut = [snippet for _, snippet in fitting if _is_cut(snippet)]
    least_cut = _cut_share if len(pairs) < _many_items else _many_cut_share
    if len(fitting) < _listed_share * len(pairs) or len(cut) < least_cut * len(pairs):
        return None
    return paired(texts)[:MAX_ON_FRONT]


def _is_cut(text: str) -> bool:
    return text.endswith(("…", "...", "[...]")) or text[-1].isalnum() or text[-1] in ",;，、"


def is_headline(text: str) -> bool:
    """Whether a line may be a headline: no sentences, unless they are short."""
    if text.endswith((".", "。")) and not text.endswith("...") and width(text) > _longest_sentence:
        return False
    return looks_like_title(text) or width(text) <= _longest_sentence


def parted(lines: Sequence[Line]) -> tuple[list[str], list[str], list[Teaser]]:
    """The body before the first teaser, that after it, the teasers.

    Furniture is dropped, and so is what readers wrote below the article.
    """
    before: list[str] = []
    after: list[str] = []
    teasers: list[Teaser] = []
    place = 0
    while place < len(lines):
        text = lines[place].text
        place += 1
        body = after if teasers else before
        if key(text) in RELATED_HEADINGS:
            section = _section(lines[place:], before + after)
            teasers += paired(section)
            place += len(section)
        elif lead := match_related_lead(text):
            teasers.append(Teaser(text[lead.end() :]))
        elif COMMENTS.fullmatch(text):
            if sum(map(width, before + after)) >= _body_before_comments:
                return before, after + _repeated(lines[place:], before + after), teasers[:MAX_TEASERS]
        elif not is_furniture(text):
            body.append(text)
    return before, after, teasers[:MAX_TEASERS]


def _repeated(lines: Sequence[Line], body: Sequence[str]) -> list[str]:
    """Of the lines below the comments box those that stand above it too, so that their repeat is recorded."""
    known = set(body)
    return [line.text for line in lines if line.text in known]


def _section(lines: Sequence[Line], body: Sequence[str]) -> list[str]:
    """The lines of a related-articles section: up to a wider gap, furniture, the next heading or the body again."""
    usual_gap = lines[1].gap if len(lines) > 1 else 0
    known = set(body)
    section: list[str] = []
    is_closed = False
    for line in lines[: 2 * MAX_TEASERS]:
        is_closed = is_furniture(line.text) or line.text in known or bool(COMMENTS.fullmatch(line.text))
        if is_closed or (section and line.gap > usual_gap) or key(line.text) in RELATED_HEADINGS:
            break
        section.append(line.text)
    if is_closed and _takes_turns(section):
        return section
    return section[: _length_of_teasers(section)]


def _length_of_teasers(section: Sequence[str]) -> int:
    """How many of the lines are teasers: where a headline is due and a paragraph stands, the body goes on."""
    if _alternates(section):
        return len(section)
    place = 0
    while place < len(section) and is_headline(section[place]):
        place += 2 if _has_snippet(section, place) else 1
    return place


def paired(section: Sequence[str]) -> list[Teaser]:
    """Headlines with their snippets, where they have one."""
    if _takes_turns(section):
        return [Teaser(title, snippet) for title, snippet in zip(section[::2], section[1::2], strict=True)]
    teasers: list[Teaser] = []
    place = 0
    while place < len(section):
        snippet = section[place + 1] if _has_snippet(section, place) else None
        teasers.append(Teaser(section[place], snippet))
        place += 2 if snippet else 1
    return teasers


def _takes_turns(section: Sequence[str]) -> bool:
    """Whether the lines are headline and snippet by turns, though some headline be a sentence."""
    pairs = list(zip(section[::2], section[1::2], strict=False))
    return (
        len(pairs) > 1
        and len(section) % 2 == 0
        and all(width(title) <= min(_longest_title, width(snippet)) for title, snippet in pairs)
        and sum(is_headline(title) for title, _ in pairs) >= len(pairs) / 2
    )


def _alternates(section: Sequence[str]) -> bool:
    """Whether headline and snippet take turns throughout."""
    pairs = list(zip(section[::2], section[1::2], strict=False))
    return (
        len(pairs) > 1
        and len(section) % 2 == 0
        and all(is_headline(title) and width(snippet) > 1.2 * width(title) for title, snippet in pairs)
    )


def _has_snippet(section: Sequence[str], place: int) -> bool:
    if place + 1 >= len(section):
        return False
    title, following = section[place], section[place + 1]
    is_cut = following.endswith(("…", "...", "[...]"))
    is_prose = count_sentence_ends(following) > 0 and width(following) > width(title)
    return is_cut or is_prose or width(following) > 1.5 * max(width(title), 60)


def without_second_showing(body: Sequence[str], teasers: Sequence[Teaser]) -> tuple[list[str], list[Teaser]]:
    """The body without lines that show a teaser again; a snippet that is longer there is taken from there."""
    told = list(teasers)
    shown = {text for teaser in told for text in (teaser.title, teaser.snippet) if text}
    by_start = {_start(teaser.snippet): place for place, teaser in enumerate(told) if teaser.snippet}
    kept: list[str] = []
    for paragraph in body:
        place = by_start.get(_start(paragraph))
        if paragraph in shown:
            continue
        if place is None or not _same_text(told[place].snippet or "", paragraph):
            kept.append(paragraph)
        elif len(_uncut(paragraph)) > len(_uncut(told[place].snippet or "")):
            told[place] = replace(told[place], snippet=paragraph)
    return kept, told


def _uncut(text: str) -> str:
    return text.rstrip(" .…[]")


def _start(text: str) -> str:
    return _uncut(text)[:30]


def _same_text(one: str, other: str) -> bool:
    """Whether one is the other, cut."""
    shorter, longer = sorted((_uncut(one), _uncut(other)), key=len)
    return width(shorter) >= MIN_REPEAT_WIDTH and longer.startswith(shorter)
