"""Feed documents: a single entry is a page, several are a front."""

import pytest

FULL = "<p>The ministry opened a consultation on Tuesday.</p><p>It ends in <b>September</b>, officials said.</p>"


def build_rss(items, head="<title>The Daily Example</title><link>https://news.example/</link>"):
    return (
        '<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
        f' xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>{head}{items}</channel></rss>'
    )


def build_item(title="Pictures to be marked", extra="", link="https://news.example/a"):
    return f"<item><title>{title}</title><link>{link}</link>{extra}</item>"


@pytest.fixture
def read_feed(read_one):
    return lambda body, **columns: read_one(body, **{"content_type": "application/rss+xml", **columns})


def test_entry_with_full_content(read_feed):
    extra = (
        f"<description>A summary.</description><content:encoded><![CDATA[{FULL}]]></content:encoded>"
        "<dc:creator>Jane Doe</dc:creator><pubDate>Thu, 02 Jul 2026 10:00:00 +0200</pubDate>"
    )
    page = read_feed(build_rss(build_item(extra=extra)))
    assert (page["kind"], page["extracted_by"], page["reason"]) == ("feed_item", "feed", None)
    assert page["title"] == "Pictures to be marked"
    assert page["text"].split("\n") == [
        "The ministry opened a consultation on Tuesday.",
        "It ends in September, officials said.",
    ]
    assert page["author"] == "Jane Doe"
    assert (str(page["published_at"]), page["published_offset_minutes"]) == ("2026-07-02 10:00:00", 120)
    assert page["published_from"] == "feed"
    assert page["language"] == "en"


def test_entry_with_only_a_summary(read_feed):
    page = read_feed(build_rss(build_item(extra="<description>The ministry opened a consultation.</description>")))
    assert page["text"] == "The ministry opened a consultation."


def test_entry_with_only_a_title(read_feed):
    page = read_feed(build_rss(build_item()))
    assert (page["reason"], page["text"]) == (None, "Pictures to be marked")


def test_entry_without_text(read_feed):
    assert read_feed(build_rss("<item><guid>7</guid></item>"))["reason"] == "no_text"


def test_atom_entry(read_feed):
    atom = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>Example</title><entry><title>新模型发布</title>'
        '<link href="https://news.example/b"/><published>2026-07-02T10:00:00Z</published>'
        f'<content type="html">{FULL.replace("<", "&lt;")}</content><author><name>李华</name></author></entry></feed>'
    )
    page = read_feed(atom, content_type="application/atom+xml")
    assert (page["title"], page["author"], page["published_from"]) == ("新模型发布", "李华", "feed")
    assert len(page["text"].split("\n")) == 2


def test_hint_is_used_where_the_date_is_unparsable(read_feed):
    page = read_feed(build_rss(build_item(extra="<pubDate>soon</pubDate>")), hint_published="2026-07-03")
    assert (str(page["published_at"])[:10], page["published_from"]) == ("2026-07-03", "hint")


def test_lines_of_plain_text_are_one_paragraph(read_feed):
    page = read_feed(
        build_rss(build_item(extra="<description>The ministry opened\na consultation.\n\nIt ends soon.</description>"))
    )
    assert page["text"].split("\n") == ["The ministry opened a consultation.", "It ends soon."]


def test_several_entries_are_a_front(read_feed):
    page = read_feed(build_rss(build_item("One headline") + build_item("Another headline")))
    assert (page["kind"], page["title"]) == ("front", "The Daily Example")
    assert [teaser["title"] for teaser in page["teasers"]] == ["One headline", "Another headline"]


def test_every_entry_of_a_long_feed_is_a_teaser_with_its_snippet(read_feed):
    entries = "".join(
        build_item(
            f"Headline {n}",
            f"<guid>{n}</guid><description>{n}. {FULL.replace('<', '&lt;')}</description>",
            link=f"https://news.example/{n}",
        )
        for n in range(70)
    )
    page = read_feed(build_rss(entries))
    assert [teaser["url"] for teaser in page["teasers"]] == [f"https://news.example/{n}" for n in range(70)]
    assert page["teasers"][9]["snippet"].startswith("9. The ministry opened")


def test_feed_without_entries(read_feed):
    assert read_feed(build_rss(""))["reason"] == "bad_feed"
    assert read_feed("not a feed")["reason"] == "bad_feed"


def test_entities_are_never_expanded(read_feed, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("the secret words")
    head = f'<!DOCTYPE rss [<!ENTITY out SYSTEM "file://{secret}"><!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
    page = read_feed(head + build_rss(build_item("Title &out; &b;")).removeprefix('<?xml version="1.0"?>'))
    assert "secret words" not in str(page)
    assert "aaaaa" not in str(page)


def test_markup_in_an_entry_is_removed(read_feed):
    description = "<description><![CDATA[Words here.<script>alert(1)</script>]]></description>"
    page = read_feed(build_rss(build_item(extra=description)))
    assert page["text"] == "Words here."


def test_feed_served_as_plain_xml(read_one):
    assert read_one(build_rss(build_item()), content_type="text/xml")["kind"] == "feed_item"
