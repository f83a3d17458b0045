"""The schemas of a project's YAML files: the subset of dbt that the loader supports."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from newsmill.warehouse.sql_models.project import Materialized, Severity

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Scalar = str | int | float | bool


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def _test_as_mapping(test: Any) -> Any:
    """Return `unique` or `{unique: {arguments: {...}, config: {...}}}` as one flat mapping with its `kind`.

    Arguments may also be written next to `config`, as before dbt 1.10.
    """
    if isinstance(test, str):
        return {"kind": test}
    if not isinstance(test, dict) or len(test) != 1:
        return test
    ((kind, body),) = test.items()
    arguments = body.get("arguments", {}) if isinstance(body, dict) else None
    if not isinstance(arguments, dict):
        return {**test, "kind": kind}  # the validation refuses the other key
    others = {key: value for key, value in body.items() if key != "arguments"}
    return {**arguments, **others, "kind": kind}


class TestConfig(Strict):
    severity: Severity = "error"


class TestEntry(Strict):
    config: TestConfig = TestConfig()
    # For a test of the model rather than of one column: an expression over its columns.
    column_name: Text | None = None


class NotNull(TestEntry):
    kind: Literal["not_null"]


class Unique(TestEntry):
    kind: Literal["unique"]


class AcceptedValues(TestEntry):
    kind: Literal["accepted_values"]
    values: list[Scalar] = Field(min_length=1)


class Relationships(TestEntry):
    kind: Literal["relationships"]
    to: Text
    field: Name


GenericTest = Annotated[
    Annotated[NotNull | Unique | AcceptedValues | Relationships, Field(discriminator="kind")],
    BeforeValidator(_test_as_mapping),
]
# dbt renamed `tests` to `data_tests` and reads both.
DataTests = Annotated[list[GenericTest], Field([], validation_alias=AliasChoices("data_tests", "tests"))]


class ColumnEntry(Strict):
    name: Name
    data_type: Text
    description: Text
    data_tests: DataTests = []


class ModelEntry(Strict):
    name: Name
    description: Text
    columns: list[ColumnEntry] = Field(min_length=1)
    data_tests: DataTests = []


class SourceTable(Strict):
    name: Name
    description: Text


class SourceEntry(Strict):
    name: Name
    # Defaults to the name, as in dbt.
    schema_name: Name | None = Field(None, alias="schema")
    description: Text | None = None
    tables: list[SourceTable] = Field(min_length=1)


class ModelsFile(Strict):
    """A .yml file in a folder of models."""

    version: Literal[2]
    sources: list[SourceEntry] = []
    models: list[ModelEntry] = []


class ModelConfig(Strict):
    """The arguments of a model's `config()`; dbt_project.yml writes them with a `+` for a folder."""

    materialized: Materialized | None = None
    schema_name: Name | None = Field(None, alias="schema")
    unique_key: Name | None = None
    incremental_strategy: Literal["delete+insert"] | None = None
    tags: list[str] = []
    meta: dict[str, Any] = {}


class ProjectFile(Strict):
    """dbt_project.yml. Keys that only dbt itself uses are accepted and ignored."""

    name: Name
    version: str | None = None
    config_version: Literal[2] = Field(2, validation_alias="config-version")
    profile: str | None = None
    require_dbt_version: Any = Field(None, validation_alias="require-dbt-version")
    flags: dict[str, Any] = {}
    model_paths: list[str] = Field(["models"], validation_alias="model-paths")
    test_paths: list[str] = Field(["tests"], validation_alias="test-paths")
    macro_paths: list[str] = Field(["macros"], validation_alias="macro-paths")
    target_path: str | None = Field(None, validation_alias="target-path")
    clean_targets: list[str] = Field([], validation_alias="clean-targets")
    vars: dict[Name, Scalar | list[Scalar]] = {}
    models: dict[str, Any] = {}
