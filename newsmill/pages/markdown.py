"""Markdown files: front matter, and the text without its markup."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Iterable, Iterator
from typing import Any

import yaml

from newsmill.pages.authors import people_in
from newsmill.pages.dates import resolve
from newsmill.pages.dates.parse import Moment, parse
from newsmill.pages.html.tree import html_to_lines
from newsmill.pages.text import one_line, split_paragraphs
from newsmill.pages.types import Fetch, ParsedPage, Published

_front_matter = re.compile(
    r"\s*(?P<fence>---|\+\+\+)[ \t]*\r?\n(?P<fields>.{0,20000}?)\r?\n(?P=fence)[ \t]*(?:\r?\n|\Z)", re.DOTALL
)
_date_fields = ("date", "published", "pubdate", "publishdate", "publish_date", "created", "datetime")
_summary_fields = ("summary", "description", "deck", "excerpt")
_author_fields = ("author", "authors", "by")

# Shortcodes and template tags of site generators: {{< x >}}, {{% x %}}, {% x %}, ::: x, import/export lines of MDX.
_shortcode = re.compile(r"\{\{[<%][^{}]{0,5000}[%>]\}\}|\{%[^{}]{0,1000}%\}|\{:\s?[.#][^{}\n]{0,200}\}", re.DOTALL)
_breaks_line = re.compile(r"<(?:br|/p|/li|/div)\b", re.IGNORECASE)
_spoken = re.compile(r"\b(?:text|quote|content|caption|title)\s*=\s*\"([^\"]{40,})\"")


class _PlainLoader(yaml.SafeLoader):
    """YAML without aliases, with which a few lines could become gigabytes."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.events.AliasEvent):
            raise yaml.YAMLError("aliases are not read")
        return super().compose_node(parent, index)


def read_markdown(text: str, fetch: Fetch) -> ParsedPage:
    """The page that a Markdown file is of; its title from the front matter, else its first heading."""
    fields, body = parted(text)
    lines = list(plain_lines(body))
    title = _text(fields.get("title"))
    begins_with_heading = bool(lines and lines[0][1])
    if begins_with_heading and (title is None or title == lines[0][0]):
        title = lines[0][0]
        lines = lines[1:]
    authors = [name for field in _author_fields for name in _names(fields.get(field))]
    return ParsedPage(
        kind="article",
        extracted_by="markdown",
        url=fetch.url,
        title=title,
        authors=list(dict.fromkeys(authors)),
        published=_published(fields, fetch),
        # A post that only points elsewhere has its words in the front matter.
        paragraphs=[line for line, _ in lines]
        or list(filter(None, (_text(fields.get(name)) for name in _summary_fields)))[:1],
    )


def parted(text: str) -> tuple[dict[str, Any], str]:
    """Front matter, with field names in lower case, and the rest; front matter that can't be read is dropped."""
    match = _front_matter.match(text)
    if not match:
        return {}, text
    try:
        if match["fence"] == "+++":
            fields: object = tomllib.loads(match["fields"])
        else:
            fields = yaml.load(match["fields"], _PlainLoader)  # noqa: S506 - a safe loader, made narrower
    except (yaml.YAMLError, ValueError, RecursionError, OverflowError):
        fields = {}
    known = {str(name).lower(): value for name, value in fields.items()} if isinstance(fields, dict) else {}
    return known, text[match.end() :]


def plain_lines(text: str) -> Iterator[tuple[str, int]]:
    """Each line of the text without markup, and the level of the heading it is; 0 for other text."""
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": True}).enable("table")
    level = 0
    cells: list[str] = []
    for token in parser.parse(_shortcode.sub(_said, text)):
        if token.type == "heading_open":
            level = int(token.tag[1:])
        elif token.type == "heading_close":
            level = 0
        elif token.type == "inline":
            lines = split_paragraphs(_inline(token.children or []))
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


def _said(shortcode: re.Match[str]) -> str:
    """What a shortcode says to the reader, where it carries a sentence."""
    return "\n\n".join(_spoken.findall(shortcode.group())) or " "


def _inline(tokens: Iterable[Any]) -> str:
    parts = []
    for token in tokens:
        if token.type in ("text", "code_inline"):
            parts.append(token.content.replace("**", ""))  # CommonMark misses emphasis amid CJK text
        elif token.type in ("softbreak", "hardbreak") or _breaks_line.match(token.content):
            parts.append("\n")
    return "".join(parts)


def _published(fields: dict[str, Any], fetch: Fetch) -> Published | None:
    for field in _date_fields:
        if found := resolve.believed(_moment(fields.get(field)), "meta", fetch.fetched_at):
            return found
    return resolve.hinted(fetch) or resolve.in_url(fetch.url, fetch.fetched_at)


def _moment(value: object) -> Moment | None:
    """A date as YAML or TOML gives it: as such where they know it for one, else as text."""
    if isinstance(value, dt.datetime):
        offset = value.utcoffset()
        return value.replace(tzinfo=None), None if offset is None else int(offset.total_seconds() // 60)
    if isinstance(value, dt.date):
        return dt.datetime(value.year, value.month, value.day), None
    return parse(value) if isinstance(value, str) else None


def _text(value: object) -> str | None:
    return one_line(str(value)) or None if isinstance(value, str | int | float) else None


def _names(value: object) -> list[str]:
    if isinstance(value, str):
        return people_in(value)
    if isinstance(value, dict):
        return _names(value.get("name"))
    if isinstance(value, list):
        return [name for one in value[:20] for name in _names(one)]
    return []
