"""The tags and attributes that the readers of a page look at, by number, and what the tags mean for its text."""

from __future__ import annotations

# Elements whose content is not shown as text.
INVISIBLE = frozenset(
    ("script", "style", "noscript", "template", "svg", "math", "iframe", "object", "canvas", "select", "textarea")
)
# Menus and footers are a third of a page's elements and not content. But if one was never closed, or if a site puts
# everything into it, it contains the content as well.
CHROME = frozenset(("nav", "footer"))
CONTENT = frozenset(("main", "article", "h1"))  # and elements with the microdata ARTICLE_BODY
ARTICLE_BODY = "articleBody"
JSON_LD = "ld+json"  # in the type of a script
BLOCKS = frozenset(
    """address article aside blockquote body br button caption center dd details dialog dir div dl dt fieldset
    figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr li main menu nav ol p pre section summary table
    tbody td tfoot th thead title tr ul""".split()
)
_OTHER_TAGS = frozenset(
    """a abbr audio b base big cite code em embed font head html i img input ins kbd label legend link mark meta
    optgroup option param picture q s samp small source span strike strong sub sup time track tt u var video
    wbr""".split()
)

TEXT = "-text"
# A tag's number is its index here; tags that are not listed have higher numbers. Text nodes have number 0.
TAGS = (TEXT, *sorted(INVISIBLE | CHROME | CONTENT | BLOCKS | _OTHER_TAGS))
TAG_NUMBERS = {tag: number for number, tag in enumerate(TAGS)}
# What a tag means, in bits.
BLOCK, LEFT_OUT, MENU, HOLDS_CONTENT, PREFORMATTED, SCRIPT = (1 << bit for bit in range(6))
TAG_BITS = tuple(
    BLOCK * (tag in BLOCKS)
    | LEFT_OUT * (tag in INVISIBLE)
    | MENU * (tag in CHROME)
    | HOLDS_CONTENT * (tag in CONTENT)
    | PREFORMATTED * (tag == "pre")
    | SCRIPT * (tag == "script")
    for tag in TAGS
)

# Attributes whose words say what an element is, and those that can hide it.
NAMING_ATTRIBUTES = ("class", "id", "role", "itemprop", "data-component", "data-testid")
HIDING_ATTRIBUTES = ("hidden", "aria-hidden", "style")
# The attributes that a tree keeps, in this order: `Tree.get` knows no others.
ATTRIBUTES = (
    *NAMING_ATTRIBUTES,
    *HIDING_ATTRIBUTES,
    *"""aria-label content data-article-url data-canonical-url data-href data-link data-module data-permalink data-url
    datetime href itemid lang name property pubdate rel title type xml:lang""".split(),
)
ATTRIBUTE_NUMBERS = {name: number for number, name in enumerate(ATTRIBUTES)}
