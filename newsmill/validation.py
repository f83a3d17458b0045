"""Strict reading of newsmill's own YAML files: the first thing that is wrong becomes one `UserError`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import TypeAdapter, ValidationError

from newsmill.errors import UserError

Shape = TypeVar("Shape")

# How to fix what pydantic finds, by the type of its error.
HINTS = {
    "missing": "add it",
    "extra_forbidden": "remove it or correct its spelling",
    "unexpected_keyword_argument": "remove it or correct its spelling",
    "string_type": "put it in quotes",
    "float_type": "write it as a number",
    "string_pattern_mismatch": "use lower-case letters, digits and _",
    "list_type": "write it as a list, e.g. `[one, two]`",
    "dict_type": "write it as keys with values",
    "model_type": "write it as keys with values",
}
# What pydantic finds, where it can be said shorter.
PROBLEMS = {
    "missing": "it is missing",
    "extra_forbidden": "unknown key",
    "unexpected_keyword_argument": "unknown key",
}
UNKNOWN_KEY = ("extra_forbidden", "unexpected_keyword_argument")
MAX_VALUE_CHARS = 80
# The shipped taxonomy, the largest of these files, has 105 KiB.
MAX_FILE_BYTES = 2 * 2**20
MAX_YAML_DEPTH = 50

SafeLoader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_yaml(path: Path, shape: type[Shape], hints: Mapping[str, str] | None = None) -> Shape:
    """Read a YAML file as a pydantic model or dataclass.

    Args:
        hints: how to fix an error, by pydantic's error type; overrides HINTS.

    Raises:
        UserError: naming the file, the field (`models.topic_daily.columns.day`) and how to fix it.
    """
    return validate(load_yaml(path), shape, str(path), hints)


def load_yaml(path: Path) -> Any:
    """Return the content of a YAML file.

    Raises:
        UserError: when the file is missing, too large, not UTF-8, not YAML, has a duplicate key, an alias, or is nested
            too deeply.
    """
    try:
        return parse_yaml(read_text(path))
    except yaml.YAMLError as error:
        raise UserError(str(path), f"not YAML: {one_line(error)}", "fix the YAML") from error
    except ValueError as error:  # a number of thousands of digits, a date like 2026-02-30
        raise UserError(str(path), " ".join(str(error).split()), "put the value in quotes") from error


def read_text(path: Path, max_bytes: int = MAX_FILE_BYTES) -> str:
    """Return the text of a file.

    Raises:
        UserError: when the file is missing, too large, cannot be read, or is not UTF-8.
    """
    try:
        with path.open("rb") as file:
            content = file.read(max_bytes + 1)
        if len(content) > max_bytes:
            raise UserError(str(path), f"larger than {max_bytes // 2**10:,} KiB", "name the right file, or shorten it")
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UserError(str(path), f"not UTF-8: {error}", "save it as UTF-8") from error
    except OSError as error:
        raise UserError(str(path), error.strerror or str(error), "name a file that can be read") from error


def parse_yaml(text: str) -> Any:
    """Return the content of a YAML text.

    Raises:
        yaml.YAMLError: when it is not YAML, has a duplicate key (plain YAML would silently keep the last value), an
            alias (which can expand a few lines to gigabytes), or is nested too deeply (which can end the process).
    """
    depth = 0
    for event in yaml.parse(text, SafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if isinstance(event, yaml.AliasEvent):
            raise _error_at(event, "aliases are not supported")
        if depth > MAX_YAML_DEPTH:
            raise _error_at(event, "nested too deeply")
    return yaml.load(text, UniqueKeyLoader)  # noqa: S506  a safe loader


def _error_at(event: yaml.Event, problem: str) -> yaml.YAMLError:
    mark = event.start_mark
    return yaml.YAMLError(f"{problem} at line {mark.line + 1}, column {mark.column + 1}" if mark else problem)


def one_line(error: yaml.YAMLError) -> str:
    """Return problem and position of a YAML error on one line."""
    return " ".join(str(error).replace('in "<unicode string>", ', "at ").split())


def validate(data: Any, shape: type[Shape], where: str, hints: Mapping[str, str] | None = None) -> Shape:
    """Return data as a pydantic model or dataclass.

    Raises:
        UserError: at `where`, for the first field that is wrong; see `user_error`.
    """
    try:
        return TypeAdapter(shape).validate_python(data)
    except ValidationError as error:
        raise user_error(error, data, where, hints) from error


def user_error(error: ValidationError, data: Any, where: str, hints: Mapping[str, str] | None = None) -> UserError:
    """Return the first problem of a validation as a UserError.

    An unknown key goes first: often it is the misspelled name of a key that is missing.
    """
    errors = error.errors()
    first = next((entry for entry in errors if entry["type"] in UNKNOWN_KEY), errors[0])
    field = field_name(data, first["loc"])
    problem = PROBLEMS.get(first["type"]) or first["msg"].removeprefix("Value error, ")
    value = first["input"] if isinstance(first["input"], str | int | float) else None
    if value is not None and first["type"] not in PROBLEMS and repr(value) not in problem:
        problem += f" (value: {value!r:.{MAX_VALUE_CHARS}})"
    hint = {**HINTS, **(hints or {})}.get(first["type"], "correct it")
    return UserError(f"{where}, field {field}" if field else where, problem, hint)


def field_name(data: Any, location: tuple[int | str, ...]) -> str:
    """Return the path of a field, with list items by their `name` rather than their number.

    Steps that are pydantic's own (`[key]`, the names of union members) are left out.
    """
    steps = []
    for position, step in enumerate(location):
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            if position < len(location) - 1 or step == "[key]":
                continue  # pydantic's own step
        has_name = isinstance(step, int) and isinstance(data, dict) and isinstance(data.get("name"), str)
        steps.append(data["name"] if has_name else str(step))
    return ".".join(steps)


class UniqueKeyLoader(SafeLoader):  # type: ignore[valid-type, misc]  # which of the two is known at run time only
    """A safe loader that refuses duplicate keys."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                continue
            if key.value in seen:
                raise yaml.constructor.ConstructorError(None, None, f"duplicate key {key.value!r}", key.start_mark)
            seen.add(key.value)
        mapping: dict[Any, Any] = super().construct_mapping(node, deep)
        return mapping
