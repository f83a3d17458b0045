"""Days loaded one after another: what changes, what is kept, and that order never matters."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stories_database import FIRST_DAY, Database, article, edited, frame, page

from newsmill.stories import plan
from newsmill.stories.fingerprint import create_empty_fingerprints, fingerprint
from newsmill.stories.plan import apply_plan, plan_stories
from newsmill.stories.thresholds import DEFAULT_THRESHOLDS
from newsmill.stories.workspace import FEW_PAGES_SETTINGS

TEXT = article(1)
LEFT = edited(TEXT, 5, 15, 25, 35)
RIGHT = edited(TEXT, 50, 60, 70, 80)


def test_a_later_day_joins_a_story_and_the_story_keeps_its_id():
    db = Database().load([page("b", TEXT)]).load([page("a", TEXT, day=1)])
    assert db.members()["a"]["story_id"] == db.members()["b"]["story_id"] == "sb"
    assert db.members()["a"]["relation"] == "copy"


def test_a_late_original_becomes_canonical_under_the_old_id():
    db = Database().load([page("a", TEXT, day=1), page("b", TEXT, day=1, hour=7)])
    published = dt.datetime(2026, 3, 1, 8)
    db.load([page("late", TEXT, day=2, published_at=published, published_offset_minutes=0)])
    members = db.members()
    assert {row["story_id"] for row in members.values()} == {"sa"}
    assert members["late"]["is_canonical"]
    assert members["a"]["relation"] == "copy"
    assert members["a"]["matched_record_id"] == members["b"]["matched_record_id"] == "late"
    assert set(db.affected["record_id"]) == {"a", "b", "late"}


def test_a_late_page_connects_two_stories_and_the_older_id_is_kept():
    db = Database().load([page("a", LEFT)]).load([page("b", RIGHT, day=1)])
    assert db.stories() == {frozenset("a"), frozenset("b")}
    db.load([page("c", TEXT, day=2)])
    assert db.stories() == {frozenset("abc")}
    assert db.members()["b"]["story_id"] == "sa"
    assert db.members()["b"]["matched_record_id"] == "c", "no earlier page is similar to it"


@pytest.mark.slow
def test_removing_the_connecting_page_on_a_rerun_splits_the_story_again():
    db = Database().load([page("a", LEFT)]).load([page("b", RIGHT, day=1)])
    before = db.tables()
    db.load([page("c", TEXT, day=2)]).load([], days=[2])
    assert db.tables() == before
    gone = db.affected.filter(pl.col("story_id").is_null())
    assert gone.select("record_id", "ingest_date").rows() == [("c", FIRST_DAY + dt.timedelta(days=2))]


def test_a_rerun_with_the_same_pages_changes_nothing_but_reports_the_day_again():
    db = Database().load([page("a", TEXT)]).load([page("b", LEFT, day=1)])
    before = db.tables()
    db.load([page("b", LEFT, day=1)])
    assert db.tables() == before
    assert db.affected["record_id"].to_list() == ["b"]


@pytest.mark.slow
def test_the_id_of_a_merged_story_redirects_to_the_story_it_is_in():
    db = Database().load([page("a", LEFT)]).load([page("b", RIGHT, day=1)]).load([page("c", TEXT, day=2)])
    assert db.rows("stories.merges") == [("sb", "sa", FIRST_DAY + dt.timedelta(days=2))]
    db.load([], days=[2])
    assert db.rows("stories.merges") == [], "the stories are separate again"


@pytest.mark.slow
def test_an_older_date_loaded_late_names_the_story_and_old_ids_redirect():
    db = Database().load([page("b", LEFT, day=1)]).load([page("c", RIGHT, day=2)]).load([page("t", TEXT, day=3)])
    db.load([page("a", TEXT)])
    assert {row["story_id"] for row in db.members().values()} == {"sa"}
    assert {row[:2] for row in db.rows("stories.merges")} == {("sb", "sa"), ("sc", "sa")}


@pytest.mark.slow
def test_removing_a_record_gives_the_tables_without_it():
    kept = [page("a", LEFT), page("b", RIGHT, day=1)]
    db = Database().load(kept[:1]).load([*kept[1:], page("c", TEXT, day=1)])
    plan = plan_stories(db.con, [], create_empty_fingerprints(), removed=["c"])
    apply_plan(db.con, plan)
    db.con.execute("delete from clean.pages where record_id = 'c'")
    assert db.tables() == Database().load(kept[:1]).load(kept[1:]).tables()
    assert plan.affected.rows_by_key("record_id", named=True)["c"][0]["story_id"] is None


@pytest.mark.slow
def test_a_text_replaced_on_a_rerun_leaves_no_rows():
    db = Database().load([page("a", TEXT)]).load([page("b", LEFT, day=1)]).load([page("b", article(2), day=1)])
    assert db.tables() == Database().load([page("a", TEXT), page("b", article(2), day=1)]).tables()
    assert db.stories() == {frozenset("a"), frozenset("b")}


@pytest.mark.slow
def test_a_text_keeps_its_bands_while_another_page_has_it():
    db = Database().load([page("a", TEXT)]).load([page("b", TEXT, day=1), page("c", LEFT, day=1)]).load([], days=[0])
    assert db.stories() == {frozenset("bc")}
    assert db.tables() == Database().load([page("b", TEXT, day=1), page("c", LEFT, day=1)]).tables()


@pytest.mark.slow
def test_a_revision_edge_is_removed_with_its_fetch():
    rewritten = edited(TEXT, 5, 20, 35, 50, 65, 80)
    url = "https://site.example/1"
    db = (
        Database()
        .load([page("a", TEXT), page("b", rewritten, hour=7, url=url)])
        .load([page("c", TEXT, day=1, url=url)])
    )
    assert db.stories() == {frozenset("abc")}
    db.load([], days=[1])
    assert db.stories() == {frozenset("a"), frozenset("b")}
    assert db.rows("stories.edges") == []


def test_an_untouched_story_is_not_reported():
    db = Database().load([page("a", TEXT), page("b", article(2))]).load([page("c", LEFT, day=1)])
    assert db.affected["record_id"].to_list() == ["c"]
    db.load([page("d", TEXT, day=2, published_at=dt.datetime(2026, 2, 1), published_offset_minutes=0)])
    assert db.affected["record_id"].to_list() == ["a", "c", "d"]


def test_a_day_without_pages_is_loaded():
    db = Database().load([], days=[0])
    assert all(rows == [] for table, rows in db.tables().items() if table != "stories.thresholds")
    plan = plan_stories(db.con, [FIRST_DAY], create_empty_fingerprints())
    assert plan.affected.is_empty()


def test_planning_leaves_nothing_in_the_database():
    db = Database().load([page("a", TEXT)])
    before = db.tables()
    plan_stories(db.con, [FIRST_DAY], fingerprint(frame([page("a", LEFT)])))
    assert db.tables() == before
    assert db.con.execute("select count(*) from duckdb_tables() where temporary").fetchall() == [(0,)]
    assert db.con.execute("select count(*) from duckdb_views() where temporary and not internal").fetchall() == [(0,)]


def test_a_rolled_back_load_leaves_the_last_good_state():
    db = Database().load([page("a", TEXT)])
    before = db.tables()
    late = [page("b", LEFT, day=1)]
    plan = plan_stories(db.con, [late[0]["ingest_date"]], fingerprint(frame(late)))
    db.con.execute("begin")
    apply_plan(db.con, plan)
    db.con.execute("rollback")
    assert db.tables() == before
    assert db.load(late).stories() == {frozenset("ab")}


def test_a_page_of_another_date_is_refused():
    with pytest.raises(ValueError, match="not among the planned dates"):
        plan_stories(Database().con, [FIRST_DAY], fingerprint(frame([page("a", TEXT, day=1)])))


def test_pages_re_read_but_not_yet_re_clustered_get_no_edges():
    db = Database().load([page("a", TEXT)])
    db.con.execute("update clean.pages set text = 'something else altogether'")
    db.load([page("b", LEFT, day=1)])
    assert db.stories() == {frozenset("a"), frozenset("b")}
    db.load([page("a", RIGHT), page("b", LEFT, day=1), page("c", TEXT, day=1)])
    assert db.stories() == {frozenset("abc")}


def test_in_a_large_block_texts_are_compared_only_with_pivots():
    versions = [page(f"r{n:02}", edited(TEXT, n)) for n in range(12)]
    db = Database(thresholds=replace(DEFAULT_THRESHOLDS, max_block_pivots=2)).load(versions)
    assert len(db.rows("stories.edges")) < 12 * 11 / 2
    assert len(db.stories()) == 1


BASES = [article(seed, words=55) for seed in range(3)]
EDITS = (3, 15, 27, 39, 51)

# Long enough to be a blocking key; with low thresholds it is boilerplate.
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
    """Draw the pages of three days and an order of loading them.

    A day may be loaded with other pages first, or have its texts written (`True`) some time before it is clustered.
    """
    names = draw(st.permutations(range(16)))
    every = [
        page(f"r{name:02}", **drawn) for name, drawn in zip(names, draw(st.lists(pages, max_size=16)), strict=False)
    ]
    of_day = {day: [p for p in every if p["ingest_date"] == FIRST_DAY + dt.timedelta(days=day)] for day in range(3)}
    loads = [(day, of_day[day], False) for day in draw(st.permutations(range(3)))]
    for day in draw(st.lists(st.integers(0, 2), max_size=2)):
        kept = [p for p in of_day[day] if draw(st.booleans())]
        reread = [{**p, "text": draw(texts), "title": draw(titles)} if draw(st.booleans()) else p for p in kept]
        first = draw(st.integers(0, [loaded for loaded, _, _ in loads].index(day)))
        loads.insert(first, (day, reread, False))
        loads.insert(draw(st.integers(0, len(loads) - 1)), (day, of_day[day], True))
    return every, loads


BOUNDS = (histories(), st.sampled_from([2, 16]), st.sampled_from([2, 3, 16]))


@settings(deadline=None, max_examples=4)
@given(*BOUNDS)
def test_any_order_and_any_rerun_ends_in_the_same_tables(history, pivots, boilerplate_pages):
    assert_same_tables(history, pivots, boilerplate_pages)


@pytest.mark.slow
@settings(deadline=None, max_examples=50)
@given(*BOUNDS)
def test_any_order_and_any_rerun_ends_in_the_same_tables_at_length(history, pivots, boilerplate_pages):
    assert_same_tables(history, pivots, boilerplate_pages)


def assert_same_tables(history, pivots, boilerplate_pages) -> None:
    every, loads = history
    thresholds = replace(
        DEFAULT_THRESHOLDS,
        max_block_pivots=pivots,
        min_boilerplate_urls=boilerplate_pages,
        min_boilerplate_stories=boilerplate_pages,
    )
    at_once = Database(thresholds=thresholds).load(every, days=range(3))
    by_day = Database(thresholds=thresholds)
    for day, of_day, only_read in loads:
        if only_read:
            by_day.write_texts(of_day, [FIRST_DAY + dt.timedelta(days=day)])
        else:
            by_day.load(of_day, days=[day])
    assert by_day.tables() == at_once.tables()
    for db in (by_day, at_once):
        assert sorted(db.reported.values(), key=repr) == db.rows("stories.members"), "every changed row was reported"
        assert_sound(db)


def assert_sound(db: Database) -> None:
    """Check that each story has one canonical member, and that all others are matched to a member of the story."""
    members = db.members()
    for story in db.stories():
        originals = [record for record in story if members[record]["is_canonical"]]
        assert len(originals) == 1
        for record in story - set(originals):
            assert members[record]["matched_record_id"] in story - {record}
            assert 0 < members[record]["similarity"] <= 1


def test_a_plan_that_runs_out_of_memory_is_made_with_the_memory_of_the_connection(monkeypatch):
    pages = [page("a", TEXT), page("b", LEFT), page("c", RIGHT, day=1)]
    expected = Database().load(pages).tables()
    attempts = []

    def run_out_of_memory(*arguments):
        attempts.append(arguments[-1])
        if len(attempts) == 1:
            raise duckdb.OutOfMemoryException("Out of Memory Error: failed to allocate")
        return real(*arguments)

    real = plan._plan
    monkeypatch.setattr(plan, "_plan", run_out_of_memory)
    assert Database().load(pages).tables() == expected
    assert attempts == [FEW_PAGES_SETTINGS, {}]
