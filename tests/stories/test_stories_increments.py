"""Days landed one after another: what changes, what stays, and that order never matters."""

from __future__ import annotations

import datetime as dt
from unittest.mock import patch

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stories_database import FIRST_DAY, Database, article, edited, frame, page

from newsmill.stories import boilerplate, candidates
from newsmill.stories.fingerprint import fingerprint
from newsmill.stories.plan import apply_plan, no_fingerprints, plan_stories

TEXT = article(1)
LEFT = edited(TEXT, 5, 15, 25, 35)
RIGHT = edited(TEXT, 50, 60, 70, 80)


def test_a_later_day_joins_a_story_and_the_story_keeps_its_id():
    db = Database().land([page("b", TEXT)]).land([page("a", TEXT, day=1)])
    assert db.members()["a"]["story_id"] == db.members()["b"]["story_id"] == "sb"
    assert db.members()["a"]["relation"] == "copy"


def test_a_late_original_becomes_canonical_under_the_old_id():
    db = Database().land([page("a", TEXT, day=1), page("b", TEXT, day=1, hour=7)])
    published = dt.datetime(2026, 3, 1, 8)
    db.land([page("late", TEXT, day=2, published_at=published, published_offset_minutes=0)])
    members = db.members()
    assert {row["story_id"] for row in members.values()} == {"sa"}
    assert members["late"]["is_canonical"]
    assert members["a"]["relation"] == "copy"
    assert members["a"]["matched_record_id"] == members["b"]["matched_record_id"] == "late"
    assert set(db.affected["record_id"]) == {"a", "b", "late"}


def test_a_late_page_bridges_two_stories_and_the_older_id_stays():
    db = Database().land([page("a", LEFT)]).land([page("b", RIGHT, day=1)])
    assert db.stories() == {frozenset("a"), frozenset("b")}
    db.land([page("c", TEXT, day=2)])
    assert db.stories() == {frozenset("abc")}
    assert db.members()["b"]["story_id"] == "sa"
    assert db.members()["b"]["matched_record_id"] == "c", "no earlier page is like it"


@pytest.mark.slow
def test_removing_the_bridge_on_a_rerun_splits_the_story_again():
    db = Database().land([page("a", LEFT)]).land([page("b", RIGHT, day=1)])
    before = db.tables()
    db.land([page("c", TEXT, day=2)]).land([], days=[2])
    assert db.tables() == before
    gone = db.affected.filter(pl.col("story_id").is_null())
    assert gone.select("record_id", "ingest_date").rows() == [("c", FIRST_DAY + dt.timedelta(days=2))]


def test_a_rerun_with_the_same_pages_changes_nothing_but_tells_the_day_again():
    db = Database().land([page("a", TEXT)]).land([page("b", LEFT, day=1)])
    before = db.tables()
    db.land([page("b", LEFT, day=1)])
    assert db.tables() == before
    assert db.affected["record_id"].to_list() == ["b"]


@pytest.mark.slow
def test_where_a_merged_story_went_is_told_and_its_id_leads_there():
    db = Database().land([page("a", LEFT)]).land([page("b", RIGHT, day=1)]).land([page("c", TEXT, day=2)])
    assert db.rows("stories.merges") == [("sb", "sa", FIRST_DAY + dt.timedelta(days=2))]
    db.land([], days=[2])
    assert db.rows("stories.merges") == [], "they came apart again"


@pytest.mark.slow
def test_an_older_date_that_comes_late_names_the_story_and_the_old_id_leads_on():
    db = Database().land([page("b", LEFT, day=1)]).land([page("c", RIGHT, day=2)]).land([page("t", TEXT, day=3)])
    db.land([page("a", TEXT)])
    assert {row["story_id"] for row in db.members().values()} == {"sa"}
    assert {row[:2] for row in db.rows("stories.merges")} == {("sb", "sa"), ("sc", "sa")}


@pytest.mark.slow
def test_a_removed_record_leaves_as_if_it_had_never_come():
    kept = [page("a", LEFT), page("b", RIGHT, day=1)]
    db = Database().land(kept[:1]).land([*kept[1:], page("c", TEXT, day=1)])
    plan = plan_stories(db.con, [], no_fingerprints(), removed=["c"])
    apply_plan(db.con, plan)
    db.con.execute("delete from clean.pages where record_id = 'c'")
    assert db.tables() == Database().land(kept[:1]).land(kept[1:]).tables()
    assert plan.affected.rows_by_key("record_id", named=True)["c"][0]["story_id"] is None


@pytest.mark.slow
def test_a_text_that_changes_on_a_rerun_leaves_nothing_behind():
    db = Database().land([page("a", TEXT)]).land([page("b", LEFT, day=1)]).land([page("b", article(2), day=1)])
    assert db.tables() == Database().land([page("a", TEXT), page("b", article(2), day=1)]).tables()
    assert db.stories() == {frozenset("a"), frozenset("b")}


@pytest.mark.slow
def test_a_text_keeps_its_bands_while_another_page_carries_it():
    db = Database().land([page("a", TEXT)]).land([page("b", TEXT, day=1), page("c", LEFT, day=1)]).land([], days=[0])
    assert db.stories() == {frozenset("bc")}
    assert db.tables() == Database().land([page("b", TEXT, day=1), page("c", LEFT, day=1)]).tables()


@pytest.mark.slow
def test_a_revision_edge_goes_with_the_fetch_that_made_it():
    rewritten = edited(TEXT, 5, 20, 35, 50, 65, 80)
    url = "https://site.example/1"
    db = (
        Database()
        .land([page("a", TEXT), page("b", rewritten, hour=7, url=url)])
        .land([page("c", TEXT, day=1, url=url)])
    )
    assert db.stories() == {frozenset("abc")}
    db.land([], days=[1])
    assert db.stories() == {frozenset("a"), frozenset("b")}
    assert db.rows("stories.edges") == []


def test_an_untouched_story_is_not_told_again():
    db = Database().land([page("a", TEXT), page("b", article(2))]).land([page("c", LEFT, day=1)])
    assert db.affected["record_id"].to_list() == ["c"]
    db.land([page("d", TEXT, day=2, published_at=dt.datetime(2026, 2, 1), published_offset_minutes=0)])
    assert db.affected["record_id"].to_list() == ["a", "c", "d"]


def test_a_day_without_pages_lands():
    db = Database().land([], days=[0])
    assert all(rows == [] for rows in db.tables().values())
    plan = plan_stories(db.con, [FIRST_DAY], no_fingerprints())
    assert plan.affected.is_empty()


def test_planning_leaves_nothing_in_the_database():
    db = Database().land([page("a", TEXT)])
    before = db.tables()
    plan_stories(db.con, [FIRST_DAY], fingerprint(frame([page("a", LEFT)])))
    assert db.tables() == before
    assert db.con.execute("select count(*) from duckdb_tables() where temporary").fetchall() == [(0,)]
    assert db.con.execute("select count(*) from duckdb_views() where temporary and not internal").fetchall() == [(0,)]


def test_a_landing_rolled_back_leaves_the_last_good_state():
    db = Database().land([page("a", TEXT)])
    before = db.tables()
    late = [page("b", LEFT, day=1)]
    plan = plan_stories(db.con, [late[0]["ingest_date"]], fingerprint(frame(late)))
    db.con.execute("begin")
    apply_plan(db.con, plan)
    db.con.execute("rollback")
    assert db.tables() == before
    assert db.land(late).stories() == {frozenset("ab")}


def test_a_page_of_another_date_is_refused():
    with pytest.raises(ValueError, match="not among the dates"):
        plan_stories(Database().con, [FIRST_DAY], fingerprint(frame([page("a", TEXT, day=1)])))


def test_pages_read_anew_but_not_yet_clustered_anew_do_no_harm():
    db = Database().land([page("a", TEXT)])
    db.con.execute("update clean.pages set text = 'something else altogether'")
    db.land([page("b", LEFT, day=1)])
    assert db.stories() == {frozenset("a"), frozenset("b")}
    db.land([page("a", RIGHT), page("b", LEFT, day=1), page("c", TEXT, day=1)])
    assert db.stories() == {frozenset("abc")}


def test_a_crowded_bucket_is_compared_with_its_smallest_texts_only():
    versions = [page(f"r{n:02}", edited(TEXT, n)) for n in range(12)]
    with patch.object(candidates, "CROWDED", 2):
        db = Database().land(versions)
    assert len(db.rows("stories.edges")) < 12 * 11 / 2
    assert len(db.stories()) == 1


BASES = [article(seed, words=55) for seed in range(3)]
EDITS = (3, 15, 27, 39, 51)

# Long enough to be a place of meeting; on few pages it may stand.
NOTICE = " ".join(f"Notice {article(90 + n, words=9)}." for n in range(4))
LONG = ". ".join(article(seed, words=55) for seed in range(4, 7)) + "."

texts = st.one_of(
    st.builds(
        lambda base, positions, notice: edited(base, *positions) + notice,
        st.sampled_from(BASES),
        st.sets(st.sampled_from(EDITS)),
        st.sampled_from(["", "", ". " + NOTICE]),
    ),
    st.sampled_from([LONG, edited(LONG, 7), " ".join(LONG.split()[:70]), " ".join(LONG.split()[60:130])]),
    st.sampled_from([article(7, words=30), article(7, words=30) + " indeed", ""]),
)
titles = st.sampled_from(
    [None, None, "Harbour bridge opens to all", "Old harbour bridge closes", "River market is sold"]
)
published = st.one_of(
    st.none(),
    st.sampled_from([dt.datetime(2026, 3, 1), dt.datetime(2026, 3, 2, 5, 30), dt.datetime(2026, 2, 1, 12)]),
)
pages = st.builds(
    dict,
    text=texts,
    day=st.integers(0, 2),
    hour=st.integers(0, 2),
    url=st.sampled_from([None, None, *(f"https://site.example/{n}" for n in range(4))]),
    site=st.sampled_from([None, "one.example", "one.example", "two.example"]),
    kind=st.sampled_from(["article"] * 5 + ["front"]),
    title=titles,
    published_at=published,
    published_offset_minutes=st.sampled_from([None, 0, 480]),
)


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[dict], list[tuple[int, list[dict], bool]]]:
    """Pages of three days, and some order of landing them: days may first hold other pages of theirs, or be read
    (`True`) some time before they are clustered."""
    names = draw(st.permutations(range(16)))
    every = [
        page(f"r{name:02}", **drawn) for name, drawn in zip(names, draw(st.lists(pages, max_size=16)), strict=False)
    ]
    of_day = {day: [p for p in every if p["ingest_date"] == FIRST_DAY + dt.timedelta(days=day)] for day in range(3)}
    landings = [(day, of_day[day], False) for day in draw(st.permutations(range(3)))]
    for day in draw(st.lists(st.integers(0, 2), max_size=2)):
        kept = [p for p in of_day[day] if draw(st.booleans())]
        reread = [{**p, "text": draw(texts), "title": draw(titles)} if draw(st.booleans()) else p for p in kept]
        first = draw(st.integers(0, [landed for landed, _, _ in landings].index(day)))
        landings.insert(first, (day, reread, False))
        landings.insert(draw(st.integers(0, len(landings) - 1)), (day, of_day[day], True))
    return every, landings


BOUNDS = (histories(), st.sampled_from([2, 16]), st.sampled_from([2, 3, 16]))


@settings(deadline=None, max_examples=4)
@given(*BOUNDS)
def test_any_order_and_any_rerun_ends_in_the_same_tables(history, crowded, standing):
    assert_same_tables(history, crowded, standing)


@pytest.mark.slow
@settings(deadline=None, max_examples=50)
@given(*BOUNDS)
def test_any_order_and_any_rerun_ends_in_the_same_tables_at_length(history, crowded, standing):
    assert_same_tables(history, crowded, standing)


def assert_same_tables(history, crowded, standing) -> None:
    every, landings = history
    with (
        patch.object(candidates, "CROWDED", crowded),
        patch.object(boilerplate, "STANDING_URLS", standing),
        patch.object(boilerplate, "STANDING_SKETCHES", standing),
    ):
        at_once = Database().land(every, days=range(3))
        by_day = Database()
        for day, of_day, only_read in landings:
            if only_read:
                by_day.read(of_day, [FIRST_DAY + dt.timedelta(days=day)])
            else:
                by_day.land(of_day, days=[day])
    assert by_day.tables() == at_once.tables()
    for db in (by_day, at_once):
        assert sorted(db.told.values(), key=repr) == db.rows("stories.members"), "all that changed was told"
        assert_sound(db)


def assert_sound(db: Database) -> None:
    """One canonical a story, the first; everyone else matched to a member of the same story."""
    members = db.members()
    for story in db.stories():
        originals = [record for record in story if members[record]["is_canonical"]]
        assert len(originals) == 1
        for record in story - set(originals):
            assert members[record]["matched_record_id"] in story - {record}
            assert 0 < members[record]["similarity"] <= 1
