"""The quality room's databases."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest
from healthy_database import HEALTHY, create_tables


@pytest.fixture
def empty_mill() -> Iterator[duckdb.DuckDBPyConnection]:
    """The pipeline's tables and views, without a row."""
    con = duckdb.connect(":memory:")
    create_tables(con)
    yield con
    con.close()


@pytest.fixture
def con(empty_mill: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """Every table that a suite checks, with rows on which every expectation holds."""
    empty_mill.execute(HEALTHY)
    return empty_mill
