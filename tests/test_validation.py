"""Strict reading of newsmill's own YAML, and the one line that a wrong file becomes."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from pydantic import BaseModel, ConfigDict

from newsmill.errors import UserError
from newsmill.validation import one_line, parse_yaml, read_yaml, validate


class Column(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str
    width: int = 1


class Table(BaseModel):
    model_config = ConfigDict(extra="forbid")
    columns: list[Column]
    names: dict[str, str | int] = {}


def test_plain_yaml_is_parsed() -> None:
    assert parse_yaml("a: [1, {b: c}]\n") == {"a": [1, {"b": "c"}]}


@pytest.mark.parametrize("text", ["a: 1\na: 2\n", "x:\n  - {b: 1, b: 2}\n"])
def test_a_duplicate_key_is_refused_at_its_second_position(text: str) -> None:
    with pytest.raises(yaml.YAMLError) as refused:
        parse_yaml(text)
    message = one_line(refused.value)
    assert "duplicate key" in message
    assert "at line 2" in message
    assert "\n" not in message


def test_objects_are_not_constructed() -> None:
    with pytest.raises(yaml.YAMLError):
        parse_yaml("!!python/object/apply:os.system ['true']")


def test_valid_data_becomes_the_model() -> None:
    assert validate({"columns": [{"name": "day"}]}, Table, "x.yml") == Table(columns=[Column(name="day")])


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({}, "x.yml, field columns: it is missing; add it"),
        (
            {"columns": [{"name": "day", "widht": 2}]},
            "x.yml, field columns.day.widht: unknown key; remove it or correct its spelling",
        ),
        ({"columns": [{"widht": 2}]}, "x.yml, field columns.0.widht: unknown key; remove it or correct its spelling"),
        ({"columns": 3}, "x.yml, field columns: Input should be a valid list (value: 3); write it as a list"),
        ([], "x.yml: Input should be a valid dictionary or instance of Table; write it as keys with values"),
    ],
)
def test_the_first_problem_names_file_field_and_hint(data: object, message: str) -> None:
    with pytest.raises(UserError) as refused:
        validate(data, Table, "x.yml")
    assert str(refused.value).startswith(message)


def test_a_caller_may_give_its_own_hint() -> None:
    with pytest.raises(UserError, match="write the columns"):
        validate({}, Table, "x.yml", {"missing": "write the columns"})


def test_a_long_value_is_cut() -> None:
    with pytest.raises(UserError) as refused:
        validate({"columns": [{"name": "day", "width": "x" * 500}]}, Table, "x.yml")
    assert len(str(refused.value)) < 250


@pytest.mark.parametrize(
    ("content", "problem"), [(None, "No such file"), (b"\xff\xfe\xff", "not UTF-8"), (b"a: [", "not YAML")]
)
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None, problem: str) -> None:
    path = tmp_path / "table.yml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UserError) as refused:
        read_yaml(path, Table)
    assert str(refused.value).startswith(f"{path}: {problem}")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"a: &a [x, x]\nb: &b [*a, *a]\n", "not YAML: aliases are not supported at line 2"),
        (b"a: &a {b: 1}\n<<: *a\n", "not YAML: aliases are not supported at line 2"),
        (b"[" * 100_000, "not YAML: nested too deeply at line 1"),
        (b"{a: " * 100_000, "not YAML: nested too deeply at line 1"),
        (b"a: " + b"9" * 5_000, "Exceeds the limit"),
        (b"a: 2026-02-30", "day is out of range for month"),
        (b"# x\n" * 600_000, "larger than 2,048 KiB"),
    ],
)
def test_a_hostile_file_is_refused_in_one_line(tmp_path: Path, content: bytes, problem: str) -> None:
    path = tmp_path / "table.yml"
    path.write_bytes(content)
    with pytest.raises(UserError) as refused:
        read_yaml(path, Table)
    assert str(refused.value).startswith(f"{path}: {problem}")
    assert "\n" not in str(refused.value)
