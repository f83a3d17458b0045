"""Boilerplate: passages on many pages of one site are left out when stories are compared."""

from __future__ import annotations

from unittest.mock import patch

import pytest
from stories_database import Database, article, edited, page

from newsmill.stories import boilerplate
from newsmill.stories.thresholds import DEFAULT_THRESHOLDS

URLS = DEFAULT_THRESHOLDS.min_boilerplate_urls
HALF = URLS // 2

PASSAGE = "Sign up for our morning letter and never miss what the harbour council decides about your street again."
# Longer than the articles below it: two such pages have more in common than not.
NOTICES = " ".join(f"Notice {article(500 + n, words=18)}." for n in range(12))
SITE = {"site": "site.example"}


def pages_with_passage(number: int, passage: str = NOTICES, first: int = 0, **columns: object) -> list[dict]:
    return [
        page(
            f"r{n:02}",
            f"{passage}\n{article(n, words=60)}",
            url=f"https://site.example/{n}",
            **{**SITE, **columns},  # type: ignore[arg-type]
        )
        for n in range(first, first + number)
    ]


def test_a_passage_on_many_pages_of_a_site_is_boilerplate():
    db = Database().load(pages_with_passage(URLS))
    assert len(db.stories()) == URLS
    assert len(db.rows("stories.site_boilerplate")) == 12
    spans = db.con.execute(
        "select char_start, char_end from clean.boilerplate_spans where record_id = 'r00' order by all"
    ).fetchall()
    assert [NOTICES[start:end] for start, end in spans[:2]] == [f"Notice {article(500 + n, words=18)}." for n in (0, 1)]


def test_a_passage_on_fewer_pages_is_not_boilerplate():
    db = Database().load(pages_with_passage(URLS - 1))
    assert len(db.stories()) == 1
    assert db.rows("stories.site_boilerplate") == db.rows("clean.boilerplate_spans") == []


def test_earlier_pages_are_re_clustered_when_a_passage_becomes_boilerplate():
    db = Database().load(pages_with_passage(HALF)).load(pages_with_passage(URLS - HALF, first=HALF, day=1))
    assert len(db.stories()) == URLS
    assert (
        db.tables()
        == Database().load(pages_with_passage(HALF) + pages_with_passage(URLS - HALF, first=HALF, day=1)).tables()
    )
    assert set(db.affected["record_id"]) == {f"r{n:02}" for n in range(1, URLS)}, (
        "r00 is the canonical page before and after"
    )


def test_a_passage_is_no_longer_boilerplate_when_its_pages_are_removed():
    db = (
        Database()
        .load(pages_with_passage(HALF))
        .load(pages_with_passage(URLS - HALF, first=HALF, day=1))
        .load([], days=[1])
    )
    assert db.tables() == Database().load(pages_with_passage(HALF)).tables()


def test_copies_and_refetches_of_one_story_make_no_boilerplate():
    text = article(1) + ". " + PASSAGE
    copies = [page(f"a{n:02}", text, url=f"https://site.example/{n}", title="One", **SITE) for n in range(30)]
    refetches = [
        page(f"b{n:02}", edited(text, n), url="https://site.example/live", title="One", hour=n % 24, **SITE)
        for n in range(30)
    ]
    db = Database().load(copies + refetches)
    assert db.rows("stories.site_boilerplate") == []
    assert len(db.stories()) == 1


def test_boilerplate_belongs_to_one_site():
    elsewhere = page("x", f"{PASSAGE} {article(99)}")
    db = Database().load([*pages_with_passage(URLS, PASSAGE), elsewhere])
    assert {site for site, _ in db.rows("stories.site_boilerplate")} == {"site.example"}
    assert "x" not in {row[0] for row in db.rows("clean.boilerplate_spans")}


@pytest.mark.parametrize("reverse", [False, True])
def test_one_text_with_many_headlines_makes_no_boilerplate_even_if_other_sites_have_the_passage(reverse):
    text = f"{PASSAGE} {article(1)}"
    same = [page(f"a{n}", text, url=f"https://site.example/{n}", title=f"Headline {n}", **SITE) for n in range(9)]
    elsewhere = [page(f"b{n}", f"{PASSAGE} {article(50 + n)}", day=1) for n in range(9)]
    days = [same, elsewhere]
    db = Database()
    for pages in reversed(days) if reverse else days:
        db.load(pages)
    assert db.rows("stories.site_boilerplate") == []


def test_pages_with_little_but_boilerplate_are_matched_only_with_exact_copies():
    stubs = [
        page(f"s{n}", f"{NOTICES}\nPhoto {article(n, words=9)}", url=f"https://site.example/photo/{n}", **SITE)
        for n in range(3)
    ]
    again = {**stubs[0], "record_id": "t", "url": "https://site.example/other"}
    db = Database().load([*pages_with_passage(URLS), *stubs, again])
    assert {story for story in db.stories() if story & {"s0", "s1", "s2"}} == {
        frozenset({"s0", "t"}),
        frozenset({"s1"}),
        frozenset({"s2"}),
    }
    assert {"s0", "s1", "s2", "t"} < {row[0] for row in db.rows("clean.boilerplate_spans")}


def test_a_text_with_and_without_boilerplate_is_an_exact_copy():
    here = pages_with_passage(URLS)
    there = page("z", article(3, words=60), hour=9)
    db = Database().load([*here, there])
    row = db.members()["z"]
    assert (row["relation"], row["matched_record_id"], row["similarity"]) == ("copy", "r03", 1.0)


@pytest.mark.parametrize("number", [8, 40])
def test_daily_digests_with_the_same_headings_are_different_stories(number):
    headings = [f"Here is part {n} of what our newsroom read for you today, in no order at all." for n in range(6)]
    digests = [
        page(
            f"d{day:02}",
            "\n".join(f"{line}\n{article(100 * day + n, words=30)}." for n, line in enumerate(headings)),
            day=day,
            url=f"https://site.example/daily/{day}",
            **SITE,
        )
        for day in range(number)
    ]
    assert len(Database().load(digests).stories()) == number


@pytest.mark.parametrize("number", [6, 30])
def test_stock_tables_of_different_days_are_different_stories(number):
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
    assert len(Database().load(tables).stories()) == number


def test_legal_texts_with_many_common_clauses_are_different_stories():
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
    assert len(Database().load(texts).stories()) == 60


def test_pages_are_stripped_in_batches():
    with patch.object(boilerplate, "PAGES_PER_BATCH", 3):
        db = Database().load(pages_with_passage(URLS))
    assert len(db.stories()) == URLS
