"""Relations of pages in a story: one case for each relation and rule."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from stories_database import Database, article, edited, page

from newsmill.stories.clustering import find_story_centers
from newsmill.stories.text.changes import diff_passages, summarize_changes

TEXT = article(1)
SLIGHTLY = edited(TEXT, 10, 60)


def matched(db: Database, record: str) -> tuple:
    row = db.members()[record]
    return row["relation"], row["matched_record_id"], row["method"]


def test_a_page_alone_is_one_story():
    db = Database().load([page("a", TEXT)])
    assert db.members()["a"] == {
        "record_id": "a",
        "ingest_date": dt.date(2026, 3, 1),
        "story_id": "sa",
        "is_canonical": True,
        "relation": "original",
        "matched_record_id": None,
        "similarity": None,
        "containment": None,
        "method": "none",
        "change": None,
    }


def test_refetch_is_the_same_url_with_the_same_text():
    db = Database().load(
        [
            page("a", TEXT, url="https://site.example/1"),
            page("b", TEXT + " !", url="http://www.site.example/1?utm_source=mail#top", hour=7),
        ]
    )
    assert matched(db, "b") == ("refetch", "a", "text_hash")
    assert db.members()["b"]["similarity"] == 1.0


def test_revision_is_the_same_url_with_another_text_matched_to_the_fetch_before():
    url = "https://site.example/1"
    db = Database().load(
        [
            page("a", TEXT, url=url, hour=1),
            page("b", SLIGHTLY, url=url, hour=2),
            page("c", edited(SLIGHTLY, 30), url=url, hour=3),
        ]
    )
    assert matched(db, "b") == ("revision", "a", "same_url")
    assert matched(db, "c") == ("revision", "b", "same_url")
    assert db.members()["c"]["similarity"] == pytest.approx((98 - 5) / (98 + 5))


def test_a_revision_has_a_summary_of_its_changes():
    url = "https://site.example/1"
    before = TEXT + ". Two were hurt. Nobody knows why."
    after = TEXT + ". Three were hurt. Nobody knows why."
    db = Database().load(
        [page("a", before, url=url), page("b", after, url=url, hour=7), page("c", after, url=url, hour=8)]
    )
    assert db.members()["b"]["change"] == "- Two were hurt.\n+ Three were hurt."
    assert db.members()["a"]["change"] is db.members()["c"]["change"] is None


def test_a_summary_is_short_and_the_differences_are_complete():
    before, after = (". ".join(f"{word} number {n} " + "x" * 200 for n in range(9)) + "." for word in ("One", "Other"))
    [summary] = summarize_changes(pl.DataFrame({"before": [before], "after": [after]})).to_list()
    lines = summary.splitlines()
    assert len(lines) == 7
    assert lines[-1] == "… and 12 more"
    assert all(len(line) <= 162 for line in lines)
    assert len(diff_passages(before, after)) == 18


def test_line_breaks_alone_are_not_a_change():
    assert summarize_changes(
        pl.DataFrame({"before": ["One two.\nThree."], "after": ["One  two. Three."]})
    ).to_list() == [None]


def test_a_restored_text_is_a_refetch_of_the_page_that_had_it():
    url = "https://site.example/1"
    db = Database().load(
        [page("a", TEXT, url=url, hour=1), page("b", SLIGHTLY, url=url, hour=2), page("c", TEXT, url=url, hour=3)]
    )
    assert matched(db, "c") == ("refetch", "a", "text_hash")


def test_a_revision_too_different_for_a_near_duplicate_is_found_by_its_url():
    rewritten = edited(TEXT, 5, 20, 35, 50, 65, 80)
    at_one_url = Database().load(
        [page("a", TEXT, url="https://s.example/1"), page("b", rewritten, url="https://s.example/1", hour=7)]
    )
    assert matched(at_one_url, "b") == ("revision", "a", "same_url")
    assert 0.4 <= at_one_url.members()["b"]["similarity"] < 0.55
    elsewhere = Database().load([page("a", TEXT), page("b", rewritten, hour=7)])
    assert elsewhere.stories() == {frozenset("a"), frozenset("b")}


def test_another_text_at_the_same_url_is_another_story():
    url = "https://site.example/live"
    db = Database().load([page("a", TEXT, url=url), page("b", article(2), url=url, hour=7)])
    assert db.stories() == {frozenset("a"), frozenset("b")}


def test_copy_is_the_same_text_elsewhere_matched_to_its_first_page():
    db = Database().load([page("a", TEXT), page("b", TEXT.upper(), hour=7), page("c", TEXT.replace(" ", "\n"), hour=8)])
    assert matched(db, "b") == matched(db, "c") == ("copy", "a", "text_hash")
    assert db.members()["c"]["similarity"] == 1.0


def test_edited_copy_is_matched_to_the_most_similar_text():
    db = Database().load([page("a", TEXT), page("b", SLIGHTLY, hour=7), page("c", edited(SLIGHTLY, 30), hour=8)])
    assert matched(db, "b") == ("edited_copy", "a", "minhash_jaccard")
    assert matched(db, "c") == ("edited_copy", "b", "minhash_jaccard")
    assert db.members()["b"]["similarity"] == pytest.approx((98 - 10) / (98 + 10))


def test_edited_copy_is_matched_to_the_first_of_equally_similar_texts():
    db = Database().load(
        [
            page("a", TEXT),
            page("b", edited(TEXT, 20), hour=7),
            page("c", edited(TEXT, 40), hour=8),
            page("z", TEXT, hour=9),
        ]
    )
    assert matched(db, "c") == ("edited_copy", "a", "minhash_jaccard")


def test_chinese_edited_copy_is_found():
    sentence = (
        "今年第一季度全国新能源汽车销量同比增长百分之二十三其中纯电动车型占六成以上业内人士认为充电设施是主要原因"
    )
    text = (
        sentence
        + "与此同时出口数量也创下历史新高多家企业表示将继续扩大海外工厂的产能以满足欧洲和东南亚市场不断上升的需求"
    )
    db = Database().load([page("a", text), page("b", text.replace("主要原因", "关键因素") + "。", hour=7)])
    assert matched(db, "b") == ("edited_copy", "a", "minhash_jaccard")


def test_line_breaks_between_chinese_characters_do_not_matter():
    text = "今年第一季度全国新能源汽车销量同比增长"
    db = Database().load([page("a", text), page("b", "\n".join(text), hour=7)])
    assert matched(db, "b") == ("copy", "a", "text_hash")


def test_short_texts_are_matched_only_with_exact_copies():
    short = article(3, words=40)
    db = Database().load([page("a", short), page("b", short + " indeed", hour=7), page("c", short, hour=8)])
    assert db.stories() == {frozenset("ac"), frozenset("b")}


def test_section_fronts_are_matched_only_with_exact_copies():
    url = "https://site.example/"
    db = Database().load(
        [
            page("a", TEXT, kind="front", url=url),
            page("b", SLIGHTLY, kind="front", url=url, hour=7),
            page("c", TEXT, kind="front", url=url, hour=8),
        ]
    )
    assert db.stories() == {frozenset("ac"), frozenset("b")}
    assert db.rows("stories.bands") == db.rows("stories.edges") == []


def test_pages_without_words_are_the_same_only_at_one_url():
    db = Database().load(
        [page("a", "", url="https://s.example/1"), page("b", "…", url="https://s.example/1", hour=7), page("c", "")]
    )
    assert db.stories() == {frozenset("ab"), frozenset("c")}


def test_canonical_is_the_page_published_first_not_the_one_fetched_first():
    db = Database().load(
        [
            page("a", TEXT, hour=6),
            page("b", TEXT, hour=9, published_at=dt.datetime(2026, 3, 1, 12), published_offset_minutes=8 * 60),
        ]
    )
    assert matched(db, "a") == ("copy", "b", "text_hash")
    assert db.members()["b"]["is_canonical"]


def test_a_date_without_a_time_does_not_come_before_a_time_on_that_day():
    at_noon = dt.datetime(2026, 3, 1, 12)
    db = Database().load(
        [
            page("a", TEXT, day=1, published_at=dt.datetime(2026, 3, 1)),
            page("b", TEXT, day=1, hour=9, published_at=at_noon, published_offset_minutes=0),
        ]
    )
    assert db.members()["b"]["is_canonical"]


def test_a_story_has_the_texts_within_two_edges_of_its_canonical_text():
    links = [TEXT]
    for start in (0, 20, 40, 60):
        links.append(edited(links[-1], start + 6, start + 12, start + 18))
    db = Database().load(
        [page(name, text, hour=hour) for hour, (name, text) in enumerate(zip("abcde", links, strict=True))]
    )
    assert db.stories() == {frozenset("abc"), frozenset("de")}
    assert matched(db, "c") == ("edited_copy", "b", "minhash_jaccard")
    assert matched(db, "d") == ("original", None, "none")


def test_a_text_of_another_story_does_not_connect_texts_to_this_one():
    edges = [(1, 2), (2, 3), (3, 4), (3, 5)]
    assert find_story_centers(range(1, 6), edges) == {1: 1, 2: 1, 3: 1, 4: 4, 5: 5}
