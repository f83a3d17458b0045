"""Building one model in one transaction: replace the table, its touched partitions, or the view."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from hashlib import blake2b
from typing import Any

from newsmill.quality.tables import SQL_MODELS
from newsmill.types import Connection
from newsmill.warehouse.connection import transaction
from newsmill.warehouse.memory import with_enough_memory
from newsmill.warehouse.schema import Relation, create_table, set_comments
from newsmill.warehouse.sql_models.binding import as_user_error, produced_types
from newsmill.warehouse.sql_models.project import PARTITIONS_VARIABLE, Model, Project
from newsmill.warehouse.sql_models.template import Template, project_names


def build_model(
    con: Connection,
    project: Project,
    model: Model,
    variables: Mapping[str, Any],
    full_refresh: bool = False,
) -> int | None:
    """Build the model in one transaction and return its row count, None for a view.

    An incremental model is rebuilt completely if its table is missing, if its columns, its SQL or the SQL of a model
    that it reads have changed, or, if it is partitioned, when `ingest_dates` is empty. Otherwise the rows whose unique
    key occurs in the new rows are replaced. A partitioned model also loses the rows of named dates without new rows;
    dbt would keep them.

    Args:
        variables: override the project's variables.

    Raises:
        UserError: when DuckDB can't bind the query, or its types are not those the .yml file declares.
    """
    return with_enough_memory(con, partial(_build, con, project, model, variables, full_refresh))


def _build(
    con: Connection, project: Project, model: Model, variables: Mapping[str, Any], full_refresh: bool
) -> int | None:
    names = project_names(project, variables)
    partitions = names.variables.get(PARTITIONS_VARIABLE, []) if model.partitioned else []
    template = Template(model.path, model.template)
    with transaction(con):
        con.execute(f"create schema if not exists {model.schema}")
        kind = _kind(con, model)
        whole = template.render(names, this=model.table).sql
        types = produced_types(con, model, whole)
        digest, stored_digest = sql_digest(project, model), _stored_digest(con, model)
        is_increment = (
            model.materialized == "incremental"
            and kind == "table"
            and not full_refresh
            and not (model.partitioned and not partitions)
            and _stored_types(con, model) == types
            and stored_digest == digest
        )
        with as_user_error(model.path):
            if is_increment:
                query = template.render(names, this=model.table, incremental=True).sql
                _replace_keys(con, model, query, partitions)
            else:
                _replace_whole(con, model, whole, kind)
        descriptions = {column.name: column.description for column in model.columns}
        relation: Relation = "view" if model.materialized == "view" else "table"
        set_comments(con, relation, model.table, model.description, descriptions)
        con.execute(f"delete from {SQL_MODELS.name} where model = ?", [model.table])  # noqa: S608
        con.execute(f"insert into {SQL_MODELS.name} values (?, ?)", [model.table, digest])  # noqa: S608
        # Counting a view's rows would compute the view.
        query = f"select count(*) from {model.table}"  # noqa: S608
        counted = None if model.materialized == "view" else con.execute(query).fetchone()
    return int(counted[0]) if counted else None


def sql_digest(project: Project, model: Model) -> str:
    """Return 32 hex digits of blake2b over the SQL of a model and of all models that it reads, in dependency order."""
    needed = {model.name}
    for each in reversed(project.models):
        if each.name in needed:
            needed.update(each.depends_on)
    texts = [f"{each.table}\n{each.sql}" for each in project.models if each.name in needed]
    return blake2b("\n".join(texts).encode(), digest_size=16).hexdigest()


def _stored_digest(con: Connection, model: Model) -> str | None:
    schema, _, name = SQL_MODELS.name.partition(".")
    exists = con.execute(
        "select 1 from information_schema.tables "
        "where table_catalog = current_database() and table_schema = ? and table_name = ?",
        [schema, name],
    ).fetchone()
    if not exists:
        create_table(con, SQL_MODELS)
    found = con.execute(f"select sql_digest from {SQL_MODELS.name} where model = ?", [model.table]).fetchone()  # noqa: S608
    return str(found[0]) if found else None


def _replace_whole(con: Connection, model: Model, query: str, kind: str | None) -> None:
    wanted = "view" if model.materialized == "view" else "table"
    if kind not in (None, wanted):
        # DuckDB's `create or replace` can't replace a table by a view or a view by a table.
        con.execute(f"drop {kind} {model.table}")
    con.execute(f"create or replace {wanted} {model.table} as\n{query}")


def _replace_keys(con: Connection, model: Model, query: str, partitions: list[str]) -> None:
    key = model.unique_key
    con.execute(f"create or replace temp table newsmill_new_rows as\n{query}")
    con.execute(f"delete from {model.table} where {key} in (select {key} from newsmill_new_rows)")  # noqa: S608
    if partitions:
        con.execute(f"delete from {model.table} where {key} = any(?::date[])", [partitions])  # noqa: S608
    con.execute(f"insert into {model.table} by name select * from newsmill_new_rows")  # noqa: S608
    con.execute("drop table newsmill_new_rows")


def _kind(con: Connection, model: Model) -> str | None:
    found = con.execute(
        "select table_type from information_schema.tables "
        "where table_catalog = current_database() and table_schema = ? and table_name = ?",
        [model.schema, model.name],
    ).fetchone()
    return None if found is None else "view" if found[0] == "VIEW" else "table"


def _stored_types(con: Connection, model: Model) -> dict[str, str]:
    return {row[0]: row[1] for row in con.execute(f"describe {model.table}").fetchall()}
