"""Tests of models: each test is a query that returns the rows that violate a rule, as in dbt."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from newsmill.code_version import digest
from newsmill.errors import UserError
from newsmill.types import Connection
from newsmill.validation import read_text, validate
from newsmill.warehouse.memory import with_enough_memory
from newsmill.warehouse.sql_models.binding import as_user_error
from newsmill.warehouse.sql_models.build import sql_digest
from newsmill.warehouse.sql_models.files import (
    AcceptedValues,
    ModelEntry,
    NotNull,
    Relationships,
    TestConfig,
    TestEntry,
    Unique,
)
from newsmill.warehouse.sql_models.project import (
    PARTITION_KEY,
    PARTITIONS_VARIABLE,
    ModelTest,
    Project,
    TestResult,
)
from newsmill.warehouse.sql_models.queries import parse_query
from newsmill.warehouse.sql_models.template import Names, Template, project_names

SAMPLE_ROWS = 20


def run_test(con: Connection, project: Project, test: ModelTest, variables: Mapping[str, Any]) -> TestResult:
    """Count the rows that fail the test and return some of them, the same ones in every run.

    With ingest dates in `variables`, a test that can be restricted looks at the rows of these dates only.
    """
    sql = Template(test.path, test.template).render(project_names(project, variables)).sql
    return with_enough_memory(con, partial(_run, con, test, sql))


def digest_test(project: Project, test: ModelTest) -> str:
    """Return the hash of a test's SQL and that of all models that it reads."""
    return digest([test.template, *(sql_digest(project, project.model(name)) for name in test.depends_on)])


def _run(con: Connection, test: ModelTest, sql: str) -> TestResult:
    with as_user_error(test.path):
        counted = con.execute(f"select count(*) from (\n{sql}\n)").fetchone()  # noqa: S608  the project's own SQL
        failures = int(counted[0]) if counted else 0
        sample: list[dict[str, Any]] = []
        if failures:
            rows = con.execute(f"select * from (\n{sql}\n) order by all limit {SAMPLE_ROWS}")  # noqa: S608
            columns = [column[0] for column in rows.description or []]
            sample = [dict(zip(columns, row, strict=True)) for row in rows.fetchall()]
    return TestResult(test, failures, sample, sql)


def generic_tests(entry: ModelEntry, table: str, path: Path, names: Names) -> list[ModelTest]:
    """Return the tests that a model's .yml file declares for its columns or, by `column_name`, for expressions."""
    of_columns = [
        _generic(test, column.name, entry, table, path, names, f"models.{entry.name}.columns.{column.name}")
        for column in entry.columns
        for test in column.data_tests
    ]
    return of_columns + [
        _generic(test, test.column_name, entry, table, path, names, f"models.{entry.name}") for test in entry.data_tests
    ]


def _generic(
    test: TestEntry, column: str | None, entry: ModelEntry, table: str, path: Path, names: Names, field: str
) -> ModelTest:
    where = f"{path}, {field}.data_tests"
    if column is None:
        raise UserError(
            where, "the test has no column_name", "add column_name to its arguments, or move it to a column"
        )
    tested = _columns_of(column, entry, where)
    model = "{{ ref('" + entry.name + "') }}"
    has_dates = PARTITIONS_VARIABLE in names.variables and PARTITION_KEY in {each.name for each in entry.columns}
    dates = _and_of_dates(PARTITION_KEY) if has_dates else ""
    depends_on = [entry.name]
    listed = ", ".join(tested)
    match test:
        case NotNull():
            sql = f"select *\nfrom {model}\nwhere {column} is null{dates}"
            kind, description = "not_null", f"`{listed}` of {table} is never null."
        case Unique():
            if has_dates:  # a value of theirs may be that of a row of any other date
                dates = _if_dates(f"and {column} in (select {column} from {model} where {_of_dates(PARTITION_KEY)})")  # noqa: S608
            sql = (
                f"select {column} as value, count(*) as row_count\nfrom {model}\n"
                f"where {column} is not null{dates}\n"
                f"group by {column}\nhaving count(*) > 1"
            )
            kind, description = "unique", f"`{listed}` is unique in {table}."
        case AcceptedValues():
            values = ", ".join(_literal(value) for value in test.values)
            sql = (
                f"select {column} as value, count(*) as row_count\nfrom {model}\n"
                f"where {column} not in ({values}){dates}\ngroup by {column}"
            )
            kind, description = "accepted_values", f"`{listed}` of {table} is one of {values}."
        case Relationships():
            to = Template(where, "{{ " + test.to + " }}").render(names)
            depends_on += sorted(to.refs)
            sql = (
                f"select child.*\nfrom {model} as child\n"
                f"anti join {{{{ {test.to} }}}} as parent on child.{column} = parent.{test.field}\n"
                f"where child.{column} is not null"
            )
            sql += _and_of_dates(f"child.{PARTITION_KEY}") if has_dates else ""
            kind = "relationships"
            description = f"Every `{listed}` of {table} exists in `{test.field}` of {to.sql}."
        case _:
            raise AssertionError(f"unknown kind of generic test: {test!r}")
    return ModelTest(
        name="_".join([kind, entry.name, *tested]),
        model=entry.name,
        severity=test.config.severity,
        description=description,
        depends_on=tuple(dict.fromkeys(depends_on)),
        path=path,
        template=sql,
    )


def singular_test(path: Path, names: Names, order: list[str]) -> ModelTest:
    """Return the test in a file of the tests folder; the comment at the top of the file describes the rule."""
    template = Template(path, read_text(path))
    rendering = template.render(names)
    if not rendering.refs:
        raise UserError(str(path), "the test has no ref()", "test a model; for a source, its staging model")
    comment = []
    for line in template.text.strip().splitlines():
        if not line.startswith("--"):
            break
        comment.append(line.removeprefix("--").strip())
    if not comment:
        raise UserError(str(path), "no comment describes the rule", "begin the file with a line `-- the rule`")
    parse_query(str(path), rendering.sql, {names.models[ref] for ref in rendering.refs} | rendering.sources)
    depends_on = tuple(sorted(rendering.refs, key=order.index))
    return ModelTest(
        name=path.stem,
        model=depends_on[-1],
        severity=validate(rendering.config, TestConfig, f"{path}, config()").severity,
        description=" ".join(comment),
        depends_on=depends_on,
        path=path,
        template=template.text,
    )


def _and_of_dates(column: str) -> str:
    return _if_dates(f"and {_of_dates(column)}")


def _of_dates(column: str) -> str:
    return f"{column} = any({{{{ var('{PARTITIONS_VARIABLE}') }}}}::date[])"


def _if_dates(condition: str) -> str:
    """Return the end of a `where` for a test of some ingest dates; a test of the whole table is without it."""
    return f"\n{{% if var('{PARTITIONS_VARIABLE}') %}}\n{condition}\n{{% endif %}}"


def _columns_of(expression: str, entry: ModelEntry, where: str) -> list[str]:
    try:
        parsed = sqlglot.parse_one(expression, dialect="duckdb")
    except SqlglotError as error:
        raise UserError(
            where, f"column_name {expression!r} does not parse", "write an expression over columns"
        ) from error
    columns = list(dict.fromkeys(column.name for column in parsed.find_all(exp.Column)))
    unknown = set(columns) - {column.name for column in entry.columns}
    if unknown or not columns:
        problem = f"column_name {expression!r} is not over columns of {entry.name}"
        raise UserError(where, problem, "use columns of the model, as in row(day, topic)")
    return columns


def _literal(value: str | int | float | bool) -> str:
    # Always a string, as in dbt; DuckDB casts it to the column's type.
    return exp.Literal.string(str(value)).sql("duckdb")
