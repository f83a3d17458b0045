"""For any bytes, reading does not raise and gives one page or one reason: HTML, Markdown, feeds, dumps, noise."""

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsmill.pages.read import read_pages
from newsmill.pages.tables import READ_SCHEMA
from newsmill.sources.tables import ARCHIVE

SENTENCE = "The ministry opened a consultation on rules for machine-made pictures, officials said on Tuesday."
ARTICLE = (
    f"<html><h1>Rules for pictures</h1><p>{SENTENCE}</p>"
    "<div class=related><a href=/2026/plant>New chip plant to open in the north</a></div>"
)
WORDS = st.sampled_from(
    [
        f"{SENTENCE} ",
        "据报道，该公司周二发布了新的视频生成模型，并宣布将在今年秋季向所有用户开放。",
        "قالت الحكومة يوم الثلاثاء إنها فتحت مشاورات حول قواعد جديدة للصور. ",
        "Related articles",
        "Comments (0)",
        "We use cookies. ",
        "2 July 2026",
        "",
        "\ud83d\x00\u202e",
        "x" * 200,
    ]
)
TAGS = st.sampled_from(
    "a a a div div p p p h1 h2 h3 li ul article article section aside nav header footer main dl dt dd table tr td "
    "time span strong title pre br img figure blockquote svg script style template noscript select form b".split()
)
ATTRIBUTES = st.sampled_from(
    [
        "",
        " href='/2026/a-story'",
        " href='https://other.example/b'",
        " href='//[x'",
        " href='#c'",
        " href='javascript:x'",
        " class='related-articles'",
        " class='post title byline'",
        " id=mostRead",
        " datetime='2026-07-02T10:00Z'",
        " data-url='http://[::'",
        " itemprop=author",
        " =\"'<",
    ]
)
HEADS = st.sampled_from(
    [
        "<meta property='og:type' content='article'>",
        "<meta name=author content='By Jane'>",
        "<meta charset=zlib>",
        "<link rel=canonical href='http://[::'>",
        '<script type="application/ld+json">{"@type":"NewsArticle","headline":"\\ud800","author":[[]]}</script>',
        '<script type="application/ld+json">{"@graph":[null,3,{"datePublished":99999999999999999}]}</script>',
    ]
)


def build_elements(inner):
    return st.builds(
        lambda tag, attributes, parts, closes: f"<{tag}{attributes}>{''.join(parts)}{f'</{tag}>' * closes}",
        TAGS,
        ATTRIBUTES,
        st.lists(inner, max_size=5),
        st.sampled_from([1, 1, 1, 0, 2]),
    )


MARKUP = st.recursive(WORDS, build_elements, max_leaves=40)
HTML = st.builds(
    lambda heads, parts, times: f"<html><head>{''.join(heads)}</head><body>{''.join(parts) * times}</body></html>",
    st.lists(HEADS, max_size=3),
    st.lists(MARKUP, max_size=8),
    st.sampled_from([1, 1, 3, 12]),
)
FRONT_MATTER = st.sampled_from(
    ["", "---\ntitle: x\ndate: 2026-99-99\n---\n", "+++\ntitle = 3\n+++\n", "---\na: [\n---\n"]
)
MARKS = st.sampled_from(
    ["# ", "## ", "- ", "> ", "    ", "```\n", "| a | b |\n|--|--|\n", "{{< x >}}", "[a](", "![", ""]
)
MARKDOWN = st.builds(
    lambda head, lines: head + "\n".join(mark + words for mark, words in lines),
    FRONT_MATTER,
    st.lists(st.tuples(MARKS, WORDS), max_size=12),
)
DUMP = st.builds(
    lambda lines, times: "\n".join(lines * times),
    st.lists(st.one_of(WORDS, st.sampled_from(["Home", "Home | World | Tech", "Read also: it", "By Jane Doe"]))),
    st.sampled_from([1, 2, 40]),
)
ENTRY = st.builds(
    lambda tag, parts: f"<{tag}>{''.join(parts)}</{tag}>",
    st.sampled_from(["item", "entry"]),
    st.lists(
        st.one_of(
            MARKUP.map(lambda text: f"<description><![CDATA[{text}]]></description>"),
            WORDS.map(lambda text: f"<title>{text}</title>"),
            st.sampled_from(["<link>//[x</link>", "<pubDate>soon</pubDate>", "<author/>", "&nbsp;", "<guid>"]),
        ),
        max_size=4,
    ),
)
FEED = st.builds(
    lambda open_, entries: f"<?xml version='1.0'?>{open_}{''.join(entries)}",
    st.sampled_from(["<rss><channel>", "<feed xmlns='http://www.w3.org/2005/Atom'>", "<!DOCTYPE x [<!ENTITY a 'b'>]>"]),
    st.lists(ENTRY, max_size=4),
)
TEXTS = st.one_of(HTML, HTML, MARKDOWN, DUMP, FEED, st.text(max_size=300))
BODIES = st.one_of(
    TEXTS.map(lambda text: text.encode("utf-8", "surrogatepass")),
    TEXTS.map(lambda text: text.encode("utf-16", "surrogatepass")),
    st.binary(max_size=400),
)
CONTENT_TYPES = st.sampled_from(
    [None, "text/html", "text/html; charset=x", "text/plain", "text/markdown", "application/rss+xml", "text/xml", ";;"]
)
URLS = st.sampled_from(
    [
        "https://news.example/",
        "https://news.example/2026/07/02/a-story",
        "file:x.txt",
        "http://[::",
        "",
        "https://xn--a.example/",
    ]
)


@settings(deadline=None, max_examples=15, suppress_health_check=list(HealthCheck))
@given(
    records=st.lists(st.tuples(BODIES, CONTENT_TYPES, URLS, st.sampled_from([None, 200, 404])), min_size=8, max_size=8)
)
def test_any_bytes_give_one_page_or_one_reason(records, row):
    rows = [
        row(body, record_id=str(number), content_type=kind, url=url, http_status=status)
        for number, (body, kind, url, status) in enumerate(records)
    ]
    rows.append(row(ARTICLE, record_id="article"))
    pages = read_pages(pl.DataFrame(rows, schema=ARCHIVE.schema))
    assert pages.schema == READ_SCHEMA
    assert pages["record_id"].to_list() == [fields["record_id"] for fields in rows]
    # A good page is read correctly after any others.
    [article] = pages.filter(record_id="article").to_dicts()
    assert (article["kind"], article["text"], len(article["teasers"])) == ("article", SENTENCE, 1)
    for page in pages.iter_rows(named=True):
        assert (page["kind"] is None) == (page["reason"] is not None)
        assert page["reason"] != "reader_failed", page["detail"]
        assert (page["detail"] is None) == (page["reason"] is None)
        assert page["kind"] in (None, "article", "front", "feed_item", "text_dump")
        if page["kind"]:
            assert page["kind"] in ("front", "feed_item") or page["text"]
            assert all(teaser["title"] for teaser in page["teasers"])
