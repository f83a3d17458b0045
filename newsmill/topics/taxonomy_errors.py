"""Report the first mistake in a taxonomy file."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from newsmill.errors import UserError

FIX_HINTS = {
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
# Keys of earlier versions.
RENAMED_KEYS = {"close": "within_words", "needs": "same_sentence", "near": "nearby_sentence"}


def to_user_error(path: Path, error: ValidationError) -> UserError:
    """Return the first mistake that pydantic found, as file, topic, field, problem and hint.

    An unknown key comes first: it is often a misspelled key that is missing elsewhere.
    """
    errors = error.errors()
    first = next((detail for detail in errors if detail["type"] == "extra_forbidden"), errors[0])
    parts = [str(part) for part in first["loc"] if part not in ("words", "[key]")]
    where = str(path)
    if len(parts) > 1 and parts[0] in ("topics", "contexts"):
        where += f", {parts[0][:-1]} {parts[1]}"
        parts = parts[2:]
    if parts:
        where += f", field {'.'.join(parts)}"
    if first["type"] == "extra_forbidden" and parts and parts[-1] in RENAMED_KEYS:
        new_key = RENAMED_KEYS[parts[-1]]
        return UserError(where, f"the key `{parts[-1]}` is now `{new_key}`", f"rename it to `{new_key}`")
    value = first["input"] if isinstance(first["input"], str | int | float) else None
    problem = first["msg"].removeprefix("Value error, ")
    if value is not None and repr(value) not in problem:
        problem += f" (it is {value!r})"
    return UserError(where, problem, FIX_HINTS.get(first["type"], "correct it"))
