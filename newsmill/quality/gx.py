"""Great Expectations on the caller's DuckDB connection. The import takes seconds, so import this module lazily."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Self

import great_expectations as gx
import sqlalchemy
from duckdb_sqlalchemy import ConnectionWrapper
from great_expectations import expectations as gxe
from great_expectations.data_context.types.base import DataContextConfig, InMemoryStoreBackendDefaults
from sqlalchemy.engine.cursor import FullyBufferedCursorFetchStrategy

from newsmill.quality.suites import Expectation
from newsmill.types import Connection

# The name of the temporary view with the checked rows.
BATCH = "newsmill_batch"


class CountUnexpectedRows(gxe.UnexpectedRowsExpectation):  # type: ignore[misc]
    """An UnexpectedRowsExpectation that only counts the rows; the original also fetches all of them."""

    metric_dependencies = ("unexpected_rows_query.row_count",)

    def _validate(self, metrics: dict[str, Any], *_: Any, **__: Any) -> dict[str, Any]:
        unexpected = metrics["unexpected_rows_query.row_count"]
        return {"success": unexpected == 0, "result": {"observed_value": unexpected}}


def build(expectation: Expectation) -> Any:
    """Return the Great Expectations object, with its name in newsmill's suite in `meta`.

    Raises:
        ValueError: when Great Expectations rejects the arguments.
    """
    name = expectation.expectation
    cls = CountUnexpectedRows if name == "UnexpectedRowsExpectation" else getattr(gxe, name)
    return cls(**expectation.kwargs, meta={"name": expectation.name})


@contextmanager
def open_batch(cursors: Cursors) -> Iterator[Any]:
    """Open the view `newsmill_batch` as a batch that Great Expectations can validate, without writing files."""
    # With a GX_CLOUD_* variable in the environment, any other mode would connect to GX Cloud.
    context = gx.get_context(
        mode="ephemeral",
        project_config=DataContextConfig(
            store_backend_defaults=InMemoryStoreBackendDefaults(),
            analytics_enabled=False,
            progress_bars={"globally": False},
        ),
    )
    source = context.data_sources.add_sql(
        "newsmill", connection_string="duckdb:///:memory:", kwargs={"creator": cursors.connection}
    )
    with fetch_eagerly(source.get_execution_engine().engine):
        yield source.add_table_asset(BATCH, table_name=BATCH).add_batch_definition_whole_table(BATCH).get_batch()


def validate(batch: Any, expectations: Sequence[Any], *, sample_rows: int = 0) -> dict[str, Any]:
    """Run one validation and return each result by the expectation's name.

    With `sample_rows`, results of map expectations also contain that many failing rows as `unexpected_rows`.
    """
    outcome = batch.validate(
        gx.ExpectationSuite(name=BATCH, expectations=list(expectations)),
        result_format={
            "result_format": "BASIC",
            "include_unexpected_rows": sample_rows > 0,
            "partial_unexpected_count": sample_rows,
        },
    )
    return {result.expectation_config.meta["name"]: result for result in outcome.results}


@contextmanager
def fetch_eagerly(engine: sqlalchemy.Engine) -> Iterator[None]:
    """Fetch results right after each query: Great Expectations closes the connection before it fetches."""

    def fetch(_con: Any, cursor: Any, _statement: Any, _parameters: Any, context: Any, _many: Any) -> None:
        if cursor.description:
            context.cursor_fetch_strategy = FullyBufferedCursorFetchStrategy(
                cursor.description, initial_buffer=cursor.fetchall()
            )

    sqlalchemy.event.listen(engine, "after_cursor_execute", fetch)
    try:
        yield
    finally:
        sqlalchemy.event.remove(engine, "after_cursor_execute", fetch)
        engine.dispose()


class Cursors:
    """Cursors of one DuckDB connection that have the checked rows as the temporary view `newsmill_batch`."""

    def __init__(self, con: Connection, rows: str) -> None:
        self._con, self._rows = con, rows
        self._open: list[Connection] = []

    def cursor(self) -> Connection:
        """Open a cursor.

        Raises:
            duckdb.Error: when the rows can't be selected.
        """
        cursor = self._con.cursor()
        self._open.append(cursor)
        # A temporary view is visible to its cursor only and is not stored in the file.
        cursor.execute(f"create temp view {BATCH} as {self._rows}")
        return cursor

    def connection(self) -> ConnectionWrapper:
        """Open a cursor as a connection for SQLAlchemy."""
        return ConnectionWrapper(self.cursor())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        # Great Expectations keeps a reference to its last context, and through it to the cursors.
        for cursor in self._open:
            cursor.close()
