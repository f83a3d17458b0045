"""Passages that stand on very many pages of a site, and texts that are part of others."""

from __future__ import annotations

from unittest.mock import patch

import pytest
from stories_database import Database, article, edited, page

from newsmill.stories import boilerplate
from newsmill.stories.boilerplate import STANDING_URLS
from newsmill.stories.headlines import telling_words
from newsmill.stories.star_clustering import story_centres

HALF = STANDING_URLS // 2

STANDING = "Sign up for our morning letter and never miss what the harbour council decides about your street again."
# Longer than most of the articles it stands on: two such pages are more alike than not.
WALL = " ".join(f"Notice {article(500 + n, words=18)}." for n in range(12))
SITE = {"site": "site.example"}


def standing_on(number: int, passage: str = WALL, first: int = 0, **other: object) -> list[dict]:
    return [
        page(
            f"r{n:02}",
            f"{passage}\n{article(n, words=60)}",
            url=f"https://site.example/{n}",
            **{**SITE, **other},  # type: ignore[arg-type]
        )
        for n in range(first, first + number)
    ]


def test_a_passage_on_very_many_pages_of_a_site_tells_no_story():
    db = Database().land(standing_on(STANDING_URLS))
    assert len(db.stories()) == STANDING_URLS
    assert len(db.rows("stories.site_boilerplate")) == 12
    spans = db.con.execute(
        "select char_start, char_end from clean.boilerplate_spans where record_id = 'r00' order by all"
    ).fetchall()
    assert [WALL[start:end] for start, end in spans[:2]] == [f"Notice {article(500 + n, words=18)}." for n in (0, 1)]


def test_below_that_it_is_as_good_as_any_other():
    db = Database().land(standing_on(STANDING_URLS - 1))
    assert len(db.stories()) == 1
    assert db.rows("stories.site_boilerplate") == db.rows("clean.boilerplate_spans") == []


def test_pages_from_before_a_passage_was_noticed_are_told_anew():
    db = Database().land(standing_on(HALF)).land(standing_on(STANDING_URLS - HALF, first=HALF, day=1))
    assert len(db.stories()) == STANDING_URLS
    assert (
        db.tables()
        == Database().land(standing_on(HALF) + standing_on(STANDING_URLS - HALF, first=HALF, day=1)).tables()
    )
    assert set(db.affected["record_id"]) == {f"r{n:02}" for n in range(1, STANDING_URLS)}, "r00 was its own before"


def test_a_passage_ceases_to_stand_with_the_pages_that_held_it():
    db = (
        Database().land(standing_on(HALF)).land(standing_on(STANDING_URLS - HALF, first=HALF, day=1)).land([], days=[1])
    )
    assert db.tables() == Database().land(standing_on(HALF)).tables()


def test_copies_and_refetches_of_one_story_make_no_standing_passage():
    text = article(1) + ". " + STANDING
    copies = [page(f"a{n:02}", text, url=f"https://site.example/{n}", title="One", **SITE) for n in range(30)]
    refetches = [
        page(f"b{n:02}", edited(text, n), url="https://site.example/live", title="One", hour=n % 24, **SITE)
        for n in range(30)
    ]
    db = Database().land(copies + refetches)
    assert db.rows("stories.site_boilerplate") == []
    assert len(db.stories()) == 1


def test_a_passage_stands_on_one_site_only():
    elsewhere = page("x", f"{STANDING} {article(99)}")
    db = Database().land([*standing_on(STANDING_URLS, STANDING), elsewhere])
    assert {site for site, _ in db.rows("stories.site_boilerplate")} == {"site.example"}
    assert "x" not in {row[0] for row in db.rows("clean.boilerplate_spans")}


@pytest.mark.parametrize("reverse", [False, True])
def test_one_wording_under_many_headlines_is_no_standing_passage_whatever_other_sites_hold(reverse):
    text = f"{STANDING} {article(1)}"
    same = [page(f"a{n}", text, url=f"https://site.example/{n}", title=f"Headline {n}", **SITE) for n in range(9)]
    elsewhere = [page(f"b{n}", f"{STANDING} {article(50 + n)}", day=1) for n in range(9)]
    nights = [same, elsewhere]
    db = Database()
    for pages in reversed(nights) if reverse else nights:
        db.land(pages)
    assert db.rows("stories.site_boilerplate") == []


def test_pages_that_hold_little_else_are_only_matched_when_the_same():
    stubs = [
        page(f"s{n}", f"{WALL}\nPhoto {article(n, words=9)}", url=f"https://site.example/photo/{n}", **SITE)
        for n in range(3)
    ]
    again = {**stubs[0], "record_id": "t", "url": "https://site.example/other"}
    db = Database().land([*standing_on(STANDING_URLS), *stubs, again])
    assert {story for story in db.stories() if story & {"s0", "s1", "s2"}} == {
        frozenset({"s0", "t"}),
        frozenset({"s1"}),
        frozenset({"s2"}),
    }
    assert {"s0", "s1", "s2", "t"} < {row[0] for row in db.rows("clean.boilerplate_spans")}


ALIKE = (f"{article(1, words=24)}. {article(2)}", f"{article(3, words=24)}. {article(2)}")


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
def test_texts_of_one_site_that_are_alike_are_one_story_unless_their_headlines_are_strangers(titles, stories):
    one, other = (
        page(f"r{n}", text, hour=6 + n, url=f"https://site.example/{n}", title=title, **SITE)
        for n, (text, title) in enumerate(zip(ALIKE, titles, strict=True))
    )
    assert len(Database().land([one, other]).stories()) == stories
    elsewhere = {**other, "site": "elsewhere.example", "url": "https://elsewhere.example/1"}
    assert len(Database().land([one, elsewhere]).stories()) == 1
    dumps = [{**one, "site": None}, {**other, "site": None}]
    assert len(Database().land(dumps).stories()) == 1, "of which sites they are is not known"
    nearly = {**other, "text": edited(one["text"], 70)}
    assert len(Database().land([one, nearly]).stories()) == 1, "it is all but the same text"


@pytest.mark.parametrize(
    ("headline", "words"),
    [
        ("UPDATE 2-Acme's profit up", {"update", "acme", "profit"}),
        ("东京都 AI法", {"东京", "京都"}),
        ("Straße über Köln", {"strasse", "über", "köln"}),
        ("...", set()),
    ],
)
def test_words_of_a_headline_that_tell(headline, words):
    assert telling_words(headline) == words


def test_headlines_that_change_on_a_rerun_are_heeded():
    titles = "Bridge opens to walkers", "Council sells river market"
    pages = [
        page(f"r{n}", text, day=n, url=f"https://site.example/{n}", title=title, **SITE)
        for n, (text, title) in enumerate(zip(ALIKE, titles, strict=True))
    ]
    db = Database().land(pages[:1]).land(pages[1:])
    assert len(db.stories()) == 2
    db.land([{**pages[1], "title": titles[0]}])
    assert len(db.stories()) == 1


def test_the_same_story_on_two_sites_with_different_furniture_is_an_exact_copy():
    here = standing_on(STANDING_URLS)
    there = page("z", article(3, words=60), hour=9)
    db = Database().land([*here, there])
    row = db.members()["z"]
    assert (row["relation"], row["matched_record_id"], row["similarity"]) == ("copy", "r03", 1.0)


LONG = ". ".join(f"{article(seed, words=40)}" for seed in range(20, 28)) + "."


def words(text: str, start: int, end: int) -> str:
    return " ".join(text.split()[start:end])


def test_a_shortened_copy_inside_a_longer_page_is_found():
    db = Database().land([page("a", LONG), page("b", words(LONG, 0, 120), hour=7)])
    row = db.members()["b"]
    assert (row["relation"], row["matched_record_id"], row["method"]) == ("edited_copy", "a", "shared_passages")
    assert row["similarity"] < 0.4
    assert row["containment"] == 1.0


def test_a_brief_that_came_first_is_the_original_of_the_long_page():
    db = Database().land([page("a", words(LONG, 60, 200)), page("b", LONG, hour=7), page("c", edited(LONG, 9), hour=8)])
    assert db.stories() == {frozenset("abc")}
    assert db.members()["a"]["is_canonical"]


def test_a_short_quotation_makes_no_story():
    db = Database().land([page("a", LONG), page("b", words(LONG, 0, 55), hour=7)])
    assert len(db.stories()) == 2


def test_half_of_a_text_with_something_else_is_another_story():
    db = Database().land([page("a", LONG), page("b", words(LONG, 0, 100) + " " + article(50, words=100), hour=7)])
    assert len(db.stories()) == 2


def sentences(*seeds: int, words: int = 30) -> str:
    return "\n".join(f"{article(seed, words=words)}." for seed in seeds)


NEWS, OURS, THEIRS = sentences(1, 2, 3), sentences(11, 12), sentences(21, 22)


def test_a_copy_among_words_of_either_template_is_found_by_its_beginning():
    db = Database().land([page("a", f"{NEWS}\n{OURS}"), page("b", f"{NEWS}\n{THEIRS}", hour=7)])
    row = db.members()["b"]
    assert (row["relation"], row["method"]) == ("edited_copy", "shared_lead")
    assert 0.3 <= row["similarity"] < 0.55 <= row["containment"] < 0.8


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (f"{OURS}\n{NEWS}", f"{THEIRS}\n{NEWS}"),  # neither begins with what both have
        (f"{sentences(1, 2)}\n{OURS}", f"{sentences(1, 2)}\n{THEIRS}"),  # half is too little
        (f"{NEWS}\n{OURS}", f"{NEWS}\n{sentences(*range(21, 27))}"),  # a longer page that begins with it
    ],
)
def test_neither_the_rest_nor_the_beginning_alone_makes_a_story(one, other):
    assert len(Database().land([page("a", one), page("b", other, hour=7)]).stories()) == 2


def test_pages_of_one_site_that_begin_alike_are_stories_of_their_own_until_one_stands_elsewhere():
    here = [page("a", f"{NEWS}\n{OURS}", **SITE), page("b", f"{NEWS}\n{THEIRS}", hour=7, **SITE)]
    assert len(Database().land(here).stories()) == 2
    elsewhere = page("c", f"{NEWS}\n{THEIRS}", day=1)
    db = Database().land(here).land([elsewhere])
    assert db.stories() == {frozenset("abc")}
    assert db.tables() == Database().land([elsewhere]).land(here).tables()


@pytest.mark.parametrize("hour", [1, 12])
def test_a_compilation_does_not_join_the_stories_that_it_holds(hour):
    items = [article(seed, words=90) for seed in (1, 2, 3)]
    digest = page("d", ". ".join(items) + ".", hour=hour)
    db = Database().land([page(f"i{n}", item, hour=6) for n, item in enumerate(items)] + [digest])
    assert len(db.stories()) == 4


def test_what_joins_as_a_part_leads_no_further():
    assert story_centres([1, 2, 3], near=[], parts=[(2, 1), (3, 2)]) == {1: 1, 2: 1, 3: 3}
    assert story_centres([1, 2, 3], near=[(1, 2)], parts=[(3, 2)]) == {1: 1, 2: 1, 3: 1}
    assert story_centres([1, 2, 3, 4], near=[(2, 3)], parts=[(2, 1), (3, 1), (4, 1)]) == {
        1: 1,
        2: 2,
        3: 2,
        4: 4,
    }, "text 1 is a compilation"


def test_what_would_join_as_a_part_of_its_own_site_stays_with_texts_that_are_like_it():
    def told(texts, near, parts, abroad=()):
        return story_centres(texts, near, parts, set(parts) - set(abroad))

    assert told([1, 2, 3], [(2, 3)], [(2, 1)]) == {1: 1, 2: 2, 3: 2}
    assert told([1, 2, 3], [(2, 3)], [(2, 1)], abroad=[(2, 1)]) == {1: 1, 2: 1, 3: 3}
    assert told([1, 2, 3], [(2, 3)], [(1, 2), (1, 3)]) == {1: 1, 2: 1, 3: 1}, "both hold text 1"
    assert told([1, 2, 3, 4], [(2, 3), (3, 4)], [(1, 2), (1, 3)]) == {1: 1, 2: 2, 3: 2, 4: 2}
    assert told([0, 1, 2, 3], [(0, 3), (2, 3)], [(1, 2)]) == {0: 0, 3: 0, 2: 0, 1: 1}


def test_a_template_of_ones_own_site_takes_no_page_from_its_copy_elsewhere():
    """As on a portal: one page's text and all below it stood, but for the headline, in that of a shorter one."""
    below = sentences(31, 32, 33)
    short = page("a", f"{article(1, words=12)}.\n{below}", **SITE)
    whole = page("b", f"{sentences(1, 2, 3, 4, 5, 6, 7)}\n{below}", hour=7, **SITE)
    copy = page("c", sentences(1, 2, 3, 4, 5, 6, 7), hour=8)
    assert Database().land([short, whole, copy]).stories() == {frozenset("a"), frozenset("bc")}


@pytest.mark.parametrize("number", [8, 40])
def test_daily_digests_that_share_a_skeleton_are_stories_of_their_own(number):
    skeleton = [f"Here is part {n} of what our newsroom read for you today, in no order at all." for n in range(6)]
    digests = [
        page(
            f"d{day:02}",
            "\n".join(f"{line}\n{article(100 * day + n, words=30)}." for n, line in enumerate(skeleton)),
            day=day,
            url=f"https://site.example/daily/{day}",
            **SITE,
        )
        for day in range(number)
    ]
    assert len(Database().land(digests).stories()) == number


@pytest.mark.parametrize("number", [6, 30])
def test_stock_tables_of_different_days_are_stories_of_their_own(number):
    names = [f"Company{n} Holdings" for n in range(40)]
    tables = [
        page(
            f"t{day:02}",
            "\n".join(
                f"{name} {(day * 37 + n * 11) % 900}.{n % 10} {(day + n) % 7}.{day % 10}%"
                for n, name in enumerate(names)
            ),
            day=day,
            url=f"https://site.example/market/{day}",
            **SITE,
        )
        for day in range(number)
    ]
    assert len(Database().land(tables).stories()) == number


def test_legal_texts_that_share_most_clauses_come_apart_once_the_clauses_are_known():
    clauses = [f"Clause {n}: {article(200 + n, words=25)}." for n in range(10)]
    texts = [
        page(
            f"l{n:02}",
            "\n".join([*clauses, f"Annex of {article(300 + n, words=70)}."]),
            url=f"https://site.example/l/{n}",
            **SITE,
        )
        for n in range(60)
    ]
    assert len(Database().land(texts).stories()) == 60


def test_counting_standing_pages_takes_one_reading_of_what_turned():
    with patch.object(boilerplate, "PAGES_AT_ONCE", 3):
        db = Database().land(standing_on(STANDING_URLS))
    assert len(db.stories()) == STANDING_URLS
