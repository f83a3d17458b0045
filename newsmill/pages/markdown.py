"""Read Markdown files: front matter, and the text without markup."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Iterable, Iterator
from typing import Any

import yaml

from newsmill.pages.authors import extract_names
from newsmill.pages.dates.parse import Moment, parse_date
from newsmill.pages.dates.resolve import find_date_in_url, get_hinted_date, make_plausible
from newsmill.pages.html.tree import html_to_lines
from newsmill.pages.text import one_line, split_paragraphs
from newsmill.pages.types import Fetch, ParsedPage, Published

_FRONT_MATTER = re.compile(
    r"\s*(?P<fence>---|\+\+\+)[ \t]*\r?\n(?P<fields>.{0,20000}?)\r?\n(?P=fence)[ \t]*(?:\r?\n|\Z)", re.DOTALL
)
_DATE_FIELDS = ("date", "published", "pubdate", "publishdate", "publish_date", "created", "datetime")
_SUMMARY_FIELDS = ("summary", "description", "deck", "excerpt")
_MAX_AUTHORS = 20
_AUTHOR_FIELDS = ("author", "authors", "by")

# Shortcodes and template tags of site generators: {{< x >}}, {{% x %}}, {% x %}, {: .x}.
_SHORTCODE = re.compile(r"\{\{[<%][^{}]{0,5000}[%>]\}\}|\{%[^{}]{0,1000}%\}|\{:\s?[.#][^{}\n]{0,200}\}", re.DOTALL)
_LINE_BREAK = re.compile(r"<(?:br|/p|/li|/div)\b", re.IGNORECASE)
_SENTENCE_ARGUMENT = re.compile(r"\b(?:text|quote|content|caption|title)\s*=\s*\"([^\"]{40,})\"")


class _PlainLoader(yaml.SafeLoader):
    """Load YAML without aliases, which can expand a few lines to gigabytes."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.events.AliasEvent):
            raise yaml.YAMLError("aliases are not supported")
        return super().compose_node(parent, index)


def read_markdown(text: str, fetch: Fetch) -> ParsedPage:
    """Read a Markdown file as a page. The title is from the front matter, else a heading that begins the text."""
    fields, body = split_front_matter(text)
    lines = list(iter_plain_lines(body))
    title = _to_text(fields.get("title"))
    begins_with_heading = bool(lines and lines[0][1])
    if begins_with_heading and (title is None or title == lines[0][0]):
        title = lines[0][0]
        lines = lines[1:]
    authors = [name for field in _AUTHOR_FIELDS for name in _get_names(fields.get(field))]
    return ParsedPage(
        kind="article",
        extracted_by="markdown",
        url=fetch.url,
        title=title,
        authors=list(dict.fromkeys(authors)),
        published=_get_published(fields, fetch),
        paragraphs=[line for line, _ in lines] or _get_summary(fields),
    )


def split_front_matter(text: str) -> tuple[dict[str, Any], str]:
    """Split off the front matter, with field names in lower case; front matter that can't be parsed is dropped."""
    match = _FRONT_MATTER.match(text)
    if not match:
        return {}, text
    try:
        if match["fence"] == "+++":
            fields: object = tomllib.loads(match["fields"])
        else:
            fields = yaml.load(match["fields"], _PlainLoader)  # noqa: S506 - a restricted SafeLoader
    except (yaml.YAMLError, ValueError, RecursionError, OverflowError):
        fields = {}
    by_name = {str(name).lower(): value for name, value in fields.items()} if isinstance(fields, dict) else {}
    return by_name, text[match.end() :]


def iter_plain_lines(text: str) -> Iterator[tuple[str, int]]:
    """Iterate over the lines of the text without markup, with the heading level of each; 0 for other text."""
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": True}).enable("table")
    level = 0
    cells: list[str] = []
    for token in parser.parse(_SHORTCODE.sub(_get_shortcode_text, text)):
        if token.type == "heading_open":
            level = int(token.tag[1:])
        elif token.type == "heading_close":
            level = 0
        elif token.type == "inline":
            lines = split_paragraphs(_render_inline(token.children or []))
            if cells or token.map is None:
                cells += lines
            else:
                yield from ((line, level) for line in lines)
        elif token.type == "tr_open":
            cells = [""]
        elif token.type == "tr_close":
            yield from ((row, 0) for row in split_paragraphs(" | ".join(filter(None, cells))))
            cells = []
        elif token.type == "html_block":
            yield from ((line, 0) for line in html_to_lines(token.content))
        elif token.type in ("fence", "code_block"):
            yield from ((line, 0) for line in split_paragraphs(token.content))


def _get_shortcode_text(shortcode: re.Match[str]) -> str:
    """Return the sentences that a shortcode has as arguments."""
    return "\n\n".join(_SENTENCE_ARGUMENT.findall(shortcode.group())) or " "


def _render_inline(tokens: Iterable[Any]) -> str:
    parts = []
    for token in tokens:
        if token.type in ("text", "code_inline"):
            parts.append(token.content.replace("**", ""))  # CommonMark does not recognize emphasis within CJK text
        elif token.type in ("softbreak", "hardbreak") or _LINE_BREAK.match(token.content):
            parts.append("\n")
    return "".join(parts)


def _get_published(fields: dict[str, Any], fetch: Fetch) -> Published | None:
    for field in _DATE_FIELDS:
        if published := make_plausible(_to_moment(fields.get(field)), "meta", fetch.fetched_at):
            return published
    return get_hinted_date(fetch) or find_date_in_url(fetch.url, fetch.fetched_at)


def _to_moment(value: object) -> Moment | None:
    """Convert a date that YAML or TOML parsed, or parse one that they left as text."""
    if isinstance(value, dt.datetime):
        offset = value.utcoffset()
        return value.replace(tzinfo=None), None if offset is None else int(offset.total_seconds() // 60)
    if isinstance(value, dt.date):
        return dt.datetime(value.year, value.month, value.day), None
    return parse_date(value) if isinstance(value, str) else None


def _get_summary(fields: dict[str, Any]) -> list[str]:
    """Return the summary, the text of a post that only links to another page."""
    return [text for name in _SUMMARY_FIELDS if (text := _to_text(fields.get(name)))][:1]


def _to_text(value: object) -> str | None:
    return one_line(str(value)) or None if isinstance(value, str | int | float) else None


def _get_names(value: object) -> list[str]:
    if isinstance(value, str):
        return extract_names(value)
    if isinstance(value, dict):
        return _get_names(value.get("name"))
    if isinstance(value, list):
        return [name for item in value[:_MAX_AUTHORS] for name in _get_names(item)]
    return []
