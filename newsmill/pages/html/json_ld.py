"""JSON-LD: what a page says of itself in schema.org's words."""

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

_articles = ("article", "posting", "report", "story")
_pages = ("page", "creativework", "recipe", "howto", "episode", "webcontent")
_max_nodes = 500
_max_values = 5_000  # looked at on the way to them

# Marks of comments and CDATA sections around a script's content, in pairs or not.
_before = ("<!--", "//", "/*", "*/", "<![CDATA[", "\ufeff")
_most_marks = 4  # before a script's content, and behind it
_behind = ("-->", "//", "/*", "*/", "]]>", ";")
_hanging_comma = re.compile(r",(?=\s*[}\]])")
# In JSON that can't be mended, what is still whole: types and dates hold no quotation marks.
_plain_field = re.compile(
    r'"(@type|datePublished|dateModified|dateCreated)"\s*:\s*(?:\[\s*)?"([^"\\<>{}]{1,60})"', re.IGNORECASE
)


def parse_json_ld(tree: Tree) -> list[Node]:
    """The page's JSON-LD nodes, those of articles first, of several articles the one at the page's own address."""
    nodes: list[Node] = []
    for text in tree.data.values():
        _collect(_parsed(text), nodes)
    own = _own_addresses(tree) if sum(map(is_article, nodes)) > 1 else set()
    return sorted(nodes, key=lambda node: (not is_article(node), own.isdisjoint(_addresses(node))))


def is_article(node: Node) -> bool:
    return any(kind.endswith(_articles) for kind in schema_types(node))


def is_page(node: Node) -> bool:
    """Whether the node stands for the page, though it calls itself no article."""
    return any(kind.endswith(_pages) for kind in schema_types(node))


def schema_types(node: Node) -> list[str]:
    """Its schema.org types, in lower case."""
    kinds = node.get("@type")
    return [kind.lower() for kind in (kinds if isinstance(kinds, list) else [kinds]) if isinstance(kind, str)]


def get_texts(value: object) -> list[str]:
    """The texts and numbers in a property that holds one or a list of them."""
    values = value[:20] if isinstance(value, list) else [value]
    return [str(one) for one in values if isinstance(one, str | int) and not isinstance(one, bool)]


def get_names(value: object, nodes: Sequence[Node] = ()) -> list[str]:
    """The names in a property that holds texts, nodes with a `name`, references to such nodes, or lists of these."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        if not value.get("name") and isinstance(value.get("@id"), str):
            value = next((node for node in nodes if node.get("@id") == value["@id"] and node.get("name")), {})
        name = value.get("name")
        return [one for one in (name if isinstance(name, list) else [name])[:20] if isinstance(one, str)]
    if isinstance(value, list):
        return [name for one in value[:20] if not isinstance(one, list) for name in get_names(one, nodes)]
    return []


def _parsed(text: str) -> object:
    """The JSON of a script, mended where its faults are common; of what can't be mended its plain fields."""
    text = _unwrapped(text)
    with suppress(ValueError, RecursionError):
        return json.loads(text, strict=False)
    mended = _hanging_comma.sub("", html.unescape(text) if "&quot;" in text else text)
    with suppress(ValueError, RecursionError):
        return _several(mended)
    fields: Node = {}
    for name, value in _plain_field.findall(mended):
        if name == "@type":
            fields.setdefault("@type", []).append(value)
        else:
            fields.setdefault(name, value)
    return fields


def _unwrapped(text: str) -> str:
    text = text.strip()
    for _ in range(_most_marks):
        mark = next((mark for mark in _before if text.startswith(mark)), "")
        text = text.removeprefix(mark).lstrip() if mark else text
        mark = next((mark for mark in _behind if text.endswith(mark)), "")
        text = text.removesuffix(mark).rstrip() if mark else text
    return text


def _several(text: str) -> list[object]:
    """One JSON value after another, as some pages put them into one script, up to where it is no JSON any more."""
    decoder = json.JSONDecoder(strict=False)
    values: list[object] = []
    place = 0
    while place < len(text) and len(values) < _max_nodes:
        try:
            value, place = decoder.raw_decode(text, place)
        except ValueError:
            if not values:
                raise
            break
        values.append(value)
        while place < len(text) and text[place] in " \t\r\n,;":
            place += 1
    return values


def _collect(value: object, nodes: list[Node]) -> None:
    """Nodes at the top, in lists and graphs; and the main thing that a page is about."""
    waiting = deque([value])
    looked_at = 0
    while waiting and len(nodes) < _max_nodes and looked_at < _max_values:
        one = waiting.popleft()
        looked_at += 1
        if isinstance(one, list):
            waiting.extend(one[:_max_nodes])
        elif isinstance(one, dict):
            nodes.append(one)
            waiting.extend(
                one[key]
                for key in ("@graph", "mainEntity", "mainEntityOfPage")
                if isinstance(one.get(key), list | dict)
            )


def _own_addresses(tree: Tree) -> set[str]:
    links = [tree.get(link, "href") for link in tree.all("link") if tree.get(link, "rel").lower() == "canonical"]
    return set(filter(None, map(_plain, [*links, *tree.metas().get("og:url", ())])))


def _addresses(node: Node) -> set[str]:
    about = node.get("mainEntityOfPage")
    named = [node.get("url"), node.get("@id"), about]
    named += [about.get("@id"), about.get("url")] if isinstance(about, dict) else []
    return {_plain(url) for url in named if isinstance(url, str)} - {""}


def _plain(url: str) -> str:
    """An address without what may differ between two ways to name a page; empty for a site's front."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    path = parts.path.rstrip("/")
    return f"{(parts.hostname or '').removeprefix('www.')}{path}?{parts.query}" if path or parts.query else ""
