"""`explain trend` lists the stories behind a number; `load_bursts` writes the tables that Python computes."""

from __future__ import annotations

import datetime as dt

import duckdb
import pytest
from dbt_like_sql.hand_made_warehouse import FOLDER, Page, build_all, days, fill

from newsmill import stages
from newsmill.errors import UserError
from newsmill.trends.explain import explain_trend
from newsmill.warehouse.sql_models import load_project

TOPIC = "ai_regulation"
BUSY = dt.date(2026, 2, 2)


@pytest.fixture(scope="module")
def con() -> duckdb.DuckDBPyConnection:
    """Return a database with four weeks of one story per day, then a day of nine stories and copies of one."""
    con = duckdb.connect(config={"threads": 1})
    pages = [Page(f"d{day}", day, topics={TOPIC: "main"}) for day in days("2026-01-05", 28)]
    pages += [Page(f"s{story}", "2026-02-02", topics={TOPIC: "main"}) for story in range(8)]
    pages += [Page("wire", "2026-02-02", topics={TOPIC: "main"})]
    pages += [Page(f"w{n}", "2026-02-02", site=f"{n}.test", story="wire", topics={TOPIC: "main"}) for n in range(4)]
    pages += [Page(f"t{n}", "2026-02-02", topics={TOPIC: "teaser"}) for n in range(3)]
    fill(con, pages)
    con.execute("update topics.mentions set sentence = 'A sentence of ' || record_id, char_start = 0")
    build_all(con, load_project(FOLDER))
    assert stages.load_bursts(con) == 1
    return con


def test_explanation_lists_stories_with_their_sentence(con: duckdb.DuckDBPyConnection) -> None:
    explained = explain_trend(con, TOPIC, BUSY)
    assert (explained["counts"]["pages"], explained["counts"]["stories"]) == (13, 9)
    assert (explained["counts"]["teaser_pages"], explained["counts"]["teaser_stories"]) == (3, 3)
    assert [story["teaser_only"] for story in explained["stories"]] == [False] * 9 + [True] * 3
    assert explained["stories"][0] == {
        "story_id": "wire",
        "title": "Title of wire",
        "pages": 5,
        "outlets": 5,
        "teaser_pages": 0,
        "teaser_only": False,
        "sentence": "A sentence of w0",
        "phrase": TOPIC,
        "place": "body",
        "url": "https://0.test/w0",
    }
    assert all(story["sentence"] and story["url"] for story in explained["stories"])


def test_explanation_has_expectation_burst_and_change_of_the_week(con: duckdb.DuckDBPyConnection) -> None:
    explained = explain_trend(con, TOPIC, BUSY)
    assert 0.5 < explained["expected"]["expected"] < 2
    assert explained["burst"]["start_day"] == explained["burst"]["end_day"] == BUSY
    assert explained["burst"]["top_story_id"] == "wire"
    change = explained["change"]
    assert (change["pages"], change["pages_before"], change["change"]) == (13, 7, 9)
    # The week has one day so far; only that day is compared.
    parts = ("sources_joined", "collection", "copies", "genuine", "teasers")
    assert [change[part] for part in parts] == [4, -6, 0, 8, 3]


def test_quiet_day_has_its_story_and_no_burst(con: duckdb.DuckDBPyConnection) -> None:
    explained = explain_trend(con, TOPIC, dt.date(2026, 1, 6))
    assert [story["story_id"] for story in explained["stories"]] == ["d2026-01-06"]
    assert explained["burst"] is None
    assert explained["change"] is None
    assert explained["expected"]["expected"] is None


@pytest.mark.parametrize(
    ("topic", "day", "why"),
    [(TOPIC, dt.date(2025, 1, 1), "2026-01-05 to 2026-02-02"), ("chips", BUSY, f"the topics are {TOPIC}")],
)
def test_missing_day_is_refused_with_the_known_days(
    con: duckdb.DuckDBPyConnection, topic: str, day: dt.date, why: str
) -> None:
    with pytest.raises(UserError, match=why):
        explain_trend(con, topic, day)


def test_every_trends_column_has_a_comment(con: duckdb.DuckDBPyConnection) -> None:
    comments = con.execute("select comment from duckdb_columns() where schema_name = 'trends'").fetchall()
    assert len(comments) > 50
    assert all(comment for (comment,) in comments)


def test_loading_bursts_twice_changes_nothing(con: duckdb.DuckDBPyConnection) -> None:
    before = con.execute("from trends.topic_bursts").fetchall()
    assert stages.load_bursts(con) == 1
    assert con.execute("from trends.topic_bursts").fetchall() == before


def test_announced_days_do_not_burst() -> None:
    with duckdb.connect(config={"threads": 1}) as con:
        fill(con, [Page(f"d{day}", day, topics={TOPIC: "main"}) for day in days("2026-01-05", 28)])
        fill(con, [Page(f"a{n}", "2026-02-01", published="2026-02-03 08:00", topics={TOPIC: "main"}) for n in range(9)])
        build_all(con, load_project(FOLDER))
        assert stages.load_bursts(con) == 0


def test_days_on_which_nothing_was_read_are_not_judged() -> None:
    gone = {"2026-01-26", "2026-01-27", "2026-01-28"}
    read = [day for day in days("2026-01-05", 30) if day not in gone]
    with duckdb.connect(config={"threads": 1}) as con:
        fill(con, [Page(f"{n}-{day}", day, topics={TOPIC: "main"} if n < 2 else {}) for day in read for n in range(4)])
        build_all(con, load_project(FOLDER))
        stages.load_bursts(con)
        expected = con.execute(
            "select day::varchar, expected > 1.5, is_collected from trends.topic_expected "
            "where day >= '2026-01-25' order by day"
        ).fetchall()
    assert [(day, high) for day, high, collected in expected if not collected] == [(day, None) for day in sorted(gone)]
    assert all(high for _, high, collected in expected if collected)
    assert len(expected) == 10
