"""DuckDB's own word on the queries: that every name is known, and every column of the type its .yml states."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import duckdb

from newsmill.errors import UserError
from newsmill.types import Connection
from newsmill.warehouse.sql_models.project import Model, Project
from newsmill.warehouse.sql_models.template import Names, Template


def bind_project(project: Project, source_columns: Mapping[str, Mapping[str, str]]) -> None:
    """Bind every model and test against empty tables, in memory, so that a wrong one is found before any is run.

    `source_columns` gives type by column by table (`clean.pages`), as for `column_lineage`.

    Raises:
        UserError: naming the file and what DuckDB says of it, or the column whose type is not the stated one.
    """
    names = Names(project.tables, project.sources, project.variables)
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
    """The types of the columns the query produces, which must be those that the model's .yml states."""
    with as_user_error(model.path):
        produced: dict[str, str] = {row[0]: row[1] for row in con.execute(f"describe {query}").fetchall()}
    for column in model.columns:
        if produced[column.name] != column.data_type:
            problem = f"{column.name} is {produced[column.name]}, but the .yml states {column.data_type}"
            raise UserError(str(model.path), problem, "cast it, or correct the data_type")
    return produced


@contextmanager
def as_user_error(path: Path) -> Iterator[None]:
    """What DuckDB says of a query it can't bind, as the fault of the file it stands in."""
    try:
        yield
    except (duckdb.BinderException, duckdb.CatalogException, duckdb.ParserException) as error:
        said = " ".join(str(error).split("\n\n")[0].split())
        raise UserError(str(path), said, "correct the SQL") from error


def _create(con: Connection, table: str, columns: Mapping[str, str]) -> None:
    schema = table.partition(".")[0]
    typed = ", ".join(f'"{name}" {data_type}' for name, data_type in columns.items())
    con.execute(f"create schema if not exists {schema}; create table {table} ({typed})")
