"""A loaded project: models in dependency order, with their columns, tests and macros."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import jinja2

Materialized = Literal["view", "table", "incremental"]
Severity = Literal["error", "warn"]

# The column that partitions incremental models, and the variable with the partitions of a run.
PARTITION_KEY = "ingest_date"
PARTITIONS_VARIABLE = "ingest_dates"


@dataclass(frozen=True)
class ModelColumn:
    """One column of a model, as its .yml file describes it. `data_type` is DuckDB's name of the type."""

    name: str
    data_type: str
    description: str


@dataclass(frozen=True)
class ModelTest:
    """A query that returns the rows that violate a rule.

    `model` is the tested model; for a singular test, the last of the models it reads, in dependency order.
    `depends_on` are all models it reads, `path` the file that defines it, `template` its SQL before rendering.
    """

    name: str
    model: str
    severity: Severity
    description: str
    depends_on: tuple[str, ...]
    path: Path
    template: str

    @property
    def by_date(self) -> bool:
        """True if a run can test its own ingest dates alone."""
        return PARTITIONS_VARIABLE in self.template


@dataclass(frozen=True)
class Model:
    """One table or view, defined by one query.

    `depends_on` are names of models, `sources` names of tables (`clean.pages`), `template` the file's text, `sql` the
    query that builds the whole table with the project's default variables.
    """

    name: str
    schema: str
    path: Path
    description: str
    columns: tuple[ModelColumn, ...]
    depends_on: tuple[str, ...]
    sources: tuple[str, ...]
    materialized: Materialized
    unique_key: str | None
    tags: tuple[str, ...]
    meta: Mapping[str, Any]
    tests: tuple[ModelTest, ...]
    template: str
    sql: str

    @property
    def table(self) -> str:
        """`schema.name`."""
        return f"{self.schema}.{self.name}"

    @property
    def partitioned(self) -> bool:
        """True if a run replaces only its own ingest dates."""
        return self.materialized == "incremental" and self.unique_key == PARTITION_KEY


@dataclass(frozen=True)
class Macros:
    """The compiled files of a project's macros, and the names of all macros."""

    templates: tuple[jinja2.Template, ...] = ()
    names: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Project:
    """A loaded project. `models` are in dependency order; `sources` maps (source, table) to `schema.table`."""

    name: str
    folder: Path
    models: tuple[Model, ...]
    tests: tuple[ModelTest, ...]
    sources: Mapping[tuple[str, str], str]
    variables: Mapping[str, Any]
    macros: Macros

    def model(self, name: str) -> Model:
        """Return the model of that name; KeyError if there is none."""
        return {model.name: model for model in self.models}[name]

    @property
    def tables(self) -> dict[str, str]:
        """`schema.name` by model name, as `ref` needs it."""
        return {model.name: model.table for model in self.models}


@dataclass(frozen=True)
class TestResult:
    """The result of a test: the number of failing rows, at most 20 of them with DuckDB's Python values, and the SQL."""

    __test__ = False  # pytest would collect a class named Test*

    test: ModelTest
    failures: int
    sample: list[dict[str, Any]]
    sql: str
