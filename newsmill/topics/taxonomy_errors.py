"""How a taxonomy's YAML is read strictly, and how its first mistake is told to the person who made it."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from newsmill.errors import UserError

MENDS = {
    "extra_forbidden": "remove it or correct its spelling",
    "missing": "add it",
    "string_type": "put it in quotes",
    "greater_than": "give a weight above 0 and up to 10",
    "less_than_equal": "give a weight above 0 and up to 10",
    "float_type": "write it as a number",
    "string_pattern_mismatch": "use lower-case letters, digits and _ for ids",
    "list_type": "write it as a list, as `[one, two]`",
    "dict_type": "write it as keys with values",
    "model_type": "write it as keys with values",
}


def first_mistake(path: Path, error: ValidationError) -> UserError:
    """The first mistake pydantic found, as file, topic, field, problem and hint.

    A key it doesn't know goes before all: it is often the one that it misses elsewhere, misspelled.
    """
    errors = error.errors()
    first = next((one for one in errors if one["type"] == "extra_forbidden"), errors[0])
    parts = [str(part) for part in first["loc"] if part not in ("words", "[key]")]
    where = str(path)
    if len(parts) > 1 and parts[0] in ("topics", "contexts"):
        where += f", {parts[0][:-1]} {parts[1]}"
        parts = parts[2:]
    if parts:
        where += f", field {'.'.join(parts)}"
    value = first["input"] if isinstance(first["input"], str | int | float) else None
    problem = first["msg"].removeprefix("Value error, ")
    if value is not None and repr(value) not in problem:
        problem += f" (it is {value!r})"
    return UserError(where, problem, MENDS.get(first["type"], "correct it"))
