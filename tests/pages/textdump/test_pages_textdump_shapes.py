"""Text dumps of other shapes: without blank lines, wrapped to columns, with menus, notices and footers, as fronts."""

import textwrap

import pytest

from newsmill.pages.textdump.parse import read_dump

TITLE = "Pictures made by machines to be marked"
BODY = [
    "The ministry opened a consultation on rules for machine-made pictures on Tuesday, officials said. Makers would"
    " have to mark every picture that they publish.",
    "What changes",
    "Makers would have to keep records of the texts that a picture was made from for a year. Courts may see them.",
    "The consultation ends in September. A law could follow in the spring, the minister told reporters in the"
    " capital, where the page was shown.",
]
CHINESE = [
    "据报道，该公司周二发布了新的视频生成模型，并宣布将在今年秋季向所有用户开放。业内人士认为这将改变行业格局。",
    "有什么变化",
    "公司负责人表示，新模型的训练成本比上一代降低了一半，生成速度提高了三倍，并且支持更长的视频内容。",
    "监管部门将在九月结束公开征求意见，相关法规最快明年春季出台，部长在首都对记者如是说。",
]


@pytest.fixture
def read(make_fetch):
    return lambda *lines: read_dump("\n".join(lines), make_fetch(url="file:dump.txt"))


def test_menu_date_author_and_footer_without_blank_lines(read):
    page = read(
        *("Home", "World", "Tech", "Sport", TITLE, "By Jane Doe", "2 July 2026", "Share", "Tweet", *BODY),
        *("© 2026 The Daily Example. All rights reserved.", "Privacy Policy", "Terms of Use"),
    )
    assert (page.title, page.authors, str(page.published.at)[:10]) == (TITLE, ["Jane Doe"], "2026-07-02")
    assert page.paragraphs == BODY


@pytest.mark.parametrize(
    "row", ["Home > News > Technology", "Home | World | Tech | Sport", "Home  World  Tech  Sport", "首页 > 新闻 > 科技"]
)
def test_rows_of_menu_items(read, row):
    page = read(row, "", TITLE, "", *BODY, "", "About us | Contact | Privacy | Terms")
    assert (page.title, page.paragraphs) == (TITLE, BODY)


def test_row_of_a_table_within_the_text_is_kept(read):
    assert read(TITLE, "", BODY[0], "Fine | Ten euros | A day", BODY[2]).paragraphs[1] == "Fine | Ten euros | A day"


def test_reading_time_and_views_are_labels(read):
    page = read(TITLE, "5 min read", "1,204 views", "阅读量：1024", "Lesezeit: 3 Min.", "", *BODY)
    assert page.paragraphs == BODY


@pytest.mark.parametrize("columns", [66, 80])
@pytest.mark.parametrize("blank", ["\n\n", "\n"], ids=["blank lines", "no blank lines"])
def test_prose_wrapped_to_columns(read, columns, blank):
    wrapped = blank.join("\n".join(textwrap.wrap(paragraph, columns)) for paragraph in BODY)
    assert read(TITLE, "", wrapped).paragraphs == BODY


def test_chinese_wrapped_to_columns_is_joined_without_spaces(read):
    wrapped = ("\n".join(text[start : start + 30] for start in range(0, len(text), 30)) for text in CHINESE)
    page = read("公司发布新一代视频生成模型", "", "\n\n".join(wrapped))
    assert page.paragraphs == CHINESE


def test_chinese_dump_with_path_source_share_words_and_rights(read):
    page = read(
        *("首页 > 新闻 > 科技", "公司发布新一代视频生成模型", "2026年07月02日 10:00 来源：某某网", "分享到 微信 微博"),
        *CHINESE,
        *(
            "相关阅读",
            "新芯片工厂将在北方开工建设",
            "存储芯片工厂明年将在沿海开工，其所有者在展会上宣布了这一消息...",
        ),
        "版权所有 未经授权不得转载",
    )
    assert (page.title, page.paragraphs) == ("公司发布新一代视频生成模型", CHINESE)
    assert [teaser.title for teaser in page.teasers] == ["新芯片工厂将在北方开工建设"]


def test_arabic_dump(read):
    body = [
        "قالت الحكومة يوم الثلاثاء إنها فتحت مشاورات حول قواعد جديدة للصور التي تنتجها الآلات في البلاد.",
        "وأضاف الوزير أن القانون قد يصدر في الربيع المقبل بعد انتهاء المشاورات مع الشركات والخبراء.",
    ]
    page = read(
        *("الرئيسية", "أخبار", "رياضة", "", "الحكومة تفتح مشاورات حول قواعد الصور", "", *body, ""),
        *("مقالات ذات صلة", "مصنع جديد للرقائق في الشمال", "جميع الحقوق محفوظة © 2026"),
    )
    assert (page.title, page.paragraphs) == ("الحكومة تفتح مشاورات حول قواعد الصور", body)
    assert [teaser.title for teaser in page.teasers] == ["مصنع جديد للرقائق في الشمال"]


@pytest.mark.parametrize(
    "notice",
    [
        "Sign up for our free newsletter and get the best stories in your inbox.",
        "We use cookies to improve your experience on our site. Accept all",
        "Follow us on Facebook and Twitter",
        "© 2026 The Daily Example",
        "Abonnez-vous à notre newsletter",
        "Melden Sie sich jetzt für unseren Newsletter an.",
        "Suscríbete a nuestro boletín",
        "Подпишитесь на нашу рассылку",
        "欢迎关注我们的微信公众号",
        "メールマガジンに登録する",
        "무단 전재 및 재배포 금지",
        "اشترك في النشرة البريدية",
        "Facebook Twitter WhatsApp",
    ],
)
def test_notices_and_invitations_within_the_text(read, notice):
    assert read(TITLE, "", *BODY, "", notice, "", BODY[2] + " So it was said.").paragraphs[:4] == BODY
    assert notice not in read(TITLE, "", *BODY, "", notice, "", "And more is to come.").paragraphs


def test_page_that_consists_of_a_notice_keeps_it(read):
    assert read("The Daily Example", "", "We use cookies to improve your experience.").paragraphs != []


def test_documents_title_above_the_headline(read):
    page = read(f"{TITLE} | The Daily Example", "", TITLE, "", *BODY, "", TITLE, *BODY)
    assert page.title == TITLE
    assert page.paragraphs == BODY * 2


def test_bullets_are_removed(read):
    assert read(TITLE, "", BODY[0], "- Makers mark pictures", "• Records are kept", BODY[2]).paragraphs[1:3] == [
        "Makers mark pictures",
        "Records are kept",
    ]


def test_teasers_with_blank_lines_and_comments_below(read):
    section = [
        *("Related articles", "Studio drops lawsuit", "The studio said on Monday that it had reached an agreem..."),
        *("New chip plant to open", "A plant for memory chips will open near the coast next year, its own..."),
    ]
    page = read(*(f"{line}\n" for line in (TITLE, *BODY, *section, "Comments (3)", "First! What a nice article.")))
    assert page.paragraphs == BODY
    assert [teaser.title for teaser in page.teasers] == ["Studio drops lawsuit", "New chip plant to open"]


def test_teaser_whose_headline_is_a_sentence(read):
    section = [
        *("What changes for the makers of pictures? All of it. Or hardly anything.", BODY[0]),
        *("New chip plant to open", BODY[2]),
    ]
    page = read(TITLE, "", *BODY[1:], BODY[3] + " Twice.", "Related article", *section, "Comments (0)", "Home")
    assert [teaser.title for teaser in page.teasers] == section[::2]


def test_paragraph_under_further_reading_is_text(read):
    long = BODY[0] + " Readers who would like to know more find it in the documents."
    page = read(TITLE, "", *BODY, "Further reading", long, BODY[2] + " So it was said.")
    assert long in page.paragraphs


def build_pairs(count, end="..."):
    return [
        line
        for number in range(count)
        for line in (f"Headline number {number} of the day", f"{number}. {BODY[0]}"[:90].rstrip(" .,") + end)
    ]


def test_dump_of_a_front(read):
    page = read("Technology", "", *build_pairs(9), "", "", "Home")
    assert (page.kind, page.title, page.paragraphs, len(page.teasers)) == ("front", "Technology", [], 9)
    assert page.teasers[3].title == "Headline number 3 of the day"


@pytest.mark.parametrize(
    "lines",
    [
        build_pairs(4),
        build_pairs(9, end="."),
        [*build_pairs(6), "Related article", *build_pairs(2)],
        [*BODY, *build_pairs(7)],
    ],
    ids=["few", "whole paragraphs", "an article's teasers", "a text before"],
)
def test_headings_and_paragraphs_are_an_article(read, lines):
    assert read("Technology", "", *lines).kind == "text_dump"


@pytest.mark.parametrize("line", ["x" * 1_000_000, "a b\n" * 20_000, "Home\n\n" * 20_000, "...\n" * 20_000])
def test_hostile_dumps_cost_little(read, line):
    read(line)
