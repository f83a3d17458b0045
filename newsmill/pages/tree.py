"""HTML as a tree: parsed within limits, and small ways to read it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree
from lxml import html as lxml_html

from newsmill.pages.limits import MAX_ELEMENTS, markup_verdict
from newsmill.pages.page import Junk
from newsmill.pages.text import one_line, paragraphs_of

Element = Any  # lxml comes without types

_invisible = frozenset(("script", "style", "noscript", "template", "svg", "head"))
_blocks = frozenset(
    (
        "br",
        "p",
        "div",
        "li",
        "ul",
        "ol",
        "tr",
        "td",
        "th",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "section",
        "blockquote",
        "pre",
    )
)
_blank_line = re.compile(r"\n[^\S\n]*\n")
_space = re.compile(r"\s+")


def parse_html(html: str) -> Element:
    """The page's root element, comments and processing instructions left out. Nothing is fetched.

    Raises:
        Junk: `too_large`, `too_deep`, or `no_text` where there is no element at all.
    """
    verdict = markup_verdict(html)
    if verdict:
        raise Junk(*verdict)
    # As bytes of a known set: a string with a declaration of another one would be refused.
    parser = lxml_html.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=False, no_network=True, collect_ids=False
    )
    try:
        tree = lxml_html.document_fromstring(html.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise Junk("no_text", f"the HTML holds nothing that can be read: {error}") from error
    if any("depth" in entry.message for entry in parser.error_log):
        raise Junk("too_deep", "elements are nested more than 256 deep")
    size = int(tree.xpath("count(//*)"))
    if size > MAX_ELEMENTS:
        raise Junk("too_large", f"{size:,} elements, more than {MAX_ELEMENTS:,}")
    return tree


def attribute(element: Element, name: str) -> str:
    """An attribute's value, empty where it is not set."""
    value: str | None = element.get(name)
    return value.strip() if value else ""


def own_text(element: Element) -> str:
    """The text directly in an element, before its first child."""
    return one_line(element.text or "") if element.tag not in ("script", "style") else ""


def text_of(element: Element, limit: int = 2000) -> str:
    """The visible text of an element and all in it, on one line, cut at about `limit` characters."""
    pieces: list[str] = []
    size = 0
    for piece in _pieces(element):
        pieces.append(piece)
        size += len(piece)
        if size > limit:
            break
    return one_line("".join(pieces))


def _pieces(element: Element) -> Iterator[str]:
    walk = etree.iterwalk(element, events=("start", "end"))
    for event, node in walk:
        if event == "start":
            if node.tag in _invisible:
                walk.skip_subtree()
            elif node.text:
                yield node.text
            if node.tag in _blocks:
                yield " "
        elif node is not element and node.tail:
            yield node.tail


def lines_of_html(fragment: str) -> list[str]:
    """The visible text of a piece of HTML, a line a block; of plain text, a line for what blank lines part."""
    if "<" not in fragment and "&" not in fragment:
        return [line for line in map(one_line, _blank_line.split(fragment)) if line]
    try:
        root = parse_html(f"<html><body><div>{fragment}</div></body></html>")
    except Junk:
        return []
    pieces: list[str] = []
    for event, node in (walk := etree.iterwalk(root, events=("start", "end"))):
        if event == "start" and node.tag in _invisible:
            walk.skip_subtree()
            continue
        if node.tag in _blocks:
            pieces.append("\n")
        text = node.text if event == "start" else node.tail
        if text:
            pieces.append(text if node.tag == "pre" else _space.sub(" ", text))
    return paragraphs_of("".join(pieces))
