"""Text dumps: title, body, teasers and labels."""

import pytest

BODY = [
    "The ministry opened a consultation on rules for machine-made pictures on Tuesday, officials said.",
    "What changes",
    "Makers would have to mark every picture, and keep records of the texts that it was made from for a year.",
    "The consultation ends in September. A law could follow in the spring, the minister told reporters.",
]
TEASERS = [
    "Studio drops lawsuit over copied faces",
    "The studio said on Monday that it had reached an agreement with the maker of the model, and that both sid",
    "New chip plant to open in the north",
    "A plant for memory chips will open near the coast next year, its owner announced at a fair in the capital on Wed",
]
LABELS = {
    "en": ("Related article", ["Related Special Topic Recommendations", "Comments (0)", "0/500"], "Home"),
    "zh": ("相关文章", ["相关专题推荐", "评论 (0)", "0/500"], "首页"),
    "ja": ("関連記事", ["おすすめ特集", "コメント (0)", "0/500"], "ホーム"),
    "fr": ("Articles liés", ["Thèmes recommandés", "Commentaires (0)", "0/500"], "Accueil"),
    "de": ("Ähnliche Artikel", ["Empfohlene Themen", "Kommentare (0)", "0/500"], "Startseite"),
}


def build_dump(language="en", title="Pictures made by machines to be marked", body=BODY, teasers=TEASERS, twice=True):
    related, labels, home = LABELS[language]
    repeated = [*body, *teasers] if twice else []
    return "\n".join([title, "", *body, related, *teasers, *labels, "", *repeated, *[""] * 5, home, *[""] * 5])


def read_dump(read_one, text, **columns):
    return read_one(text, content_type="text/plain", **columns)


def test_seed_page(read_one, shared):
    page = read_dump(read_one, next((shared / "data/seed").glob("*.txt")).read_bytes(), url="file:seed.txt")
    assert (page["reason"], page["kind"], page["language"]) == (None, "text_dump", "en")
    assert page["title"].endswith("AI Commercial Blockbusters Could Arrive Within 3-6 Months")
    lines = page["text"].split("\n")
    assert len(lines) == len(set(lines)) == 17
    assert lines[0].startswith("iQIYI CEO Gong Yu published an article")
    assert lines[-1].endswith("Technology Co., Ltd.")
    titles = [teaser["title"] for teaser in page["teasers"]]
    assert [word in title for word, title in zip(("Standards", "Defense", "Sites"), titles, strict=True)] == [True] * 3
    assert all(teaser["snippet"] for teaser in page["teasers"])
    assert len(page["repeats"]) == 17


@pytest.mark.parametrize("language", LABELS)
def test_parts_of_a_dump_with_labels_in_each_language(read_one, language):
    page = read_dump(read_one, build_dump(language))
    assert (page["kind"], page["extracted_by"]) == ("text_dump", "text_dump")
    assert page["title"] == "Pictures made by machines to be marked"
    assert page["text"].split("\n") == BODY
    assert [(teaser["title"], teaser["snippet"]) for teaser in page["teasers"]] == [
        tuple(TEASERS[:2]),
        tuple(TEASERS[2:]),
    ]
    assert [teaser["position"] for teaser in page["teasers"]] == [0, 1]
    assert [repeat["first_position"] for repeat in page["repeats"]] == [0, 1, 2, 3]


def test_body_that_occurs_once_has_no_repeats(read_one):
    page = read_dump(read_one, build_dump(twice=False))
    assert page["text"].split("\n") == BODY
    assert page["repeats"] == []


def test_cut_snippet_is_completed_from_the_repeated_teaser(read_one):
    cut = ["Studio drops lawsuit over copied faces", "The studio said on Monday that it had reached an agreement..."]
    whole = "The studio said on Monday that it had reached an agreement with the maker of the model."
    first, repeated = build_dump(teasers=cut).rsplit(cut[1], 1)
    page = read_dump(read_one, first + whole + repeated)
    assert [teaser["snippet"] for teaser in page["teasers"]] == [whole]
    assert page["text"].split("\n") == BODY


def test_teasers_without_snippets(read_one):
    titles = ["Studio drops lawsuit over copied faces", "New chip plant to open in the north", "A fair in the capital"]
    page = read_dump(read_one, build_dump(teasers=titles))
    assert [(teaser["title"], teaser["snippet"]) for teaser in page["teasers"]] == [(title, None) for title in titles]


def test_body_continues_after_teasers_in_its_middle(read_one):
    text = "\n".join(
        ["A headline of some kind", BODY[0], "Read also: Studio drops lawsuit over copied faces", *BODY[1:]]
    )
    page = read_dump(read_one, text)
    assert [teaser["title"] for teaser in page["teasers"]] == ["Studio drops lawsuit over copied faces"]
    assert page["text"].split("\n") == BODY


def test_sentence_that_starts_with_a_heading_is_body(read_one):
    line = "Recommended: a helmet, gloves and a coat that keeps the rain out for at least an hour."
    assert line in read_dump(read_one, "\n".join(["What to wear on the bike", line, *BODY]))["text"]


def test_menu_above_the_title_is_dropped(read_one):
    page = read_dump(read_one, "\n".join(["Start", "World", "Sport", "Weather", "", build_dump()]))
    assert page["title"] == "Pictures made by machines to be marked"
    assert page["text"].split("\n") == BODY


def test_date_author_and_share_button_below_the_title(read_one):
    text = "\n".join(["Pictures to be marked", "", "2026-07-02 09:30", "By Jane Doe", "Share this article", "", *BODY])
    page = read_dump(read_one, text)
    assert str(page["published_at"]) == "2026-07-02 09:30:00"
    assert (page["published_from"], page["author"]) == ("text", "Jane Doe")
    assert page["text"].split("\n") == BODY


def test_hint_takes_precedence_over_the_date_in_the_text(read_one):
    text = "\n".join(["Pictures to be marked", "", "2026-07-02 09:30", "", *BODY])
    page = read_dump(read_one, text, hint_published="2026-07-01T08:00:00Z")
    assert (str(page["published_at"]), page["published_from"]) == ("2026-07-01 08:00:00", "hint")


def test_comments_of_readers_are_not_body(read_one):
    text = "\n".join(
        ["Pictures to be marked", "", *BODY, *BODY[::-1], "Comments (2)", "First! What a nice article this is."]
    )
    assert "First!" not in read_dump(read_one, text)["text"]


def test_comments_link_above_the_article_does_not_end_it(read_one):
    page = read_dump(read_one, "\n".join(["Pictures to be marked", "Comments (2)", *BODY]))
    assert page["text"].split("\n") == BODY


def test_plain_prose_is_kept_whole(read_one):
    page = read_dump(read_one, "\n".join(["A headline of some kind", *BODY]))
    assert page["title"] == "A headline of some kind"
    assert page["text"].split("\n") == BODY


def test_one_long_line_is_a_body_without_title(read_one):
    line = " ".join(BODY)
    page = read_dump(read_one, f"\n\n{line}\n\n")
    assert (page["title"], page["text"]) == (None, line)


def test_headline_and_one_long_line(read_one):
    line = "据报道，该公司周二发布了新的视频生成模型，并宣布将在今年秋季向所有用户开放。" * 4
    page = read_dump(read_one, f"公司发布新模型\n{line}")
    assert (page["title"], page["text"], page["language"]) == ("公司发布新模型", line, "zh")


def test_prose_wrapped_to_a_fixed_width_is_joined(read_one):
    text = """A headline of some kind

The ministry opened a consultation on rules for machine-made pictures on
Tuesday, officials said. Makers would have to mark every picture, and keep
records of the texts that it was made from for a year, under the rules that
the ministry would like to see in force by the spring.

The consultation ends in September. A law could follow in the spring, the
minister told reporters.
"""
    lines = read_dump(read_one, text)["text"].split("\n")
    assert len(lines) == 2
    assert "pictures on Tuesday, officials" in lines[0]


def test_list_of_lines_is_not_joined(read_one):
    items = [f"Item number {number} of the list, which is about as long as all the others are." for number in range(8)]
    assert read_dump(read_one, "\n".join(["A list", "", *items]))["text"].split("\n") == items


def test_plain_text_served_as_html(read_one):
    page = read_one(build_dump(), content_type="text/html")
    assert page["kind"] == "text_dump"
    assert page["text"].split("\n") == BODY
