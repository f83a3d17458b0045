"""When a page was published and changed: where it says so, and which dates are believed."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsmill.pages.dates import resolve
from newsmill.pages.html.json_ld import parse_json_ld
from newsmill.pages.html.tree import parse_html
from newsmill.pages.types import Fetch

TEXT = "<p>" + "The ministry opened a consultation on rules for machine-made pictures, officials said. " * 5 + "</p>"


def page(head="", body=""):
    return f"<html lang='en'><head><title>A page</title>{head}</head><body><h1>A page</h1>{body}{TEXT}</body></html>"


JSON_LD = '<script type="application/ld+json">{"@type": "NewsArticle", "datePublished": "%s"}</script>'
BOTH = (
    '<script type="application/ld+json">{"@type": "NewsArticle", "datePublished": "%s", "dateModified": "%s"}</script>'
)
PLAIN_URL = "https://news.example/a-page-about-something"


def dated(html, url=PLAIN_URL, hint=None, guess=True):
    """The dates of a page fetched on 10 July 2026, with htmldate's guess or without."""
    tree = parse_html(html)
    fetch = Fetch(b"", url, dt.datetime(2026, 7, 10, 2), hint_published=hint)
    return resolve.dates_of(tree, parse_json_ld(tree), fetch, html if guess else "")


def told(found):
    return found and (str(found.at), found.source)


def published(html, **given):
    return told(dated(html, **given).published)


def modified(html, **given):
    return told(dated(html, **given).modified)


@pytest.mark.parametrize(
    ("html", "given", "moment", "source"),
    [
        (page(JSON_LD % "2026-07-02T08:00:00Z", "<time datetime='2026-07-03'>"), {}, "2026-07-02 08:00:00", "json_ld"),
        (page("<meta property='article:published_time' content='2026-07-03'>"), {}, "2026-07-03 00:00:00", "meta"),
        (page("<meta name='w-published-date' content='2026-07-03'>"), {}, "2026-07-03 00:00:00", "meta"),
        (page(body="<time datetime='2026-07-04T10:00'>4 July</time>"), {}, "2026-07-04 10:00:00", "time"),
        (
            page(body="<abbr class='published' itemprop='datePublished' title='2026-07-04T10:00'>4/7</abbr>"),
            {},
            "2026-07-04 10:00:00",
            "time",
        ),
        (page(), {"hint": "2026-07-05"}, "2026-07-05 00:00:00", "hint"),
        (page(), {"url": "https://news.example/2026/07/06/a-page"}, "2026-07-06 00:00:00", "url"),
        (page(body="<p class='byline'>By Jane Doe, July 7, 2026</p>"), {}, "2026-07-07 00:00:00", "text"),
        (page(body="<div class='info'>发布时间：2026年7月7日 10:20</div>"), {}, "2026-07-07 10:20:00", "text"),
        (page(body="<p><span>Publié le</span> <b>7 juillet 2026</b></p>"), {}, "2026-07-07 00:00:00", "text"),
    ],
    ids=["json_ld", "meta", "meta of its own", "time", "microdata", "hint", "url", "text", "text-zh", "text-fr"],
)
def test_places_where_a_page_says_its_date(html, given, moment, source):
    assert published(html, **given) == (moment, source)


def test_nothing_said_is_nothing_found():
    assert dated(page()) == (None, None)


def test_wall_time_and_zone_are_the_pages_own():
    found = dated(page(JSON_LD % "2026-07-02T23:30:00-05:00")).published
    assert (str(found.at), found.offset_minutes) == ("2026-07-02 23:30:00", -300)


def test_publication_and_change_are_kept_apart():
    html = page(BOTH % ("2026-07-02T08:00:00Z", "2026-07-05T09:00:00+02:00"))
    assert (published(html), modified(html)) == (("2026-07-02 08:00:00", "json_ld"), ("2026-07-05 09:00:00", "json_ld"))
    assert dated(html).modified.offset_minutes == 120


@pytest.mark.parametrize(
    ("html", "source"),
    [
        (page("<meta property='article:modified_time' content='2026-07-05'>"), "meta"),
        (page(body="<time itemprop='dateModified' datetime='2026-07-05'>5 July</time>"), "time"),
        (page(body="<p class='meta'>Zuletzt aktualisiert: 5. Juli 2026</p>"), "text"),
    ],
    ids=["meta", "microdata", "text"],
)
def test_change_alone_is_the_last_resort_for_publication(html, source):
    assert modified(html) == published(html) == ("2026-07-05 00:00:00", source)
    assert published(html, url="https://news.example/2026/07/01/a-page") == ("2026-07-01 00:00:00", "url")


def test_date_that_cannot_be_read_is_passed_over():
    html = page(JSON_LD % "yesterday" + "<meta name='date' content='2026-07-03'>")
    assert published(html, hint="??") == ("2026-07-03 00:00:00", "meta")


def test_date_after_the_fetch_is_not_believed():
    assert published(page(JSON_LD % "2026-08-01")) is None
    assert published(page(JSON_LD % "2026-07-10T23:00:00")) == ("2026-07-10 23:00:00", "json_ld")


def test_date_before_the_first_news_sites_is_not_believed():
    assert published(page(JSON_LD % "1970-01-01T00:00:00Z")) is None


@pytest.mark.parametrize(
    "other",
    [
        "<aside class='related'><time datetime='2026-05-03'>3 May</time></aside>",
        "<div class='latest-posts'><p class='date'>May 3, 2026</p></div>",
        "<footer><p>© 2026. Built on May 3, 2026</p></footer>",
        "<p>Our webinar: May 3, 2026</p>",
        "<p>The law took effect on May 3, 2026, and was opposed by most who had to obey it. So it goes.</p>",
    ],
    ids=["related", "latest", "footer", "event", "sentence"],
)
def test_date_of_something_else_is_not_the_pages(other):
    assert published(page(body=other), guess=False) is None
    html = page(body=other + "<time datetime='2026-07-04'>4 July</time>")
    assert published(html) == ("2026-07-04 00:00:00", "time")


def test_dates_of_a_list_are_none_of_the_pages():
    rows = "".join(
        f"<p>Text of some length, {'so ' * 200}</p><p class='date'>May {day}, 2026</p>" for day in range(1, 9)
    )
    found = dated(page(body=rows)).published
    assert found is None or found.at.day <= 3


def test_cards_of_other_articles_keep_their_dates():
    cards = "".join(f"<article><h3>Another</h3><time datetime='2026-06-0{n}'>x</time></article>" for n in range(1, 5))
    own = f"<article><h1>The headline of it</h1><time datetime='2026-07-04'>x</time>{TEXT}</article>"
    html = f"<html><body>{cards}{own}</body></html>"
    assert published(html) == ("2026-07-04 00:00:00", "time")


def test_date_of_an_update_comes_after_that_of_publication():
    html = page(body="<p class='meta'>Updated 5 July 2026</p><p class='meta'>Published 4 July 2026</p>")
    assert (published(html), modified(html)) == (("2026-07-04 00:00:00", "text"), ("2026-07-05 00:00:00", "text"))


def test_both_dates_in_one_line():
    html = page(body="<p class='meta'>Published: 4 July 2026, updated: 5 July 2026</p>")
    assert (published(html), modified(html)) == (("2026-07-04 00:00:00", "text"), ("2026-07-05 00:00:00", "text"))


def test_labels_that_follow_their_dates():
    html = page(body="<p class='meta'>2026年7月4日 公開 2026年7月5日 更新</p>")
    assert (published(html), modified(html)) == (("2026-07-04 00:00:00", "text"), ("2026-07-05 00:00:00", "text"))


def test_first_publication_wins_over_a_later_date_at_the_headline():
    html = page(body="<p class='date'>30 June 2026</p>" + TEXT + "<p>Originally published on 26 September 2019</p>")
    assert published(html) == ("2019-09-26 00:00:00", "text")


def test_template_that_gives_the_change_for_publication_yields_to_the_date_shown():
    shown = "<p>Published <time pubdate datetime='2026-03-13'>March 13, 2026</time></p>"
    both = BOTH % ("2026-06-29T12:28:31Z", "2026-06-29T12:28:31Z")
    assert published(page(both, shown)) == ("2026-03-13 00:00:00", "time")
    assert modified(page(both, shown)) == ("2026-06-29 12:28:31", "json_ld")
    # Where the two differ, the page knows them apart.
    kept = BOTH % ("2026-06-28T12:28:31Z", "2026-06-29T12:28:31Z")
    assert published(page(kept, shown)) == ("2026-06-28 12:28:31", "json_ld")


def test_date_shown_that_agrees_bears_the_stated_one_out():
    shown = "<p class='date'>June 29, 2026</p><p class='date'>first seen March 13, 2026</p>"
    both = BOTH % ("2026-06-29T12:28:31Z", "2026-06-29T12:28:31Z")
    assert published(page(both, shown)) == ("2026-06-29 12:28:31", "json_ld")


def test_pictures_and_comments_in_json_ld_lend_no_date():
    other = (
        '<script type="application/ld+json">[{"@type": "ImageObject", "uploadDate": "2026-01-01"}, '
        '{"@type": "Comment", "datePublished": "2026-01-02"}]</script>'
    )
    assert published(page(other), guess=False) is None
    assert published(page(other + JSON_LD % "2026-07-02")) == ("2026-07-02 00:00:00", "json_ld")


HIDDEN = "<footer><time datetime='2026-06-30'>30 June</time></footer>"


def test_htmldate_is_asked_last_and_not_believed_in_a_year_alone():
    assert published(page(body=HIDDEN)) == ("2026-06-30 00:00:00", "htmldate")
    assert published(page(body=HIDDEN.replace("06-30", "01-01"))) is None
    assert published(page(body=HIDDEN) + " " * 1_000_000) is None


def test_htmldate_is_not_asked_where_the_page_speaks():
    assert published(page(JSON_LD % "2026-08-01", HIDDEN)) is None


@pytest.mark.parametrize(
    ("url", "day"),
    [
        ("https://news.example/2026/07/02/title", "2026-07-02"),
        ("https://news.example/2026/7/2/title", "2026-07-02"),
        ("https://news.example/2026-07-02-title", "2026-07-02"),
        ("https://news.example/20260702/123.html", "2026-07-02"),
        ("https://news.example/202607/02/title", "2026-07-02"),
        ("https://news.example/2026/jul/02/title", "2026-07-02"),
        ("file:day/dg_2026-07-02-title.md", "2026-07-02"),
    ],
)
def test_dates_in_urls(url, day):
    assert str(resolve.in_url(url, dt.datetime(2026, 7, 10)).at)[:10] == day


@pytest.mark.parametrize(
    "url",
    [
        "https://news.example/2026/07/title",
        "https://news.example/id/202607021",
        "https://news.example/version-2026-2-8-3-45",
        "file:x",
    ],
)
def test_urls_without_a_date(url):
    assert resolve.in_url(url, dt.datetime(2026, 7, 10)) is None


def test_date_in_utc_is_taken_at_the_pages_own_wall_time():
    local = "<time datetime='2026-07-03T19:05:00-08:00'>July 3, 2026</time>"
    found = dated(page(JSON_LD % "2026-07-04T03:05:00+00:00", local)).published
    assert (str(found.at), found.offset_minutes, found.source) == ("2026-07-03 19:05:00", -480, "json_ld")


def test_other_instant_in_another_zone_does_not_move_a_date_in_utc():
    later = "<time datetime='2026-07-03T20:05:00-08:00'>July 3, 2026</time>"
    found = dated(page(JSON_LD % "2026-07-04T03:05:00+00:00", later)).published
    assert (str(found.at), found.offset_minutes) == ("2026-07-04 03:05:00", 0)


@pytest.mark.parametrize(
    ("utc", "day", "at", "offset"),
    [
        ("2026-07-04T02:41:00Z", "2026/07/03", "2026-07-03 23:41:00", -180),
        ("2026-07-03T22:10:00Z", "2026/07/04", "2026-07-04 00:10:00", 120),
        ("2026-07-04T12:00:00Z", "2026/07/04", "2026-07-04 12:00:00", 0),
        ("2026-07-04T12:00:00Z", "2026/07/01", "2026-07-04 12:00:00", 0),
    ],
    ids=["day before", "day after", "same day", "another day"],
)
def test_date_in_utc_falls_on_the_day_that_the_address_names(utc, day, at, offset):
    found = dated(page(JSON_LD % utc), url=f"https://news.example/{day}/a-page").published
    assert (str(found.at), found.offset_minutes) == (at, offset)


@pytest.mark.parametrize(
    ("above", "day"),
    [("July 2, 2026", "2026-07-02"), ("Our guide to all that was said before July 2, 2026 in parliament", None)],
    ids=["a date alone", "a sentence with a date"],
)
def test_date_above_the_headline(above, day):
    html = f"<html><body><div><h5>{above}</h5><h1>A headline of some kind</h1></div>{TEXT}</body></html>"
    assert published(html) == (day and (f"{day} 00:00:00", "text"))


@pytest.mark.parametrize(
    ("lang", "day"),
    [("en-US", "2026-02-07"), ("en-GB", "2026-07-02"), ("de", "2026-07-02"), ("en", None)],
)
def test_order_of_day_and_month_is_the_languages(lang, day):
    html = page(body="<p class='date'>02/07/2026</p>").replace("lang='en'", f"lang='{lang}'")
    assert published(html, guess=False) == (day and (f"{day} 00:00:00", "text"))


def test_page_of_many_dates_is_read_in_bounded_time():
    rows = "".join(f"<p class='date'>{n} of January {1 + n % 28}, 2026</p>" for n in range(20_000))
    dated(f"<html><body>{rows}</body></html>")


@settings(deadline=None, max_examples=50)
@given(
    st.lists(st.sampled_from(("<time>", "</time>", "2 July 2026", "Updated ", "<h1>", "</h1>", "<p class=date>", "x")))
)
def test_dates_of_any_page_are_believed_or_none(parts):
    for found in dated(f"<p>x{''.join(parts)}"):
        assert found is None or resolve.EARLIEST <= found.at <= dt.datetime(2026, 7, 12)
