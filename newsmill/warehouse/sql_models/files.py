"""The YAML of a project, held against the subset of dbt that the loader reads."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import yaml
from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError

from newsmill.errors import UserError
from newsmill.validation import one_line, parse_yaml
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


Shape = TypeVar("Shape", bound=Strict)


def read_yaml(path: Path, shape: type[Shape]) -> Shape:
    """The file in the given shape.

    Raises:
        UserError: naming the file, the field (`models.topic_daily.columns.day`) and what to do.
    """
    try:
        data = parse_yaml(read_text(path))
    except yaml.YAMLError as error:
        raise UserError(str(path), f"not YAML: {one_line(error)}", "fix the YAML") from error
    return validated(data, shape, str(path))


def read_text(path: Path) -> str:
    """The file's text.

    Raises:
        UserError: when it is not there, or not UTF-8.
    """
    try:
        return path.read_text("utf-8")
    except FileNotFoundError as error:
        raise UserError(str(path), "there is no such file", "write it, or name another folder of models") from error
    except UnicodeDecodeError as error:
        raise UserError(str(path), f"not UTF-8: {error}", "save it as UTF-8") from error


def validated(data: Any, shape: type[Shape], where: str) -> Shape:
    """The data in the given shape, or a UserError at `where`, with the first field that is wrong."""
    try:
        return shape.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        said = {
            "missing": ("it is missing", "add it"),
            "extra_forbidden": ("the subset of dbt that is read has no such key", "remove it"),
        }
        problem, hint = said.get(first["type"], (first["msg"], f"correct {first['input']!r:.80}"))
        field = _field(data, first["loc"])
        raise UserError(f"{where}, {field}" if field else where, problem, hint) from error


def _field(data: Any, location: tuple[int | str, ...]) -> str:
    """The place in the file, with list items by their name rather than their number."""
    words = []
    for step in location:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            data = None  # the data ends here: the step is a missing field, or one of pydantic's own
        named = isinstance(step, int) and isinstance(data, dict) and isinstance(data.get("name"), str)
        words.append(data["name"] if named else str(step))
    return ".".join(words)
