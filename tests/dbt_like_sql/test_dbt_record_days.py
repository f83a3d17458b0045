"""int_record_days: the day a record counts on, and the same table in any order of ingest dates."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import duckdb
import pytest
from hand_made_warehouse import Page, fill
from hypothesis import given, settings
from hypothesis import strategies as st

from newsmill.urls import normalize_url
from newsmill.warehouse.sql_models import Project, build_model

Build = Callable[..., duckdb.DuckDBPyConnection]


def record_days(con: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    return con.execute("select * from intermediate.int_record_days order by all").fetchall()


@pytest.mark.parametrize(
    ("page", "day", "seen_at"),
    [
        (Page("no-date", "2026-01-07"), "2026-01-07", "2026-01-07 12:00:00"),
        (Page("dated", "2026-01-07", published="2026-01-05 09:00"), "2026-01-05", "2026-01-05 09:00:00"),
        # Nine in the evening in New York is the next day in UTC, but the page counts on its local day.
        (
            Page("evening", "2026-01-07", published="2026-01-05 21:00", offset=-300),
            "2026-01-05",
            "2026-01-06 02:00:00",
        ),
        # A date without a time counts as the end of the day, or as the fetch time if that is earlier.
        (Page("date", "2026-01-07", published="2026-01-05 00:00"), "2026-01-05", "2026-01-05 23:59:59.999999"),
        (Page("date-today", "2026-01-07", published="2026-01-07 00:00"), "2026-01-07", "2026-01-07 12:00:00"),
        (Page("midnight", "2026-01-07", published="2026-01-05 00:00", offset=0), "2026-01-05", "2026-01-05 00:00:00"),
        # Published after its fetch (a wrong clock or an embargo): the day is the page's, `seen_at` the fetch.
        (Page("ahead", "2026-01-07", published="2026-01-08 08:00"), "2026-01-08", "2026-01-07 12:00:00"),
        (Page("far ahead", "2026-01-07", published="9999-12-31 23:59"), "2026-01-07", "2026-01-07 12:00:00"),
        (Page("year 1", "2026-01-07", published="0001-01-01 00:00"), "2026-01-07", "2026-01-07 12:00:00"),
        (Page("old", "2026-01-07", published="1996-02-29 10:00"), "1996-02-29", "1996-02-29 10:00:00"),
    ],
    ids=lambda value: value.record_id if isinstance(value, Page) else "",
)
def test_a_page_counts_on_the_day_it_was_published(page: Page, day: str, seen_at: str, build_models: Build) -> None:
    con = build_models(page)
    found = con.execute("select day::varchar, seen_at::varchar from intermediate.int_record_days").fetchall()
    assert found == [(day, seen_at)]


@pytest.mark.parametrize(
    ("day", "monday"),
    [("2026-01-01", "2025-12-29"), ("2026-01-04", "2025-12-29"), ("2026-01-05", "2026-01-05")],
)
def test_a_week_is_identified_by_its_monday(day: str, monday: str, build_models: Build) -> None:
    con = build_models(Page("p", day))
    assert con.execute("select week::varchar from intermediate.int_record_days").fetchall() == [(monday,)]


def test_a_record_without_page_has_a_row(build_models: Build) -> None:
    con = build_models(Page("page", "2026-01-05", language="und"), Page("junk", "2026-01-05", junk=True, site="b.test"))
    found = con.execute(
        "select record_id, is_page, kind, site, language, title from intermediate.int_record_days order by record_id"
    )
    assert found.fetchall() == [
        ("junk", False, None, "b.test", None, None),
        ("page", True, "article", "a.test", None, "Title of page"),
    ]


DATES = ["2026-01-05", "2026-01-06", "2026-01-07", "2026-01-08"]
PAGES = [
    Page("a1", DATES[0], published="2026-01-04 10:00"),
    Page("a2", DATES[0], junk=True),
    Page("b1", DATES[1], site="b.test"),
    Page("c1", DATES[2], published="2026-01-05 00:00", language="und"),
    Page("c2", DATES[2]),
    Page("d1", DATES[3], site=None),
]


@settings(deadline=None, max_examples=10)
@given(
    order=st.permutations(DATES),
    cuts=st.sets(st.integers(1, len(DATES) - 1)),
    again=st.lists(st.sampled_from(DATES), max_size=2, unique=True),
)
def test_any_order_and_any_rerun_build_the_same_table(
    project: Project, order: list[str], cuts: set[int], again: list[str]
) -> None:
    model = project.model("int_record_days")
    staging = [project.model(name) for name in model.depends_on]

    def build(con: duckdb.DuckDBPyConnection, dates: list[str]) -> None:
        fill(con, [page for page in PAGES if page.ingest in dates])
        for each in [*staging, model]:
            build_model(con, project, each, {"ingest_dates": dates})

    with duckdb.connect(config={"threads": 1}) as con:
        build(con, [])
        for start, end in zip([0, *sorted(cuts)], [*sorted(cuts), len(order)], strict=True):
            build(con, order[start:end])
        if again:
            build_model(con, project, model, {"ingest_dates": again})
        by_dates = record_days(con)
        build_model(con, project, model, {})
        assert by_dates == record_days(con)
    assert [row[0] for row in by_dates] == ["a1", "a2", "b1", "c1", "c2", "d1"]


@settings(deadline=None, max_examples=15)
@given(
    parts=st.tuples(
        st.sampled_from(["http://", "https://", "HTTPS://u:p@", "ftp://", "file:"]),
        st.sampled_from(["a.test", "www.A.test", "www.www.a.test", "www.test", "a.test.", "127.0.0.1", "localhost"]),
        st.sampled_from(["", ":", ":80", ":443", ":8080"]),
        st.sampled_from(["", "/", "/x", "/x/", "/a-b/c_d.html", "//x", "/北京", "/x%20y"]),
    ),
    query=st.lists(st.sampled_from(["id=7", "utm_source=x", "b", "fbclid=1", "q=a/b?c", "", "UTM_x", "spam=1"]), max_size=4),
    fragment=st.sampled_from(["", "#", "#more", "#!news/7", "#/news/7"]),
)
def test_urls_are_normalized_as_in_python(
    project: Project, parts: tuple[str, ...], query: list[str], fragment: str
) -> None:
    url = "".join(parts) + ("?" + "&".join(query) if query else "") + fragment
    with duckdb.connect(config={"threads": 1}) as con:
        fill(con, [Page("a", "2026-01-05")])
        con.execute("update clean.pages set url = ?", [url])
        build_model(con, project, project.model("stg_records"), {})
        build_model(con, project, project.model("stg_pages"), {})
        build_model(con, project, project.model("int_record_days"), {})
        found = con.execute("select normalized_url from intermediate.int_record_days").fetchall()
    assert found == [(normalize_url(url),)]
