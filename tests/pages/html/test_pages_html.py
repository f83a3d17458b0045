"""HTML pages: body, teasers, fronts."""

import pytest

WORDS = "The ministry opened a consultation on rules for machine-made pictures, officials said on Tuesday. "
URL = "https://www.news.example/2026/pictures-to-be-marked-soon.html"


def page(head="", body="", title="Pictures to be marked | The Daily Example", h1="Pictures to be marked"):
    paragraphs = "".join(f"<p>{number}. {WORDS * 2}</p>" for number in range(4))
    return (
        f"<!DOCTYPE html><html lang='en'><head><title>{title}</title>{head}</head><body>"
        "<nav><ul><li><a href='/'>Home</a></li><li><a href='/world'>World</a></li></ul></nav>"
        f"<main><article><h1>{h1}</h1>{paragraphs}</article></main>{body}"
        "<footer><p>© The Daily Example. All rights reserved.</p></footer></body></html>"
    )


def test_article(read_one):
    row = read_one(page(), url=URL)
    assert (row["kind"], row["extracted_by"], row["reason"], row["language"]) == ("article", "newsmill", None, "en")
    assert row["title"] == "Pictures to be marked"
    assert len(row["text"].split("\n")) == 4
    assert "rights reserved" not in row["text"]
    assert row["word_count"] == pytest.approx(4 * 31, abs=8)
    assert (row["url"], row["site"], row["code_version"]) == (URL, "news.example", row["code_version"])


ITEMS = (
    (
        "/2026/studio",
        "Studio drops lawsuit over copied faces",
        "The studio said on Monday that it had agreed with the mak",
    ),
    ("/2026/plant", "New chip plant to open in the north", "A plant for memory chips will open near the coast next ye"),
)


def items(pattern):
    return "".join(pattern.format(u=url, t=title, x=snippet) for url, title, snippet in ITEMS)


@pytest.mark.parametrize(
    "block",
    [
        "<aside class='related-articles'><h3>More</h3><ul>"
        + items("<li><a href='{u}'><h4>{t}</h4></a><p>{x}</p></li>")
        + "</ul></aside>",
        "<div class='x'><h4>Ähnliche Artikel</h4>"
        + items("<div><h5><a href='{u}'>{t}</a></h5><p>{x}</p></div>")
        + "</div>",
        "<section id='moreStories'>"
        + items("<article><a href='{u}'><strong>{t}</strong></a><div>{x}</div></article>")
        + "</section>",
        "<div><span>関連記事</span><dl>" + items("<dt><a href='{u}'>{t}</a></dt><dd>{x}</dd>") + "</dl></div>",
        "<div class='recommended'>" + items("<a href='{u}'><h3>{t}</h3><p>{x}</p></a>") + "</div>",
        "<div class='related'>" + items("<a href='{u}'><strong>{t}</strong><span>{x}</span></a>") + "</div>",
        "<div class='related'>"
        + items("<a href='{u}'><i>News of the week</i><span class='card__title'>{t}</span><span>{x}</span></a>")
        + "</div>",
        "<section class='x'><h2>Weiterlesen</h2><dl>"
        + items("<dt><a href='{u}'>{t}</a></dt><dd>{x}</dd>")
        + "</dl></section>",
    ],
    ids=[
        "class",
        "heading",
        "camel-case id",
        "definition list",
        "links around cards",
        "bold headline in a card",
        "named headline in a card",
        "read-on heading",
    ],
)
def test_teasers_of_related_blocks(read_one, block):
    row = read_one(page(body=block), url=URL)
    assert [(t["title"], t["snippet"], t["url"]) for t in row["teasers"]] == [
        (title, snippet, f"https://www.news.example{url}") for url, title, snippet in ITEMS
    ]
    assert not any(title in row["text"] or snippet in row["text"] for _, title, snippet in ITEMS)


def test_bold_words_of_a_headline_are_not_the_headline(read_one):
    link = "<a href='/x'>Studio drops <b>its lawsuit over copied faces</b> at last</a><a href='/y'><b>Read on</b></a>"
    row = read_one(page(body=f"<div class='related'>{link}</div>"), url=URL)
    assert [teaser["title"] for teaser in row["teasers"]] == ["Studio drops its lawsuit over copied faces at last"]


def test_links_in_the_article_are_not_teasers(read_one):
    sentence = "<p>The ministry, <a href='/x'>which opened a consultation</a>, said so on Tuesday.</p>"
    assert read_one(page(body=f"<div class='related'>{sentence}</div>"), url=URL)["teasers"] == []


def test_menus_are_not_teasers(read_one):
    menu = "<nav class='popular'><a href='/very-long-name'>A section with a very long name</a></nav>"
    assert read_one(page(body=menu), url=URL)["teasers"] == []


def test_article_in_an_element_named_after_related_articles_keeps_its_body(read_one):
    html = page().replace("<main>", "<main class='latest-news'>").replace("<h1>Pictures to be marked</h1>", "")
    assert len(read_one(html, url=URL)["text"].split("\n")) == 4


def test_at_most_thirty_teasers(read_one):
    links = "".join(f"<li><a href='/{n}'>A headline that is long enough {n}</a></li>" for n in range(60))
    assert len(read_one(page(body=f"<ul class='related'>{links}</ul>"), url=URL)["teasers"]) == 30


def front(count=8):
    cards = "".join(
        f"<div class='card'><h3><a href='/2026/story-{n}'>Headline number {n} of the morning</a></h3>"
        f"<time datetime='2026-07-0{n + 1}'></time><p>{n}. {WORDS}</p></div>"
        for n in range(count)
    )
    return f"<html><head><title>Technology</title></head><body><h1>Technology</h1><main>{cards}</main></body></html>"


@pytest.mark.parametrize(
    "url", ["https://news.example/", "https://news.example/technology/", "https://news.example/en/tech"]
)
def test_section_front(read_one, url):
    row = read_one(front(), url=url)
    assert (row["kind"], row["reason"], row["published_at"]) == ("front", None, None)
    assert len(row["teasers"]) == 8
    assert row["teasers"][0]["title"] == "Headline number 0 of the morning"
    assert row["teasers"][0]["snippet"].startswith("0. The ministry")
    assert "The ministry" not in row["text"]


def test_front_whose_cards_run_together(read_one):
    html = (
        front()
        .replace("</h3><p>", "</h3>")
        .replace("</p></div>", "<br></div>")
        .replace("<main>", "<main><p>Our editors choose.</p>")
    )
    row = read_one(html, url="https://news.example/technology/")
    assert (row["kind"], len(row["teasers"])) == ("front", 8)
    assert "Headline number" not in row["text"]


def test_front_that_consists_of_four_cards(read_one):
    row = read_one(front(4), url="https://news.example/technology/")
    assert (row["kind"], row["reason"], len(row["teasers"])) == ("front", None, 4)


@pytest.mark.parametrize(
    ("html", "why"),
    [
        (front(3), "too few"),
        (front(4).replace("<main>", f"<main><p>{WORDS * 3}</p>"), "other text"),
        (front(4).replace("<head>", "<head><meta property='og:type' content='article'>"), "declared an article"),
    ],
    ids=lambda value: value if len(value) < 40 else "",
)
def test_few_links_do_not_make_a_front(read_one, html, why):
    assert read_one(html, url="https://news.example/technology/")["kind"] == "article", why


def test_article_above_four_cards_at_a_short_url_is_an_article(read_one):
    cards = front(4).split("<main>")[1].split("</main>")[0]
    html = page(body=f"<section>{cards}</section>")
    assert read_one(html, url="https://news.example/pictures-marked")["kind"] == "article"


def test_list_of_links_at_an_article_url_is_an_article(read_one):
    assert read_one(front(), url=URL)["kind"] == "article"


def test_article_at_a_short_url_is_an_article(read_one):
    assert read_one(page(), url="https://news.example/technology/")["kind"] == "article"


def test_body_that_occurs_twice_is_kept_once(read_one):
    html = page()
    body = html[html.index("</h1>") + len("</h1>") : html.index("</article>")]
    row = read_one(html.replace(body, body + "<h2>In full</h2>" + body), url=URL)
    assert len(row["text"].split("\n")) == 5
    assert [repeat["first_position"] for repeat in row["repeats"]] == [0, 1, 2, 3]
