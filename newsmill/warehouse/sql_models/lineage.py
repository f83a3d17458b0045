"""Column lineage: the columns that a column is computed from, one step upstream, found by sqlglot."""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp
from sqlglot.lineage import lineage
from sqlglot.schema import MappingSchema

from newsmill.warehouse.sql_models.project import Model, Project


def column_lineage(
    project: Project, model: Model, source_columns: Mapping[str, Mapping[str, str]]
) -> dict[str, list[tuple[str, str]]]:
    """Return, for each column of the model, the (table, column) pairs that its value is computed from.

    `source_columns` maps table (`clean.pages`) and column to the SQL type; models have theirs in the .yml files.
    Columns that only filter, join or group are not included.
    """
    columns = {project.model(name).table: _types(project.model(name)) for name in model.depends_on}
    columns |= {table: dict(source_columns[table]) for table in model.sources}
    schema = MappingSchema(dialect="duckdb")
    for table, types in columns.items():
        schema.add_table(table, types, dialect="duckdb")
    roots = lineage(None, model.sql, schema, dialect="duckdb", trim_selects=False, validate_qualify_columns=True)
    found: dict[str, list[tuple[str, str]]] = {}
    for column in model.columns:
        origins = set()
        for node in roots[column.name].walk():
            if isinstance(node.expression, exp.Table) and node.expression.db:
                table = f"{node.expression.db}.{node.expression.name}"
                origins.add((table, exp.to_column(node.name, dialect="duckdb").name))
        found[column.name] = sorted(origins)
    return found


def _types(model: Model) -> dict[str, str]:
    return {column.name: column.data_type for column in model.columns}
