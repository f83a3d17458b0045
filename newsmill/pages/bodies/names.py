"""What elements call themselves: tags, classes, ids and roles as bits, those of all around an element included."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from newsmill.pages.html.tree import Tree

# Stems of the words in names, and what they say is in the element.
_meant = {
    "comment": "comment coment kommentar pinglun yorum disqus respond reply replies discuss livefyre forum",
    "share": "^shar social facebook twitter whatsapp follow ^sns bookmark ^like partage teilen",
    "related": """relat relac correlat verwandt xiangguan podobn powiaz ilgili recommend popular trending similar
        suggest teaser outbrain taboola recirc carousel swiper slide ranking mostread readmore tuijian""",
    "nav": "^nav navig menu breadcrumb ^crumb pagin ^pager toolbar ^skip ^tabs?$ ^toc$ ^prev ^next$ daohang",
    "letter": """newsletter subscri abonn signup regist paywall donat member ^cta$ ^form mailing optin login signin
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
    "over": """popup modal overlay lightbox dialog drawer canvas tooltip toast alert notif hidden hide invisib reader$
        print""",
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
_patterns = [(1 << place, re.compile("|".join(stems.split()))) for place, stems in enumerate(_meant.values())]
_ARTICLE, _CONTENT = (1 << list(_meant).index(name) for name in ("article", "content"))
_RELATED = 1 << list(_meant).index("related")
_pairs = frozenset(
    """read-more read-next read-also most-read most-popular see-also also-read more-stories more-news more-from more-on
    more-articles more-posts up-next next-up latest-news latest-posts latest-stories also-like might-like""".split()
)
_tags = (
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
_BODY = 1 << len(_meant)  # named as article and as content at once
_HIDDEN = _BODY << 1
_of_tag = {tag: _HIDDEN << (1 + place) for place, tags in enumerate(_tags) for tag in tags}
NAMES = (*_meant, "article_content", "hidden", *(f"<{tags[0]}>" for tags in _tags))

_whole = frozenset(("html", "body"))
_named_by = frozenset(("class", "id", "role", "itemprop", "data-component", "data-testid"))
_hiding = frozenset(("hidden", "aria-hidden", "style"))
_longest_names = 200
_part = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_style_hidden = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


def ancestor_flags(tree: Tree, holders: Sequence[int]) -> tuple[list[int], list[int], list[int]]:
    """For every element asked for: what it and the two around it call themselves, what all around it do, its depth.

    The first two as `NAMES` bits.
    """
    # Of an element: its own bits, those of all around it too, its depth.
    known: dict[int, tuple[int, int, int]] = {-1: (0, 0, 0)}
    parents = tree.parents
    for holder in holders:
        chain = []
        node = holder
        while node not in known:
            chain.append(node)
            node = parents[node]
        _, bits, depth = known[node]
        for node in reversed(chain):
            own = _own_bits(tree.tags[node], tree.attributes[node])
            bits |= own
            depth += 1
            known[node] = own, bits, depth
    near = []
    for holder in holders:
        parent = parents[holder]
        grand = parents[parent] if parent >= 0 else -1
        near.append(known[holder][0] | known[parent][0] | known[grand][0])
    return near, [known[holder][1] for holder in holders], [known[holder][2] for holder in holders]


def _own_bits(tag: str, attributes: dict[str, str | None]) -> int:
    bits = _of_tag.get(tag, 0)
    # What stands on the whole page says nothing of its parts.
    if attributes and tag not in _whole:
        for name, value in attributes.items():
            if name in _named_by:
                if value:
                    bits |= _bits_of_names(value[:_longest_names])
            elif name in _hiding and _hides(name, value or ""):
                bits |= _HIDDEN
    return bits


def _hides(name: str, value: str) -> bool:
    return name == "hidden" or (value == "true" if name == "aria-hidden" else bool(_style_hidden.search(value)))


@lru_cache(maxsize=1 << 15)
def _bits_of_names(names: str) -> int:
    bits = 0
    before = ""
    for part in _part.findall(names):
        word = part.lower()
        bits |= _bits_of_word(word)
        if f"{before}-{word}" in _pairs:
            bits |= _RELATED
        before = word
    return bits | _BODY if bits & _ARTICLE and bits & _CONTENT else bits


@lru_cache(maxsize=1 << 15)
def _bits_of_word(word: str) -> int:
    return sum(bit for bit, pattern in _patterns if pattern.search(word)) if len(word) > 1 else 0
