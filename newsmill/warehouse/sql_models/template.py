"""The Jinja of models and tests: sandboxed, strict, and no more of it than expressions, if, for and set."""

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
from jinja2.sandbox import SandboxedEnvironment

from newsmill.errors import UserError
from newsmill.warehouse.sql_models.project import PARTITIONS_VARIABLE

STATEMENTS = (nodes.Output, nodes.If, nodes.For, nodes.Assign)
NAMES = ("config", "is_incremental", "ref", "source", "this", "var")

environment = SandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
environment.globals.clear()


@dataclass(frozen=True)
class Names:
    """What a template may name: `schema.table` by model, by (source, table), and the variables' values."""

    models: Mapping[str, str]
    sources: Mapping[tuple[str, str], str]
    variables: Mapping[str, Any]

    @property
    def of_one_date(self) -> Names:
        """The same in a run of one ingest date, so that what an increment adds to the SQL is checked as well."""
        dates = {PARTITIONS_VARIABLE: ["2000-01-01"]} if PARTITIONS_VARIABLE in self.variables else {}
        return replace(self, variables={**self.variables, **dates})


@dataclass
class Rendering:
    """A template's SQL, and what was called while rendering it. `refs` are model names, `sources` table names."""

    sql: str = ""
    config: dict[str, Any] = field(default_factory=dict)
    refs: set[str] = field(default_factory=set)
    sources: set[str] = field(default_factory=set)


class Template:
    """One file's SQL with Jinja in it.

    Raises:
        UserError: on Jinja outside the subset, when made; on unknown names, when rendered.
    """

    def __init__(self, where: Path | str, text: str) -> None:
        self.where, self.text = str(where), text
        try:
            self.tree = tree = environment.parse(text)
        except TemplateError as error:
            line = getattr(error, "lineno", None)
            raise UserError(f"{where}, line {line}", f"not Jinja: {error}", "fix the template") from error
        for node in tree.find_all(nodes.Stmt):
            if not isinstance(node, STATEMENTS):
                raise UserError(
                    f"{where}, line {node.lineno}",
                    f"Jinja's {type(node).__name__.lower()} is outside the subset of dbt that is read",
                    "use if, for, set and expressions only",
                )
        unknown = meta.find_undeclared_variables(tree) - set(NAMES)
        if unknown:
            raise UserError(
                str(where),
                f"{sorted(unknown)[0]!r} is unknown",
                f"the subset of dbt that is read has {', '.join(NAMES)}",
            )

    @cached_property
    def compiled(self) -> jinja2.Template:
        return environment.from_string(self.tree)

    def render(self, names: Names, *, this: str | None = None, incremental: bool = False) -> Rendering:
        """The SQL, with `this` (a model's own table) and `is_incremental()` as given."""
        rendering = Rendering()

        def config(**said: Any) -> str:
            if rendering.config:
                raise UserError(self.where, "config() is called twice", "say all in one call")
            rendering.config = said
            return ""

        def ref(model: str) -> str:
            rendering.refs.add(model)
            return str(self._known(f"ref('{model}')", model, names.models, "model"))

        def source(name: str, table: str) -> str:
            found = self._known(
                f"source('{name}', '{table}')", (name, table), names.sources, "source of the .yml files"
            )
            rendering.sources.add(found)
            return str(found)

        def var(name: str) -> Any:
            return self._known(f"var('{name}')", name, names.variables, "variable of dbt_project.yml")

        values: dict[str, Any] = {
            "config": config,
            "ref": ref,
            "source": source,
            "var": var,
            "is_incremental": lambda: incremental,
        }
        if this is not None:
            values["this"] = this
        try:
            rendering.sql = self.compiled.render(values).strip()
        except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError) as error:
            raise UserError(self.where, f"the template can't be rendered: {error}", "fix the template") from error
        return rendering

    def _known(self, call: str, key: Any, known: Mapping[Any, Any], what: str) -> Any:
        if key in known:
            return known[key]
        raise UserError(self.where, f"{call} names no {what}", suggestion(key, known))


def suggestion(key: Any, known: Iterable[Any]) -> str:
    """What to do about a name that is not among those known: the nearest one, if any is near."""
    spelled = {".".join(name) if isinstance(name, tuple) else name: name for name in known}
    near = difflib.get_close_matches(".".join(key) if isinstance(key, tuple) else str(key), spelled, n=1)
    return f"did you mean {near[0]}?" if near else "declare it, or correct the name"


def with_defaults(defaults: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """The project's variables with those given over them; dates become ISO strings, as SQL literals need them.

    Raises:
        UserError: for a variable that dbt_project.yml does not declare.
    """
    for name in given:
        if name not in defaults:
            raise UserError(f"variable {name}", "dbt_project.yml declares no such variable", suggestion(name, defaults))
    return {**defaults, **{name: _plain(value) for name, value in given.items()}}


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, dt.date) else value
