"""URLs, as every room reads them: whose site a URL is of, when two are the same, what a link leads to."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, unquote_plus, urljoin, urlsplit

DEFAULT_PORTS = {"http": 80, "https": 443}

# What newsletters, social networks and advertisers add to a link; the page behind it is the same.
TRACKING = re.compile(
    r"utm_.*|mc_[ce]id|_hs(enc|mi)|_g[al]|igshid|mkt_tok|spm|gclsrc|"
    r"(fb|g|d|ms|y|tw|tt)clid|[gw]braid|(vero|oly_anon|oly_enc)_id",
    re.IGNORECASE,
)

# A URL of plain letters with nothing to take away but `www.`, as most are: read twenty times as quick as with urlsplit.
PLAIN = re.compile(r"https?://(?:www\.)?(?!www\.|xn--)((?:[a-z0-9_-]+\.(?!xn--))+[a-z]+)((?:/[!-.0->@-~]*)*)", re.ASCII)

# The same for a link to a path on its own site, without steps up or on the spot.
_plain_path = re.compile(r"(?:/(?![/.])[!\"$-.0-:=@-~]*)+", re.ASCII)
_origin = re.compile(r"https?://(?:[a-z0-9_-]+\.(?!xn--))+[a-z]+(?=/|\Z)", re.ASCII)

# A fragment that names a page of its own (`#!news/7`, `#/news/7`), unlike one that names a place on the page.
ROUTE = ("!", "/")


def site_of(url: str) -> str | None:
    """The host of an http(s) URL in lower case, without `www.`, punycode decoded; null for anything else.

    >>> site_of("https://www.Example.com:8080/news")
    'example.com'
    """
    if plain := PLAIN.fullmatch(url):
        host: str = plain[1]
        return host
    parts = split_web(url)
    return None if parts is None else host_of(parts)


def normalise_url(url: str) -> str:
    """The URL with all that does not tell pages apart taken away; URLs other than http(s) as they are.

    Scheme and host in lower case, http and `www.` folded, no user, default port, fragment, tracking parameters
    or trailing slash. Parameters keep their order. Normalising twice changes nothing more.

    >>> normalise_url("http://www.Example.com/news/?utm_source=x&id=7#comments")
    'https://example.com/news?id=7'
    """
    plain = PLAIN.fullmatch(url)
    if plain and "#" not in plain[2]:
        return f"https://{plain[1]}{plain[2].rstrip('/')}"
    parts = split_web(url)
    if parts is None:
        return url.strip()
    port = port_of(parts)
    netloc = host_of(parts) + (f":{port}" if port else "")
    query = "&".join(pair for pair in parts.query.split("&") if pair and not is_tracking(pair))
    fragment = parts.fragment if parts.fragment.startswith(ROUTE) else ""
    return "".join(
        (
            "https://",
            netloc,
            parts.path.rstrip("/ "),
            f"?{query}" if query else "",
            f"#{fragment}" if fragment else "",
        )
    )


def absolute(base: str | None, href: str) -> str | None:
    """Where a link on the page `base` leads, absolute; null where that is no http(s) URL.

    >>> absolute("https://example.com/news/", "../about")
    'https://example.com/about'
    """
    if PLAIN.fullmatch(href) and "#" not in href and ";" not in href:
        return href
    if _plain_path.fullmatch(href) and (origin := _origin.match(base or "")):
        return origin[0] + href
    try:
        joined = urljoin(base or "", href.strip())
    except ValueError:
        return None
    return joined if split_web(joined) else None


def split_web(url: str) -> SplitResult | None:
    """The parts of an http(s) URL that has a host; null for anything else, however broken."""
    try:
        parts = urlsplit(url.strip())
        hostname = parts.hostname
    except ValueError:
        return None
    return parts if parts.scheme in DEFAULT_PORTS and hostname and host_of(parts) else None


def host_of(parts: SplitResult) -> str:
    host = ".".join(decode_label(label) for label in (parts.hostname or "").strip().rstrip(".").split("."))
    while host.startswith("www.") and "." in host.removeprefix("www."):
        host = host.removeprefix("www.")
    return f"[{host}]" if ":" in host else host


def decode_label(label: str) -> str:
    """One label of a host name out of punycode, or as it is where it is none."""
    # Labels are 63 characters at most (RFC 1035); Python's codec takes quadratic time on longer ones.
    if not label.startswith("xn--") or len(label) > 63:
        return label
    try:
        return label.encode("ascii").decode("idna")
    except UnicodeError:
        return label


def port_of(parts: SplitResult) -> int | None:
    """The port where it is neither missing, wrong nor the scheme's own."""
    try:
        port = parts.port
    except ValueError:
        return None
    return None if port in DEFAULT_PORTS.values() else port


def is_tracking(pair: str) -> bool:
    return TRACKING.fullmatch(unquote_plus(pair.partition("=")[0])) is not None
