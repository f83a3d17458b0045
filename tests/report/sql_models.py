"""Build the SQL models of a test database faster than a run does."""

from __future__ import annotations

from functools import cache

import duckdb

from newsmill.settings import load_settings
from newsmill.trends.tables import BURSTS, EXPECTED
from newsmill.warehouse.sql_models import load_project
from newsmill.warehouse.sql_models.template import Template, project_names
from newsmill.warehouse.writes import replace_table


def build_models(con: duckdb.DuckDBPyConnection) -> None:
    """Build all models; the tables of expected counts and bursts stay empty."""
    for statement in model_statements():
        con.execute(statement)
    for table in (EXPECTED, BURSTS):
        replace_table(con, table, table.empty())


@cache
def model_statements() -> list[str]:
    """Return the statement of each model; the project is read once for dozens of databases."""
    project = load_project(load_settings().models)
    names = project_names(project, {})
    statements = []
    for model in project.models:
        query = Template(model.path, model.template).render(names, this=model.table).sql
        kind = "view" if model.materialized == "view" else "table"
        statements.append(
            f"create schema if not exists {model.schema}; create or replace {kind} {model.table} as {query}"
        )
    return statements
