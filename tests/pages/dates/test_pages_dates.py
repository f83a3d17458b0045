"""When a page was published and changed: the sources of dates, and which dates are plausible."""

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


def resolve_dates(html, url=PLAIN_URL, hint=None, with_htmldate=True):
    """Resolve the dates of a page fetched on 10 July 2026."""
    tree = parse_html(html)
    fetch = Fetch(b"", url, dt.datetime(2026, 7, 10, 2), hint_published=hint)
    return resolve.resolve_dates(tree, parse_json_ld(tree), fetch, html if with_htmldate else "")


def describe(date):
    return date and (str(date.at), date.source)


def published(html, **options):
    return describe(resolve_dates(html, **options).published)


def modified(html, **options):
    return describe(resolve_dates(html, **options).modified)


@pytest.mark.parametrize(
    ("html", "options", "moment", "source"),
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
    ids=["json_ld", "meta", "unlisted meta", "time", "microdata", "hint", "url", "text", "text-zh", "text-fr"],
)
def test_sources_of_the_published_date(html, options, moment, source):
    assert published(html, **options) == (moment, source)


def test_page_without_dates():
    assert resolve_dates(page()) == (None, None)


def test_local_time_and_offset_are_those_of_the_page():
    date = resolve_dates(page(JSON_LD % "2026-07-02T23:30:00-05:00")).published
    assert (str(date.at), date.offset_minutes) == ("2026-07-02 23:30:00", -300)


def test_publication_and_change_in_json_ld():
    html = page(BOTH % ("2026-07-02T08:00:00Z", "2026-07-05T09:00:00+02:00"))
    assert (published(html), modified(html)) == (("2026-07-02 08:00:00", "json_ld"), ("2026-07-05 09:00:00", "json_ld"))
    assert resolve_dates(html).modified.offset_minutes == 120


@pytest.mark.parametrize(
    ("html", "source"),
    [
        (page("<meta property='article:modified_time' content='2026-07-05'>"), "meta"),
        (page(body="<time itemprop='dateModified' datetime='2026-07-05'>5 July</time>"), "time"),
        (page(body="<p class='meta'>Zuletzt aktualisiert: 5. Juli 2026</p>"), "text"),
    ],
    ids=["meta", "microdata", "text"],
)
def test_a_change_is_the_published_date_where_there_is_no_other(html, source):
    assert modified(html) == published(html) == ("2026-07-05 00:00:00", source)
    assert published(html, url="https://news.example/2026/07/01/a-page") == ("2026-07-01 00:00:00", "url")


def test_unparsable_date_is_skipped():
    html = page(JSON_LD % "yesterday" + "<meta name='date' content='2026-07-03'>")
    assert published(html, hint="??") == ("2026-07-03 00:00:00", "meta")


def test_date_after_the_fetch_is_not_plausible():
    assert published(page(JSON_LD % "2026-08-01")) is None
    assert published(page(JSON_LD % "2026-07-10T23:00:00")) == ("2026-07-10 23:00:00", "json_ld")


def test_date_before_1995_is_not_plausible():
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
def test_date_of_something_else_is_ignored(other):
    assert published(page(body=other), with_htmldate=False) is None
    html = page(body=other + "<time datetime='2026-07-04'>4 July</time>")
    assert published(html) == ("2026-07-04 00:00:00", "time")


@pytest.mark.parametrize(("count", "day"), [(3, 3), (8, 1)], ids=["a few dates", "a list of dates"])
def test_dates_of_a_list_are_ignored_from_the_fourth_day_on(count, day):
    texts = [f"May {number}, 2026" for number in range(1, count)] + [f"Published May {count}, 2026"]
    rows = "".join(f"<p>Text of some length, {'so ' * 200}</p><p class='date'>{text}</p>" for text in texts)
    assert published(page(body=TEXT * 4 + rows)) == (f"2026-05-0{day} 00:00:00", "text")


def test_dates_in_cards_of_other_articles_are_ignored():
    cards = "".join(f"<article><h3>Another</h3><time datetime='2026-06-0{n}'>x</time></article>" for n in range(1, 5))
    article = f"<article><h1>The headline of it</h1><time datetime='2026-07-04'>x</time>{TEXT}</article>"
    html = f"<html><body>{cards}{article}</body></html>"
    assert published(html) == ("2026-07-04 00:00:00", "time")


def test_date_of_an_update_in_an_earlier_line():
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


def test_visible_date_wins_where_metadata_give_the_change_for_publication():
    visible = "<p>Published <time pubdate datetime='2026-03-13'>March 13, 2026</time></p>"
    both = BOTH % ("2026-06-29T12:28:31Z", "2026-06-29T12:28:31Z")
    assert published(page(both, visible)) == ("2026-03-13 00:00:00", "time")
    assert modified(page(both, visible)) == ("2026-06-29 12:28:31", "json_ld")
    # Where the two differ, the metadata are right.
    distinct = BOTH % ("2026-06-28T12:28:31Z", "2026-06-29T12:28:31Z")
    assert published(page(distinct, visible)) == ("2026-06-28 12:28:31", "json_ld")


def test_visible_date_that_agrees_confirms_the_metadata():
    visible = "<p class='date'>June 29, 2026</p><p class='date'>first seen March 13, 2026</p>"
    both = BOTH % ("2026-06-29T12:28:31Z", "2026-06-29T12:28:31Z")
    assert published(page(both, visible)) == ("2026-06-29 12:28:31", "json_ld")


def test_pictures_and_comments_in_json_ld_are_ignored():
    other = (
        '<script type="application/ld+json">[{"@type": "ImageObject", "uploadDate": "2026-01-01"}, '
        '{"@type": "Comment", "datePublished": "2026-01-02"}]</script>'
    )
    assert published(page(other), with_htmldate=False) is None
    assert published(page(other + JSON_LD % "2026-07-02")) == ("2026-07-02 00:00:00", "json_ld")


HIDDEN = "<footer><time datetime='2026-06-30'>30 June</time></footer>"


def test_htmldate_is_the_last_source_and_a_year_alone_is_ignored():
    assert published(page(body=HIDDEN)) == ("2026-06-30 00:00:00", "htmldate")
    assert published(page(body=HIDDEN.replace("06-30", "01-01"))) is None
    assert published(page(body=HIDDEN) + " " * 1_000_000) is None


def test_htmldate_is_asked_only_where_the_page_shows_or_states_a_date():
    in_markup = "<img src='https://cdn.example/2026/06/30/photo.jpg' data-saved='2026-06-30'>"
    assert published(page("<meta property='og:image1' content='/2026/06/30/1.jpg'>", in_markup)) is None
    script = '<script>{"createdAt": "2026-06-30T08:00:00Z"}</script>'
    assert published(page(script)) is None
    assert published(page(script.replace("createdAt", "dateModified"))) == ("2026-06-30 00:00:00", "htmldate")
    canonical = "<link rel='canonical' href='https://news.example/2026/06/30/harbor'>"
    assert published(page(canonical)) == ("2026-06-30 00:00:00", "htmldate")


def test_htmldate_is_not_used_where_the_page_has_a_date():
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
    assert str(resolve.find_date_in_url(url, dt.datetime(2026, 7, 10)).at)[:10] == day


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
    assert resolve.find_date_in_url(url, dt.datetime(2026, 7, 10)) is None


def test_date_in_utc_is_converted_to_the_wall_time_of_the_page():
    local = "<time datetime='2026-07-03T19:05:00-08:00'>July 3, 2026</time>"
    date = resolve_dates(page(JSON_LD % "2026-07-04T03:05:00+00:00", local)).published
    assert (str(date.at), date.offset_minutes, date.source) == ("2026-07-03 19:05:00", -480, "json_ld")


def test_date_in_utc_is_kept_beside_another_instant_in_another_zone():
    later = "<time datetime='2026-07-03T20:05:00-08:00'>July 3, 2026</time>"
    date = resolve_dates(page(JSON_LD % "2026-07-04T03:05:00+00:00", later)).published
    assert (str(date.at), date.offset_minutes) == ("2026-07-04 03:05:00", 0)


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
def test_date_in_utc_is_moved_to_the_day_in_the_url(utc, day, at, offset):
    date = resolve_dates(page(JSON_LD % utc), url=f"https://news.example/{day}/a-page").published
    assert (str(date.at), date.offset_minutes) == (at, offset)


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
def test_order_of_day_and_month_by_language(lang, day):
    html = page(body="<p class='date'>02/07/2026</p>").replace("lang='en'", f"lang='{lang}'")
    assert published(html, with_htmldate=False) == (day and (f"{day} 00:00:00", "text"))


def test_page_of_many_dates_takes_bounded_time():
    rows = "".join(f"<p class='date'>{n} of January {1 + n % 28}, 2026</p>" for n in range(20_000))
    resolve_dates(f"<html><body>{rows}</body></html>")


@settings(deadline=None, max_examples=50)
@given(
    st.lists(st.sampled_from(("<time>", "</time>", "2 July 2026", "Updated ", "<h1>", "</h1>", "<p class=date>", "x")))
)
def test_dates_of_any_page_are_plausible(parts):
    for date in resolve_dates(f"<p>x{''.join(parts)}"):
        assert date is None or resolve.EARLIEST <= date.at <= dt.datetime(2026, 7, 12)


EMPTY_DATES = ("0001-01-01T00:00:00+02:00", "9999-12-31T23:59:59-05:00", "Mon, 01 Jan 0001 00:00:00 +0100")


@pytest.mark.parametrize("empty", EMPTY_DATES)
def test_a_date_without_utc_in_the_calendar_is_ignored(empty):
    head = f'<meta property="article:published_time" content="{empty}">'
    body = f'<time datetime="{empty}">{empty}</time>'
    assert published(page(head + JSON_LD % empty, body), hint=empty) is None
    assert published(page(head + JSON_LD % "2026-07-02T08:00:00Z", body)) == ("2026-07-02 08:00:00", "json_ld")


@given(
    st.datetimes(),
    st.none() | st.integers(-14 * 60, 14 * 60),
    st.sampled_from((dt.datetime.min, dt.datetime(2026, 7, 10), dt.datetime.max)),
)
def test_no_date_overflows_the_calendar(at, offset, fetched_at):
    found = resolve.make_plausible((at, offset), "meta", fetched_at)
    assert found is None or dt.datetime(1994, 12, 31) <= found.at <= dt.datetime(9001, 1, 1)
