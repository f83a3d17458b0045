"""The Jinja of models and tests: a strict, sandboxed subset with expressions, if, for, set and the project's macros."""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import jinja2
from jinja2 import StrictUndefined, TemplateError, meta, nodes
from jinja2.exceptions import SecurityError
from jinja2.sandbox import SandboxedEnvironment

from newsmill.errors import UserError
from newsmill.warehouse.sql_models.project import PARTITIONS_VARIABLE, Macros, Project

STATEMENTS = (nodes.Output, nodes.If, nodes.For, nodes.Assign)
NAMES = ("config", "is_incremental", "ref", "source", "this", "var")

MAX_SQL_CHARS = 2 * 2**20
MAX_LOOP_ITEMS = 100_000
# Filters that fill a text or a list up to any size, and such that SQL has no use for.
REFUSED_FILTERS = ("batch", "center", "format", "indent", "pprint", "random", "slice", "tojson", "wordwrap", "xmlattr")

REFUSED_METHODS = ("center", "expandtabs", "format", "format_map", "ljust", "rjust", "zfill")


class BoundedEnvironment(SandboxedEnvironment):
    """A sandbox whose expressions can't take memory or time without bound."""

    intercepted_binops = frozenset(["*", "**", "%"])
    loop_items = 0

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Refuse the methods of texts that fill them up to any size, too."""
        return attr not in REFUSED_METHODS and super().is_safe_attribute(obj, attr, value)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Compute with numbers that are not large; texts and lists can't be multiplied."""
        for value in (left, right):
            if not isinstance(value, int | float) or abs(value) > 10**9:
                raise SecurityError(f"{operator} takes numbers up to 1,000,000,000")
        if operator == "**" and abs(right) > 100:
            raise SecurityError("the exponent is larger than 100")
        return super().call_binop(context, operator, left, right)


# Blocks leave no blank lines, so that rendered SQL reads like written SQL.
ENVIRONMENT = BoundedEnvironment(undefined=StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True)
ENVIRONMENT.globals.clear()
for _name in REFUSED_FILTERS:
    del ENVIRONMENT.filters[_name]


def _count_items(items: Iterable[Any]) -> list[Any]:
    """Return the items of a loop, and count them over all loops of a rendering."""
    listed = list(items)
    ENVIRONMENT.loop_items += len(listed)
    if ENVIRONMENT.loop_items > MAX_LOOP_ITEMS:
        raise SecurityError(f"its loops have more than {MAX_LOOP_ITEMS:,} items")
    return listed


COUNT_ITEMS = "newsmill_count_items"
ENVIRONMENT.filters[COUNT_ITEMS] = _count_items


@dataclass(frozen=True)
class Names:
    """What a template may refer to.

    `models` maps a model to `schema.table`, `sources` maps (source, table) to `schema.table`, `variables` maps a
    variable to its value.
    """

    models: Mapping[str, str]
    sources: Mapping[tuple[str, str], str]
    variables: Mapping[str, Any]
    macros: Macros

    @property
    def of_one_date(self) -> Names:
        """The same names in a run of one ingest date, which also renders the SQL that an incremental run adds."""
        dates = {PARTITIONS_VARIABLE: ["2000-01-01"]} if PARTITIONS_VARIABLE in self.variables else {}
        return replace(self, variables={**self.variables, **dates})


def project_names(project: Project, variables: Mapping[str, Any]) -> Names:
    """Return the names of a project's templates; `variables` override its defaults.

    Raises:
        UserError: for a variable that dbt_project.yml does not declare.
    """
    return Names(project.tables, project.sources, with_defaults(project.variables, variables), project.macros)


@dataclass
class Rendering:
    """A rendered template: its SQL, its `config()`, and the model names and source tables it refers to."""

    sql: str = ""
    config: dict[str, Any] = field(default_factory=dict)
    refs: set[str] = field(default_factory=set)
    sources: set[str] = field(default_factory=set)


class Template:
    """The SQL with Jinja of one file.

    Raises:
        UserError: for Jinja outside the subset, when constructed; for unknown names, when rendered.
    """

    def __init__(self, where: Path | str, text: str) -> None:
        self.where, self.text = str(where), text
        self.tree = parse_template(where, text)
        require_statements(where, self.tree, "put macros in a file of macro-paths, and use if, for and set only")

    @cached_property
    def compiled(self) -> jinja2.Template:
        return ENVIRONMENT.from_string(self.tree)

    @cached_property
    def undeclared(self) -> set[str]:
        return find_undeclared(self.where, self.tree)

    def render(self, names: Names, *, this: str | None = None, incremental: bool = False) -> Rendering:
        """Render the template; `this` is the model's own table, `incremental` the value of `is_incremental()`."""
        require_known(self.where, self.undeclared, names.macros)
        rendering = Rendering()

        def config(**values: Any) -> str:
            if rendering.config:
                raise UserError(self.where, "config() is called twice", "merge the two calls")
            rendering.config = values
            return ""

        def ref(model: str) -> str:
            rendering.refs.add(model)
            return str(self._look_up(f"ref('{model}')", model, names.models, "model"))

        def source(name: str, table: str) -> str:
            found = self._look_up(
                f"source('{name}', '{table}')", (name, table), names.sources, "source in the .yml files"
            )
            rendering.sources.add(found)
            return str(found)

        def var(name: str) -> Any:
            return self._look_up(f"var('{name}')", name, names.variables, "variable in dbt_project.yml")

        values: dict[str, Any] = {
            "config": config,
            "ref": ref,
            "source": source,
            "var": var,
            "is_incremental": lambda: incremental,
        }
        if this is not None:
            values["this"] = this
        ENVIRONMENT.loop_items = 0
        try:
            for template in names.macros.templates:
                # Shared: a macro sees `ref`, `this` and so on, and the macros of all files.
                module = template.make_module(values, shared=True)
                values |= {name: macro for name, macro in vars(module).items() if name in names.macros.names}
            rendering.sql = _join(self.compiled.generate(values)).strip()
        except RecursionError as error:
            raise UserError(self.where, "a macro calls itself without end", "fix the macro") from error
        except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError) as error:
            raise UserError(self.where, f"the template can't be rendered: {error}", "fix the template") from error
        return rendering

    def _look_up(self, call: str, key: Any, known: Mapping[Any, Any], what: str) -> Any:
        if key in known:
            return known[key]
        raise UserError(self.where, f"{call}: unknown {what}", suggestion(key, known))


def _join(pieces: Iterable[str]) -> str:
    """Return the pieces of a rendered template as one text.

    Raises:
        SecurityError: when it is too long.
    """
    kept, size = [], 0
    for piece in pieces:
        size += len(piece)
        if size > MAX_SQL_CHARS:
            raise SecurityError(f"it renders to more than {MAX_SQL_CHARS:,} characters")
        kept.append(piece)
    return "".join(kept)


def parse_template(where: Path | str, text: str) -> nodes.Template:
    """Return the syntax tree of a file.

    Raises:
        UserError: when the text is not Jinja.
    """
    try:
        tree = ENVIRONMENT.parse(text)
        for loop in tree.find_all(nodes.For):
            loop.iter = nodes.Filter(loop.iter, COUNT_ITEMS, [], [], None, None, lineno=loop.lineno)
        return tree
    except TemplateError as error:
        line = getattr(error, "lineno", None)
        raise UserError(f"{where}, line {line}", f"not Jinja: {error}", "fix the template") from error
    except RecursionError as error:
        raise UserError(str(where), "not Jinja: nested too deeply", "fix the template") from error


def find_undeclared(where: Path | str, tree: nodes.Template) -> set[str]:
    """Return the names that a template uses without setting them.

    Raises:
        UserError: for an unknown filter.
    """
    try:
        return meta.find_undeclared_variables(tree)
    except TemplateError as error:
        line = getattr(error, "lineno", None)
        problem = error.message or "an unknown filter"
        raise UserError(f"{where}, line {line}", problem, "use another filter of Jinja, or SQL") from error


def require_statements(where: Path | str, tree: nodes.Node, hint: str) -> None:
    """Check that the tree contains no statements but if, for, set and output.

    Raises:
        UserError: for the first other statement.
    """
    for node in tree.find_all(nodes.Stmt):
        if not isinstance(node, STATEMENTS):
            statement = type(node).__name__.lower()
            raise UserError(f"{where}, line {node.lineno}", f"unsupported Jinja statement {statement}", hint)


def require_known(where: Path | str, undeclared: set[str], macros: Macros) -> None:
    """Check that a template refers to names of dbt and to the project's macros only.

    Raises:
        UserError: for the first unknown name.
    """
    known = {*NAMES, *macros.names}
    if unknown := sorted(undeclared - known):
        raise UserError(str(where), f"unknown name {unknown[0]!r}", f"use {', '.join(sorted(known))}")


def suggestion(key: Any, known: Iterable[Any]) -> str:
    """Return how to fix an unknown name: use the closest of the known names, if one is close."""
    spelled = {".".join(name) if isinstance(name, tuple) else name: name for name in known}
    near = difflib.get_close_matches(".".join(key) if isinstance(key, tuple) else str(key), spelled, n=1)
    return f"did you mean {near[0]}?" if near else "declare it, or correct the name"


def with_defaults(defaults: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the project's variables overridden by those given; dates become ISO strings, as SQL literals need them.

    Raises:
        UserError: for a variable that dbt_project.yml does not declare.
    """
    for name in given:
        if name not in defaults:
            raise UserError(f"variable {name}", "dbt_project.yml does not declare it", suggestion(name, defaults))
    return {**defaults, **{name: _plain(value) for name, value in given.items()}}


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, dt.date) else value
