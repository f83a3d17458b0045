"""Blocks of related articles on HTML pages, found by name, heading or shape, and the teasers in them."""

import time

import pytest

from newsmill.pages.html.tree import parse_html
from newsmill.pages.links.related import find_related_blocks
from newsmill.pages.links.teasers import MAX_TEASERS, extract_teasers

URL = "https://www.news.example/2026/pictures-to-be-marked-soon.html"
WORDS = "The ministry opened a consultation on rules for machine-made pictures, officials said on Tuesday. "
ITEMS = (
    (
        "/2026/studio",
        "Studio drops lawsuit over copied faces",
        "The studio said on Monday that it had agreed with the mak",
    ),
    ("/2026/plant", "New chip plant to open in the north", "A plant for memory chips will open near the coast next ye"),
    (
        "/2026/rain",
        "Rain is ahead for the whole of the week",
        "Forecasters expect rain from Monday on, and wind at the c",
    ),
)


def page(after="", inside="", before=""):
    paragraphs = "".join(f"<p>{number}. {WORDS * 2}</p>" for number in range(4))
    return (
        f"<html><body>{before}<nav><a href='/a-section'>A section with a long name</a></nav>"
        f"<main><article><h1>Pictures to be marked</h1>{paragraphs}{inside}</article></main>{after}</body></html>"
    )


def cards(pattern, items=ITEMS):
    return "".join(pattern.format(u=url, t=title, x=snippet) for url, title, snippet in items)


def extract(html, url=URL):
    return [(teaser.title, teaser.snippet, teaser.url) for teaser in extract_teasers(parse_html(html), url)]


EXPECTED = [(title, snippet, f"https://www.news.example{url}") for url, title, snippet in ITEMS]


@pytest.mark.parametrize(
    "block",
    [
        "<div id='x'><h3>Related stories</h3>" + cards("<h4><a href='{u}'>{t}</a></h4><p>{x}</p>") + "</div>",
        "<p><b>Читайте также:</b></p><ul>" + cards("<li><a href='{u}'>{t}</a><br>{x}</li>") + "</ul>",
        "<div><div><h2><a href='/all'>المزيد من الأخبار</a></h2></div>"
        + cards("<div><a href='{u}'>{t}</a><p>{x}</p></div>")
        + "</div>",
        "<section><header><h3>Powiązane artykuły</h3></header>"
        + cards("<article><header><h4><a href='{u}'>{t}</a></h4></header><p>{x}</p></article>")
        + "</section>",
        "<div><p>관련 기사</p>" + cards("<div><h4>{t}</h4><p>{x}</p><a href='{u}'>Go</a></div>") + "</div>",
        "<div class='c-related-list'>" + cards("<a href='{u}'><img src='p'><h5>{t}</h5><p>{x}</p></a>") + "</div>",
        "<ul aria-label='Most read'>" + cards("<li><a href='{u}'>{t}</a><span>{x}</span></li>") + "</ul>",
        "<dl class='related'>" + cards("<dt><a href='{u}'>{t}</a></dt><dd>{x}</dd>") + "</dl>",
    ],
    ids=[
        "flat headlines and snippets",
        "heading before a list, Russian",
        "heading that is a link, Arabic",
        "headline in a card's header, Polish",
        "headline that is not a link, Korean",
        "named in a longer class",
        "named for screen readers",
        "definition list",
    ],
)
def test_blocks_by_name_and_heading(block):
    assert extract(page(f"<div>{block}</div>")) == EXPECTED


@pytest.mark.parametrize(
    "pattern",
    [
        "<div class='k'><a href='{u}'><img src='p'></a><a href='{u}'>{t}</a><p>{x}</p></div>",
        "<div class='k'><h3><a href='{u}'>{t}</a></h3><p>{x}</p></div>",
        "<li><time>2 July</time><a href='{u}'>{t}</a><p>{x}</p></li>",
    ],
    ids=["pictures", "headings", "dates"],
)
def test_block_by_shape_alone_after_the_article(pattern):
    assert extract(page(f"<div class='z'>{cards(pattern)}</div>")) == EXPECTED


def test_block_by_shape_in_an_aside_within_the_article():
    block = cards("<div><h3><a href='{u}'>{t}</a></h3><p>{x}</p></div>")
    html = page().replace("<p>2.", f"<aside>{block}</aside><p>2.")
    assert extract(html) == EXPECTED


@pytest.mark.parametrize(
    "block",
    [
        cards("<h3><a href='{u}'>{t}</a></h3><p>{x}</p>"),
        cards("<section><h2><a href='{u}'>{t}</a></h2>" + f"<p>{WORDS * 5}</p>" + "</section>"),
        cards("<li><a href='{u}'>{t}</a></li>"),
        cards("<div><img><a href='{u}'>Check the price at the shop</a><p>{x}</p></div>"),
    ],
    ids=["headings between texts", "chapters", "plain links", "one button many times"],
)
def test_parts_of_the_article_are_not_a_block_by_shape(block):
    assert find_related_blocks(parse_html(page(inside=f"<div>{block}</div>"))) == []


def test_list_of_cards_within_the_article_is_not_a_block():
    block = cards("<div><h3><a href='{u}'>{t}</a></h3><p>{x}</p></div>")
    html = page().replace("<p>1.", f"<div>{block}</div><p>1.")
    assert find_related_blocks(parse_html(html)) == []


def test_article_in_an_element_named_after_related_articles_is_not_a_block():
    html = page(inside="<p><a href='/2026/x'>A headline of another article</a></p>").replace(
        "<main>", "<main class='latest-news'><div class='latest-news'>"
    )
    assert find_related_blocks(parse_html(html)) == []


def test_named_block_inside_another_counts_once():
    block = f"<div class='related'><ul class='related-list'>{cards('<li><a href={u}>{t}</a></li>')}</ul></div>"
    tree = parse_html(page(block))
    (node,) = find_related_blocks(tree)
    assert tree.get(node, "class") == "related"


def test_same_target_twice_is_one_teaser_with_its_snippet():
    block = cards("<li><a href='{u}'>{t}</a></li>") + cards("<li><a href='{u}#top'>{t}</a><p>{x}</p></li>")
    titles = [title for title, *_ in extract(page(f"<ul class='related'>{block}</ul>"))]
    assert titles == [title for _, title, _ in ITEMS]


def test_title_at_the_start_of_the_snippet_is_removed():
    block = cards("<li><a href='{u}'>{t}</a><div><p>{t}: {x}</p></div></li>")
    assert extract(page(f"<ul class='related'>{block}</ul>")) == EXPECTED


def test_links_to_anchors_and_scripts_are_not_teasers():
    links = "".join(
        f"<li><a href='{href}'>A headline that is long enough</a></li>"
        for href in ("#x", "javascript:go()", URL + "#c")
    )
    assert extract(page(f"<ul class='related'>{links}</ul>")) == []


def test_named_blocks_come_before_blocks_found_by_shape():
    shape = "".join(
        f"<div><img><a href='/2026/s{n}'>A headline by its shape alone {n}</a></div>" for n in range(MAX_TEASERS)
    )
    block = cards("<li><a href='{u}'>{t}</a><p>{x}</p></li>")
    found = extract(page(f"<div>{shape}</div><ul class='related'>{block}</ul>"))
    assert found[:3] == EXPECTED
    assert len(found) == MAX_TEASERS


def test_page_without_links_has_no_blocks():
    assert extract("<p>Some words.</p>") == []


def test_many_links_are_read_in_bounded_time():
    started = time.process_time()
    items = "".join(
        f"<li><h3><a href='/{{0}}-{n}'>A headline that is long enough {{0}}-{n}</a></h3></li>" for n in range(40)
    )
    assert len(extract(page("".join(f"<ul class='related'>{items.format(n)}</ul>" for n in range(200))))) == MAX_TEASERS
    assert time.process_time() - started < 2


def in_full(number, head="<h1>{t}</h1>", attributes=""):
    title = f"Headline number {number} of the afternoon"
    text = "".join(f"<p>{number}.{part} {WORDS * 3}</p>" for part in range(3))
    return f"<article {attributes}>{head.format(t=title)}{text}</article>"


def test_articles_loaded_below_the_first_are_teasers():
    second = in_full(2, attributes="data-url='/2026/second'")
    third = in_full(3, head="<h1><a href='/2026/third'>{t}</a></h1>")
    tree = parse_html(f"<body><div>{in_full(1)}</div><div>{second}</div><div>{third}</div></body>")
    assert [tree.text(node)[:18] for node in find_related_blocks(tree)] == ["Headline number 2 ", "Headline number 3 "]
    teasers = extract_teasers(tree, URL)
    assert [teaser.url for teaser in teasers] == [
        "https://www.news.example/2026/second",
        "https://www.news.example/2026/third",
    ]
    assert teasers[0].snippet.startswith("2.0 The ministry")


@pytest.mark.parametrize(
    "body",
    [
        "<h1>Live: how the night of the vote went</h1>" + "".join(in_full(n) for n in range(3)),
        "<main>" + "".join(in_full(n, head="<h2>{t}</h2>") for n in range(3)) + "</main>",
        in_full(1) + "<article><h1>Another headline</h1><p>And hardly a word.</p></article>",
        "<div>" + "".join(f"<h1>Part {n}</h1><p>{WORDS * 6}</p>" for n in range(3)) + "</div>",
    ],
    ids=["live blog", "chapters", "a stub", "headings of parts"],
)
def test_posts_and_parts_of_one_article_are_not_following_articles(body):
    assert find_related_blocks(parse_html(f"<body>{body}</body>")) == []
