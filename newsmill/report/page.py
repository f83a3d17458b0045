"""From facts to one HTML file: the template, what is inlined, and what the browser is allowed to do."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from newsmill.report import formatting
from newsmill.report.languages import language_name
from newsmill.report.lede import show

TEMPLATES = Path(__file__).parent / "templates"
# In the order in which they are inlined: what is used stands before what uses it.
STYLES = ("base", "parts", "sections", "stories", "small")
SCRIPTS = (
    "words",
    "elements",
    "facts",
    "state",
    "theme",
    "tips",
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


def render(data: str, **facts: Any) -> str:
    """The report; `data` is the JSON its scripts read.

    Style and scripts are inlined; the policy names them by hash and forbids every connection.
    """
    style, script, bundle = inlined("css", STYLES), wrapped(inlined("js", SCRIPTS)), charting_library()
    policy = "; ".join(
        (
            "default-src 'none'",
            "connect-src 'none'",
            f"script-src {_source(bundle)} {_source(script)}",
            f"style-src {_source(style)}",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
    template = environment().get_template("report.html.j2")
    return template.render(policy=policy, style=style, script=script, bundle=bundle, data=data, **facts)


@cache
def inlined(kind: str, names: tuple[str, ...]) -> str:
    return "\n".join((TEMPLATES / kind / f"{name}.{kind}").read_text(encoding="utf-8") for name in names)


def wrapped(script: str) -> str:
    """Return the scripts as the body of one async function: their names stay apart from those of Vega."""
    return f'(async () => {{\n"use strict";\n{script}\n}})();'


@cache
def charting_library() -> str:
    """Vega, Vega-Lite and Vega-Embed as one script that sets `vegaEmbed`. Bundling takes seconds: once a process."""
    import vl_convert

    bundle: str = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    return bundle.replace("</script", "<\\/script")


@cache
def environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    # A fragment that opens stories is told by its parts.
    made.filters["show"] = lambda parts: show(*map(str, parts))
    filters = (
        formatting.number,
        formatting.percent,
        formatting.day,
        formatting.days,
        formatting.moment,
        formatting.cut,
    )
    made.filters |= {one.__name__: one for one in filters} | {"language": language_name}
    made.tests["linkable"] = formatting.linkable
    return made


def _source(inline: str) -> str:
    digest = hashlib.sha256(inline.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
