"""Where the head of an HTML page says its dates: JSON-LD and meta elements.

Every place yields what is written there, the most trusted first; whether it is believed is for `dates` to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from newsmill.pages.dates.parse import Moment, parse
from newsmill.pages.html.json_ld import Node, get_texts, is_article, is_page
from newsmill.pages.html.tree import Tree

_meta_published = (
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
_meta_changed = (
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

# The same under names of sites' own: `w-published-date`, `swiftype:published_at`.
_named_published = re.compile(
    r"\b\w*(?<!un)(?:publish(?:ed)?|publication|pub)[-_.:]?(?:at|on|date|time)$|date[-_.:]?published$"
)
_named_changed = re.compile(
    r"\b\w*(?:modified|updated?|changed|mod)[-_.:]?(?:at|on|date|time)$|date[-_.:]?(?:modified|updated)$"
)


@dataclass(frozen=True)
class Said:
    """A date that stands on the page, with its place's name.

    `is_change`: it is said to be of a change. `is_plain`: it is shown as the page's own date, by the words beside it
    or by standing at the headline in an element named after dates.
    """

    moment: Moment
    source: str
    is_change: bool
    is_plain: bool = False


def in_json_ld(nodes: Sequence[Node], day_first: bool | None) -> Iterator[Said]:
    """Those of articles, then those of nodes that stand for the page; not those of its pictures and comments."""
    ranked = [node for node in nodes if is_article(node)] + [
        node for node in nodes if is_page(node) and not is_article(node)
    ]
    for keys, is_change in ((("datePublished", "dateCreated"), False), (("dateModified",), True)):
        for key in keys:
            for node in ranked:
                for text in get_texts(node.get(key))[:1]:
                    if moment := parse(text, day_first):
                        yield Said(moment, "json_ld", is_change)


def in_meta(tree: Tree, day_first: bool | None) -> Iterator[Said]:
    metas = tree.metas()
    for listed, named_so, is_change in (
        (_meta_published, _named_published, False),
        (_meta_changed, _named_changed, True),
    ):
        names = [name for name in listed if name in metas] or [name for name in metas if named_so.search(name)]
        for name in names:
            if moment := parse(metas[name][0], day_first):
                yield Said(moment, "meta", is_change)
