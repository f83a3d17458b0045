"""The macros of a project: `{% macro %}` blocks in the files of macro-paths, callable from every model and test."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from jinja2 import nodes

from newsmill.errors import UserError
from newsmill.validation import read_text
from newsmill.warehouse.sql_models.project import Macros
from newsmill.warehouse.sql_models.template import (
    ENVIRONMENT,
    NAMES,
    find_undeclared,
    parse_template,
    require_known,
    require_statements,
)

# Macros that override dbt's own. dbt calls them with objects that the loader does not have, so it ignores them.
DBT_OVERRIDES = frozenset({"generate_alias_name", "generate_database_name", "generate_schema_name"})


def load_macros(paths: Iterable[Path]) -> Macros:
    """Read the macros of the files, as dbt does: text outside the `{% macro %}` blocks is a comment.

    Raises:
        UserError: for Jinja outside the subset, an unknown name, or a macro that is defined twice.
    """
    templates: list[tuple[Path, nodes.Template]] = []
    defined: dict[str, Path] = {}
    for path in paths:
        tree = parse_template(path, read_text(path))
        macros = [macro for macro in _macros_in(path, tree) if macro.name not in DBT_OVERRIDES]
        for macro in macros:
            where = f"{path}, line {macro.lineno}, macro {macro.name}"
            if macro.name in NAMES:
                raise UserError(where, f"{macro.name} is a function of dbt", "give the macro another name")
            if macro.name in defined:
                raise UserError(where, f"also defined in {defined[macro.name]}", "rename or remove one of them")
            defined[macro.name] = path
            require_statements(path, macro, "use if, for and set only")
        tree.body = list(macros)
        templates.append((path, tree))
    names = frozenset(defined)
    for path, tree in templates:
        require_known(path, find_undeclared(path, tree), Macros(names=names))
    return Macros(tuple(ENVIRONMENT.from_string(tree) for _, tree in templates), names)


def _macros_in(path: Path, tree: nodes.Template) -> list[nodes.Macro]:
    for node in tree.body:
        is_text = isinstance(node, nodes.Output) and all(isinstance(part, nodes.TemplateData) for part in node.nodes)
        if not is_text and not isinstance(node, nodes.Macro):
            problem = "Jinja outside the macros of a macro file"
            raise UserError(f"{path}, line {node.lineno}", problem, "move it into a {% macro %} block")
    return [node for node in tree.body if isinstance(node, nodes.Macro)]
