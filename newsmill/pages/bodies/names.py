"""Compute flags for the meaning of tags, classes, ids and roles of an element and its ancestors."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

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
_NAMING_ATTRIBUTES = frozenset(("class", "id", "role", "itemprop", "data-component", "data-testid"))
_HIDING_ATTRIBUTES = frozenset(("hidden", "aria-hidden", "style"))
_MAX_NAME_CHARS = 200
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_HIDING_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


def compute_ancestor_flags(tree: Tree, holders: Sequence[int]) -> tuple[list[int], list[int], list[int]]:
    """Return three lists over `holders`: near flags, inherited flags, depths.

    Near flags are the `NAMES` flags of an element and its two nearest ancestors; inherited flags are those of an
    element and all its ancestors.
    """
    # Per element: its own flags, those with all ancestors', its depth.
    known: dict[int, tuple[int, int, int]] = {-1: (0, 0, 0)}
    parents = tree.parents
    for holder in holders:
        chain = []
        node = holder
        while node not in known:
            chain.append(node)
            node = parents[node]
        _, flags, depth = known[node]
        for node in reversed(chain):
            own_flags = _get_flags(tree.tags[node], tree.attributes[node])
            flags |= own_flags
            depth += 1
            known[node] = own_flags, flags, depth
    near = []
    for holder in holders:
        parent = parents[holder]
        grandparent = parents[parent] if parent >= 0 else -1
        near.append(known[holder][0] | known[parent][0] | known[grandparent][0])
    return near, [known[holder][1] for holder in holders], [known[holder][2] for holder in holders]


def _get_flags(tag: str, attributes: dict[str, str | None]) -> int:
    flags = _FLAG_BY_TAG.get(tag, 0)
    # The names of the whole page do not describe its parts.
    if attributes and tag not in _PAGE_TAGS:
        for name, value in attributes.items():
            if name in _NAMING_ATTRIBUTES:
                if value:
                    flags |= _get_name_flags(value[:_MAX_NAME_CHARS])
            elif name in _HIDING_ATTRIBUTES and _is_hiding(name, value or ""):
                flags |= _HIDDEN
    return flags


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
