"""Extract date candidates from the metadata of an HTML page: JSON-LD and meta elements.

Candidates come in order of trust; `resolve` chooses among them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from newsmill.pages.dates.parse import Moment, parse_date
from newsmill.pages.html.json_ld import Node, get_texts, is_article, is_page
from newsmill.pages.html.tree import Tree

_META_PUBLISHED = (
    "article:published_time",
    "og:published_time",
    "og:article:published_time",
    "datepublished",
    "date_published",
    "article:published",
    "article.published",
    "published_time",
    "published-date",
    "published_date",
    "publish_date",
    "publishdate",
    "publish-date",
    "publication_date",
    "publication-date",
    "pubdate",
    "pub_date",
    "sailthru.date",
    "parsely-pub-date",
    "cxenseparse:recs:publishtime",
    "cxenseparse:publishtime",
    "citation_publication_date",
    "citation_online_date",
    "dc.date.issued",
    "dcterms.issued",
    "dcterms.created",
    "dc.date.created",
    "dc.date",
    "dcterms.date",
    "article:post_date",
    "article:create_at",
    "bt:pubdate",
    "apub:time",
    "release_date",
    "created",
    "date",
)
_META_CHANGED = (
    "article:modified_time",
    "og:updated_time",
    "og:modified_time",
    "article:modified",
    "article.updated",
    "article:updated_time",
    "datemodified",
    "date_modified",
    "modified_time",
    "dcterms.modified",
    "dc.date.modified",
    "last-modified",
    "lastmodified",
    "lastmod",
    "last_updated",
    "updated_time",
    "bt:moddate",
    "revised",
)

# Names that single sites use, only where none of the above is present: `w-published-date`, `swiftype:published_at`.
_PUBLISHED_NAME = re.compile(
    r"\b\w*(?<!un)(?:publish(?:ed)?|publication|pub)[-_.:]?(?:at|on|date|time)$|date[-_.:]?published$"
)
_CHANGED_NAME = re.compile(
    r"\b\w*(?:modified|updated?|changed|mod)[-_.:]?(?:at|on|date|time)$|date[-_.:]?(?:modified|updated)$"
)


@dataclass(frozen=True)
class DateCandidate:
    """A date on the page. `source` is one of `json_ld`, `meta`, `time` and `text`.

    `is_change`: it is the date of a modification. `is_page_date`: it is visibly the date of this page, by its label or
    by a class for dates near the headline.
    """

    moment: Moment
    source: str
    is_change: bool
    is_page_date: bool = False


def iter_json_ld_dates(nodes: Sequence[Node], day_first: bool | None) -> Iterator[DateCandidate]:
    """Iterate over the dates of article nodes, then of page nodes; pictures and comments are ignored."""
    ranked = [node for node in nodes if is_article(node)] + [
        node for node in nodes if is_page(node) and not is_article(node)
    ]
    for keys, is_change in ((("datePublished", "dateCreated"), False), (("dateModified",), True)):
        for key in keys:
            for node in ranked:
                for text in get_texts(node.get(key))[:1]:
                    if moment := parse_date(text, day_first):
                        yield DateCandidate(moment, "json_ld", is_change)


def iter_meta_dates(tree: Tree, day_first: bool | None) -> Iterator[DateCandidate]:
    """Iterate over the dates of meta elements: publication, then modification."""
    metas = tree.metas()
    for known_names, own_names, is_change in (
        (_META_PUBLISHED, _PUBLISHED_NAME, False),
        (_META_CHANGED, _CHANGED_NAME, True),
    ):
        names = [name for name in known_names if name in metas] or [name for name in metas if own_names.search(name)]
        for name in names:
            if moment := parse_date(metas[name][0], day_first):
                yield DateCandidate(moment, "meta", is_change)
