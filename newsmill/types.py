"""Types that all packages share."""

from __future__ import annotations

from typing import Any

import duckdb

Connection = duckdb.DuckDBPyConnection

# A row of a query's result, by column name.
Row = dict[str, Any]
