"""Texts of one site: similar bodies with unrelated headlines are different stories."""

from __future__ import annotations

import pytest
from stories_database import Database, article, edited, page

from newsmill.stories.verify import extract_tokens

SITE = {"site": "site.example"}

# Near-duplicates: after their first sentences, the texts are the same.
SIMILAR = (f"{article(1, words=24)}. {article(2)}", f"{article(3, words=24)}. {article(2)}")


@pytest.mark.parametrize(
    ("titles", "stories"),
    [
        (("Bridge opens to walkers", "Council sells river market"), 2),
        (("UPDATE 1-Bridge opens to walkers", "Walkers crowd the new bridge"), 1),
        (("東京都、AI条例案を公表", "川の市場を売却へ"), 2),
        (("東京都、AI条例案を公表", "AI条例案の審議始まる 東京都"), 1),
        (("Bridge opens to walkers", None), 1),
        (("Up", "No"), 1),
    ],
)
def test_similar_texts_of_one_site_are_one_story_unless_their_headlines_are_unrelated(titles, stories):
    one, other = (
        page(f"r{n}", text, hour=6 + n, url=f"https://site.example/{n}", title=title, **SITE)
        for n, (text, title) in enumerate(zip(SIMILAR, titles, strict=True))
    )
    assert len(Database().load([one, other]).stories()) == stories
    elsewhere = {**other, "site": "elsewhere.example", "url": "https://elsewhere.example/1"}
    assert len(Database().load([one, elsewhere]).stories()) == 1
    dumps = [{**one, "site": None}, {**other, "site": None}]
    assert len(Database().load(dumps).stories()) == 1, "headlines count only if both sites are known"
    nearly = {**other, "text": edited(one["text"], 70)}
    assert len(Database().load([one, nearly]).stories()) == 1, "almost the same text"


@pytest.mark.parametrize(
    ("headline", "tokens"),
    [
        ("UPDATE 2-Acme's profit up", {"update", "acme", "profit"}),
        ("东京都 AI法", {"东京", "京都"}),
        ("Straße über Köln", {"strasse", "über", "köln"}),
        ("...", set()),
    ],
)
def test_tokens_of_a_headline(headline, tokens):
    assert extract_tokens(headline) == tokens


def test_a_rerun_with_other_headlines_reclusters_the_texts():
    titles = "Bridge opens to walkers", "Council sells river market"
    pages = [
        page(f"r{n}", text, day=n, url=f"https://site.example/{n}", title=title, **SITE)
        for n, (text, title) in enumerate(zip(SIMILAR, titles, strict=True))
    ]
    db = Database().load(pages[:1]).load(pages[1:])
    assert len(db.stories()) == 2
    db.load([{**pages[1], "title": titles[0]}])
    assert len(db.stories()) == 1
