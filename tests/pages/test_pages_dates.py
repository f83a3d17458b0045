"""When a page was published: how dates are written, where they stand, which are believed."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsmill.pages import dates, datewords

TEXT = "<p>" + "The ministry opened a consultation on rules for machine-made pictures, officials said. " * 5 + "</p>"


@pytest.mark.parametrize(
    ("written", "moment", "offset"),
    [
        ("2026-07-02", dt.datetime(2026, 7, 2), None),
        ("2026-07-02T12:30:00+09:00", dt.datetime(2026, 7, 2, 12, 30), 540),
        ("2026-07-02T12:30:05.123Z", dt.datetime(2026, 7, 2, 12, 30, 5), 0),
        ("2026-07-02 12:30:00-0500", dt.datetime(2026, 7, 2, 12, 30), -300),
        ("20260702T123000Z", dt.datetime(2026, 7, 2, 12, 30), 0),
        ("1782995400", dt.datetime(2026, 7, 2, 12, 30), 0),
        ("Thu, 02 Jul 2026 10:00:00 GMT", dt.datetime(2026, 7, 2, 10), 0),
        ("Thu, 02 Jul 2026 10:00:00 +0800", dt.datetime(2026, 7, 2, 10), 480),
        ("July 2, 2026 at 3:45 PM EDT", dt.datetime(2026, 7, 2, 15, 45), -240),
        ("2 July 2026", dt.datetime(2026, 7, 2), None),
        ("2. Juli 2026, 15:30 Uhr", dt.datetime(2026, 7, 2, 15, 30), None),
        ("02.07.2026", dt.datetime(2026, 7, 2), None),
        ("1er juin 2026 à 15h30", dt.datetime(2026, 6, 1, 15, 30), None),
        ("2026年7月2日 12:34", dt.datetime(2026, 7, 2, 12, 34), None),
        ("2026年7月2日（木） 12時34分", dt.datetime(2026, 7, 2, 12, 34), None),
        ("2026年07月02日 星期四 下午3:05", dt.datetime(2026, 7, 2, 15, 5), None),
        ("2026/7/2 9:05", dt.datetime(2026, 7, 2, 9, 5), None),
        ("23/07/2026", dt.datetime(2026, 7, 23), None),
        ("12:00 am is not said here: Jul. 2, 2026 12:05 am", dt.datetime(2026, 7, 2, 0, 5), None),
    ],
)
def test_ways_to_write_a_date(written, moment, offset):
    assert datewords.parse(written) == (moment, offset)


@pytest.mark.parametrize("written", ["", "soon", "2026-13-40", "30 February 2026", "99999999999", "Mai 2026", "2026"])
def test_what_is_no_date(written):
    assert datewords.parse(written) is None


def test_numbers_whose_order_is_not_known_are_no_date():
    assert datewords.parse("02/07/2026") is None
    assert datewords.parse("02/07/2026", day_first=True) == (dt.datetime(2026, 7, 2), None)
    assert datewords.parse("02/07/2026", day_first=False) == (dt.datetime(2026, 2, 7), None)


def test_zone_name_that_means_two_zones_is_none():
    assert datewords.parse("2 July 2026 12:30 CST") == (dt.datetime(2026, 7, 2, 12, 30), None)


@settings(deadline=None, max_examples=50)
@given(st.datetimes(dt.datetime(1995, 1, 2), dt.datetime(2026, 7, 9)), st.integers(-12 * 60, 14 * 60))
def test_iso_dates_are_read_back(moment, offset):
    moment = moment.replace(microsecond=0)
    zone = dt.timezone(dt.timedelta(minutes=offset))
    assert datewords.parse(moment.replace(tzinfo=zone).isoformat()) == (moment, offset)


@settings(deadline=None, max_examples=50)
@given(st.text(max_size=80) | st.from_regex(r"[0-9./: -]{4,25}", fullmatch=True))
def test_any_text_is_a_date_or_none(text):
    found = datewords.parse(text)
    assert found is None or isinstance(found[0], dt.datetime)


def page(head="", body=""):
    return f"<html lang='en'><head><title>A page</title>{head}</head><body><h1>A page</h1>{body}{TEXT}</body></html>"


JSON_LD = '<script type="application/ld+json">{"@type": "NewsArticle", "datePublished": "%s"}</script>'
PLAIN_URL = "https://news.example/a-page-about-something"


@pytest.mark.parametrize(
    ("html", "given", "moment", "source"),
    [
        (page(JSON_LD % "2026-07-02T08:00:00Z", "<time datetime='2026-07-03'>"), {}, "2026-07-02 08:00:00", "json_ld"),
        (page("<meta property='article:published_time' content='2026-07-03'>"), {}, "2026-07-03 00:00:00", "meta"),
        (page(body="<time datetime='2026-07-04T10:00'>4 July</time>"), {}, "2026-07-04 10:00:00", "time"),
        (page(), {"hint_published": "2026-07-05"}, "2026-07-05 00:00:00", "hint"),
        (page(), {"url": "https://news.example/2026/07/06/a-page"}, "2026-07-06 00:00:00", "url"),
        (page(body="<p class='byline'>By Jane Doe, July 7, 2026</p>"), {}, "2026-07-07 00:00:00", "text"),
        (page(body="<div class='info'>发布时间：2026年7月7日 10:20</div>"), {}, "2026-07-07 10:20:00", "text"),
    ],
    ids=["json_ld", "meta", "time", "hint", "url", "text", "text-zh"],
)
def test_places_where_a_page_says_its_date(read_one, html, given, moment, source):
    row = read_one(html, **{"url": PLAIN_URL, **given})
    assert (str(row["published_at"]), row["published_from"]) == (moment, source)


def test_wall_time_and_zone_are_the_pages_own(read_one):
    row = read_one(page(JSON_LD % "2026-07-02T23:30:00-05:00"))
    assert (str(row["published_at"]), row["published_offset_minutes"]) == ("2026-07-02 23:30:00", -300)


def test_date_that_cannot_be_read_is_passed_over(read_one):
    row = read_one(page(JSON_LD % "yesterday" + "<meta name='date' content='2026-07-03'>"), hint_published="??")
    assert (str(row["published_at"])[:10], row["published_from"]) == ("2026-07-03", "meta")


def test_date_after_the_fetch_is_not_believed(read_one):
    assert read_one(page(JSON_LD % "2026-08-01"), url=PLAIN_URL)["published_at"] is None
    assert read_one(page(JSON_LD % "2026-07-10T23:00:00"), url=PLAIN_URL)["published_from"] == "json_ld"


def test_date_before_the_first_news_sites_is_not_believed(read_one):
    assert read_one(page(JSON_LD % "1970-01-01T00:00:00Z"), url=PLAIN_URL)["published_at"] is None


def test_date_of_a_related_article_is_not_the_pages(read_one):
    other = "<aside class='related'><time datetime='2026-01-01'>1 January</time></aside>"
    row = read_one(page(body=other + "<time datetime='2026-07-04'>4 July</time>"), url=PLAIN_URL)
    assert str(row["published_at"])[:10] == "2026-07-04"


def test_date_of_an_update_comes_after_that_of_publication(read_one):
    body = "<p class='meta'>Updated 5 July 2026</p><p class='meta'>Published 4 July 2026</p>"
    assert str(read_one(page(body=body), url=PLAIN_URL)["published_at"])[:10] == "2026-07-04"


def test_htmldate_is_asked_last(read_one):
    row = read_one(page("<meta name='lastmod' content='2026-06-30'>"), url=PLAIN_URL)
    assert (str(row["published_at"])[:10], row["published_from"]) == ("2026-06-30", "htmldate")


@pytest.mark.parametrize(
    ("url", "day"),
    [
        ("https://news.example/2026/07/02/title", "2026-07-02"),
        ("https://news.example/2026-07-02-title", "2026-07-02"),
        ("https://news.example/20260702/123.html", "2026-07-02"),
        ("https://news.example/202607/02/title", "2026-07-02"),
        ("https://news.example/2026/jul/02/title", "2026-07-02"),
        ("file:day/dg_2026-07-02-title.md", "2026-07-02"),
    ],
)
def test_dates_in_urls(url, day):
    assert str(dates.in_url(url, dt.datetime(2026, 7, 10)).at)[:10] == day


@pytest.mark.parametrize("url", ["https://news.example/2026/07/title", "https://news.example/id/202607021", "file:x"])
def test_urls_without_a_date(url):
    assert dates.in_url(url, dt.datetime(2026, 7, 10)) is None


def test_date_in_utc_is_taken_at_the_pages_own_wall_time(read_one):
    local = "<time datetime='2026-07-03T19:05:00-08:00'>July 3, 2026</time>"
    row = read_one(page(JSON_LD % "2026-07-04T03:05:00+00:00", local), url=PLAIN_URL)
    found = (str(row["published_at"]), row["published_offset_minutes"], row["published_from"])
    assert found == ("2026-07-03 19:05:00", -480, "json_ld")


def test_other_instant_in_another_zone_does_not_move_a_date_in_utc(read_one):
    later = "<time datetime='2026-07-03T20:05:00-08:00'>July 3, 2026</time>"
    row = read_one(page(JSON_LD % "2026-07-04T03:05:00+00:00", later), url=PLAIN_URL)
    assert (str(row["published_at"]), row["published_offset_minutes"]) == ("2026-07-04 03:05:00", 0)


@pytest.mark.parametrize(
    ("above", "day"),
    [("July 2, 2026", "2026-07-02"), ("Our guide to all that was said before July 2, 2026 in parliament", None)],
    ids=["a date alone", "a sentence with a date"],
)
def test_date_above_the_headline(read_one, above, day):
    html = f"<html><body><div><h5>{above}</h5><h1>A headline of some kind</h1></div>{TEXT}</body></html>"
    assert read_one(html, url=PLAIN_URL)["published_at"] == (day and dt.datetime.fromisoformat(day))
