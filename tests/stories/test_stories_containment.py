"""Texts that contain other texts, or share the lead with them."""

from __future__ import annotations

import pytest
from stories_database import Database, article, edited, page

from newsmill.stories.clustering import find_story_centers

SITE = {"site": "site.example"}

LONG = ". ".join(f"{article(seed, words=40)}" for seed in range(20, 28)) + "."


def words(text: str, start: int, end: int) -> str:
    return " ".join(text.split()[start:end])


def test_a_shortened_copy_is_found():
    db = Database().load([page("a", LONG), page("b", words(LONG, 0, 120), hour=7)])
    row = db.members()["b"]
    assert (row["relation"], row["matched_record_id"], row["method"]) == ("edited_copy", "a", "shared_passages")
    assert row["similarity"] < 0.4
    assert row["containment"] == 1.0


def test_a_shorter_text_seen_first_is_the_original_of_the_longer_one():
    db = Database().load([page("a", words(LONG, 60, 200)), page("b", LONG, hour=7), page("c", edited(LONG, 9), hour=8)])
    assert db.stories() == {frozenset("abc")}
    assert db.members()["a"]["is_canonical"]


def test_a_short_quotation_is_another_story():
    db = Database().load([page("a", LONG), page("b", words(LONG, 0, 55), hour=7)])
    assert len(db.stories()) == 2


def test_half_of_a_text_with_other_text_is_another_story():
    db = Database().load([page("a", LONG), page("b", words(LONG, 0, 100) + " " + article(50, words=100), hour=7)])
    assert len(db.stories()) == 2


def sentences(*seeds: int, words: int = 30) -> str:
    return "\n".join(f"{article(seed, words=words)}." for seed in seeds)


NEWS, TEMPLATE_A, TEMPLATE_B = sentences(1, 2, 3), sentences(11, 12), sentences(21, 22)


def test_a_copy_between_words_of_two_templates_is_found_by_its_lead():
    db = Database().load([page("a", f"{NEWS}\n{TEMPLATE_A}"), page("b", f"{NEWS}\n{TEMPLATE_B}", hour=7)])
    row = db.members()["b"]
    assert (row["relation"], row["method"]) == ("edited_copy", "shared_lead")
    assert 0.3 <= row["similarity"] < 0.55 <= row["containment"] < 0.8


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (f"{TEMPLATE_A}\n{NEWS}", f"{TEMPLATE_B}\n{NEWS}"),  # different leads
        (f"{sentences(1, 2)}\n{TEMPLATE_A}", f"{sentences(1, 2)}\n{TEMPLATE_B}"),  # half in common is too little
        (f"{NEWS}\n{TEMPLATE_A}", f"{NEWS}\n{sentences(*range(21, 27))}"),  # a much longer page with the same lead
    ],
)
def test_a_common_lead_alone_or_a_common_end_is_not_enough(one, other):
    assert len(Database().load([page("a", one), page("b", other, hour=7)]).stories()) == 2


def test_a_common_lead_joins_texts_of_one_site_only_if_one_is_on_another_site_too():
    here = [page("a", f"{NEWS}\n{TEMPLATE_A}", **SITE), page("b", f"{NEWS}\n{TEMPLATE_B}", hour=7, **SITE)]
    assert len(Database().load(here).stories()) == 2
    elsewhere = page("c", f"{NEWS}\n{TEMPLATE_B}", day=1)
    db = Database().load(here).load([elsewhere])
    assert db.stories() == {frozenset("abc")}
    assert db.tables() == Database().load([elsewhere]).load(here).tables()


@pytest.mark.parametrize("hour", [1, 12])
def test_a_compilation_joins_none_of_the_stories_it_contains(hour):
    items = [article(seed, words=90) for seed in (1, 2, 3)]
    digest = page("d", ". ".join(items) + ".", hour=hour)
    db = Database().load([page(f"i{n}", item, hour=6) for n, item in enumerate(items)] + [digest])
    assert len(db.stories()) == 4


def test_a_text_that_joins_by_containment_brings_in_no_others():
    assert find_story_centers([1, 2, 3], near_duplicates=[], contained=[(2, 1), (3, 2)]) == {1: 1, 2: 1, 3: 3}
    assert find_story_centers([1, 2, 3], near_duplicates=[(1, 2)], contained=[(3, 2)]) == {1: 1, 2: 1, 3: 1}
    assert find_story_centers([1, 2, 3, 4], near_duplicates=[(2, 3)], contained=[(2, 1), (3, 1), (4, 1)]) == {
        1: 1,
        2: 2,
        3: 2,
        4: 4,
    }, "text 1 is a compilation"


def test_a_contained_text_of_the_same_site_stays_with_its_near_duplicates():
    def centers(texts, near, contained, cross_site=()):
        return find_story_centers(texts, near, contained, set(contained) - set(cross_site))

    assert centers([1, 2, 3], [(2, 3)], [(2, 1)]) == {1: 1, 2: 2, 3: 2}
    assert centers([1, 2, 3], [(2, 3)], [(2, 1)], cross_site=[(2, 1)]) == {1: 1, 2: 1, 3: 3}
    assert centers([1, 2, 3], [(2, 3)], [(1, 2), (1, 3)]) == {1: 1, 2: 1, 3: 1}, "both contain text 1"
    assert centers([1, 2, 3, 4], [(2, 3), (3, 4)], [(1, 2), (1, 3)]) == {1: 1, 2: 2, 3: 2, 4: 2}
    assert centers([0, 1, 2, 3], [(0, 3), (2, 3)], [(1, 2)]) == {0: 0, 3: 0, 2: 0, 1: 1}


def test_a_common_template_does_not_separate_a_page_from_its_copy_on_another_site():
    """Seen on a portal: a shorter page had the lower part of a longer page in its text, except for the headline."""
    below = sentences(31, 32, 33)
    short = page("a", f"{article(1, words=12)}.\n{below}", **SITE)
    whole = page("b", f"{sentences(1, 2, 3, 4, 5, 6, 7)}\n{below}", hour=7, **SITE)
    copy = page("c", sentences(1, 2, 3, 4, 5, 6, 7), hour=8)
    assert Database().load([short, whole, copy]).stories() == {frozenset("a"), frozenset("bc")}
