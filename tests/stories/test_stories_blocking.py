"""Rows selected by key from long tables, and frequent values."""

from __future__ import annotations

import duckdb
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from newsmill.stories.blocking import find_frequent_values, select_rows
from newsmill.stories.workspace import Workspace

WS = Workspace(duckdb.connect(config={"threads": 1}))
VALUES = st.lists(st.integers(0, 40) | st.integers(0, 2**64 - 1), max_size=60)


@settings(deadline=None, max_examples=20)
@given(VALUES, VALUES)
def test_select_rows_returns_the_rows_with_these_values(stored, wanted):
    rows = pl.DataFrame({"key": stored, "row": range(len(stored))}, {"key": pl.UInt64, "row": pl.Int64})
    WS.store("stored", rows)
    found = select_rows(WS, "from stored", "key", pl.Series(wanted, dtype=pl.UInt64))
    assert sorted(found.rows()) == sorted((value, row) for row, value in enumerate(stored) if value in set(wanted))


@settings(deadline=None, max_examples=30)
@given(st.lists(st.integers(0, 9), max_size=60), st.integers(1, 4))
def test_frequent_values(values, minimum):
    found = find_frequent_values(pl.Series(values, dtype=pl.UInt64), minimum).to_list()
    assert found == sorted({value for value in values if values.count(value) >= minimum})
