"""What a folder of models comes to once it is read: models in dependency order, their columns and their tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

Materialized = Literal["view", "table", "incremental"]
Severity = Literal["error", "warn"]

# The variable that names the partitions a run is about, and the column that parts the incremental models.
PARTITION_KEY = "ingest_date"
PARTITIONS_VARIABLE = "ingest_dates"


@dataclass(frozen=True)
class ModelColumn:
    """One column of a model, as its .yml states it. `data_type` is DuckDB's own name of the type."""

    name: str
    data_type: str
    description: str


@dataclass(frozen=True)
class ModelTest:
    """A query that returns the rows that should not be there.

    `model` is the model it stands with: of a singular test the last of those it reads, in dependency order.
    `depends_on` are all models it reads, `path` the file that states it, `template` its SQL before rendering.
    """

    name: str
    model: str
    severity: Severity
    description: str
    depends_on: tuple[str, ...]
    path: Path
    template: str


@dataclass(frozen=True)
class Model:
    """One table or view, derived by one query.

    `depends_on` are names of models, `sources` names of tables (`clean.pages`), `template` the file's text, `sql` the
    query that builds it whole with the project's default variables.
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
        return f"{self.schema}.{self.name}"

    @property
    def partitioned(self) -> bool:
        """True where a run replaces the ingest dates it names and leaves the others."""
        return self.materialized == "incremental" and self.unique_key == PARTITION_KEY


@dataclass(frozen=True)
class Project:
    """A folder of models. `models` stand in dependency order; `sources` maps (source, table) to `schema.table`."""

    name: str
    folder: Path
    models: tuple[Model, ...]
    tests: tuple[ModelTest, ...]
    sources: Mapping[tuple[str, str], str]
    variables: Mapping[str, Any]

    def model(self, name: str) -> Model:
        """The model of that name; KeyError where there is none."""
        return {model.name: model for model in self.models}[name]

    @property
    def tables(self) -> dict[str, str]:
        """`schema.name` by model name, as `ref` needs it."""
        return {model.name: model.table for model in self.models}


@dataclass(frozen=True)
class TestResult:
    """What a test found: how many rows fail, at most 20 of them with DuckDB's Python values, and the SQL that ran."""

    __test__ = False  # pytest takes classes named Test* for its own

    test: ModelTest
    failures: int
    sample: list[dict[str, Any]]
    sql: str
