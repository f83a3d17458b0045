"""Teasers of an HTML page: links to other articles with headline and snippet, in blocks that say so."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from newsmill.pages.page import Teaser
from newsmill.pages.phrases import RELATED
from newsmill.pages.text import heading_key, width
from newsmill.pages.tree import Element, attribute, own_text, text_of
from newsmill.urls import absolute

MAX_TEASERS = 30
_headline_width = 18  # narrower links are categories, authors, buttons
_most_items = 300  # of a page that are looked at
_heading_width = 8  # unless they are headings
_snippet_width = 30
_snippet_children = 5  # an element with more of them is no paragraph
_most_links = 80  # more of them, and the block is the page itself
_most_prose = 3000  # width of text outside links; more, and the block holds the article
_levels = 5  # how far a block's or item's bounds are sought above a heading or link

_named_so = re.compile(
    r"(?:^|[\s_-])(?:related|recommend(?:ed|ations?|s)?|read-?(?:next|more|also)|more-?(?:stories|news|articles|posts|from|on|to)"
    r"|most-?(?:read|popular|viewed|shared)|popular(?:-?posts)?|trending|(?:you-)?(?:might|may)-?(?:also-?)?like|also-?(?:like|read)|further-?reading|see-?also"
    r"|teasers?|latest-?(?:news|stories|posts)|up-?next|similar(?:-?(?:posts|articles|stories))?|suggested)(?:$|[\s_-])",
    re.IGNORECASE,
)
_named_headline = re.compile(r"(?:^|[\s_-])(?:title|headline|heading|hed)(?:$|[\s_])", re.IGNORECASE)
_camel = re.compile(r"(?<=[a-z])(?=[A-Z])")
_true_headings = ("h2", "h3", "h4", "h5", "h6")
_containers = ("div", "section", "aside", "ul", "ol")
_headings = (*_true_headings, "strong", "b", "p", "span", "summary", "legend", "dt")
_not_content = ("nav", "header", "footer")


def teasers_of(tree: Element, url: str) -> list[Teaser]:
    """The teasers of the page's blocks of related articles, in order, each target once."""
    teasers: dict[str, Teaser] = {}
    for block in _blocks(tree):
        for teaser in items_in(block, url):
            teasers.setdefault(teaser.url or teaser.title, teaser)
            if len(teasers) >= MAX_TEASERS:
                return list(teasers.values())
    return list(teasers.values())


def items_in(root: Element, url: str) -> Iterator[Teaser]:
    """Each target of a headline-like link under an element: its headline, and the snippet that stands with it."""
    links: dict[Element, str] = {}
    for link in root.iter("a"):
        title = text_of(link, limit=400)
        least = _heading_width if _is_at_heading(link) else _headline_width
        if width(title) >= least and next(link.iterancestors(*_not_content), None) is None:
            links[link] = title
    found: dict[str, tuple[str, Element]] = {}
    for link, title in links.items():
        target = absolute(url, attribute(link, "href"))
        if target and target.split("#")[0] != url.split("#")[0] and not _is_in_sentence(link, title):
            found.setdefault(target, (_headline_in(link) or title, link))
        if len(found) >= _most_items:
            break
    for target, (title, link) in found.items():
        yield Teaser(title, _snippet(_item(link, root, links), link, title), target)


def _is_at_heading(link: Element) -> bool:
    return link.getparent().tag in _true_headings or next(link.iter(*_true_headings), None) is not None


def _is_in_sentence(link: Element, title: str) -> bool:
    """Whether the link is a phrase of a paragraph rather than a headline."""
    paragraph = next(link.iterancestors("p"), None)
    return paragraph is not None and len(text_of(paragraph, limit=400)) > 1.5 * len(title)


def _headline_in(link: Element) -> str | None:
    """The headline inside a link around a whole card: a heading, what is named so, or what alone is set in bold."""
    marked = [*link.iter(*_true_headings), *filter(_is_named_headline, link.iterdescendants()), *_bold_parts(link)]
    return next((title for part in marked if width(title := text_of(part, limit=400)) >= _headline_width), None)


def _is_named_headline(element: Element) -> bool:
    return bool(_named_headline.search(_camel.sub("-", attribute(element, "class"))))


def _bold_parts(link: Element) -> Iterator[Element]:
    """Bold elements of a card that are a part of their own: no words of the same line stand around them."""
    for part in link.iter("strong", "b"):
        around = part.getparent()
        if not own_text(around) and not any((child.tail or "").strip() for child in around) and len(around) > 1:
            yield part


def _item(link: Element, root: Element, links: Collection[Element]) -> Element:
    """The largest element around a link, within the root, that holds no other headline's link."""
    item = link
    while item is not root:
        around = item.getparent()
        if any(other in links and other.get("href") != link.get("href") for other in around.iter("a")):
            break
        item = around
    return item


def _snippet(item: Element, link: Element, title: str) -> str | None:
    """The longest text of an item beside its link."""
    parts = list(item.iter("p", "div", "span", "li"))
    if item.tag == "dt" and (described := item.getnext()) is not None:
        parts.append(described)
    around = set(link.iterancestors())
    texts = [text_of(part, limit=1000) for part in parts if part not in around and len(part) < _snippet_children]
    fitting = (text for text in texts if width(text) >= _snippet_width and text != title)
    return max(fitting, key=len, default=None)


def _blocks(tree: Element) -> list[Element]:
    """Elements named after related articles, and those under a heading that says so; the outermost, in page order."""
    found: set[Element] = set()
    blocks: list[Element] = []
    for element in tree.iter(*_containers, *_headings):
        if element.tag in _containers and _is_named(element):
            block = element if _is_block(element) else None
        else:
            block = _block_under(element) if _is_heading(element) else None
        if block is not None and block not in found and found.isdisjoint(block.iterancestors()):
            found.add(block)
            blocks.append(block)
    return blocks


def _is_named(element: Element) -> bool:
    names = " ".join(
        attribute(element, name) for name in ("class", "id", "aria-label", "data-component", "data-module")
    )
    return bool(names) and bool(_named_so.search(_camel.sub("-", names)))


def _is_heading(element: Element) -> bool:
    own = (element.text or "").strip()
    if len(element) > 3 or len(own) > 60 or not (own or element.tag in _true_headings):
        return False
    text = text_of(element, limit=60)
    return 0 < len(text) <= 60 and heading_key(text) in RELATED


def _is_block(element: Element) -> bool:
    """Whether the element holds links, and neither the headline nor the article."""
    links = sum(1 for _ in element.iter("a"))
    if not 0 < links <= _most_links or next(element.iter("h1"), None) is not None:
        return False
    prose = sum(
        width(text_of(part, limit=_most_prose)) for part in element.iter("p") if next(part.iter("a"), None) is None
    )
    return prose <= _most_prose


def _block_under(heading: Element) -> Element | None:
    """The smallest element around a heading that holds links."""
    for ancestor, _ in zip(heading.iterancestors(), range(_levels), strict=False):
        if ancestor.tag in ("body", "main", "article"):
            return None
        if next(ancestor.iter("a"), None) is not None:
            return ancestor if _is_block(ancestor) else None
    return None
