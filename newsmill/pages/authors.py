"""Extract the authors of an HTML page: names, without roles, dates and other text of a byline."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache

from newsmill.pages.dates.parse import find_dates
from newsmill.pages.html.headline import find_headline
from newsmill.pages.html.json_ld import Node, get_names, is_article
from newsmill.pages.html.metadata import extract_site_names, get_meta_contents, unescape
from newsmill.pages.html.names import TEXT
from newsmill.pages.html.site_name import is_site_name
from newsmill.pages.html.tree import Tree
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
from newsmill.pages.text import count_cjk, normalize_heading

_MAX_NAME_CHARS = 100
_MAX_BYLINE_CHARS = 300
_MAX_VISIBLE_CHARS = 120  # of a byline in the text of the page
_MAX_NAME_WORDS = 6  # of a name in the text of the page
_MAX_INITIALS_CHARS = 3  # a single word of at most this length is not a name
_MIN_FULL_NAME_WORDS = 2
_EDGE_CHARS = ' ,.;:·|-–—*"“”'
_MAX_AUTHORS = 10
_MAX_MARKED_ELEMENTS, _MAX_CLASSES, _MAX_LINKS = 200, 2000, 1000  # examined per page
_CHARS_AFTER_HEADLINE, _CHARS_BEFORE_HEADLINE = 600, 200  # the range in which a byline is searched

_AUTHOR_META = (
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
_SEPARATOR = re.compile(r"\s*(?:[;|、，•·⋅\n]|\s/\s|／|\s[-–—]\s)\s*")
_COMMA = re.compile(r"\s*,\s+(?!(?:Jr|Sr|[A-Z]{2,6}|[IVX]+|Ph\.?D|M\.?D|MBA)\b\.?)")
_NOT_AUTHOR = re.compile(
    r"https?://|www\.|@|[<>{}\[\]=#]|^\W*$|\d|\w\.\w+\.\w|^(?:null|none|undefined|unknown|anonymous|n/a|guest|user)$",
    re.IGNORECASE,
)
_ACCOUNT_NAME = re.compile(r"[a-z]+[\w.-]*[._-]?\w*")
_AFTER_NAMES = re.compile(r"\s*(?:[|•·⋅\n]|\s[–—-]\s|\d|\(|\bmin\b).*", re.DOTALL)
_SENTENCE = re.compile(r"[^\W\d]{3}[.!?](?:\s|$)|[。！？!?]")
_BY_WITHOUT_SPACE = re.compile(r"^[Bb]y(?=[A-Z])")
_TRAILING_WORD = re.compile(r"[\s,]+(?:on|in|am|le|el|em|il|den|at|of|the|to|und|and)$", re.IGNORECASE)
_AUTHOR_CLASS = re.compile(
    r"(?:^|[\s_-]|(?<=[a-z])(?=A))(?:authors?|by-?line|writers?|contributors?|autor(?:en|es)?|auteurs?|autore|redacteur"
    r"|posted-?by)(?:$|[\s_-]|(?=[A-Z]))|(?:author|writer)-?name|(?:post|entry|article)-?author",
    re.IGNORECASE,
)
_AUTHOR_CLASS_PARTS = ("uthor", "utor", "uteur", "yline", "y-line", "riter", "ontrib", "edact", "osted")
_OTHER_CLASS = re.compile(
    r"comment|related|recommend|sidebar|footer|(?:^|[\s_-])bio(?:graphy)?(?:$|[\s_-])|avatar|image|photo|social|share"
    r"|follow|testimonial|newsletter|quote|reviewer",
    re.IGNORECASE,
)
_AUTHOR_PAGE = re.compile(
    r"/(?:authors?|autor(?:en|es)?|auteurs?|autori?|writers?|contributors?|journalists?|columnists?|reporters?|people|profiles?|by|staff|redaktion|redacteur|redaccion)/[^/?#]",
    re.IGNORECASE,
)


def extract_authors(tree: Tree, nodes: Sequence[Node]) -> list[str]:
    """Return the authors from the first source that names a person: JSON-LD, meta elements, marked elements, bylines.

    If no source names a person, return the site or account from the first source that has a name.
    """
    sites: set[str] | None = None
    not_persons: list[str] = []
    for source in _iter_sources(tree, nodes):
        authors = list(dict.fromkeys(author for text in source for author in extract_names(text)))
        if not authors:
            continue
        if sites is None:
            sites = extract_site_names(tree, nodes, next(iter(tree.metas().get("og:url", ())), ""))
        persons = [author for author in authors if not (_is_account(author) or is_site_name(author, sites))]
        if persons:
            return persons[:_MAX_AUTHORS]
        not_persons = not_persons or authors
    return not_persons[:_MAX_AUTHORS]


def _iter_sources(tree: Tree, nodes: Sequence[Node]) -> Iterator[list[str]]:
    """Yield the bylines of each source of authors, the most trusted source first."""
    for node in nodes:
        if is_article(node) and node.get("author"):
            yield get_names(node["author"], nodes)
    yield get_meta_contents(tree, *_AUTHOR_META)
    yield from _iter_marked(tree)
    yield _find_near_headline(tree)


def extract_names(text: str) -> list[str]:
    """Return the names in a byline.

    >>> extract_names("By Jane Doe, Staff Writer, and Li Hua")
    ['Jane Doe', 'Li Hua']
    """
    text = unescape(text)
    if len(text) > _MAX_BYLINE_CHARS:
        return []
    names = (name for part in _SEPARATOR.split(_remove_by(text)) for name in _split_names(part))
    return [name for name in names if 1 < len(name) <= _MAX_NAME_CHARS and not _is_not_name(name)]


def _is_not_name(name: str) -> bool:
    return bool(_NOT_AUTHOR.search(name) or BY.fullmatch(f"{name} ") or AND.fullmatch(f" {name} "))


def _remove_by(text: str) -> str:
    by = BY.match(text)
    return text[by.end() :] if by else text


def _split_names(text: str) -> Iterator[str]:
    """Split names at commas and at words for `and`, and drop roles. `Doe, Jane` is not split."""
    parts = _COMMA.split(text)
    if len(parts[0].split()) < _MIN_FULL_NAME_WORDS and not count_cjk(parts[0]):
        parts = [text]
    for number, part in enumerate(parts):
        if number == 0 or not ENDS_IN_ROLE.fullmatch(part):
            for names in AND.split(part):
                split = AND_OF_FULL_NAMES.split(names)
                has_full_names = all(len(name.split()) >= _MIN_FULL_NAME_WORDS for name in split)
                yield from map(_remove_role, split if has_full_names else [names])


def _remove_role(text: str) -> str:
    """Return a name without the role before or after it; empty where there is only a role."""
    text = _remove_by(text.strip(_EDGE_CHARS))
    if ROLE.fullmatch(text):
        return ""
    name = ROLE_AT_EDGE.sub("", text)
    return name if len(name.split()) >= _MIN_FULL_NAME_WORDS or count_cjk(name) else text


def _is_account(author: str) -> bool:
    return bool(_ACCOUNT_NAME.fullmatch(author))


def _iter_marked(tree: Tree) -> Iterator[list[str]]:
    """Yield the bylines of elements marked as author, then the byline of the first element with an author class."""
    marked = [node for node, value in tree.attribute("itemprop").items() if _has_author(value)]
    marked += [node for node, value in tree.attribute("rel").items() if _has_author(value) and tree.tags[node] == "a"]
    marked = sorted({node for node in marked if tree.tags[node] not in ("link", "meta")})
    if texts := _get_visible_names(tree, marked):
        yield texts[:_MAX_AUTHORS]
    class_by_node = tree.attribute("class")
    classes = [name or "" for name in dict.fromkeys(class_by_node.values())][:_MAX_CLASSES]
    # A substring search is cheaper than the regular expression for every class.
    all_classes = "\n".join(classes)
    hints = [part for part in _AUTHOR_CLASS_PARTS if part in all_classes]
    author_classes = {name for name in classes if any(hint in name for hint in hints) and _is_author_class(name)}
    if author_classes:
        named = [node for node, name in class_by_node.items() if name in author_classes]
        if texts := _get_visible_names(tree, named):
            yield texts[:1]


def _has_author(value: str | None) -> bool:
    return value is not None and "author" in value.lower().split()


def _get_visible_names(tree: Tree, nodes: Sequence[int]) -> list[str]:
    return [text for node in nodes[:_MAX_MARKED_ELEMENTS] if (text := _get_visible_name(tree, node))]


@lru_cache(maxsize=20_000)
def _is_author_class(names: str) -> bool:
    names = names[:300]
    return bool(_AUTHOR_CLASS.search(names)) and not _OTHER_CLASS.search(names)


@lru_cache(maxsize=20_000)
def _is_other_class(names: str) -> bool:
    return bool(_OTHER_CLASS.search(names[:300]))


def _get_visible_name(tree: Tree, node: int) -> str:
    if not 0 < tree.size(node) <= _MAX_VISIBLE_CHARS:
        return ""
    if any(tree.tags[part] in ("aside", "footer", "nav") for part in (node, *tree.ancestors(node))):
        return ""
    names = tree.attribute("class")
    classes = (names.get(part) or "" for part in _iter_node_and_small_ancestors(tree, node))
    if any(map(_is_other_class, classes)):
        return ""
    name_node = next((part for part in tree.elements(node) if tree.get(part, "itemprop").lower() == "name"), node)
    whole = _extract_byline_names(tree.text(name_node))
    if len(extract_names(whole)) > 1:
        return whole
    # The name is the first text; the texts after it describe the person.
    texts = (tree.text(part) for part in range(name_node, tree.ends[name_node]) if tree.tags[part] == TEXT)
    return next(filter(None, map(_extract_byline_names, texts)), "") or whole


def _iter_node_and_small_ancestors(tree: Tree, node: int) -> Iterator[int]:
    yield node
    for ancestor in tree.ancestors(node):
        if tree.size(ancestor) > 3 * _MAX_VISIBLE_CHARS:
            return
        yield ancestor


def _extract_byline_names(text: str) -> str:
    """Return the names of a byline, without the date, reading time, etc. after them; empty if it is not a byline."""
    by = BY.match(text)
    text = text[by.end() :] if by else _BY_WITHOUT_SPACE.sub("", text)
    if date := next(find_dates(text), None):
        text = text[: date[1]]
    text = _AFTER_NAMES.sub("", text)
    for words in (PUBLISHED, CHANGED):
        if found := words.search(text):
            text = text[: found.start()]
    text = _TRAILING_WORD.sub("", text.strip(" ,.;:·|-–—"))
    names = extract_names(text)
    return text if names and all(_is_name(name) for name in names) else ""


def _is_name(text: str) -> bool:
    """Whether a text on the page looks like a name: few words, most of them not in lower case."""
    words = text.split()
    key = normalize_heading(text)
    return (
        len(words) <= _MAX_NAME_WORDS
        and (len(words) > 1 or len(text) > _MAX_INITIALS_CHARS or bool(count_cjk(text)))
        and key not in MONTHS
        and not _SENTENCE.search(text)
        and key not in UI_LABELS
        and key not in RELATED_HEADINGS
        and 2 * sum(word[0].islower() for word in words) <= len(words)
    )


def _find_near_headline(tree: Tree) -> list[str]:
    """Return the name after a word for `by` near the headline, else the only author whose page is linked."""
    headline = find_headline(tree)
    if headline is not None:
        start = bisect_left(tree.sizes, tree.sizes[headline] - _CHARS_BEFORE_HEADLINE)
        end = bisect_right(tree.sizes, tree.sizes[tree.ends[headline]] + _CHARS_AFTER_HEADLINE)
        for node in range(start, min(end, len(tree))):
            piece = tree.piece(node)
            if len(piece) <= 1 or piece.isspace():
                continue
            if BY.match(piece[:_MAX_VISIBLE_CHARS]):
                line, text = tree.text(_find_line(tree, node)), tree.text(node)
                byline = line[max(line.find(text), 0) :][:_MAX_VISIBLE_CHARS]
                if BYLINE.match(byline) and (name := _extract_byline_names(byline)):
                    return [name]
    links = (link for link in tree.all("a")[:_MAX_LINKS] if _AUTHOR_PAGE.search(tree.get(link, "href")[:300]))
    names = dict.fromkeys(filter(None, (_extract_byline_names(tree.text(link, _MAX_VISIBLE_CHARS)) for link in links)))
    return list(names) if len(names) == 1 else []


def _find_line(tree: Tree, node: int) -> int:
    """Return the largest element around a text that is not longer than a byline."""
    line = tree.parents[node]
    while (
        tree.size(line) < _MAX_VISIBLE_CHARS
        and tree.parents[line] > 0
        and tree.size(tree.parents[line]) < _MAX_VISIBLE_CHARS
    ):
        line = tree.parents[line]
    return line
