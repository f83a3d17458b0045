"""The temporary tables of planning, and how the db works meanwhile."""

import datetime as dt

import duckdb
import polars as pl
import pytest

from newsmill.stories import temp_tables
from newsmill.stories.plan import no_fingerprints
from newsmill.stories.tables import FINGERPRINTS

DATE = dt.date(2026, 1, 1)


@pytest.fixture
def con():
    with duckdb.connect(config={"threads": 2, "memory_limit": "1GiB"}) as con:
        con.execute("create schema stories")
        con.register("none", FINGERPRINTS.empty().to_arrow())
        con.execute("create table stories.fingerprints as from none")
        yield con


def working(con):
    return con.execute("select current_setting('threads'), current_setting('memory_limit')").fetchall()[0]


def named(con):
    return con.execute("select table_name from duckdb_tables() where starts_with(table_name, 'plan_')").fetchall()


def test_a_night_of_few_pages_takes_one_thread_and_gives_it_back(con):
    before = working(con)
    with temp_tables.scratch_tables(con, [DATE], no_fingerprints(), []):
        assert working(con) == (1, "128.0 MiB")
        assert named(con)
    assert working(con) == before
    assert not named(con)


def test_a_night_of_many_pages_keeps_all_threads(con):
    many = no_fingerprints().clear(temp_tables.FEW_PAGES + 1)
    many = many.with_columns(pl.Series("record_id", [f"{row:x}" for row in range(many.height)]))
    with temp_tables.scratch_tables(con, [DATE], many, []):
        assert working(con) == (2, "512.0 MiB")


def test_where_many_records_are_removed_all_threads_are_kept(con):
    with temp_tables.scratch_tables(con, [DATE], no_fingerprints(), ["r"] * (temp_tables.FEW_PAGES + 1)):
        assert working(con) == (2, "512.0 MiB")


def test_what_fails_meanwhile_gives_back_how_the_database_worked(con):
    before = working(con)
    with pytest.raises(ZeroDivisionError), temp_tables.scratch_tables(con, [DATE], no_fingerprints(), []):
        raise ZeroDivisionError
    assert working(con) == before
    assert not named(con)
