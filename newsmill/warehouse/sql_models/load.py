"""Loading of a project: all its files are read and checked before anything runs."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from newsmill.errors import UserError
from newsmill.validation import read_text, read_yaml
from newsmill.warehouse.sql_models.configs import folder_configs, model_config
from newsmill.warehouse.sql_models.data_tests import generic_tests, singular_test
from newsmill.warehouse.sql_models.files import ModelConfig, ModelEntry, ModelsFile, ProjectFile
from newsmill.warehouse.sql_models.macros import load_macros
from newsmill.warehouse.sql_models.project import Model, ModelColumn, ModelTest, Project
from newsmill.warehouse.sql_models.queries import output_columns, parse_query
from newsmill.warehouse.sql_models.template import Names, Rendering, Template, suggestion


@dataclass(frozen=True)
class _Entry:
    """A model's entry in a .yml file, and the file's path."""

    path: Path
    model: ModelEntry


def load_project(folder: Path) -> Project:
    """Read the project in the folder and check everything that can be checked without a database.

    Raises:
        UserError: for the first error, with the file, the field and how to fix it.
    """
    project_path = folder / "dbt_project.yml"
    settings = read_yaml(project_path, ProjectFile)
    entries, sources = _read_yaml_files(_files(folder, settings.model_paths, ".yml", ".yaml"))
    templates = _read_templates(_files(folder, settings.model_paths, ".sql"))
    _match_entries(entries, templates)

    # The first rendering returns each model's config, and so its schema, which the refs of other models need.
    macros = load_macros(_files(folder, settings.macro_paths, ".sql"))
    without_schemas = Names({name: name for name in templates}, sources, settings.vars, macros)
    folders = folder_configs(project_path, settings, folder)
    configs: dict[str, ModelConfig] = {}
    for name, template in templates.items():
        rendering = template.render(without_schemas, this=name)
        configs[name] = model_config(Path(template.where), rendering.config, folders, entries[name].model)
    tables = {name: f"{config.schema_name}.{name}" for name, config in configs.items()}
    names = Names(tables, sources, settings.vars, macros)
    renderings = {
        name: _check_model(template, names, entries[name], configs[name]) for name, template in templates.items()
    }
    order = _in_dependency_order(templates, renderings)

    generic = [
        test for name in order for test in generic_tests(entries[name].model, tables[name], entries[name].path, names)
    ]
    singular = [singular_test(path, names, order) for path in _files(folder, settings.test_paths, ".sql")]
    tests = _require_unique_names([*generic, *singular])
    return Project(
        name=settings.name,
        folder=folder,
        models=tuple(
            _model(entries[name].model, configs[name], templates[name], renderings[name], order, tests)
            for name in order
        ),
        tests=tests,
        sources=sources,
        variables=settings.vars,
        macros=macros,
    )


def _files(folder: Path, under: list[str], *suffixes: str) -> list[Path]:
    found = sorted(path for base in under for path in (folder / base).rglob("*") if path.is_file())
    for path in found:
        if path.suffix == ".py":
            raise UserError(str(path), "Python models are not supported", "write the model in SQL")
    return [path for path in found if path.suffix in suffixes]


def _read_yaml_files(paths: Iterable[Path]) -> tuple[dict[str, _Entry], dict[tuple[str, str], str]]:
    entries: dict[str, _Entry] = {}
    sources: dict[tuple[str, str], str] = {}
    for path in paths:
        content = read_yaml(path, ModelsFile)
        for model in content.models:
            if model.name in entries:
                raise UserError(
                    f"{path}, models.{model.name}", f"also described in {entries[model.name].path}", "keep one of them"
                )
            entries[model.name] = _Entry(path, model)
        for source in content.sources:
            for table in source.tables:
                key = (source.name, table.name)
                if key in sources:
                    raise UserError(f"{path}, sources.{'.'.join(key)}", "duplicate source", "keep one of them")
                sources[key] = f"{source.schema_name or source.name}.{table.name}"
    return entries, sources


def _read_templates(paths: Iterable[Path]) -> dict[str, Template]:
    templates: dict[str, Template] = {}
    for path in paths:
        name = path.stem
        if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
            raise UserError(str(path), f"{name!r} is not a valid table name", "use a-z, 0-9 and _ only")
        if name in templates:
            raise UserError(str(path), f"{templates[name].where} has the same name", "rename one of them")
        templates[name] = Template(path, read_text(path))
    return templates


def _match_entries(entries: dict[str, _Entry], templates: dict[str, Template]) -> None:
    for name, template in templates.items():
        if name not in entries:
            problem = "no .yml file describes the model"
            raise UserError(template.where, problem, f"add an entry `- name: {name}` under models: of a .yml file")
    for name, entry in entries.items():
        where = f"{entry.path}, models.{name}"
        if name not in templates:
            raise UserError(where, f"no file {name}.sql", suggestion(name, templates))
        columns = [column.name for column in entry.model.columns]
        for column in columns:
            if columns.count(column) > 1:
                raise UserError(f"{where}.columns.{column}", "duplicate column", "keep one of them")


def _check_model(template: Template, names: Names, entry: _Entry, config: ModelConfig) -> Rendering:
    """Check the SQL of a full build and of an incremental build, and return the rendering of the full build."""
    name = entry.model.name
    whole = template.render(names, this=names.models[name])
    renderings = [whole]
    if config.materialized == "incremental":
        renderings.append(template.render(names.of_one_date, this=names.models[name], incremental=True))
        if not renderings[1].refs | renderings[1].sources <= whole.refs | whole.sources:
            problem = "refs more models or sources if is_incremental() is true than if it is false"
            raise UserError(template.where, problem, "use the same models and sources in both cases; dbt requires it")
    described = {column.name for column in entry.model.columns}
    for rendering in renderings:
        readable = {names.models[ref] for ref in rendering.refs} | rendering.sources | {names.models[name]}
        query = parse_query(template.where, rendering.sql, readable)
        produced = output_columns(template.where, query)
        undescribed = [column for column in produced if column not in described]
        if undescribed:
            problem = f"the column {undescribed[0]} of {template.where} is not described"
            raise UserError(f"{entry.path}, models.{name}.columns", problem, "add it with data_type and description")
        unproduced = sorted(described.difference(produced))
        if unproduced:
            problem = f"{template.where} does not select it"
            hint = "select it under that name, or remove its entry"
            raise UserError(f"{entry.path}, models.{name}.columns.{unproduced[0]}", problem, hint)
    return whole


def _in_dependency_order(templates: dict[str, Template], renderings: dict[str, Rendering]) -> list[str]:
    sorter = TopologicalSorter({name: rendering.refs for name, rendering in renderings.items()})
    try:
        sorter.prepare()
    except CycleError as error:
        cycle = error.args[1]
        hint = "remove a ref() to break the cycle (a model's own table is `this`)"
        raise UserError(templates[cycle[0]].where, f"cyclic refs: {' -> '.join(cycle)}", hint) from error
    order: list[str] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        order += ready
        sorter.done(*ready)
    return order


def _require_unique_names(tests: list[ModelTest]) -> tuple[ModelTest, ...]:
    seen: dict[str, ModelTest] = {}
    for test in tests:
        if test.name in seen:
            problem = f"duplicate test {test.name}, also in {seen[test.name].path}"
            raise UserError(str(test.path), problem, "keep one of them")
        seen[test.name] = test
    return tuple(tests)


def _model(
    entry: ModelEntry,
    config: ModelConfig,
    template: Template,
    rendering: Rendering,
    order: list[str],
    tests: tuple[ModelTest, ...],
) -> Model:
    assert config.schema_name is not None and config.materialized is not None
    return Model(
        name=entry.name,
        schema=config.schema_name,
        path=Path(template.where),
        description=entry.description,
        columns=tuple(ModelColumn(column.name, column.data_type, column.description) for column in entry.columns),
        depends_on=tuple(sorted(rendering.refs, key=order.index)),
        sources=tuple(sorted(rendering.sources)),
        materialized=config.materialized,
        unique_key=config.unique_key,
        tags=tuple(config.tags),
        meta=config.meta,
        tests=tuple(test for test in tests if test.model == entry.name),
        template=template.text,
        sql=rendering.sql,
    )
