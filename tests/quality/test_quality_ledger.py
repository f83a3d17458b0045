"""The ledger's verdicts, and the reconciliation: each record must have exactly one final verdict."""

from __future__ import annotations

import datetime as dt
from typing import Any

import duckdb
import polars as pl
import pytest
from healthy_database import FIRST, SECOND, create_tables
from hypothesis import given, settings
from hypothesis import strategies as st

from newsmill import __version__
from newsmill.quality.ledger import (
    DayReconciliation,
    page_verdicts,
    raw_verdicts,
    reconcile,
    story_verdicts,
    unreconciled_records,
)
from newsmill.quality.tables import LEDGER
from newsmill.sources.tables import RECORDS
from newsmill.stories.tables import MEMBERS

Row = dict[str, Any]


def make_frame(table: pl.Schema, rows: list[Row]) -> pl.DataFrame:
    return pl.DataFrame([dict.fromkeys(table) | row for row in rows], schema=table)


def verdicts(frame: pl.DataFrame) -> list[tuple[Any, ...]]:
    assert frame.schema == LEDGER.schema
    assert frame.select("code_version", "run_id").unique().rows() in ([(__version__, "run-1")], [])
    return frame.select("record_id", "stage", "verdict", "reason", "detail").rows()


def test_a_record_that_could_not_be_read_is_quarantined() -> None:
    records = make_frame(
        RECORDS.schema,
        [
            {"record_id": "a", "ingest_date": FIRST},
            {"record_id": "b", "ingest_date": FIRST, "problem": "no_body", "problem_detail": "0 bytes after headers"},
        ],
    )
    assert verdicts(raw_verdicts(records, "run-1")) == [
        ("a", "raw", "kept", None, None),
        ("b", "raw", "quarantined", "no_body", "0 bytes after headers"),
    ]


def test_a_record_that_is_not_a_page_is_quarantined() -> None:
    read = pl.DataFrame(
        {
            "record_id": ["a", "b"],
            "ingest_date": [FIRST, SECOND],
            "reason": [None, "cookie_wall"],
            "detail": ["ignored for a kept page", "asks for consent"],
        }
    )
    frame = page_verdicts(read, "run-1")
    assert verdicts(frame) == [
        ("a", "pages", "kept", None, None),
        ("b", "pages", "quarantined", "cookie_wall", "asks for consent"),
    ]
    assert frame["ingest_date"].to_list() == [FIRST, SECOND]


def test_all_members_but_the_canonical_one_are_merged() -> None:
    members = make_frame(
        MEMBERS.schema,
        [
            {"record_id": "a", "story_id": "s1", "is_canonical": True, "relation": "original"},
            {
                "record_id": "b",
                "story_id": "s1",
                "is_canonical": False,
                "relation": "edited_copy",
                "matched_record_id": "a",
                "similarity": 0.87654,
            },
            {
                "record_id": "c",
                "story_id": "s1",
                "is_canonical": False,
                "relation": "copy",
                "matched_record_id": "a",
            },
            {"record_id": "d", "story_id": "s1", "is_canonical": False, "relation": "original"},
        ],
    )
    assert verdicts(story_verdicts(members, "run-1")) == [
        ("a", "stories", "kept", None, None),
        ("b", "stories", "merged", "edited_copy", "edited copy of a, similarity 0.877, in story s1"),
        ("c", "stories", "merged", "copy", "copy of a, in story s1"),
        ("d", "stories", "merged", "original", "original in story s1"),
    ]


@pytest.mark.parametrize(
    "empty",
    [
        raw_verdicts(RECORDS.empty(), "run-1"),
        page_verdicts(LEDGER.empty().select("record_id", "ingest_date", "reason", "detail"), "run-1"),
        story_verdicts(MEMBERS.empty(), "run-1"),
    ],
)
def test_no_rows_give_no_verdicts(empty: pl.DataFrame) -> None:
    assert verdicts(empty) == []


def test_the_healthy_database_reconciles(con: duckdb.DuckDBPyConnection) -> None:
    first = DayReconciliation(FIRST, records=20, kept=17, merged=1, quarantined=2, unreconciled=0)
    second = DayReconciliation(SECOND, records=5, kept=4, merged=1, quarantined=0, unreconciled=0)
    assert reconcile(con, None) == [first, second]
    assert reconcile(con, [SECOND]) == [second]
    assert reconcile(con, []) == reconcile(con, [dt.date(2020, 1, 1)]) == []
    assert unreconciled_records(con, None).is_empty()


RECORD_3 = f"{3:032x}"


@pytest.mark.parametrize(
    ("damage", "problem", "verdicts"),
    [
        (
            "delete from quality.ledger where record_id = '{id}' and stage = 'stories'",
            "no final verdict",
            "raw kept, pages kept",
        ),
        (
            """update quality.ledger set verdict = 'quarantined', reason = 'junk'
            where record_id = '{id}' and stage = 'pages'""",
            "2 final verdicts",
            "raw kept, pages quarantined junk, stories kept",
        ),
        (
            """insert into quality.ledger select * replace ('merged' as verdict) from quality.ledger
            where record_id = '{id}' and stage = 'stories'""",
            "2 final verdicts",
            "raw kept, pages kept, stories kept, stories merged",
        ),
        (
            "delete from raw.records where record_id = '{id}'",
            "in the ledger, not in raw.records",
            "raw kept, pages kept, stories kept",
        ),
        (
            "insert into raw.records from raw.records where record_id = '{id}'",
            "2 times in raw.records",
            "raw kept, pages kept, stories kept",
        ),
        ("delete from quality.ledger where record_id = '{id}'", "no final verdict", None),
    ],
)
def test_a_record_without_exactly_one_final_verdict_is_found(
    con: duckdb.DuckDBPyConnection, damage: str, problem: str, verdicts: str | None
) -> None:
    con.execute(damage.format(id=RECORD_3))
    assert [day.unreconciled for day in reconcile(con)] == [1, 0]
    found = unreconciled_records(con, [FIRST])
    assert found.select("record_id", "ingest_date", "problem", "verdicts").rows() == [
        (RECORD_3, FIRST, problem, verdicts)
    ]
    assert unreconciled_records(con, [SECOND]).is_empty()


def test_a_verdict_on_the_wrong_date_leaves_both_dates_unreconciled(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("update quality.ledger set ingest_date = ? where record_id = ?", [SECOND, RECORD_3])
    assert [(day.ingest_date, day.unreconciled) for day in reconcile(con)] == [(FIRST, 1), (SECOND, 1)]


def test_unreconciled_records_are_limited_and_have_their_url(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("delete from quality.ledger")
    found = unreconciled_records(con, None, 2)
    assert found["url"].to_list() == ["https://news.example/0", "https://news.example/1"]


FINAL_VERDICTS = (("raw", "quarantined"), ("pages", "quarantined"), ("stories", "kept"), ("stories", "merged"))
PASSING_VERDICTS = (("raw", "kept"), ("pages", "kept"))
ledgers = st.lists(
    st.tuples(
        st.integers(0, 1),
        st.lists(st.sampled_from(FINAL_VERDICTS), max_size=3),
        st.sets(st.sampled_from(PASSING_VERDICTS)),
    ),
    max_size=8,
)


@pytest.fixture(scope="module")
def empty_tables() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect(":memory:")
    create_tables(con)
    return con


@given(ledgers=ledgers)
@settings(deadline=None, max_examples=50)
def test_records_reconcile_if_and_only_if_each_record_has_one_final_verdict(
    empty_tables: duckdb.DuckDBPyConnection, ledgers: list[tuple[int, list[tuple[str, str]], set[tuple[str, str]]]]
) -> None:
    dates = (FIRST, SECOND)
    records = [{"record_id": str(number), "ingest_date": dates[day]} for number, (day, _, _) in enumerate(ledgers)]
    entries = [
        {"record_id": str(number), "ingest_date": dates[day], "stage": stage, "verdict": verdict}
        for number, (day, final, passing) in enumerate(ledgers)
        for stage, verdict in [*final, *passing]
    ]
    empty_tables.execute("delete from raw.records; delete from quality.ledger")
    for name, table, rows in (("raw.records", RECORDS, records), ("quality.ledger", LEDGER, entries)):
        arrow = make_frame(table.schema, rows).to_arrow()  # noqa: F841 (DuckDB reads it by name)
        empty_tables.execute(f"insert into {name} from arrow")
    found = {day.ingest_date: day for day in reconcile(empty_tables)}
    for number, date in enumerate(dates):
        final_verdicts = [final for day, final, _ in ledgers if day == number]
        if not final_verdicts:
            assert date not in found
            continue
        day = found[date]
        assert day.records == len(final_verdicts)
        assert day.unreconciled == sum(len(final) != 1 for final in final_verdicts)
        if day.unreconciled == 0:
            assert day.records == day.kept + day.merged + day.quarantined
    expected = [str(number) for number, (_, final, _) in enumerate(ledgers) if len(final) != 1]
    assert sorted(unreconciled_records(empty_tables, dates)["record_id"]) == expected
