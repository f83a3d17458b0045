"""The config of each model: its own `config()`, over the configs of its folders in dbt_project.yml."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from newsmill.errors import UserError
from newsmill.validation import validate
from newsmill.warehouse.sql_models.files import ModelConfig, ModelEntry, ProjectFile


def folder_configs(path: Path, project: ProjectFile, folder: Path) -> dict[Path, ModelConfig]:
    """Return the configs under `models:` of dbt_project.yml, by folder.

    Raises:
        UserError: for a key that is neither a `+` config nor a folder of models.
    """
    for name in project.models:
        if name != project.name:
            raise UserError(f"{path}, models.{name}", "not the project's name", f"write {project.name}")
    bases = [folder / base for base in project.model_paths]
    configs: dict[Path, ModelConfig] = {}

    def read(block: Any, steps: tuple[str, ...]) -> None:
        field = ".".join(["models", project.name, *steps])
        if not isinstance(block, dict):
            raise UserError(
                f"{path}, {field}", f"{block!r} is not a mapping", "write configs with a `+`, as in +schema"
            )
        found = [base.joinpath(*steps) for base in bases if base.joinpath(*steps).is_dir()]
        if not found:
            raise UserError(f"{path}, {field}", "no such folder of models", "correct the name, or remove it")
        values = {key.removeprefix("+"): value for key, value in block.items() if key.startswith("+")}
        config = validate(values, ModelConfig, f"{path}, {field}")
        configs.update(dict.fromkeys(found, config))
        for key, inner in block.items():
            if not key.startswith("+"):
                read(inner, (*steps, key))

    read(project.models.get(project.name, {}), ())
    return configs


def model_config(path: Path, own: dict[str, Any], folders: dict[Path, ModelConfig], entry: ModelEntry) -> ModelConfig:
    """Return the model's complete config: its own values override its folders', and tags are merged.

    Without `materialized` the model is a view.

    Args:
        own: the arguments of the model's `config()`.

    Raises:
        UserError: for a config outside the subset, or contradicting values.
    """
    where = f"{path}, config()"
    merged: dict[str, Any] = {"materialized": "view"}
    tags: list[str] = []
    # From the outermost folder to the nearest, which overrides the others.
    outer_to_inner = [folders[parent] for parent in reversed(path.parents) if parent in folders]
    for config in [*outer_to_inner, validate(own, ModelConfig, where)]:
        merged |= config.model_dump(by_alias=True, exclude_unset=True)
        tags += config.tags
    config = validate({**merged, "tags": list(dict.fromkeys(tags))}, ModelConfig, where)
    if config.schema_name is None:
        raise UserError(where, "the model has no schema", "add schema=..., or +schema to its folder")
    if config.materialized != "incremental":
        if config.unique_key or config.incremental_strategy:
            raise UserError(where, "unique_key and incremental_strategy are for incremental models only", "remove them")
    elif config.unique_key is None or config.incremental_strategy is None:
        hint = "add unique_key='...' and incremental_strategy='delete+insert'"
        raise UserError(where, "unique_key and incremental_strategy are required for incremental models", hint)
    elif config.unique_key not in {column.name for column in entry.columns}:
        raise UserError(
            where, f"unique_key {config.unique_key} is not a column of {entry.name}", "name one of its columns"
        )
    return config
