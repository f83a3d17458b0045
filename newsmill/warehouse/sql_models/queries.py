"""Checks of rendered SQL with sqlglot: it is one query, reads declared tables only, and names its columns."""

from __future__ import annotations

from functools import cache

import duckdb
import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from newsmill.errors import UserError
from newsmill.types import Connection

# Table functions that read no stored data.
TABLE_FUNCTIONS = (exp.GenerateSeries, exp.Unnest)


def parse_query(where: str, sql: str, tables: set[str]) -> exp.Query:
    """Parse the query and check that it reads nothing but `tables` (`schema.name`) and its own CTEs.

    Raises:
        UserError: when it does not parse, is not exactly one query, or reads a table without `ref` or `source`.
    """
    try:
        # DuckDB's parser decides what is valid SQL. sqlglot's is more lenient, but returns a syntax tree.
        count = len(_parser().cursor().extract_statements(sql))
        query = sqlglot.parse_one(sql, dialect="duckdb") if count == 1 else None
    except (duckdb.ParserException, SqlglotError) as error:
        raise UserError(where, f"the SQL does not parse: {' '.join(str(error).split())}", "fix the SQL") from error
    if query is None or sql.endswith(";"):
        raise UserError(where, "expected exactly one query", "keep one select, without a semicolon")
    if not isinstance(query, exp.Query):
        raise UserError(where, f"expected a query, got {query.key}", "write it as a select")
    ctes = {cte.alias for cte in query.find_all(exp.CTE)}
    for table in query.find_all(exp.Table):
        if isinstance(table.this, TABLE_FUNCTIONS):
            continue
        name = ".".join(part.name for part in table.parts)
        if name not in (tables if "." in name else ctes):
            raise UserError(
                where, f"reads {table.sql('duckdb')} without ref() or source()", "name tables by ref() or source()"
            )
    return query


def output_columns(where: str, query: exp.Query) -> list[str]:
    """Return the names of the query's output columns.

    Raises:
        UserError: for a `*`, a column without a name, or a duplicate name.
    """
    names: list[str] = []
    for selected in query.selects:
        name = selected.output_name
        if selected.is_star or not name:
            shown = selected.sql("duckdb")
            raise UserError(where, f"the outermost select has {shown!r:.80} without a column name", "name each column")
        if name in names:
            raise UserError(where, f"duplicate column {name} in the outermost select", "give each column its own name")
        names.append(name)
    return names


@cache
def _parser() -> Connection:
    """Return a connection to an empty database, for its parser."""
    return duckdb.connect(config={"threads": 1})
