"""YAML as newsmill reads its own files: safe, strict about keys, and by libyaml where it is there."""

from __future__ import annotations

from typing import Any

import yaml

SafeLoader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def parse_yaml(text: str) -> Any:
    """What the text says.

    Raises:
        yaml.YAMLError: when it is not YAML, or a key stands twice: YAML itself would silently keep the last.
    """
    return yaml.load(text, UniqueKeys)  # noqa: S506  a safe loader


def one_line(error: yaml.YAMLError) -> str:
    """What is wrong and where, on one line."""
    return " ".join(str(error).replace('in "<unicode string>", ', "at ").split())


class UniqueKeys(SafeLoader):  # type: ignore[valid-type, misc]  # which of the two is found at run time
    """A safe loader that refuses a key given twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                continue
            if key.value in seen:
                problem = f"the key {key.value!r} stands twice"
                raise yaml.constructor.ConstructorError(None, None, problem, key.start_mark)
            seen.add(key.value)
        mapping: dict[Any, Any] = super().construct_mapping(node, deep)
        return mapping
