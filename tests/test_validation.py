"""The YAML of newsmill's own files."""

from __future__ import annotations

import pytest
import yaml

from newsmill.validation import one_line, parse_yaml


def test_what_it_says_is_read() -> None:
    assert parse_yaml("a: [1, {b: c}]\n") == {"a": [1, {"b": "c"}]}


@pytest.mark.parametrize("text", ["a: 1\na: 2\n", "x:\n  - {b: 1, b: 2}\n"])
def test_a_key_that_stands_twice_is_refused_at_its_second_place(text: str) -> None:
    with pytest.raises(yaml.YAMLError) as refused:
        parse_yaml(text)
    told = one_line(refused.value)
    assert "stands twice" in told
    assert "at line 2" in told
    assert "\n" not in told


def test_nothing_is_made_that_is_no_data() -> None:
    with pytest.raises(yaml.YAMLError):
        parse_yaml("!!python/object/apply:os.system ['true']")
