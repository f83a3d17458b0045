"""Section fronts, detected from the tree alone: lists of links and of articles in full; pages that resemble them."""

import pytest

from newsmill.pages.html.tree import parse_html
from newsmill.pages.links.section_front import extract_section_front, is_section_url

ROOT = "https://news.example/"
SECTION = "https://news.example/technology/"
ARTICLE = "https://news.example/2026/pictures-to-be-marked-soon.html"
WORDS = "The ministry opened a consultation on rules for machine-made pictures, officials said on Tuesday. "
MENU = "<nav><a href='/a'>A section with a rather long name</a></nav><footer><p>All rights are with us.</p></footer>"


def cards(count, pattern="<div class='k'><h3><a href='{u}'>{t}</a></h3><p>{x}</p></div>", title="Headline {n} of them"):
    return "".join(
        pattern.format(u=f"/2026/story-{n}", t=title.format(n=n) + " all this morning", x=f"{n}. {WORDS}")
        for n in range(count)
    )


def front(body, head="", h1="Technology"):
    return parse_html(f"<html><head><title>x</title>{head}</head><body>{MENU}<h1>{h1}</h1>{body}</body></html>")


def extract_titles(tree, url):
    front = extract_section_front(tree, url)
    return None if front is None else [teaser.title for teaser in front[0]]


def test_front_has_every_teaser_and_its_own_text():
    tree = front(f"<main><p>Our editors choose.</p>{cards(80)}</main>")
    teasers, rest = extract_section_front(tree, SECTION)
    assert [teaser.title for teaser in teasers] == [f"Headline {n} of them all this morning" for n in range(80)]
    assert all(teaser.snippet.startswith(f"{n}. The ministry") for n, teaser in enumerate(teasers))
    assert teasers[7].url == "https://news.example/2026/story-7"
    assert rest == ["Our editors choose."]


@pytest.mark.parametrize(
    ("title", "snippet", "section"),
    [
        (
            "第{n}条：新一代视频生成模型今日正式发布",
            "公司周二表示，新模型的训练成本比上一代降低了一半，并将在秋季开放。",
            "科技",
        ),
        (
            "第{n}報：新しい動画生成モデルが本日発表",
            "同社は火曜日、新モデルの訓練費用が前世代の半分になったと述べた。",
            "技術",
        ),
        (
            "الخبر {n}: الحكومة تفتح مشاورات حول الصور",
            "قالت الحكومة يوم الثلاثاء إنها فتحت مشاورات حول قواعد جديدة للصور.",
            "تقنية",
        ),
        (
            "כתבה {n}: הממשלה פתחה בהתייעצות על תמונות",
            "הממשלה אמרה ביום שלישי כי פתחה בהתייעצות על כללים חדשים לתמונות.",
            "טכנולוגיה",
        ),
    ],
    ids=["zh", "ja", "ar", "he"],
)
@pytest.mark.parametrize("url", [ROOT, SECTION, "https://news.example/list/20260702/node_71.htm"])
def test_fronts_of_other_scripts(title, snippet, section, url):
    body = "".join(
        f"<li><img src=p><a href='/2026/{n}.shtml'>{title.format(n=n)}</a><p>{snippet}</p></li>" for n in range(12)
    )
    assert len(extract_titles(front(f"<ul>{body}</ul>", h1=section), url)) == 12


@pytest.mark.parametrize(
    "pattern",
    [
        "<article><header><h2><a href='{u}'>{t}</a></h2></header><p>{x}</p><a href='{u}'>Read on</a></article>",
        "<a href='{u}'><img src=p><h3>{t}</h3><p>{x}</p></a>",
        "<div><a href='{u}'><img src=p></a><h3>{t}</h3><p>{x}</p><a href='{u}'>More</a></div>",
        "<h3><a href='{u}'>{t}</a></h3><p>{x}</p>",
        "<dt><a href='{u}'>{t}</a></dt><dd>{x}</dd>",
        "<tr><td><a href='{u}'>{t}</a></td><td>{x}</td></tr>",
        "<li><a href='{u}'>{t}</a></li>",
    ],
    ids=[
        "articles",
        "links around cards",
        "headline that is not a link",
        "flat",
        "definitions",
        "table",
        "links alone",
    ],
)
def test_fronts_of_any_card_markup(pattern):
    wrap = {"<dt": "<dl>{}</dl>", "<tr": "<table>{}</table>", "<li": "<ul>{}</ul>"}.get(pattern[:3], "<div>{}</div>")
    assert len(extract_titles(front(wrap.format(cards(9, pattern))), SECTION)) == 9


def test_front_at_an_article_url():
    assert len(extract_titles(front(f"<div>{cards(14)}</div>"), ARTICLE)) == 14
    assert (
        len(extract_titles(front(f"<div>{cards(14)}</div>".replace("/2026", ROOT + "2026")), "file:front.html")) == 14
    )


@pytest.mark.parametrize(
    ("body", "head", "h1"),
    [
        (cards(8), "", "Technology"),
        (cards(14) + f"<p>{WORDS * 4}</p>", "", "Technology"),
        (cards(14), "<meta property='og:type' content='article'>", "Technology"),
        (cards(14), "", "Pictures made by machines are to be marked, ministry says"),
        (cards(14).replace("/2026/", "https://shop.other.example/"), "", "Technology"),
        (cards(14, title="No {n}").replace(" all this morning", ""), "", "Technology"),
    ],
    ids=["few", "other text", "declared an article", "own headline", "links elsewhere", "names"],
)
def test_lists_at_an_article_url_that_are_not_fronts(body, head, h1):
    assert extract_titles(front(f"<div>{body}</div>", head, h1), ARTICLE) is None


def test_short_chinese_article_around_one_link_is_not_a_card():
    """Found on a portal, with a download box in the article: 500 characters are as long as 1,000 letters."""
    text = "市政府昨天宣布，今后三年将在沿河两岸修建新的步道和自行车道，工程预计明年春天开工。" * 12
    box = f"<div><p><a href='/soft/12345.html'>手机下载河岸步道地图最新版本</a></p><p>{text}</p></div>"
    assert 350 < len(text) < 700
    assert extract_titles(front(f"<div>{box}{cards(14)}</div>", h1="快讯"), ARTICLE) is None


@pytest.mark.parametrize(
    "html",
    [
        f"<h1>Pictures to be marked</h1><p>{WORDS * 12}</p><div>{cards(8)}</div>",
        f"<h1>The ten best cameras of the year, tested by our editors</h1><p>{WORDS * 3}</p><div>{cards(10)}</div>",
        f"<h1>A guide</h1><p>{WORDS * 4}</p><p>{WORDS * 3}</p><h2>In this guide</h2><ul>{cards(7)}</ul>",
    ],
    ids=["article above cards", "list of the best", "guide with chapters"],
)
def test_articles_at_short_urls(html):
    head = "<meta property='article:published_time' content='2026-07-02'>"
    assert extract_section_front(parse_html(f"<head>{head}</head><body>{html}</body>"), SECTION) is None


def posts(count, head="<h2><a href='{u}'>{t}</a></h2>", words=WORDS):
    return "".join(
        f"<article class='post'>{head.format(u=f'/2026/post-{n}', t=f'What happened on day {n} of the talks')}"
        f"<p>{n}. {words * 4}</p><p>See <a href='/2026/other'>what else happened that day in town</a>."
        f" {words * 4}</p></article>"
        for n in range(count)
    )


@pytest.mark.parametrize("url", [ROOT, "https://news.example/blog/page/2/", "https://news.example/2026/07/"])
def test_articles_in_full_on_a_blogs_front_are_its_teasers(url):
    teasers, rest = extract_section_front(front(f"<main>{posts(5)}</main>", h1="The Example Blog"), url)
    assert [teaser.title for teaser in teasers] == [f"What happened on day {n} of the talks" for n in range(5)]
    assert all(teaser.snippet.startswith(f"{n}. The ministry") for n, teaser in enumerate(teasers))
    assert rest == []


def test_articles_in_full_at_any_url():
    assert len(extract_titles(front(f"<main>{posts(4)}</main>", h1="The Example Blog"), ARTICLE)) == 4


def test_live_blog_is_one_article():
    timed = posts(6, head="<time>10:00</time><h2><a href='#{u}'>{t}</a></h2>")
    live = front(f"<main>{timed}</main>", h1="Live: how the night of the vote went in the capital")
    assert extract_section_front(live, SECTION) is None
    linked = timed.replace("'#/2026/post-", "'/technology/?post=")
    assert (
        extract_section_front(
            front(f"<main>{linked}</main>", h1="Live: how the night of the vote went in town"), SECTION
        )
        is None
    )


def test_digest_without_links_is_one_article():
    assert (
        extract_section_front(front(f"<main>{posts(5, head='<h2>{t}</h2>')}</main>", h1="This week"), SECTION) is None
    )


def test_consent_notice_does_not_hide_a_front():
    notice = f"<div>We and our partners use cookies to count visits. {WORDS * 3}</div>"
    assert len(extract_titles(front(notice + f"<div>{cards(14)}</div>"), ARTICLE)) == 14


def test_sister_sites_belong_to_a_front():
    body = cards(8).replace("'/2026", "'https://sport.news.example/2026")
    assert len(extract_titles(front(f"<div>{body}</div>"), "https://www.news.example/")) == 8


def test_page_without_links_is_not_a_front():
    assert extract_section_front(parse_html("<p>x</p>"), ROOT) is None


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://news.example", True),
        ("https://news.example/index.html", True),
        ("https://news.example/world/asia/", True),
        ("https://news.example/author/jane-van-der-doe", True),
        ("https://news.example/tag/made-by-a-machine/page/12", True),
        ("https://news.example/2026/07", True),
        ("https://news.example/2026/07/02/rain", False),
        ("https://news.example/p/12345678", False),
        ("https://news.example/world/rain-falls-on-the-plain", False),
        ("https://news.example/topics/rain.html", False),
        ("file:index.html", False),
    ],
)
def test_section_urls(url, expected):
    assert is_section_url(url) is expected
