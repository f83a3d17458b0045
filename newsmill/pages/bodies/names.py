"""Compute flags for the meaning of tags, classes, ids and roles of an element and its ancestors."""

from __future__ import annotations

import re
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from newsmill.pages.bodies.name_kernels import Ints, collect_flags, mark_ancestors
from newsmill.pages.html.names import HIDING_ATTRIBUTES, NAMING_ATTRIBUTES, TAGS
from newsmill.pages.html.tree import Tree

# Word stems (regular expressions) by meaning, for the words in classes, ids and roles.
_STEMS = {
    "comment": "comment coment kommentar pinglun yorum disqus respond reply replies discuss livefyre forum",
    "share": "^shar social facebook twitter whatsapp follow ^sns bookmark ^like partage teilen",
    "related": """relat relac correlat verwandt xiangguan podobn powiaz ilgili recommend popular trending similar
        suggest teaser outbrain taboola recirc carousel swiper slide ranking mostread readmore tuijian""",
    "nav": "^nav navig menu breadcrumb ^crumb pagin ^pager toolbar ^skip ^tabs?$ ^toc$ ^prev ^next$ daohang",
    "newsletter": """newsletter subscri abonn signup regist paywall donat member ^cta$ ^form mailing optin login signin
        inscri denglu""",
    "cookie": "cookie consent gdpr privacy legal disclaim ^terms copyright licen[sc]e banquan",
    "promo": """promo advert ^ads?$ ^adv sponsor banner ^dfp affiliate ^shop product ^offer ^deal price commerce werbung
        anzeige reklam guanggao publicid""",
    "about": """^meta author autor byline dateline ^bio$ profile ^date ^time publi contribut credit ^source ^posted
        writer report journalist editor zuozhe laiyuan ^info""",
    "tags": "^tags?$ taglist categor kategor topic keyword ^label kicker eyebrow biaoqian",
    "side": "sidebar aside widget ^rail compl[ei]ment secondary ^side module panel",
    "foot": "^foot bottom colophon endnote ^pie$",
    "head": "^head(?:er)?$ masthead topbar ^logo brand",
    "media": """caption figure image ^img photo foto galler video audio player ^media picture embed thumb slideshow
        podcast legend""",
    "overlay": """popup modal overlay lightbox dialog drawer canvas tooltip toast alert notif hidden hide invisib
        reader$ print""",
    "article": """article artikel artic[ou]l artigo artykul ^post story entry ^blog ^news noticia nachricht ^nota$
        statya haber wenzhang xinwen""",
    "content": """content body text copy prose wysiwyg richtext detail inhalt contenido conteudo cuerpo corpo tresc
        zhengwen neirong icerik""",
    "main": "^main primary ^single ^inner ^page",
    "title": "title titel titul titre headline heading ^hed$ ^deck$ ^dek$ biaoti",
    "summary": "summary ^lead ^lede ^intro abstract excerpt standfirst descri highlight takeaway chapo strap zhaiyao",
    "quote": "quote ^pull",
    "list": "^list ^items?$ ^card ^grid ^row ^feed stream archive ^index collection",
    "note": "footnote referenc citation bibliog correction transcript ^faq review",
}
_PATTERNS = [(1 << bit, re.compile("|".join(stems.split()))) for bit, stems in enumerate(_STEMS.values())]
_ARTICLE, _CONTENT = (1 << list(_STEMS).index(name) for name in ("article", "content"))
_RELATED = 1 << list(_STEMS).index("related")
_RELATED_PAIRS = frozenset(
    """read-more read-next read-also most-read most-popular see-also also-read more-stories more-news more-from more-on
    more-articles more-posts up-next next-up latest-news latest-posts latest-stories also-like might-like""".split()
)
_TAGS = (
    ("nav",),
    ("header", "hgroup"),
    ("footer",),
    ("aside",),
    ("form", "fieldset", "label", "button"),
    ("figure", "figcaption"),
    ("table",),
    ("ul", "ol", "menu"),
    ("article",),
    ("main",),
    ("section",),
    ("blockquote",),
    ("dl",),
    ("details", "dialog"),
    ("address",),
)
_ARTICLE_CONTENT = 1 << len(_STEMS)  # one name means both article and content
_HIDDEN = _ARTICLE_CONTENT << 1
_FLAG_BY_TAG = {tag: _HIDDEN << (1 + bit) for bit, tags in enumerate(_TAGS) for tag in tags}
NAMES = (*_STEMS, "article_content", "hidden", *(f"<{tags[0]}>" for tags in _TAGS))

_PAGE_TAGS = frozenset(("html", "body"))
_TAG_FLAGS = np.array([*(_FLAG_BY_TAG.get(tag, 0) for tag in TAGS), 0], np.int64)
_HAS_NAMES = np.array([*(tag not in _PAGE_TAGS for tag in TAGS), True])  # those of the whole page say nothing of a part
_NAMING_COUNT, _HIDING_COUNT = len(NAMING_ATTRIBUTES), len(HIDING_ATTRIBUTES)
_MAX_NAME_CHARS = 200
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_HIDING_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


def compute_ancestor_flags(tree: Tree, holders: Ints) -> NDArray[np.int64]:
    """Return three rows over `holders`: near flags, inherited flags, depths.

    Near flags are the `NAMES` flags of an element and its two nearest ancestors; inherited flags are those of an
    element and all its ancestors.
    """
    columns = tree.columns
    is_used = mark_ancestors(holders, columns.parents)
    starts = columns.attribute_starts
    nodes = columns.attribute_nodes[: starts[_NAMING_COUNT + _HIDING_COUNT]]
    values = columns.attribute_values[: len(nodes)]
    flags = np.zeros(len(nodes), np.int64)
    last_name = starts[_NAMING_COUNT]
    # The same few names occur many times on a page, and most elements have no text around them.
    flag_by_value = np.zeros(len(tree.values), np.int64)
    for value in set(values[:last_name][is_used[nodes[:last_name]]].tolist()):
        flag_by_value[value] = _get_name_flags((tree.values[value] or "")[:_MAX_NAME_CHARS])
    flags[:last_name] = flag_by_value[values[:last_name]]
    for row, name in enumerate(HIDING_ATTRIBUTES, start=_NAMING_COUNT):
        for index in range(starts[row], starts[row + 1]):
            if is_used[nodes[index]] and _is_hiding(name, tree.values[values[index]] or ""):
                flags[index] = _HIDDEN
    return collect_flags(holders, columns.parents, columns.tags, _TAG_FLAGS, _HAS_NAMES, nodes, flags)


def _is_hiding(name: str, value: str) -> bool:
    return name == "hidden" or (value == "true" if name == "aria-hidden" else bool(_HIDING_STYLE.search(value)))


@lru_cache(maxsize=1 << 15)
def _get_name_flags(names: str) -> int:
    flags = 0
    previous = ""
    for part in _WORD.findall(names):
        word = part.lower()
        flags |= _get_word_flags(word)
        if f"{previous}-{word}" in _RELATED_PAIRS:
            flags |= _RELATED
        previous = word
    return flags | _ARTICLE_CONTENT if flags & _ARTICLE and flags & _CONTENT else flags


@lru_cache(maxsize=1 << 15)
def _get_word_flags(word: str) -> int:
    return sum(bit for bit, pattern in _PATTERNS if pattern.search(word)) if len(word) > 1 else 0
