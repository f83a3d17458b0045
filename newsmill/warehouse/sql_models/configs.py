"""How each model is to be built: what its own config() says, else what the nearest folder of dbt_project.yml says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from newsmill.errors import UserError
from newsmill.validation import validate
from newsmill.warehouse.sql_models.files import ModelConfig, ModelEntry, ProjectFile


def folder_configs(path: Path, said: ProjectFile, folder: Path) -> dict[Path, ModelConfig]:
    """What `models:` of dbt_project.yml says, by folder.

    Raises:
        UserError: for a key that is neither a `+` config nor a folder of the models.
    """
    for name in said.models:
        if name != said.name:
            raise UserError(f"{path}, models.{name}", "it is not the project's name", f"write {said.name}")
    bases = [folder / base for base in said.model_paths]
    configs: dict[Path, ModelConfig] = {}

    def read(block: Any, steps: tuple[str, ...]) -> None:
        field = ".".join(["models", said.name, *steps])
        if not isinstance(block, dict):
            raise UserError(f"{path}, {field}", f"{block!r} is no mapping", "give configs a `+`, as in +schema")
        found = [base.joinpath(*steps) for base in bases if base.joinpath(*steps).is_dir()]
        if not found:
            raise UserError(f"{path}, {field}", "there is no such folder of models", "correct the name, or remove it")
        own = {key.removeprefix("+"): value for key, value in block.items() if key.startswith("+")}
        config = validate(own, ModelConfig, f"{path}, {field}")
        configs.update(dict.fromkeys(found, config))
        for key, inner in block.items():
            if not key.startswith("+"):
                read(inner, (*steps, key))

    read(said.models.get(said.name, {}), ())
    return configs


def model_config(
    path: Path, called: dict[str, Any], folders: dict[Path, ModelConfig], entry: ModelEntry
) -> ModelConfig:
    """The model's config, whole: its own words over its folders', tags gathered, a view where nothing is said.

    Raises:
        UserError: for a config outside the subset, or one that contradicts itself.
    """
    where = f"{path}, config()"
    merged: dict[str, Any] = {"materialized": "view"}
    tags: list[str] = []
    # From the outermost folder in, so that the nearest has the last word.
    nearest = [folders[parent] for parent in reversed(path.parents) if parent in folders]
    for config in [*nearest, validate(called, ModelConfig, where)]:
        merged |= config.model_dump(by_alias=True, exclude_unset=True)
        tags += config.tags
    config = validate({**merged, "tags": list(dict.fromkeys(tags))}, ModelConfig, where)
    if config.schema_name is None:
        raise UserError(where, "nothing gives its schema", "say schema=..., or +schema for its folder")
    if config.materialized != "incremental":
        if config.unique_key or config.incremental_strategy:
            raise UserError(where, "unique_key and incremental_strategy belong to incremental models", "remove them")
    elif config.unique_key is None or config.incremental_strategy is None:
        hint = "say unique_key='...' and incremental_strategy='delete+insert'"
        raise UserError(where, "an incremental model must say how it grows", hint)
    elif config.unique_key not in {column.name for column in entry.columns}:
        raise UserError(
            where, f"unique_key {config.unique_key} is no column of {entry.name}", "name one of its columns"
        )
    return config
