"""Fixtures: an empty database and one that passes every expectation."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest
from healthy_database import HEALTHY, create_tables


@pytest.fixture
def empty_con() -> Iterator[duckdb.DuckDBPyConnection]:
    """The pipeline's tables and views, without rows."""
    con = duckdb.connect(":memory:")
    create_tables(con)
    yield con
    con.close()


@pytest.fixture
def con(empty_con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """Every table that a suite checks, with rows that pass every expectation."""
    empty_con.execute(HEALTHY)
    return empty_con
