"""Feeds: an entry is a record."""

import datetime as dt
from pathlib import Path

import pytest
from lxml import etree
from raw_folder import MODIFIED, json_lines, problems, read, read_one, write

from newsmill.sources.readers import feeds
from newsmill.sources.record import Record

RSS = """<?xml version="1.0"?>
<?xml-stylesheet href="nice.xsl"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"
     xmlns:atom="http://www.w3.org/2005/Atom">
<channel>
  <title>The Paper</title> <link>https://www.example.com/</link> <language>fr</language>
  <atom:link rel="self" href="https://www.example.com/feed"/>
  <image><title>Logo</title></image>
  <item>
    <title>One &amp; only</title> <link>https://www.example.com/1</link>
    <content:encoded><![CDATA[<p>First</p>]]></content:encoded> <dc:creator>Ann</dc:creator>
    <pubDate>Wed, 14 Jan 2026 10:00:00 +0100</pubDate>
  </item>
  <item><title>Two</title><link>/2</link><dc:date>2026-01-13</dc:date></item>
</channel></rss>"""

ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de" xml:base="https://example.com/blog/">
<title>Blog</title> <link href="https://example.com/"/> <author><name>Bob</name></author>
<entry><title>Eins</title> <link rel="enclosure" href="a.mp3"/> <link rel="alternate" href="eins"/>
<id>urn:1</id><updated>2026-01-15T00:00:00Z</updated><published>2026-01-14T00:00:00Z</published></entry>
</feed>"""

RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">
<channel rdf:about="https://example.com/rdf"><title>Old</title><link>https://example.com/</link>
<items><rdf:Seq><rdf:li resource="https://example.com/1"/></rdf:Seq></items></channel>
<item rdf:about="https://example.com/1"><title>First</title><link>https://example.com/1</link></item>
</rdf:RDF>"""


def rss(*items: str, head: str = "") -> str:
    return f"<rss><channel>{head}{''.join(items)}</channel></rss>"


def tags(record: Record) -> list[str]:
    assert record.body is not None
    return [etree.QName(element).localname for element in etree.fromstring(record.body).iter()]


def test_each_item_of_rss_is_a_feed_document_of_its_own(tmp_path: Path) -> None:
    write(tmp_path, "feed.xml", RSS)
    first, second = read(tmp_path)
    assert tags(first) == [
        *("rss", "channel", "title", "link", "language", "link"),
        *("item", "title", "link", "encoded", "creator", "pubDate"),
    ]
    assert tags(second)[6:] == ["item", "title", "link", "date"]
    assert b"<![CDATA[<p>First</p>]]>" in (first.body or b"")
    assert (first.source, first.content_type) == ("feed", "application/rss+xml")


def test_an_item_has_its_link_and_its_date_as_a_hint(tmp_path: Path) -> None:
    write(tmp_path, "feed.xml", RSS)
    first, second = read(tmp_path)
    assert (first.url, first.site) == ("https://www.example.com/1", "example.com")
    assert (first.hint_published, first.fetched_at) == ("Wed, 14 Jan 2026 10:00:00 +0100", MODIFIED)
    assert (second.url, second.hint_published) == ("https://www.example.com/2", "2026-01-13")


def test_a_manifest_states_when_and_where_the_feed_was_fetched(tmp_path: Path) -> None:
    write(tmp_path, "feed.xml", rss("<item><link>b/1</link></item>"))
    said = {"url": "https://example.org/a/feed", "fetched_at": "2026-01-15T02:00:00Z", "lang": "ja", "date": "2020"}
    write(tmp_path, "manifest.jsonl", json_lines({"file": "feed.xml", **said}))
    (record,) = read(tmp_path)
    assert (record.url, record.fetched_at) == ("https://example.org/a/b/1", dt.datetime(2026, 1, 15, 2, 0))
    assert (record.hint_language, record.hint_published) == ("ja", None)


def test_an_atom_entry_is_a_record(tmp_path: Path) -> None:
    record = read_one(tmp_path, "feed.atom", ATOM)
    assert (record.url, record.content_type) == ("https://example.com/blog/eins", "application/atom+xml")
    assert record.hint_published == "2026-01-14T00:00:00Z"
    assert tags(record)[:5] == ["feed", "title", "link", "author", "name"]
    assert b'xml:lang="de"' in (record.body or b"")


def test_an_item_of_rss_1_is_a_sibling_of_its_channel(tmp_path: Path) -> None:
    record = read_one(tmp_path, "feed.xml", RDF)
    assert record.url == "https://example.com/1"
    assert tags(record) == ["RDF", "channel", "title", "link", "item", "title", "link"]


@pytest.mark.parametrize(
    ("item", "url"),
    [
        ("<guid>https://example.com/7</guid>", "https://example.com/7"),
        ('<guid isPermaLink="false">https://example.com/7</guid>', "file:feed.xml#/https%3A%2F%2Fexample.com%2F7"),
        ("<guid>tag:7</guid>", "file:feed.xml#/tag%3A7"),
        ("<title>x</title>", "file:feed.xml#/1"),
        ("<link>javascript:alert(1)</link>", "file:feed.xml#/1"),
        ("<link/><link>https://example.com/8</link>", "https://example.com/8"),
    ],
)
def test_an_entry_without_link_is_named_after_its_id_or_place(tmp_path: Path, item: str, url: str) -> None:
    assert read_one(tmp_path, "feed.xml", rss(f"<item>{item}</item>")).url == url


def test_the_same_entries_in_a_later_fetch_are_other_records(tmp_path: Path) -> None:
    for day in ("2026-01-15", "2026-01-16"):
        write(tmp_path, f"{day}/feed.xml", RSS)
        said = {"file": "feed.xml", "fetched_at": f"{day}T02:00:00Z"}
        write(tmp_path, f"{day}/manifest.jsonl", json_lines(said))
    assert len({record.record_id for record in read(tmp_path)}) == 4


def test_a_blank_line_before_the_declaration_is_accepted(tmp_path: Path) -> None:
    write(tmp_path, "feed.xml", "\n " + RSS)
    assert problems(read(tmp_path)) == [None, None]


def test_a_legacy_charset_is_read_and_written_as_utf8(tmp_path: Path) -> None:
    text = '<?xml version="1.0" encoding="shift_jis"?>' + rss("<item><title>日本語</title></item>")
    record = read_one(tmp_path, "feed.xml", text.encode("shift_jis"))
    assert "日本語".encode() in (record.body or b"")


@pytest.mark.parametrize(
    "data",
    [
        RSS[: RSS.index("</item>")],
        "<rss><channel><item>&nbsp;</item></channel></rss>",
        "no xml at all",
        "<a>" * 100_000,
        b"\xff\xfe\x00",
        '<!DOCTYPE rss [<!ENTITY x "y">]>' + rss("<item>&x;</item>"),
        '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + rss("<item><title>&x;</title></item>"),
        '<!DOCTYPE rss SYSTEM "https://example.com/rss.dtd">' + rss("<item>&nbsp;</item>"),
        '<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>' + rss('<item x="&b;"/>'),
    ],
)
def test_xml_that_is_broken_or_needs_entities_is_a_problem(tmp_path: Path, data: bytes | str) -> None:
    record = read_one(tmp_path, "feed.xml", data)
    assert (record.problem, record.body) == ("bad_xml", None)
    assert "root:" not in (record.problem_detail or "")


@pytest.mark.parametrize(
    ("after", "why"),
    [
        ("", "the feed breaks off"),
        ("<item><title>Three", "it breaks off in an entry"),
        ("<item><title>R & D</title></item><item><title>Four</title></item></channel></rss>", "bare ampersand"),
        ("<item>&nbsp;</item></channel></rss>", "entity of HTML"),
    ],
    ids=lambda one: one if " " in one and "<" not in one else "",
)
def test_entries_before_a_break_are_kept_and_the_break_is_a_problem(tmp_path: Path, after: str, why: str) -> None:
    write(tmp_path, "feed.xml", RSS.removesuffix("</channel></rss>").rstrip() + after)
    first, second, broken = read(tmp_path)
    assert (first.url, second.url) == ("https://www.example.com/1", "https://www.example.com/2"), why
    assert "Three" not in (second.body or b"").decode()
    assert (broken.problem, broken.body) == ("bad_xml", None)


def test_a_feed_of_atom_that_breaks_off_keeps_its_entries(tmp_path: Path) -> None:
    write(tmp_path, "feed.atom", ATOM.removesuffix("</feed>") + "<entry><title>Zwei</ti")
    kept, broken = read(tmp_path)
    assert (kept.url, broken.problem) == ("https://example.com/blog/eins", "bad_xml")


def test_a_document_type_without_entities_is_accepted(tmp_path: Path) -> None:
    doctype = '<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "http://my.netscape.com/rss-0.91.dtd">'
    record = read_one(tmp_path, "feed.xml", doctype + rss("<item><title>x</title></item>"))
    assert record.problem is None


@pytest.mark.parametrize("data", ["<urlset/>", "<html><body/></html>", "<rss/>", "<channel><item/></channel>"])
def test_xml_that_is_not_a_feed_is_a_problem(tmp_path: Path, data: str) -> None:
    assert read_one(tmp_path, "feed.xml", data).problem == "not_a_feed"


@pytest.mark.parametrize("data", [rss(), "<feed xmlns='http://www.w3.org/2005/Atom'/>"])
def test_a_feed_without_entries_is_a_problem(tmp_path: Path, data: str) -> None:
    assert read_one(tmp_path, "feed.xml", data).problem == "no_records"


def test_a_feed_above_the_size_limit_is_a_problem(tmp_path: Path) -> None:
    assert read_one(tmp_path, "feed.xml.gz", RSS + " " * 2**21).problem == "too_large"


def test_a_large_head_repeated_by_many_entries_is_a_problem(tmp_path: Path) -> None:
    record = read_one(tmp_path, "feed.xml", rss("<item/>" * 1000, head=f"<title>{'x' * 100_000}</title>"))
    assert record.problem == "too_large"
    assert "1,000 entries" in (record.problem_detail or "")


def test_entries_after_the_most_are_named_in_one_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "MAX_ENTRIES", 3)
    write(tmp_path, "feed.xml", RSS.replace("</channel>", "<item><title>More</title></item>" * 9 + "</channel>"))
    records = read(tmp_path)
    assert problems(records) == [None, None, None, "too_many_entries"]
    assert records[-1].problem_detail == "the feed has 11 entries; those after the first 3 are not read"
