"""JSON-LD: what a page says of itself in schema.org's words."""

from __future__ import annotations

import json
from typing import Any

from newsmill.pages.tree import Element

Node = dict[str, Any]

_articles = ("article", "posting", "report", "story", "newsarticle")
_max_chars = 2_000_000
_max_nodes = 500


def nodes_of(tree: Element) -> list[Node]:
    """The page's JSON-LD nodes, those of articles first; what is no JSON is passed over."""
    nodes: list[Node] = []
    for script in tree.iter("script"):
        if "ld+json" in (script.get("type") or "").lower() and script.text and len(script.text) <= _max_chars:
            _collect(_parsed(script.text), nodes)
    return sorted(nodes, key=lambda node: not is_article(node))


def is_article(node: Node) -> bool:
    return any(kind.endswith(_articles) for kind in types_of(node))


def types_of(node: Node) -> list[str]:
    """Its schema.org types, in lower case."""
    kinds = node.get("@type")
    return [kind.lower() for kind in (kinds if isinstance(kinds, list) else [kinds]) if isinstance(kind, str)]


def names_in(value: object) -> list[str]:
    """The names in a property that holds texts, nodes with a `name`, or lists of both."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return names_in(value.get("name"))
    if isinstance(value, list):
        return [name for one in value[:20] for name in names_in(one)]
    return []


def _parsed(text: str) -> object:
    text = text.strip().removeprefix("<!--").removesuffix("-->").removeprefix("<![CDATA[").removesuffix("]]>")
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None


def _collect(value: object, nodes: list[Node]) -> None:
    """Nodes at the top, in lists and graphs; and the main thing that a page is about."""
    waiting = [value]
    while waiting and len(nodes) < _max_nodes:
        one = waiting.pop(0)
        if isinstance(one, list):
            waiting += one[:_max_nodes]
        elif isinstance(one, dict):
            nodes.append(one)
            waiting += [
                one[key]
                for key in ("@graph", "mainEntity", "mainEntityOfPage")
                if isinstance(one.get(key), list | dict)
            ]
