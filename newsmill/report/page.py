"""From facts to one HTML file: the template, how values are written, and what the browser is allowed to do."""

from __future__ import annotations

import base64
import hashlib
from datetime import date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from newsmill.report.languages import language_name
from newsmill.urls import split_web

TEMPLATES = Path(__file__).parent / "templates"
URL_CHARACTERS = 500
TEXT_CHARACTERS = 160
SENTENCE_CHARACTERS = 320


def render(**facts: Any) -> str:
    """The report. Style and scripts are inlined; the policy names them by hash and forbids every connection."""
    style = (TEMPLATES / "report.css").read_text(encoding="utf-8")
    script = (TEMPLATES / "report.js").read_text(encoding="utf-8")
    bundle = charting_library()
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
    return template.render(policy=policy, style=style, script=script, bundle=bundle, **facts)


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
    made.filters |= {
        "number": number,
        "percent": percent,
        "day": day,
        "moment": moment,
        "seen": seen,
        "cut": cut,
        "sentence": sentence,
        "language": language_name,
        "sparkline": sparkline,
    }
    made.tests["linkable"] = linkable
    return made


def number(value: float) -> str:
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.3g}"


def percent(share: float) -> str:
    return f"{share:.0%}" if share >= 0.01 or share == 0 else "<1%"


def day(value: date) -> str:
    return f"{value.day} {value:%b %Y}"


def moment(value: datetime) -> str:
    return f"{day(value)}, {value:%H:%M} UTC"


def seen(value: datetime) -> str:
    """When a page was first there; a date without a time is stored as the end of its day."""
    return day(value) if value.time() == time.max else moment(value)


def cut(text: str | None, characters: int = TEXT_CHARACTERS) -> str:
    """The text on one line, at most so long."""
    line = " ".join((text or "").split())
    return line if len(line) <= characters else line[: characters - 1].rstrip() + "…"


def sentence(text: str, phrase: str) -> Markup:
    """The sentence with its phrase marked; of a long one, the part around the phrase."""
    before, found, after = text.partition(phrase)
    if len(text) > SENTENCE_CHARACTERS:
        kept = max(SENTENCE_CHARACTERS - len(found), 0) // 2
        if len(before) > kept:
            before = "…" + before[len(before) - kept :]
        if len(after) > kept:
            after = after[:kept] + "…"
        found = cut(found, SENTENCE_CHARACTERS)
    marked = Markup("<mark>{}</mark>").format(found) if found else ""
    return escape(before) + marked + escape(after)


def linkable(url: str | None) -> bool:
    """True where a link to it can do nothing but open a web page."""
    return url is not None and len(url) <= URL_CHARACTERS and url.isprintable() and split_web(url) is not None


def sparkline(values: list[int], width: int = 120, height: int = 28) -> str:
    """The points of an SVG polyline, zero at the bottom."""
    top = max(values) or 1
    step = width / max(len(values) - 1, 1)
    return " ".join(f"{i * step:.1f},{height - 1 - (height - 2) * value / top:.1f}" for i, value in enumerate(values))


def _source(inline: str) -> str:
    digest = hashlib.sha256(inline.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
