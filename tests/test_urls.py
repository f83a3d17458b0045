"""URLs: sites, normal forms and links."""

from urllib.parse import urljoin

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsmill.urls import extract_host, extract_site, normalize_url, resolve_link, split_web

hosts = st.from_regex(r"(www\.){0,2}[a-zA-Z0-9][a-zA-Z0-9-]{0,8}\.(com|org|xn--p1ai)\.?", fullmatch=True)
paths = st.from_regex(r"(/[a-zA-Z0-9%. _~-]{0,6}){0,4}", fullmatch=True)
queries = st.from_regex(r"(\?((utm_source|id|q|fbclid)=[a-z0-9]{0,3}&?){0,4})?", fullmatch=True)
fragments = st.from_regex(r"(#[!/]?[a-z]{0,4})?", fullmatch=True)
web_urls = st.tuples(st.sampled_from(["http://", "HTTPS://"]), hosts, paths, queries, fragments).map("".join)


@pytest.mark.parametrize(
    ("url", "site"),
    [
        ("https://www.Example.com/a", "example.com"),
        ("http://user:secret@news.example.com:8080/", "news.example.com"),
        ("https://example.com./", "example.com"),
        ("https://www.com/", "www.com"),
        ("https://xn--bcher-kva.example/", "bücher.example"),
        ("https://xn--a/", "xn--a"),
        ("http://[::1]:80/", "[::1]"),
        ("file:pages/a.html", None),
        ("metadata://gnu.org/log", None),
        ("example.com/a", None),
        ("http://[broken", None),
        ("https:///path", None),
        ("", None),
    ],
)
def test_site_of(url: str, site: str | None) -> None:
    assert extract_site(url) == site


def test_overlong_punycode_labels_are_not_decoded() -> None:
    label = "xn--" + "a" * 5000
    assert extract_site(f"https://{label}.com/") == f"{label}.com"


@given(st.text())
def test_url_functions_accept_any_text(text: str) -> None:
    extract_site(text)
    normalize_url(text)
    resolve_link("https://example.com/", text)
    resolve_link(text, "a")


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/news",
        "https://www.example.com/news/",
        "HTTPS://EXAMPLE.com:443/news#comments",
        "http://example.com:80/news?utm_source=x&UTM_Campaign=y",
        "https://example.com/news?fbclid=1&gclid=2&mc_eid=3",
        "https://me@example.com/news?",
    ],
)
def test_urls_of_one_page_have_the_same_normal_form(url: str) -> None:
    assert normalize_url(url) == "https://example.com/news"


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/News",
        "https://example.com/news?id=7",
        "https://example.com:8080/news",
        "https://m.example.com/news",
        "https://example.com/news#!page-2",
        "https://example.com/news#/2",
    ],
)
def test_urls_of_different_pages_keep_different_forms(url: str) -> None:
    assert normalize_url(url) == url


def test_parameters_keep_their_order_and_encoding() -> None:
    assert normalize_url("https://example.com/?b=%20x&utm_id=9&a=1") == "https://example.com?b=%20x&a=1"


def test_a_file_url_keeps_its_fragment() -> None:
    assert normalize_url("file:rows.jsonl#/3") == "file:rows.jsonl#/3"


@settings(deadline=None, max_examples=50)
@given(web_urls)
def test_normalizing_is_idempotent(url: str) -> None:
    once = normalize_url(url)
    assert normalize_url(once) == once


@settings(deadline=None, max_examples=50)
@given(web_urls)
def test_normalizing_keeps_the_site(url: str) -> None:
    assert extract_site(normalize_url(url)) == extract_site(url)


@pytest.mark.parametrize(
    ("base", "href", "url"),
    [
        ("https://example.com/a/b", "c", "https://example.com/a/c"),
        ("https://example.com/a", "//cdn.example.com/x", "https://cdn.example.com/x"),
        ("https://example.com/a", " https://other.example/ \n", "https://other.example/"),
        (None, "https://example.com/", "https://example.com/"),
        (None, "c", None),
        ("https://example.com/", "javascript:alert(1)", None),
        ("https://example.com/", "mailto:a@example.com", None),
        ("https://example.com/", "data:text/html,x", None),
        ("file:a.html", "b.html", None),
        ("https://example.com/", "http://[x", None),
    ],
)
def test_absolute(base: str | None, href: str, url: str | None) -> None:
    assert resolve_link(base, href) == url


links = st.lists(
    st.sampled_from(
        """http:// https:// www. example.com x.org xn--e1a.com user@ :80 [::1] / // ./ ../ /. /.. . .. /a/b ; # ? =
        #f ?q=1 : %2e é \\""".split()
    )
    | st.text(max_size=3),
    max_size=6,
).map("".join)


@settings(deadline=None, max_examples=50)
@given(links, links)
def test_fast_paths_agree_with_urllib(base: str, href: str) -> None:
    for page in (base, "https://example.com/news/a.html"):
        try:
            joined: str | None = urljoin(page, href.strip())
        except ValueError:
            joined = None
        assert resolve_link(page, href) == (joined if joined and split_web(joined) else None)
    parts = split_web(href)
    assert extract_site(href) == (extract_host(parts) if parts else None)
