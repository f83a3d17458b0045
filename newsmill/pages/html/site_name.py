"""Collect the site's names from the page and its host, and recognize them in parts of a title."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache

from newsmill.pages.html.json_ld import Node, get_names, get_schema_types
from newsmill.pages.text import normalize_heading, width
from newsmill.urls import extract_site

_PUBLISHER_TYPES = ("website", "organization", "newsmediaorganization")
_ARTICLES = {"the", "der", "die", "das", "le", "la", "les", "l'", "el", "los", "il", "lo", "o", "de", "het"}
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_MAX_NAME_WIDTH = 60  # a wider one is a headline in the wrong field
_MIN_LETTERS = 4  # a shorter name can be any word


def build_site_keys(meta_names: Iterable[str], nodes: Sequence[Node], url: str) -> set[str]:
    """Return the names from meta elements, JSON-LD and the host, as heading keys and as hosts spell them."""
    names = list(meta_names)
    for node in nodes:
        names += get_names(node.get("publisher"))
        if any(kind in _PUBLISHER_TYPES for kind in get_schema_types(node)):
            names += get_names(node.get("name"))
    names = [name for name in names if width(name) <= _MAX_NAME_WIDTH]
    host = extract_site(url) or ""
    labels = host.split(".")
    names += [host, *(label for label in labels[:-1] if len(label) > 3), " ".join(labels[:-1])]
    keys = {key for key in map(normalize_heading, names) if key}
    return keys.union((key.replace("-", " ") for key in keys), *map(_get_spellings, keys))


def is_site_name(text: str, sites: Collection[str]) -> bool:
    """Whether a text is one of the names, ignoring punctuation, case, accents and a leading article.

    >>> is_site_name("Le Courrier des Îles", build_site_keys([], [], "https://www.courrier-des-iles.example/une"))
    True
    """
    return len(text) <= _MAX_NAME_WIDTH and (
        normalize_heading(text) in sites or not _get_spellings(text).isdisjoint(sites)
    )


@lru_cache(maxsize=4096)
def _get_spellings(name: str) -> frozenset[str]:
    """Return a name as hosts spell it: only letters and digits, with and without its article, umlauts both ways."""
    words = name.casefold().replace("’", "'").replace("'", "' ").split()
    joined = {"".join(words), "".join(words[1:]) if words and words[0] in _ARTICLES else ""}
    joined |= {name.translate(_UMLAUTS) for name in joined}
    plain = ("".join(filter(str.isalnum, unicodedata.normalize("NFKD", name))) for name in joined)
    return frozenset(letters for letters in plain if len(letters) >= _MIN_LETTERS)
