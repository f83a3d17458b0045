"""The YAML of a project, held against the subset of dbt that the loader reads."""

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
    """`unique` and `{unique: {arguments: {...}, config: {...}}}` as one flat mapping with its `kind`.

    Arguments may also stand beside `config`, as before dbt 1.10.
    """
    if isinstance(test, str):
        return {"kind": test}
    if not isinstance(test, dict) or len(test) != 1:
        return test
    ((kind, said),) = test.items()
    arguments = said.get("arguments", {}) if isinstance(said, dict) else None
    if not isinstance(arguments, dict):
        return {**test, "kind": kind}  # refused for what stands there
    beside = {key: value for key, value in said.items() if key != "arguments"}
    return {**arguments, **beside, "kind": kind}


class TestConfig(Strict):
    severity: Severity = "error"


class TestEntry(Strict):
    config: TestConfig = TestConfig()
    # What is tested, where the test stands with the model rather than with a column: an expression over its columns.
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
    # Told by the name where it is not given, as in dbt.
    schema_name: Name | None = Field(None, alias="schema")
    description: Text | None = None
    tables: list[SourceTable] = Field(min_length=1)


class ModelsFile(Strict):
    """A .yml file beside the models."""

    version: Literal[2]
    sources: list[SourceEntry] = []
    models: list[ModelEntry] = []


class ModelConfig(Strict):
    """What `config()` in a model's SQL may say, and a folder of dbt_project.yml with a `+` before it."""

    materialized: Materialized | None = None
    schema_name: Name | None = Field(None, alias="schema")
    unique_key: Name | None = None
    incremental_strategy: Literal["delete+insert"] | None = None
    tags: list[str] = []
    meta: dict[str, Any] = {}


class ProjectFile(Strict):
    """dbt_project.yml. What only dbt itself heeds is accepted and left to it."""

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
