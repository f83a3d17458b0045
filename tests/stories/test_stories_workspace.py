"""The temporary tables of planning, and DuckDB's settings while they exist."""

import datetime as dt

import duckdb
import polars as pl
import pytest

from newsmill.stories.fingerprint import create_empty_fingerprints
from newsmill.stories.tables import FINGERPRINTS
from newsmill.stories.workspace import FEW_BYTES, FEW_PAGES, choose_settings, open_workspace

DATE = dt.date(2026, 1, 1)
NONE = create_empty_fingerprints()


@pytest.fixture
def con():
    with duckdb.connect(config={"threads": 2, "memory_limit": "1GiB"}) as con:
        con.execute("create schema stories")
        con.register("none", FINGERPRINTS.empty().to_arrow())
        con.execute("create table stories.fingerprints as from none")
        yield con


def current_settings(con):
    return con.execute("select current_setting('threads'), current_setting('memory_limit')").fetchall()[0]


def temporary_tables(con):
    return con.execute("select table_name from duckdb_tables() where temporary").fetchall()


def test_a_run_of_few_pages_uses_one_thread_and_restores_the_settings(con):
    before = current_settings(con)
    with open_workspace(con, [DATE], NONE, [], choose_settings(NONE, [])) as ws:
        assert current_settings(con) == (1, "128.0 MiB")
        assert (ws.outgoing,) in temporary_tables(con)
        assert ws.frame("from {dates}").rows() == [(DATE,)]
    assert current_settings(con) == before
    assert temporary_tables(con) == []


def test_a_run_of_many_pages_keeps_all_threads(con):
    many = create_empty_fingerprints().clear(FEW_PAGES + 1)
    many = many.with_columns(pl.Series("record_id", [f"{row:x}" for row in range(many.height)]))
    with open_workspace(con, [DATE], many, [], choose_settings(many, [])):
        assert current_settings(con) == (2, "512.0 MiB")


def test_a_run_that_removes_many_records_keeps_all_threads(con):
    removed = ["r"] * (FEW_PAGES + 1)
    with open_workspace(con, [DATE], NONE, removed, choose_settings(NONE, removed)):
        assert current_settings(con) == (2, "512.0 MiB")


def test_a_failure_restores_the_settings_and_drops_the_tables(con):
    before = current_settings(con)
    with pytest.raises(ZeroDivisionError), open_workspace(con, [DATE], NONE, [], choose_settings(NONE, [])):
        raise ZeroDivisionError
    assert current_settings(con) == before
    assert temporary_tables(con) == []


def test_every_table_has_its_own_name(con):
    with open_workspace(con, [DATE], NONE, [], {}) as ws:
        names = ws.names()
    assert len(set(names.values())) == len(names)
    assert all(name.startswith("plan_") for name in names.values())


def test_a_few_long_pages_get_the_memory_of_many(con):
    long = NONE.clear(1).with_columns(pl.lit("x" * FEW_BYTES).alias("record_id"))
    assert choose_settings(long, [])["memory_limit"] == "512MiB"
