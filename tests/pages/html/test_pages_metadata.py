"""Metadata of HTML pages: JSON-LD, titles, authors, canonical URLs."""

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsmill.pages import authors
from newsmill.pages.html import json_ld, metadata
from newsmill.pages.html.headline import find_headline
from newsmill.pages.html.tree import parse_html

WORDS = "The ministry opened a consultation on rules for machine-made pictures, officials said on Tuesday. "
URL = "https://www.news.example/2026/pictures-to-be-marked-soon.html"


def page(head="", body="", title="Pictures to be marked | The Daily Example", h1="Pictures to be marked"):
    return (
        f"<!DOCTYPE html><html lang='en'><head><title>{title}</title>{head}</head><body><main><article><h1>{h1}</h1>"
        f"<p>{WORDS}</p></article></main>{body}<footer><p>© The Daily Example.</p></footer></body></html>"
    )


def json_ld_script(text):
    return f'<script type="application/ld+json">{text}</script>'


def extract_title(html, url=URL):
    tree = parse_html(html)
    return metadata.extract_title(tree, json_ld.parse_json_ld(tree), url)


def extract_authors(html):
    tree = parse_html(html)
    return authors.extract_authors(tree, json_ld.parse_json_ld(tree))


def parse_nodes(html):
    return json_ld.parse_json_ld(parse_html(html))


@pytest.mark.parametrize(
    ("head", "title", "h1", "expected"),
    [
        (json_ld_script('{"@type":"NewsArticle","headline":"From JSON-LD"}'), "X", "Y", "From JSON-LD"),
        (json_ld_script('{"@graph":[{"@type":["Article"],"headline":"In a graph"}]}'), "X", "Y", "In a graph"),
        (json_ld_script('{"@type":"WebSite","headline":"A site"}'), "X", "The headline here", "The headline here"),
        (json_ld_script("{broken"), "X", "The headline here", "The headline here"),
        (json_ld_script('{"@type":"NewsArticle","headline":"Q&amp;A"}'), "X", "Y", "Q&A"),
        ("<meta property='og:title' content='From Open Graph'>", "X", "Y", "From Open Graph"),
        ("<meta property='og:title' content='Headline here - The Example'>", "X", "Headline here", "Headline here"),
        ("<meta property='og:site_name' content='The Example'>", "Rain ahead - The Example", "", "Rain ahead"),
        ("", "Rain ahead · News", "", "Rain ahead"),
        ("", "Rain ahead – what to know", "", "Rain ahead – what to know"),
        ("", "Rain ahead in the north - My Blog", "My Blog", "Rain ahead in the north - My Blog"),
    ],
)
def test_titles(head, title, h1, expected):
    assert extract_title(page(head, title=title, h1=h1)) == expected


@pytest.mark.parametrize(
    ("url", "title", "h1", "expected"),
    [
        (
            "https://www.gazette-du-port.example/12.php",
            "La Gazette du port - Le quai rouvre",
            "Le quai rouvre",
            "Le quai rouvre",
        ),
        ("https://www.gazette-du-port.example/12.php", "Le quai rouvre - La Gazette du port", "", "Le quai rouvre"),
        ("https://dailysky.example/12", "Rain: what is ahead | The Daily Sky", "", "Rain: what is ahead"),
        ("https://lecho.example/12", "L’Écho – Une pluie d’été", "", "Une pluie d’été"),
        ("https://suedblatt.example/12", "Südblatt | Regen im Norden", "", "Regen im Norden"),
        ("https://rain.example/12", "The Rains are ahead - what to know", "", "The Rains are ahead - what to know"),
    ],
    ids=["leading", "trailing", "article of the name", "apostrophe and accent", "umlaut", "other letters"],
)
def test_site_name_that_the_host_spells(url, title, h1, expected):
    assert extract_title(page(title=title, h1=h1), url) == expected


@pytest.mark.parametrize(
    ("title", "h1", "expected"),
    [
        ("WX Desk | Rain is ahead in the north, with wind", "Rain is ahead in the north, with wind", None),
        ("Rain is ahead in the north - Northern Weather Desk", "Northern Weather Desk", "whole"),
    ],
    ids=["wide headline after a short name", "name after a headline"],
)
def test_headline_on_the_page_that_ends_the_title(title, h1, expected):
    assert extract_title(page(title=title, h1=h1)) == (title if expected else h1)
    assert extract_title(page(f"<meta property='og:title' content='{title}'>", h1=h1)) == (title if expected else h1)


def test_title_that_ends_in_the_headlines_words_is_kept_whole():
    head = "<meta property='og:title' content='Live - why rain is ahead in the whole of the north'>"
    assert (
        extract_title(page(head, title="X", h1="rain is ahead in the whole of the north"))
        == "Live - why rain is ahead in the whole of the north"
    )


def test_markup_in_a_title_stays_text():
    assert extract_title(page(title="&lt;script&gt;x&lt;/script&gt;", h1="")) == "<script>x</script>"


def test_lone_surrogates_in_json_ld_script():
    html = page(
        json_ld_script('{"@type":"Article","headline":"A \\ud800 b","author":"Jane \\udfff Doe"}'), title="", h1=""
    )
    assert (extract_title(html), extract_authors(html)) == ("A b", ["Jane Doe"])


@pytest.mark.parametrize(
    ("head", "body", "expected"),
    [
        (
            json_ld_script('{"@type":"Article","author":[{"name":"Jane Doe"},{"name":"Li Hua"}]}'),
            "",
            "Jane Doe; Li Hua",
        ),
        ("<meta name='author' content='By Jane Doe and Li Hua'>", "", "Jane Doe; Li Hua"),
        ("<meta property='article:author' content='https://social.example/jane'>", "", None),
        ("", "<a rel='author' href='/jane'>Jane Doe</a>", "Jane Doe"),
        ("", "<p class='byline'>Von Jane Doe</p>", "Jane Doe"),
        ("", "", None),
    ],
)
def test_authors(head, body, expected):
    assert extract_authors(page(head, body)) == (expected.split("; ") if expected else [])


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("<link rel='canonical' href='/pictures'>", "https://www.news.example/pictures"),
        ("<meta property='og:url' content='https://news.example/pictures'>", "https://news.example/pictures"),
        ("<link rel='canonical' href='https://other.example/pictures'>", URL),
        ("<link rel='canonical' href='https://www.news.example/'>", URL),
        ("<link rel='canonical' href='javascript:alert(1)'>", URL),
        ("", URL),
    ],
)
def test_canonical_url(head, expected):
    assert metadata.extract_canonical_url(parse_html(page(head)), URL) == expected


def test_page_in_a_file_keeps_its_url():
    tree = parse_html(page("<link rel='canonical' href='https://news.example/a'>"))
    assert metadata.extract_canonical_url(tree, "file:page.html") == "file:page.html"


ARTICLE = '{"@type": "NewsArticle", "headline": "Rain", "datePublished": "2026-07-02"}'


@pytest.mark.parametrize(
    "text",
    [
        ARTICLE,
        f"[{ARTICLE}]",
        f'{{"@graph": [{ARTICLE}]}}',
        f'{{"@type": "WebPage", "mainEntity": {ARTICLE}}}',
        f"<!-- {ARTICLE} -->",
        f"//<![CDATA[\n{ARTICLE}\n//]]>",
        f"/* <![CDATA[ */ {ARTICLE} /* ]]> */",
        f"{ARTICLE};",
        f"{ARTICLE}{ARTICLE}",
        f"{ARTICLE}, and so on",
        ARTICLE.replace("}", ",}"),
        ARTICLE.replace('"', "&quot;"),
        ARTICLE.replace("Rain", "Rain\n\tahead"),
        ARTICLE.replace('"NewsArticle"', '["NewsArticle", "Thing"]'),
        ARTICLE.replace("Rain", 'The "Rain" is ahead'),
        ARTICLE.replace("}", ""),
    ],
    ids=[
        "plain",
        "list",
        "graph",
        "main entity",
        "comment",
        "cdata",
        "cdata in comments",
        "semicolon",
        "several",
        "text after it",
        "trailing comma",
        "escaped",
        "line break in a text",
        "two types",
        "quotation marks not escaped",
        "cut off",
    ],
)
def test_json_ld_with_common_faults_is_parsed(text):
    node = parse_nodes(page(json_ld_script(text)))[0]
    assert (json_ld.is_article(node), node["datePublished"]) == (True, "2026-07-02")


@pytest.mark.parametrize("text", ["", "null", "7", '"x"', "[[[]]]", "{broken", "[" * 100_000, '{"@graph": 7}'])
def test_invalid_json_ld_is_ignored(text):
    assert not any(node.get("datePublished") for node in parse_nodes(page(json_ld_script(text))))


def test_huge_json_ld_is_read_in_bounded_time():
    many = json.dumps({"@graph": [{"@type": "Thing", "n": n} for n in range(50_000)]})
    assert len(parse_nodes(page(json_ld_script(many)))) == 500
    assert parse_nodes(page(json_ld_script(" " * 1_000_000 + "x" + " " * 1_000_000))) == [{}]


def test_hostile_markup_is_read_in_bounded_time():
    started = time.process_time()
    assert parse_nodes(page(json_ld_script("//" * 500_000))) == [{}]
    assert extract_authors(page(body=f"<p>{' ' * 1_000_000}2026</p>")) == []
    assert extract_authors("".join(f"<p class='author-{n} {'q' * 50}'>no name {n}</p>" for n in range(20_000))) == []
    assert extract_authors(page(body="<a href='/author/x'>page 7</a>" * 20_000)) == []
    assert time.process_time() - started < 5


def test_article_with_the_pages_url_comes_first():
    other = '{"@type": "Article", "url": "https://news.example/other", "headline": "Other"}'
    own = '{"@type": "Article", "mainEntityOfPage": {"@id": "https://www.news.example/own/"}, "headline": "Own"}'
    html = page("<link rel='canonical' href='https://news.example/own'>" + json_ld_script(f"[{other}, {own}]"))
    assert [node["headline"] for node in parse_nodes(html) if json_ld.is_article(node)] == ["Own", "Other"]


def test_author_named_by_reference():
    graph = (
        '{"@graph":[{"@type":"Article","author":{"@id":"#jane"}},{"@type":"Person","@id":"#jane","name":"Jane Doe"}]}'
    )
    assert extract_authors(page(json_ld_script(graph))) == ["Jane Doe"]


def test_meta_element_with_two_names():
    tree = parse_html(page("<meta name='author' property='x:by' content='A'><meta name='Author' content='B'>"))
    assert metadata.get_meta_contents(tree, "author", "x:by") == ["A", "B", "A"]


@pytest.mark.parametrize(
    ("head", "title", "h1", "expected"),
    [
        ("", "Rain is ahead in the north | Blog | A Name", "Rain is ahead in the north", "Rain is ahead in the north"),
        (
            "<meta property='og:title' content='Why rain is ahead in the north of it'>",
            "X",
            "Here is why rain is ahead in the north",
            "Here is why rain is ahead in the north",
        ),
        ("<meta property='og:title' content='Rain is ahead'>", "Rain is ahead", "Our weather desk", "Rain is ahead"),
        ("", "Rain is ahead - The Daily Sky News", "The Daily Sky News", "Rain is ahead - The Daily Sky News"),
        ("", "Rain is ahead in the north", "RAIN IS AHEAD IN THE NORTH", "Rain is ahead in the north"),
        (
            "",
            "Rain is ahead in the north",
            "<span>Opinion</span> Rain is ahead in the north",
            "Rain is ahead in the north",
        ),
        ("", "foo_bar_baz: a report on progress", "", "foo_bar_baz: a report on progress"),
        ("", "五月物价上涨百分之二，专家解读_国内_正北方网", "", "五月物价上涨百分之二，专家解读"),
        ("", "五月物价上涨百分之二，专家解读-港股-证券之星新闻", "", "五月物价上涨百分之二，专家解读"),
        (
            "",
            "华硕推出 TUF B850-PRO WIFI7 主板_某某网",
            "华硕推出 TUF B850-PRO WIFI7 主板",
            "华硕推出 TUF B850-PRO WIFI7 主板",
        ),
        ("", "5月の物価は2%上昇、専門家が解説 | 某日新聞", "", "5月の物価は2%上昇、専門家が解説"),
    ],
    ids=[
        "headline begins the title",
        "headline in other words",
        "first heading of something else",
        "first heading is the site's",
        "capitals",
        "kicker in the heading",
        "underscores in words",
        "zh section and site",
        "zh site with dashes",
        "zh with Latin capitals",
        "ja site",
    ],
)
def test_headline_element_that_the_titles_confirm(head, title, h1, expected):
    assert extract_title(page(head, title=title, h1=h1)) == expected


def test_title_that_a_site_has_cut():
    whole = "Fix it Friday: struggling with how to arrange your living room? We help four readers (in part)"
    head = (
        json_ld_script(json.dumps({"@type": "Article", "headline": whole[:80]}))
        + f"<meta property='og:title' content='{whole}'>"
    )
    assert extract_title(page(head, title="X", h1="")) == whole


def test_title_of_a_picture_is_ignored():
    html = "<html><head></head><body><svg><title>Close</title></svg><h1>The headline of it</h1><p>x</p></body></html>"
    assert extract_title(html) == "The headline of it"


def test_lower_heading_that_begins_the_title_comes_before_the_tag_in_the_h1():
    html = page(
        title="海盗船推出两款新机箱并已经正式上市,股城网",
        h1="电话加价",
        body="<h2>海盗船推出两款新机箱并已经正式上市</h2>",
    )
    assert extract_title(html) == "海盗船推出两款新机箱并已经正式上市"
    short = page(title="News of the port of Hale, and more", h1="Cranes", body="<h2>News</h2>")
    assert find_headline(parse_html(short)) == parse_html(short).all("h1")[0]


def test_headline_that_is_not_a_heading_element():
    tree = parse_html(
        "<title>Rain is ahead in the north - Blog</title><h1>My Blog</h1><div id=t>Rain is ahead in the north</div>"
    )
    headline = find_headline(tree)
    assert tree.get(headline, "id") == "t"


@pytest.mark.parametrize(
    ("byline", "names"),
    [
        ("By Jane Doe, Staff Writer, and Li Hua", ["Jane Doe", "Li Hua"]),
        ("Jane Doe und Max Muster", ["Jane Doe", "Max Muster"]),
        ("Par Jeanne Dupont et Luc Petit", ["Jeanne Dupont", "Luc Petit"]),
        ("José Ortega y Gasset", ["José Ortega y Gasset"]),
        ("Ana Pérez Ruiz y Luis Gómez Sol", ["Ana Pérez Ruiz", "Luis Gómez Sol"]),
        ("作者：王小明、李华", ["王小明", "李华"]),
        ("홍길동 기자", ["홍길동"]),
        ("Kaufman, Jeff", ["Kaufman, Jeff"]),
        ("Jane Doe, MD, PhD", ["Jane Doe, MD, PhD"]),
        ("Paul Frew, Home and Digital Security Expert", ["Paul Frew"]),
        ("Reporter Jane Doe", ["Jane Doe"]),
        ("Staff writer", []),
        ("https://social.example/jane", []),
        ("2 July 2026", []),
        ("by", []),
    ],
)
def test_names_in_bylines(byline, names):
    assert authors.extract_names(byline) == names


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ("<div class='author-info'><span>Jane Doe</span><span>Chief of Staff</span></div>", ["Jane Doe"]),
        ("<p class='byline'>By Jane Doe | 2 July 2026 | 5 min read</p>", ["Jane Doe"]),
        ("<p class='byline'>Jane Doe and Li Hua July 2, 2026</p>", ["Jane Doe", "Li Hua"]),
        ("<p>Written by <a href='/x'>Jane Doe</a></p>", ["Jane Doe"]),
        ("<p><a href='/author/jane'>Jane Doe</a></p>", ["Jane Doe"]),
        ("<p><a href='/author/jane'>Jane Doe</a> <a href='/author/li'>Li Hua</a></p>", []),
        ("<div class='comment-author'>Some Reader</div>", []),
        ("<aside class='author'>Jane Doe</aside><footer><p class='author'>Jane Doe</p></footer>", []),
        ("<p class='author'>Read more about those who write for us here.</p>", []),
    ],
    ids=["role", "date", "two", "words", "link", "links", "reader", "elsewhere", "sentence"],
)
def test_bylines_on_the_page(body, names):
    assert extract_authors(page().replace("</h1>", f"</h1>{body}")) == names


def test_person_comes_before_the_site_that_calls_itself_author():
    head = json_ld_script('{"@type":"Article","author":{"name":"The Example"},"publisher":{"name":"The Example"}}')
    assert extract_authors(page(head)) == ["The Example"]
    assert extract_authors(page(head, "<p class='byline'>By Jane Doe</p>")) == ["Jane Doe"]


def test_person_comes_before_an_account():
    head = "<meta name='author' content='jdoe.admin'>"
    assert extract_authors(page(head, "<p class='byline'>By Jane Doe</p>")) == ["Jane Doe"]


@settings(deadline=None, max_examples=50)
@given(st.text(max_size=200))
def test_any_text_gives_valid_names(text):
    html = page(json_ld_script(json.dumps({"@type": "Article", "headline": text, "author": text})), title="", h1="")
    assert all(0 < len(name) <= 100 for name in extract_authors(html))
    extract_title(html)
