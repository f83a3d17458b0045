"""Great Expectations on the caller's own DuckDB connection. Importing it costs seconds: import it where it is used."""

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

BATCH = "newsmill_batch"


class UnexpectedRowsCounted(gxe.UnexpectedRowsExpectation):  # type: ignore[misc]
    """UnexpectedRowsExpectation that counts the rows only; the original also fetches every one of them."""

    metric_dependencies = ("unexpected_rows_query.row_count",)

    def _validate(self, metrics: dict[str, Any], *_: Any, **__: Any) -> dict[str, Any]:
        unexpected = metrics["unexpected_rows_query.row_count"]
        return {"success": unexpected == 0, "result": {"observed_value": unexpected}}


def build(expectation: Expectation) -> Any:
    """The Great Expectations object, its name in our suite kept in `meta`.

    Raises:
        ValueError: when the arguments are refused.
    """
    name = expectation.expectation
    cls = UnexpectedRowsCounted if name == "UnexpectedRowsExpectation" else getattr(gxe, name)
    return cls(**expectation.kwargs, meta={"name": expectation.name})


@contextmanager
def opened(cursors: Cursors) -> Iterator[Any]:
    """The view `newsmill_batch` as a batch that Great Expectations can validate; nothing of it is written anywhere."""
    # Ephemeral, and told so: a GX_CLOUD_* variable in the environment would have it call home.
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
    with buffered(source.get_execution_engine().engine):
        yield source.add_table_asset(BATCH, table_name=BATCH).add_batch_definition_whole_table(BATCH).get_batch()


def validate(batch: Any, expectations: Sequence[Any], *, sample_rows: int = 0) -> dict[str, Any]:
    """One validation: each result by the expectation's name.

    With `sample_rows`, map expectations also give that many failing rows, whole, as `unexpected_rows`.
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
def buffered(engine: sqlalchemy.Engine) -> Iterator[None]:
    """Fetch results as soon as they are there: Great Expectations closes the connection before it fetches."""

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
    """Cursors of one DuckDB connection that see the checked rows as the temporary view `newsmill_batch`."""

    def __init__(self, con: Connection, rows: str) -> None:
        self._con, self._rows = con, rows
        self._open: list[Connection] = []

    def cursor(self) -> Connection:
        """A new cursor.

        Raises:
            duckdb.Error: when the rows can't be selected.
        """
        cursor = self._con.cursor()
        self._open.append(cursor)
        # A temporary view belongs to its cursor alone and leaves nothing in the file.
        cursor.execute(f"create temp view {BATCH} as {self._rows}")
        return cursor

    def connection(self) -> ConnectionWrapper:
        return ConnectionWrapper(self.cursor())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        # Great Expectations holds on to its last context, and with it to these.
        for cursor in self._open:
            cursor.close()
