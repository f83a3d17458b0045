"""Render the report: template, inlined styles and scripts, and the content security policy."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from newsmill.report import formatting
from newsmill.report.languages import language_name
from newsmill.report.made_once import make_once
from newsmill.report.sections.summary import sheet_address

TEMPLATES = Path(__file__).parent / "templates"
# In the order of inlining: each file uses only names of the files before it while it loads.
STYLES = ("base", "parts", "sections", "stories", "small")
SCRIPTS = (
    "formatting",
    "elements",
    "data",
    "state",
    "theme",
    "tooltips",
    "charts",
    "controls",
    "topics",
    "bursts",
    "entities",
    "story",
    "stories",
    "sheet",
    "changes",
    "sources",
    "reconciliation",
    "main",
)


def render(data: str, **context: Any) -> str:
    """Return the report as HTML; `data` is the compressed JSON that its scripts read.

    Styles and scripts are inlined; the policy lists them by hash and forbids every connection.
    """
    style, script, bundle = read_assets("css", STYLES), wrap_scripts(read_assets("js", SCRIPTS)), charting_library()
    policy = "; ".join(
        (
            "default-src 'none'",
            "connect-src 'none'",
            f"script-src {_hash_source(bundle)} {_hash_source(script)}",
            f"style-src {_hash_source(style)}",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
    template = _environment().get_template("report.html.j2")
    return template.render(policy=policy, style=style, script=script, bundle=bundle, data=data, **context)


@cache
def read_assets(kind: str, names: tuple[str, ...]) -> str:
    return "\n".join((TEMPLATES / kind / f"{name}.{kind}").read_text(encoding="utf-8") for name in names)


def wrap_scripts(script: str) -> str:
    """Return the scripts as the body of one async function: their names stay apart from those of Vega."""
    return f'(async () => {{\n"use strict";\n{script}\n}})();'


@cache
def charting_library() -> str:
    """Return Vega, Vega-Lite and Vega-Embed as one script that sets `vegaEmbed`."""
    return make_once("charting_library", _bundle)


def _bundle() -> str:
    import vl_convert

    bundle: str = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    return bundle.replace("</script", "<\\/script")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters = (
        formatting.number,
        formatting.percent,
        formatting.day,
        formatting.days,
        formatting.moment,
        formatting.shorten,
    )
    environment.filters |= {function.__name__: function for function in filters} | {"language": language_name}
    environment.filters["sheet_address"] = lambda parts: sheet_address(*map(str, parts))
    environment.tests["linkable"] = formatting.is_linkable
    return environment


def _hash_source(inline: str) -> str:
    digest = hashlib.sha256(inline.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
