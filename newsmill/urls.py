"""URLs: the site of a URL, its normal form for comparison, and the target of a link."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, unquote_plus, urljoin, urlsplit

DEFAULT_PORTS = {"http": 80, "https": 443}

# Parameters that newsletters, social networks and advertisers add to a link. They do not change the page.
TRACKING = re.compile(
    r"utm_.*|mc_[ce]id|_hs(enc|mi)|_g[al]|igshid|mkt_tok|spm|gclsrc|"
    r"(fb|g|d|ms|y|tw|tt)clid|[gw]braid|(vero|oly_anon|oly_enc)_id",
    re.IGNORECASE,
)

# An ASCII URL with nothing to normalize but `www.`, as most are. Matching it is twenty times as fast as urlsplit.
PLAIN = re.compile(r"https?://(?:www\.)?(?!www\.|xn--)((?:[a-z0-9_-]+\.(?!xn--))+[a-z]+)((?:/[!-.0->@-~]*)*)", re.ASCII)

# A link to an absolute path on the same site, without `.` and `..` segments.
_PLAIN_PATH = re.compile(r"(?:/(?![/.])[!\"$-.0-:=@-~]*)+", re.ASCII)
_ORIGIN = re.compile(r"https?://(?:[a-z0-9_-]+\.(?!xn--))+[a-z]+(?=/|\Z)", re.ASCII)

# How a fragment begins that identifies a page (`#!news/7`, `#/news/7`) rather than a position on the page.
ROUTE = ("!", "/")


def extract_site(url: str) -> str | None:
    """Return the host of an http(s) URL in lower case, without `www.`, punycode decoded; None for anything else.

    >>> extract_site("https://www.Example.com:8080/news")
    'example.com'
    """
    if plain := PLAIN.fullmatch(url):
        host: str = plain[1]
        return host
    parts = split_web(url)
    return None if parts is None else extract_host(parts)


def normalize_url(url: str) -> str:
    """Return the URL without the parts that do not identify the page; URLs other than http(s) unchanged.

    Scheme and host become lower case, http becomes https; user, `www.`, default port, fragment, tracking parameters
    and trailing slash are removed. Parameters keep their order. The function is idempotent.

    >>> normalize_url("http://www.Example.com/news/?utm_source=x&id=7#comments")
    'https://example.com/news?id=7'
    """
    plain = PLAIN.fullmatch(url)
    if plain and "#" not in plain[2]:
        return f"https://{plain[1]}{plain[2].rstrip('/')}"
    parts = split_web(url)
    if parts is None:
        return url.strip()
    port = extract_port(parts)
    netloc = extract_host(parts) + (f":{port}" if port else "")
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


def resolve_link(base: str | None, href: str) -> str | None:
    """Return the absolute URL of a link on the page `base`; None where the result is not an http(s) URL.

    >>> resolve_link("https://example.com/news/", "../about")
    'https://example.com/about'
    """
    if PLAIN.fullmatch(href) and "#" not in href and ";" not in href:
        return href
    if _PLAIN_PATH.fullmatch(href) and (origin := _ORIGIN.match(base or "")):
        return origin[0] + href
    try:
        joined = urljoin(base or "", href.strip())
    except ValueError:
        return None
    return joined if split_web(joined) else None


def split_web(url: str) -> SplitResult | None:
    """Return the parts of an http(s) URL that has a host; None for anything else, including malformed URLs."""
    try:
        parts = urlsplit(url.strip())
        hostname = parts.hostname
    except ValueError:
        return None
    return parts if parts.scheme in DEFAULT_PORTS and hostname and extract_host(parts) else None


def extract_host(parts: SplitResult) -> str:
    """Return the host without `www.`, punycode decoded, an IPv6 address in brackets."""
    host = ".".join(decode_label(label) for label in (parts.hostname or "").strip().rstrip(".").split("."))
    while host.startswith("www.") and "." in host.removeprefix("www."):
        host = host.removeprefix("www.")
    return f"[{host}]" if ":" in host else host


def decode_label(label: str) -> str:
    """Return one label of a host name decoded from punycode; unchanged where it is not punycode."""
    # Labels have 63 characters at most (RFC 1035); Python's codec takes quadratic time on longer ones.
    if not label.startswith("xn--") or len(label) > 63:
        return label
    try:
        return label.encode("ascii").decode("idna")
    except UnicodeError:
        return label


def extract_port(parts: SplitResult) -> int | None:
    """Return the port; None where it is missing, invalid or the scheme's default."""
    try:
        port = parts.port
    except ValueError:
        return None
    return None if port in DEFAULT_PORTS.values() else port


def is_tracking(pair: str) -> bool:
    """Return whether a query parameter (`name=value`) only tracks the reader."""
    return TRACKING.fullmatch(unquote_plus(pair.partition("=")[0])) is not None
