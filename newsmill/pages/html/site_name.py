"""The site's name, as the page and its host give it, and whether a part of a title is that name."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache

from newsmill.pages.html.json_ld import Node, get_names, schema_types
from newsmill.pages.text import heading_key, width
from newsmill.urls import site_of

_publishers = ("website", "organization", "newsmediaorganization")
_articles = {"the", "der", "die", "das", "le", "la", "les", "l'", "el", "los", "il", "lo", "o", "de", "het"}
_umlauts = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_widest = 60  # more is a headline in the wrong place
_least_letters = 4  # fewer may be any word


def build_site_keys(named: Iterable[str], nodes: Sequence[Node], url: str) -> set[str]:
    """The names in meta elements, in JSON-LD and in the host, as heading keys and as hosts spell them."""
    names = list(named)
    for node in nodes:
        names += get_names(node.get("publisher"))
        if any(kind in _publishers for kind in schema_types(node)):
            names += get_names(node.get("name"))
    names = [name for name in names if width(name) <= _widest]
    host = site_of(url) or ""
    labels = host.split(".")
    names += [host, *(label for label in labels[:-1] if len(label) > 3), " ".join(labels[:-1])]
    keys = {key for key in map(heading_key, names) if key}
    return keys.union((key.replace("-", " ") for key in keys), *map(_spellings, keys))


def is_site_name(text: str, sites: Collection[str]) -> bool:
    """Whether a text is one of the names, punctuation, case, accents and a leading article aside.

    >>> is_site_name("Le Courrier des Îles", build_site_keys([], [], "https://www.courrier-des-iles.example/une"))
    True
    """
    return len(text) <= _widest and (heading_key(text) in sites or not _spellings(text).isdisjoint(sites))


@lru_cache(maxsize=4096)
def _spellings(name: str) -> frozenset[str]:
    """A name as hosts spell it: letters and digits alone, with and without its article, umlauts both ways."""
    words = name.casefold().replace("’", "'").replace("'", "' ").split()
    whole = {"".join(words), "".join(words[1:]) if words and words[0] in _articles else ""}
    whole |= {one.translate(_umlauts) for one in whole}
    plain = ("".join(filter(str.isalnum, unicodedata.normalize("NFKD", spelled))) for spelled in whole)
    return frozenset(letters for letters in plain if len(letters) >= _least_letters)
