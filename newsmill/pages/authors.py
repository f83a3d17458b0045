"""Who wrote an HTML page, as it says itself: names, without roles, dates and what else stands in a byline."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache

from newsmill.pages.dates.parse import find_all
from newsmill.pages.html.headline import find_headline
from newsmill.pages.html.json_ld import Node, get_names, is_article
from newsmill.pages.html.metadata import extract_site_names, get_meta_contents, unescape
from newsmill.pages.html.site_name import is_site_name
from newsmill.pages.html.tree import TEXT, Tree
from newsmill.pages.phrases import (
    AND,
    AND_OF_FULL_NAMES,
    BY,
    BYLINE,
    CHANGED,
    ENDS_IN_ROLE,
    MONTHS,
    PUBLISHED,
    RELATED_HEADINGS,
    ROLE,
    ROLE_AT_EDGE,
    UI_LABELS,
)
from newsmill.pages.text import count_cjk, heading_key

_longest_name = 100
_longest_byline = 300
_longest_shown = 120  # of a text on the page that may be a byline
_most_words = 6  # of a name that stands on the page
_shortest_word = 3  # letters of a single word that is no name yet
_full_name = 2  # words, at least
_edges = ' ,.;:·|-–—*"“”'
_most_authors = 10
_most_looked_at, _most_classes, _most_links = 200, 2000, 1000  # of a page
_near, _just_before = 600, 200  # characters between headline and byline

_author_meta = (
    "author",
    "article:author",
    "article:author_name",
    "article.author",
    "parsely-author",
    "sailthru.author",
    "dc.creator",
    "dcterms.creator",
    "dc.contributor",
    "byl",
    "citation_author",
    "twitter:creator:name",
    "cxenseparse:author",
    "mediator_author",
)
_between = re.compile(r"\s*(?:[;|、，•·⋅\n]|\s/\s|／|\s[-–—]\s)\s*")
_comma = re.compile(r"\s*,\s+(?!(?:Jr|Sr|[A-Z]{2,6}|[IVX]+|Ph\.?D|M\.?D|MBA)\b\.?)")
_no_author = re.compile(
    r"https?://|www\.|@|[<>{}\[\]=#]|^\W*$|\d|\w\.\w+\.\w|^(?:null|none|undefined|unknown|anonymous|n/a|guest|user)$",
    re.IGNORECASE,
)
_handle = re.compile(r"[a-z]+[\w.-]*[._-]?\w*")  # how accounts are called
_ends_byline = re.compile(r"\s*(?:[|•·⋅\n]|\s[–—-]\s|\d|\(|\bmin\b).*", re.DOTALL)
_sentence = re.compile(r"[^\W\d]{3}[.!?](?:\s|$)|[。！？!?]")
_glued_by = re.compile(r"^[Bb]y(?=[A-Z])")
_hanging = re.compile(r"[\s,]+(?:on|in|am|le|el|em|il|den|at|of|the|to|und|and)$", re.IGNORECASE)
_named_author = re.compile(
    r"(?:^|[\s_-]|(?<=[a-z])(?=A))(?:authors?|by-?line|writers?|contributors?|autor(?:en|es)?|auteurs?|autore|redacteur"
    r"|posted-?by)(?:$|[\s_-]|(?=[A-Z]))|(?:author|writer)-?name|(?:post|entry|article)-?author",
    re.IGNORECASE,
)
_parts_of_names = ("uthor", "utor", "uteur", "yline", "y-line", "riter", "ontrib", "edact", "osted")
_named_other = re.compile(
    r"comment|related|recommend|sidebar|footer|(?:^|[\s_-])bio(?:graphy)?(?:$|[\s_-])|avatar|image|photo|social|share"
    r"|follow|testimonial|newsletter|quote|reviewer",
    re.IGNORECASE,
)
_author_page = re.compile(
    r"/(?:authors?|autor(?:en|es)?|auteurs?|autori?|writers?|contributors?|journalists?|columnists?|reporters?|people|profiles?|by|staff|redaktion|redacteur|redaccion)/[^/?#]",
    re.IGNORECASE,
)


def authors_of(tree: Tree, nodes: Sequence[Node]) -> list[str]:
    """The authors: from JSON-LD, meta elements or bylines, the first of these that names a person.

    Where none does, the site or the account that one of them names.
    """
    sites: set[str] | None = None
    weak: list[str] = []
    for source in _sources(tree, nodes):
        authors = list(dict.fromkeys(author for text in source for author in people_in(text)))
        if not authors:
            continue
        sites = (
            extract_site_names(tree, nodes, next(iter(tree.metas().get("og:url", ())), "")) if sites is None else sites
        )
        persons = [author for author in authors if not (_is_account(author) or is_site_name(author, sites))]
        if persons:
            return persons[:_most_authors]
        weak = weak or authors
    return weak[:_most_authors]


def _sources(tree: Tree, nodes: Sequence[Node]) -> Iterator[list[str]]:
    for node in nodes:
        if is_article(node) and node.get("author"):
            yield get_names(node["author"], nodes)
    yield get_meta_contents(tree, *_author_meta)
    yield from _marked(tree)
    yield _near_headline(tree)


def people_in(text: str) -> list[str]:
    """The names in a byline.

    >>> people_in("By Jane Doe, Staff Writer, and Li Hua")
    ['Jane Doe', 'Li Hua']
    """
    text = unescape(text)
    if len(text) > _longest_byline:
        return []
    names = (name for part in _between.split(_without_by(text)) for name in _parted(part))
    return [name for name in names if 1 < len(name) <= _longest_name and not _is_none(name)]


def _is_none(name: str) -> bool:
    return bool(_no_author.search(name) or BY.fullmatch(f"{name} ") or AND.fullmatch(f" {name} "))


def _without_by(text: str) -> str:
    by = BY.match(text)
    return text[by.end() :] if by else text


def _parted(text: str) -> Iterator[str]:
    """The names that commas and words for `and` part: not `Doe, Jane`, nor what is said of one person."""
    parts = _comma.split(text)
    if len(parts[0].split()) < _full_name and not count_cjk(parts[0]):
        parts = [text]
    for number, part in enumerate(parts):
        if number == 0 or not ENDS_IN_ROLE.fullmatch(part):
            for names in AND.split(part):
                both = AND_OF_FULL_NAMES.split(names)
                are_full = all(len(name.split()) >= _full_name for name in both)
                yield from map(_name, both if are_full else [names])


def _name(text: str) -> str:
    """A name without the role before or after it; empty where there is only a role."""
    text = _without_by(text.strip(_edges))
    if ROLE.fullmatch(text):
        return ""
    plain = ROLE_AT_EDGE.sub("", text)
    return plain if len(plain.split()) >= _full_name or count_cjk(plain) else text


def _is_account(author: str) -> bool:
    return bool(_handle.fullmatch(author))


def _marked(tree: Tree) -> Iterator[list[str]]:
    """The texts of elements that are marked as the author's, then of the first that is named so."""
    attributes = tree.attributes
    marked = [node for node in tree.itemprops if "author" in tree.get(node, "itemprop").lower().split()]
    marked += [node for node in tree.all("a") if "author" in (attributes[node].get("rel") or "").lower().split()]
    marked = sorted({node for node in marked if tree.tags[node] not in ("link", "meta")})
    if texts := _shown_names(tree, marked):
        yield texts[:_most_authors]
    classes = list(dict.fromkeys(own["class"] or "" for own in attributes if "class" in own))[:_most_classes]
    together = "\n".join(classes)
    hints = [part for part in _parts_of_names if part in together]
    named = {name for name in classes if any(hint in name for hint in hints) and _is_named_author(name)}
    if named and (
        texts := _shown_names(tree, [node for node, own in enumerate(attributes) if own.get("class") in named])
    ):
        yield texts[:1]


def _shown_names(tree: Tree, nodes: Sequence[int]) -> list[str]:
    return [text for node in nodes[:_most_looked_at] if (text := _shown_name(tree, node))]


@lru_cache(maxsize=20_000)
def _is_named_author(names: str) -> bool:
    names = names[:300]
    return bool(_named_author.search(names)) and not _named_other.search(names)


@lru_cache(maxsize=20_000)
def _is_named_otherwise(names: str) -> bool:
    return bool(_named_other.search(names[:300]))


def _shown_name(tree: Tree, node: int) -> str:
    if not 0 < tree.size(node) <= _longest_shown or not {"aside", "footer", "nav"}.isdisjoint(_tags_around(tree, node)):
        return ""
    if any(_is_named_otherwise(tree.attributes[around].get("class") or "") for around in _around(tree, node)):
        return ""
    inner = next((part for part in tree.elements(node) if tree.get(part, "itemprop").lower() == "name"), node)
    whole = _plain_name(tree.text(inner))
    if len(people_in(whole)) > 1:
        return whole
    # Beside the name stands what its owner does: the first text is the name.
    texts = (tree.text(part) for part in range(inner, tree.ends[inner]) if tree.tags[part] == TEXT)
    return next(filter(None, map(_plain_name, texts)), "") or whole


def _tags_around(tree: Tree, node: int) -> set[str]:
    return {tree.tags[node], *(tree.tags[around] for around in tree.ancestors(node))}


def _around(tree: Tree, node: int) -> Iterator[int]:
    yield node
    for around in tree.ancestors(node):
        if tree.size(around) > 3 * _longest_shown:
            return
        yield around


def _plain_name(text: str) -> str:
    """The part of a byline that is names: before date, reading time and the like; empty where it reads otherwise."""
    by = BY.match(text)
    text = text[by.end() :] if by else _glued_by.sub("", text)
    if date := next(find_all(text), None):
        text = text[: date[1]]
    text = _ends_byline.sub("", text)
    for words in (PUBLISHED, CHANGED):
        if found := words.search(text):
            text = text[: found.start()]
    text = _hanging.sub("", text.strip(" ,.;:·|-–—"))
    people = people_in(text)
    return text if people and all(_is_name(name) for name in people) else ""


def _is_name(text: str) -> bool:
    """Whether a text on the page reads like a name: few words, most with a capital where there are capitals."""
    words = text.split()
    key = heading_key(text)
    return (
        len(words) <= _most_words
        and (len(words) > 1 or len(text) > _shortest_word or bool(count_cjk(text)))
        and key not in MONTHS
        and not _sentence.search(text)
        and key not in UI_LABELS
        and key not in RELATED_HEADINGS
        and 2 * sum(word[0].islower() for word in words) <= len(words)
    )


def _near_headline(tree: Tree) -> list[str]:
    """What follows a word for `by` near the headline; else the one author to whose page links lead."""
    headline = find_headline(tree)
    if headline is not None:
        start, stop = tree.sizes[headline] - _just_before, tree.sizes[tree.ends[headline]] + _near
        for node in range(bisect_left(tree.sizes, start), min(bisect_right(tree.sizes, stop), len(tree))):
            piece = tree.pieces[node]
            if len(piece) > 1 and tree.tags[node] == TEXT and not piece.isspace() and BY.match(piece[:_longest_shown]):
                line, text = tree.text(_line(tree, node)), tree.text(node)
                byline = line[max(line.find(text), 0) :][:_longest_shown]
                if BYLINE.match(byline) and (name := _plain_name(byline)):
                    return [name]
    links = (link for link in tree.all("a")[:_most_links] if _author_page.search(tree.get(link, "href")[:300]))
    names = dict.fromkeys(filter(None, (_plain_name(tree.text(link, _longest_shown)) for link in links)))
    return list(names) if len(names) == 1 else []


def _line(tree: Tree, node: int) -> int:
    line = tree.parents[node]
    while (
        tree.size(line) < _longest_shown and tree.parents[line] > 0 and tree.size(tree.parents[line]) < _longest_shown
    ):
        line = tree.parents[line]
    return line
