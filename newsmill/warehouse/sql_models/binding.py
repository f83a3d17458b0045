"""Binding of all queries by DuckDB: every name must exist, and every column have the type its .yml file declares."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import duckdb

from newsmill.errors import UserError
from newsmill.types import Connection
from newsmill.warehouse.sql_models.project import Model, Project
from newsmill.warehouse.sql_models.template import Template, project_names


def bind_project(project: Project, source_columns: Mapping[str, Mapping[str, str]]) -> None:
    """Bind every model and test against empty in-memory tables, to find errors before any of them runs.

    `source_columns` maps table (`clean.pages`) and column to the SQL type, as for `column_lineage`.

    Raises:
        UserError: with the file and DuckDB's message, or with the column whose type is not the declared one.
    """
    names = project_names(project, {})
    with duckdb.connect(config={"threads": 1}) as con:
        for table, columns in source_columns.items():
            _create(con, table, columns)
        for model in project.models:
            template = Template(model.path, model.template)
            produced_types(con, model, template.render(names, this=model.table).sql)
            _create(con, model.table, {column.name: column.data_type for column in model.columns})
            if model.materialized == "incremental":
                produced_types(con, model, template.render(names.of_one_date, this=model.table, incremental=True).sql)
        for test in project.tests:
            query = Template(test.path, test.template).render(names).sql
            with as_user_error(test.path):
                con.execute(f"describe {query}")


def produced_types(con: Connection, model: Model, query: str) -> dict[str, str]:
    """Return the types of the query's columns, which must be those that the model's .yml file declares."""
    with as_user_error(model.path):
        produced: dict[str, str] = {row[0]: row[1] for row in con.execute(f"describe {query}").fetchall()}
    for column in model.columns:
        if produced[column.name] != column.data_type:
            problem = f"{column.name} is {produced[column.name]}, but the .yml file declares {column.data_type}"
            raise UserError(str(model.path), problem, "cast it, or correct the data_type")
    return produced


@contextmanager
def as_user_error(path: Path) -> Iterator[None]:
    """Turn DuckDB's error about a query into a UserError about the query's file."""
    try:
        yield
    except (duckdb.BinderException, duckdb.CatalogException, duckdb.ParserException) as error:
        message = " ".join(str(error).split("\n\n")[0].split())
        raise UserError(str(path), message, "correct the SQL") from error


def _create(con: Connection, table: str, columns: Mapping[str, str]) -> None:
    schema = table.partition(".")[0]
    typed = ", ".join(f'"{name}" {data_type}' for name, data_type in columns.items())
    con.execute(f"create schema if not exists {schema}; create table {table} ({typed})")
