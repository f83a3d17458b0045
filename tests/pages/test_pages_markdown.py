"""Markdown: front matter, text without markup."""

import pytest

BODY = """The ministry opened a [consultation](https://gov.example/c) on *Tuesday*.
It ends in `September`.

## What changes

- Makers mark every **picture**
- Records are kept

| Who | What |
| --- | --- |
| Makers | Mark |

![A picture](x.png)
"""
LINES = [
    "The ministry opened a consultation on Tuesday.",
    "It ends in September.",
    "What changes",
    "Makers mark every picture",
    "Records are kept",
    "Who | What",
    "Makers | Mark",
]


@pytest.fixture
def read_markdown(read_one):
    return lambda body, **columns: read_one(body, **{"content_type": "text/markdown", "url": "file:a.md", **columns})


def test_yaml_front_matter(read_markdown):
    head = (
        "---\ntitle: 'Pictures: to be marked'\ndate: 2026-07-02 08:30:00 -0500\nauthors:\n  - Jane Doe\n  - 李华\n---\n"
    )
    page = read_markdown(head + BODY)
    assert (page["kind"], page["extracted_by"]) == ("article", "markdown")
    assert page["title"] == "Pictures: to be marked"
    assert page["author"] == "Jane Doe; 李华"
    assert (str(page["published_at"]), page["published_offset_minutes"]) == ("2026-07-02 08:30:00", -300)
    assert page["published_from"] == "meta"
    assert page["text"].split("\n") == LINES


def test_toml_front_matter(read_markdown):
    page = read_markdown(f'+++\ntitle = "To be marked"\ndate = 2026-07-02\n+++\n{BODY}')
    assert (page["title"], str(page["published_at"])[:10]) == ("To be marked", "2026-07-02")


def test_first_heading_is_the_title(read_markdown):
    page = read_markdown(f"# To be marked\n\n{BODY}")
    assert page["title"] == "To be marked"
    assert page["text"].split("\n") == LINES


def test_heading_is_kept_where_front_matter_has_another_title(read_markdown):
    page = read_markdown(f"---\ntitle: To be marked\n---\n# A consultation\n{BODY}")
    assert page["title"] == "To be marked"
    assert page["text"].startswith("A consultation\n")


def test_plain_text_that_begins_with_a_heading_is_markdown(read_one):
    page = read_one(f"# To be marked\n{BODY}", content_type="text/plain")
    assert (page["title"], page["extracted_by"]) == ("To be marked", "markdown")
    assert page["text"].split("\n") == LINES


def test_post_that_consists_of_front_matter(read_markdown):
    page = read_markdown("---\ntitle: To be marked\nsummary: The ministry opened a consultation.\n---\n")
    assert page["text"] == "The ministry opened a consultation."


def test_shortcodes_and_html(read_markdown):
    text = (
        "# Title\n{{< figure src='x.png' >}}\n\n"
        '{{< quote text="Every picture must be marked, the minister said." >}}\n\n'
        "{% include note.html %}\n\n<div class='x'>Words in a <b>block</b></div>\n\nA<br>B\n"
    )
    assert read_markdown(text)["text"].split("\n") == [
        "Every picture must be marked, the minister said.",
        "Words in a block",
        "A",
        "B",
    ]


def test_emphasis_within_chinese(read_markdown):
    assert read_markdown("# 标题\n处理**“网络杂务”**的挑战性很大。\n")["text"] == "处理“网络杂务”的挑战性很大。"


@pytest.mark.parametrize(
    "fields",
    [
        "title: [",
        "a: &a [1]\nb: *a",
        "title: !!python/object:os.system x",
        "x: " + "[" * 5000,
        "- a list",
        "date: 2026-99-99",
    ],
)
def test_unparsable_front_matter_is_dropped(read_markdown, fields):
    page = read_markdown(f"---\n{fields}\n---\n# To be marked\n\n{BODY}")
    assert page["reason"] is None
    assert page["title"] == "To be marked"
    assert page["text"].split("\n") == LINES


def test_rule_at_the_top_is_not_front_matter(read_markdown):
    assert read_markdown(f"---\n\n# To be marked\n\n{BODY}")["title"] == "To be marked"


def test_date_in_the_file_name(read_markdown):
    page = read_markdown(f"# To be marked\n{BODY}", url="file:posts/2026-07-02-to-be-marked.md")
    assert (str(page["published_at"])[:10], page["published_from"]) == ("2026-07-02", "url")
