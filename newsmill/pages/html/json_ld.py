"""Parse JSON-LD: a page's description of itself in the schema.org vocabulary."""

from __future__ import annotations

import html
import json
import re
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from newsmill.pages.html.tree import Tree

Node = dict[str, Any]

_ARTICLE_TYPE_ENDINGS = ("article", "posting", "report", "story")
_PAGE_TYPE_ENDINGS = ("page", "creativework", "recipe", "howto", "episode", "webcontent")
_MAX_NODES = 500
_MAX_VALUES = 5_000  # visited in search of nodes
_MAX_NAMES = 20  # of a property with a list of values

# Marks of comments and CDATA sections around a script's content, in pairs or not.
_OPENING_MARKS = ("<!--", "//", "/*", "*/", "<![CDATA[", "\ufeff")
_MAX_MARKS = 4  # before and after a script's content
_CLOSING_MARKS = ("-->", "//", "/*", "*/", "]]>", ";")
_TRAILING_COMMA = re.compile(r",(?=\s*[}\]])")
# The fields that can be read from JSON that cannot be repaired: types and dates contain no quotation marks.
_SIMPLE_FIELD = re.compile(
    r'"(@type|datePublished|dateModified|dateCreated)"\s*:\s*(?:\[\s*)?"([^"\\<>{}]{1,60})"', re.IGNORECASE
)


def parse_json_ld(tree: Tree) -> list[Node]:
    """Return the page's JSON-LD nodes: articles first, of several articles the one with the page's own URL first."""
    nodes: list[Node] = []
    for text in tree.data.values():
        _collect_nodes(_parse_json(text), nodes)
    page_urls = _get_page_urls(tree) if sum(map(is_article, nodes)) > 1 else set()
    return sorted(nodes, key=lambda node: (not is_article(node), page_urls.isdisjoint(_get_node_urls(node))))


def is_article(node: Node) -> bool:
    """Whether the node is an article of any type."""
    return any(kind.endswith(_ARTICLE_TYPE_ENDINGS) for kind in get_schema_types(node))


def is_page(node: Node) -> bool:
    """Whether the node describes the page without being an article."""
    return any(kind.endswith(_PAGE_TYPE_ENDINGS) for kind in get_schema_types(node))


def get_schema_types(node: Node) -> list[str]:
    """Return the node's schema.org types in lower case."""
    kinds = node.get("@type")
    return [kind.lower() for kind in (kinds if isinstance(kinds, list) else [kinds]) if isinstance(kind, str)]


def get_texts(value: object) -> list[str]:
    """Return the texts and numbers of a property that contains one or a list of them."""
    values = value[:_MAX_NAMES] if isinstance(value, list) else [value]
    return [str(item) for item in values if isinstance(item, str | int) and not isinstance(item, bool)]


def get_names(value: object, nodes: Sequence[Node] = ()) -> list[str]:
    """Return the names of a property that contains texts, nodes with a `name`, references to such nodes, or lists."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        if not value.get("name") and isinstance(value.get("@id"), str):
            value = next((node for node in nodes if node.get("@id") == value["@id"] and node.get("name")), {})
        name = value.get("name")
        return [item for item in (name if isinstance(name, list) else [name])[:_MAX_NAMES] if isinstance(item, str)]
    if isinstance(value, list):
        return [name for item in value[:_MAX_NAMES] if not isinstance(item, list) for name in get_names(item, nodes)]
    return []


def _parse_json(text: str) -> object:
    """Parse a script's JSON, with common faults repaired; where that fails, its simple fields."""
    text = _strip_marks(text)
    with suppress(ValueError, RecursionError):
        return json.loads(text, strict=False)
    repaired = _TRAILING_COMMA.sub("", html.unescape(text) if "&quot;" in text else text)
    with suppress(ValueError, RecursionError):
        return _parse_sequence(repaired)
    fields: Node = {}
    for name, value in _SIMPLE_FIELD.findall(repaired):
        if name == "@type":
            fields.setdefault("@type", []).append(value)
        else:
            fields.setdefault(name, value)
    return fields


def _strip_marks(text: str) -> str:
    text = text.strip()
    for _ in range(_MAX_MARKS):
        mark = next((mark for mark in _OPENING_MARKS if text.startswith(mark)), "")
        text = text.removeprefix(mark).lstrip() if mark else text
        mark = next((mark for mark in _CLOSING_MARKS if text.endswith(mark)), "")
        text = text.removesuffix(mark).rstrip() if mark else text
    return text


def _parse_sequence(text: str) -> list[object]:
    """Parse the JSON values of a script that contains several, up to the first fault."""
    decoder = json.JSONDecoder(strict=False)
    values: list[object] = []
    position = 0
    while position < len(text) and len(values) < _MAX_NODES:
        try:
            value, position = decoder.raw_decode(text, position)
        except ValueError:
            if not values:
                raise
            break
        values.append(value)
        while position < len(text) and text[position] in " \t\r\n,;":
            position += 1
    return values


def _collect_nodes(value: object, nodes: list[Node]) -> None:
    """Append the nodes at the top level, in lists and graphs, and the main entity of pages."""
    queue = deque([value])
    visited = 0
    while queue and len(nodes) < _MAX_NODES and visited < _MAX_VALUES:
        item = queue.popleft()
        visited += 1
        if isinstance(item, list):
            queue.extend(item[:_MAX_NODES])
        elif isinstance(item, dict):
            nodes.append(item)
            queue.extend(
                item[key]
                for key in ("@graph", "mainEntity", "mainEntityOfPage")
                if isinstance(item.get(key), list | dict)
            )


def _get_page_urls(tree: Tree) -> set[str]:
    links = [tree.get(link, "href") for link in tree.all("link") if tree.get(link, "rel").lower() == "canonical"]
    return set(filter(None, map(_normalize_url, [*links, *tree.metas().get("og:url", ())])))


def _get_node_urls(node: Node) -> set[str]:
    about = node.get("mainEntityOfPage")
    urls = [node.get("url"), node.get("@id"), about]
    urls += [about.get("@id"), about.get("url")] if isinstance(about, dict) else []
    return {_normalize_url(url) for url in urls if isinstance(url, str)} - {""}


def _normalize_url(url: str) -> str:
    """Return a URL's host, path and query, to compare pages; empty for a site's front."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    path = parts.path.rstrip("/")
    return f"{(parts.hostname or '').removeprefix('www.')}{path}?{parts.query}" if path or parts.query else ""
