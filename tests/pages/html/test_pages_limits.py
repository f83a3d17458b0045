"""Hostile pages: bounded in time, and rejected with the reason."""

import threading
import time

import pytest

from newsmill.pages.html import limits
from newsmill.pages.types import Rejected

TEXT = "<p>The ministry opened a consultation on rules for machine-made pictures, officials said.</p>"


def check(html: str) -> Rejected | None:
    return limits.check_markup(html, html.encode())


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        ("<html><body>" + "<div>" * 100_000 + TEXT, "too_deep"),
        ("<html><body>" + "<b>" * 100_000 + TEXT, "too_deep"),
        ("<html><body><div " + " ".join(f'a{n}="1"' for n in range(200_000)) + ">" + TEXT, "too_large"),
        ("<html><body><div a='>' " + "b " * 100_000 + ">" + TEXT, "too_large"),
        ("<html><body>" + "<i>x</i>" * 70_000, "too_large"),
        ("<html><body>" + "x" * (limits.MAX_HTML_CHARS + 1), "too_large"),
    ],
    ids=["deep", "deep inline", "attributes", "attributes after a quoted bracket", "elements", "size"],
)
def test_too_much_markup(read_one, html, reason):
    started = time.process_time()
    row = read_one(html)
    assert (row["reason"], row["kind"]) == (reason, None)
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    "html",
    [
        "".join(f"<p><font size={n}>x" for n in range(4_800)),
        "".join(f"<b id={n}>" for n in range(4_900)) + "<p>x</p>" * 100_000,
        "<span>" * 4_900 + "</x>" * 200_000,
        "<svg>" + "<g>" * 4_900 + "</x>" * 200_000,
        "<select>" + "<option>x" * 40_000,
        ("<p " + " ".join(f"a{n}" for n in range(1_900)) + ">") * 900,
        "".join(f"<p a{n}=1>" for n in range(600_000)),
        "<a><div>" * 20_000,
        "<table><a>" * 4_000,
        "<div>" * 100_000,
        "<ul><li>" * 50_000,
        "<form><div>" * 50_000,
        "<a title='<' " + " ".join(f"a{n}" for n in range(200_000)) + ">",
        "<a " + "".join(f"a{n}=''" for n in range(200_000)) + ">",
    ],
    ids=[
        "formatting left open",
        "formatting around blocks",
        "end tags without start tags",
        "svg",
        "options",
        "many attributes in many tags",
        "tags",
        "links around blocks",
        "foster parents",
        "divisions",
        "nested lists",
        "nested forms",
        "attributes after a quoted tag",
        "attributes without spaces",
    ],
)
def test_markup_that_is_slow_to_parse_is_rejected_before_parsing(html):
    started = time.process_time()
    assert check("<html><body>" + html) is not None
    assert time.process_time() - started < 2


@pytest.mark.parametrize("html", [("<a " + "x" * 10_001) * 1_000, ('<a "' + "x" * 10_001) * 1_000, "", "<", "a<"])
def test_checking_markup_is_fast(html):
    started = time.process_time()
    check(html)
    assert time.process_time() - started < 3


@pytest.mark.parametrize(
    "html",
    [
        "<table>" + "<tr><td><font size=2>x" * 3_000 + "</table>",
        "<ul>" + "<li>x" * 20_000,
        "<select>" + "<option>x" * 3_000 + "</select>",
        "<div>" * 400 + "x" + "</div>" * 400,
        "<p>x<br><img src=a>" * 10_000,
        "<i>x</i>" * 30_000,
    ],
    ids=["old tables", "list", "options", "depth", "void elements", "inline"],
)
def test_sloppy_but_harmless_markup(html):
    assert check("<html><body>" + html) is None


@pytest.mark.parametrize(
    "html",
    [
        "<script>var a = '<a href=\"' + " + "b + " * 20_000 + "'\">';</script>",
        f"<img src='data:image/png;base64,{'iVBORw0KGgo=' * 5000}'>",
        f"<div data-props='{'{&quot;a&quot;: 1} ' * 5000}'></div>",
        "<!-- <a b " + "c " * 20_000 + " -->",
        "<pre>" + "word " * 30_000 + "</pre>",
    ],
    ids=["script", "data URI", "data attribute", "comment", "long text"],
)
def test_long_but_harmless_markup(html):
    assert check(f"<html><body>{html}{TEXT}</body></html>") is None


@pytest.mark.parametrize(
    "html",
    [
        "<script>" * 200_000,
        "<!--" * 200_000,
        "<a '\"" * 200_000,
        "&amp;&bogus;&#x110000;" * 50_000,
        '<script type="application/ld+json">' + "[" * 100_000 + "</script>" + TEXT,
        "<html><body><p>a\0b" + "\0" * 1000 + "</p>" + TEXT,
    ],
    ids=["scripts", "comments", "quotes", "entities", "nested JSON", "null bytes"],
)
def test_odd_markup_gives_a_page_or_a_reason(read_one, html):
    started = time.process_time()
    row = read_one(html)
    assert (row["kind"] is None) == (row["reason"] is not None)
    assert time.process_time() - started < 5


@pytest.mark.parametrize("body", ["a\n" * 20_000, "same line, over and over again, to the end of the file\n" * 5_000])
def test_dumps_of_many_lines(read_one, body):
    started = time.process_time()
    read_one(body, content_type="text/plain")
    assert time.process_time() - started < 5


def compute_for(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end:
        sum(range(1000))


def test_page_that_takes_too_long_is_rejected():
    with pytest.raises(Rejected) as caught, limits.time_limit(0.1):
        compute_for(5)
    assert caught.value.reason == "too_slow"


def test_library_that_swallows_exceptions_cannot_swallow_the_time_limit():
    with pytest.raises(Rejected), limits.time_limit(0.1):
        try:
            compute_for(5)
        except Exception:  # noqa: BLE001 - parsers do this around a bad page
            compute_for(5)


def test_timer_is_off_after_a_page_in_time():
    with limits.time_limit(0.1):
        pass
    compute_for(0.2)


def test_no_limit_outside_the_main_thread():
    reached = []

    def run():
        with limits.time_limit(0.01):
            compute_for(0.05)
        reached.append(True)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert reached == [True]
