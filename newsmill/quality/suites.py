"""The expectation suites: one YAML file per table, validated with Great Expectations' own JSON schemas.

Dagster reads the suites whenever it loads the code, and importing Great Expectations would take seconds.
"""

from __future__ import annotations

import importlib.util
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, StringConstraints, with_config

from newsmill.errors import UserError
from newsmill.sources.formats import SOURCES
from newsmill.validation import read_yaml

SUITES = Path(__file__).resolve().parent / "suites"

# Sets of values that a suite takes from the code: `value_set: $sources`.
NAMED_SETS: dict[Any, list[str]] = {"$sources": list(SOURCES)}
# Numbers that the query of an expectation takes from the settings, with their defaults.
NAMED_NUMBERS: Mapping[str, float] = {"$max_skipped_share": 0.05}

SnakeCase = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
TableName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$")]
Sentence = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Severity = Literal["error", "warn"]


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True)
class Expectation:
    """One expectation: its name in the suite, the Great Expectations class with its arguments, and why it must hold.

    A failing `error` blocks publication: newsmill broke a promise. A failing `warn` reports: the input is unusual.
    """

    name: SnakeCase
    expectation: str
    severity: Severity
    why: Sentence
    kwargs: dict[str, Any] = field(default_factory=dict)


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True)
class Suite:
    """The expectations on one table; with `by_date` only the rows of the run's ingest dates are checked."""

    table: TableName
    by_date: bool
    expectations: Annotated[tuple[Expectation, ...], Field(min_length=1)]

    @property
    def check_names(self) -> tuple[str, ...]:
        """The names of the expectations, in order."""
        return tuple(expectation.name for expectation in self.expectations)


def load_suites(folder: Path = SUITES, numbers: Mapping[str, float] = NAMED_NUMBERS) -> tuple[Suite, ...]:
    """Read every `*.yaml` of the folder, in order of the file names.

    Args:
        numbers: the values of the named numbers.

    Raises:
        UserError: for the first error, with the file, the expectation and the field.
    """
    if not folder.is_dir():
        raise UserError(str(folder), "no such folder", "name the folder of the suites")
    suites: dict[str, Path] = {}
    loaded = []
    for path in sorted(folder.glob("*.yaml")):
        suite = load_suite(path, numbers)
        if suite.table in suites:
            raise UserError(
                f"{path}, field table",
                f"{suite.table} already has a suite in {suites[suite.table].name}",
                "merge the two files",
            )
        suites[suite.table] = path
        loaded.append(suite)
    return tuple(loaded)


def load_suite(path: Path, numbers: Mapping[str, float] = NAMED_NUMBERS) -> Suite:
    """Read one suite file and validate its expectations.

    Raises:
        UserError: see `load_suites`.
    """
    suite = read_yaml(path, Suite)
    for name, count in Counter(suite.check_names).items():
        if count > 1:
            raise UserError(
                f"{path}, expectation {name}",
                f"duplicate name, used {count} times",
                "give each expectation its own name",
            )
    return Suite(
        suite.table, suite.by_date, tuple(_validated(path, expectation, numbers) for expectation in suite.expectations)
    )


def _validated(path: Path, expectation: Expectation, numbers: Mapping[str, float]) -> Expectation:
    """Return the expectation with its class name and JSON arguments, validated with that class's schema."""
    import jsonschema  # type: ignore[import-untyped]

    where = f"{path}, expectation {expectation.name}"
    class_name = _class_names().get(expectation.expectation.replace("_", "").lower())
    if class_name is None:
        raise UserError(
            f"{where}, field expectation",
            f"Great Expectations has no {expectation.expectation!r} for SQL tables",
            "use a class name from its gallery, e.g. ExpectColumnValuesToNotBeNull",
        )
    # YAML parses 1995-01-01 as a date; the schemas require a string.
    named = {key: NAMED_SETS.get(value, value) for key, value in expectation.kwargs.items() if isinstance(value, str)}
    kwargs = json.loads(json.dumps({**expectation.kwargs, **named}, default=str))
    reserved = {"meta", "result_format", "severity", "catch_exceptions", "batch_id"} & kwargs.keys()
    if reserved:
        raise UserError(f"{where}, field kwargs", f"newsmill sets {min(reserved)} itself", "remove it")
    problem = jsonschema.exceptions.best_match(jsonschema.Draft7Validator(_schema(class_name)).iter_errors(kwargs))
    if problem is not None:
        field_path = ".".join(["kwargs", *(str(part) for part in problem.absolute_path)])
        raise UserError(
            f"{where}, field {field_path}", problem.message, f"see {class_name} in Great Expectations' gallery"
        )
    if "{batch}" not in kwargs.get("unexpected_rows_query", "{batch}"):
        raise UserError(
            f"{where}, field kwargs.unexpected_rows_query", "the query does not read {batch}", "select from {batch}"
        )
    for name, number in numbers.items():
        if name in kwargs.get("unexpected_rows_query", ""):
            kwargs["unexpected_rows_query"] = kwargs["unexpected_rows_query"].replace(name, str(number))
    return Expectation(expectation.name, class_name, expectation.severity, expectation.why, kwargs)


@cache
def _schemas() -> Path:
    # Located without importing, which takes seconds.
    spec = importlib.util.find_spec("great_expectations")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "expectations" / "core" / "schemas"


@cache
def _class_names() -> dict[str, str]:
    """Return the class names by their lower-case letters, so that snake_case is accepted, too."""
    return {path.stem.lower(): path.stem for path in _schemas().glob("*Expect*.json")}


@cache
def _schema(class_name: str) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads((_schemas() / f"{class_name}.json").read_text(encoding="utf-8"))
    return schema
