"""Rendered SQL, read by sqlglot: one query, only over what it refs, with columns that can be named."""

from __future__ import annotations

from functools import cache

import duckdb
import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from newsmill.errors import UserError
from newsmill.types import Connection

# Tables that stand for no stored data.
TABLE_FUNCTIONS = (exp.GenerateSeries, exp.Unnest)


def parse_query(where: str, sql: str, tables: set[str]) -> exp.Query:
    """The query, known to read nothing but `tables` (`schema.name`) and its own CTEs.

    Raises:
        UserError: when it does not parse, is not one query, or reads past `ref` and `source`.
    """
    try:
        # DuckDB has the word on what is SQL; sqlglot is more lenient, but tells of what the SQL is made.
        count = len(_parser().cursor().extract_statements(sql))
        query = sqlglot.parse_one(sql, dialect="duckdb") if count == 1 else None
    except (duckdb.ParserException, SqlglotError) as error:
        raise UserError(where, f"the SQL does not parse: {' '.join(str(error).split())}", "fix the SQL") from error
    if query is None or sql.endswith(";"):
        raise UserError(where, "it is not exactly one query", "leave one select, without a semicolon")
    if not isinstance(query, exp.Query):
        raise UserError(where, f"it is no query but {query.key}", "write it as a select")
    ctes = {cte.alias for cte in query.find_all(exp.CTE)}
    for table in query.find_all(exp.Table):
        if isinstance(table.this, TABLE_FUNCTIONS):
            continue
        name = ".".join(part.name for part in table.parts)
        if name not in (tables if "." in name else ctes):
            raise UserError(
                where, f"it reads {table.sql('duckdb')} past ref() and source()", "name tables by ref() or source()"
            )
    return query


def output_columns(where: str, query: exp.Query) -> list[str]:
    """The names of the columns the query returns.

    Raises:
        UserError: for a `*`, a column without a name, or a name given twice.
    """
    names: list[str] = []
    for selected in query.selects:
        name = selected.output_name
        if selected.is_star or not name:
            shown = selected.sql("duckdb")
            raise UserError(where, f"the outermost select has {shown!r:.80}, which names no column", "name each column")
        if name in names:
            raise UserError(where, f"the outermost select has {name} twice", "give each column its own name")
        names.append(name)
    return names


@cache
def _parser() -> Connection:
    """An empty database, for its parser."""
    return duckdb.connect(config={"threads": 1})
