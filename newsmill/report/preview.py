"""Small charts and tables as Markdown, for the metadata of Dagster assets."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable

import polars as pl

MAX_CELL_CHARS = 80
MARKDOWN_CHARS = re.compile(r"([\\`*_\[\]<>|~$&#!])")


def chart_markdown(frame: pl.DataFrame, x: str, y: str, color: str | None, title: str) -> str:
    """Return a chart of `y` over `x` as a Markdown image with a PNG in a data: URI: lines over time, otherwise bars."""
    if frame.is_empty():
        return f"{_escape(title)}: no rows"
    import altair as alt
    import vl_convert

    over_time = frame.schema[x].is_temporal()
    renamed = frame.select(
        pl.col(x).alias("x"), pl.col(y).alias("y"), *([pl.col(color).alias("color")] if color else [])
    )
    chart = alt.Chart(renamed).encode(
        x=alt.X("x:T" if over_time else "x:N", title=x, sort=None),
        y=alt.Y("y:Q", title=y),
        **({"color": alt.Color("color:N", title=color)} if color else {}),
    )
    marks = chart.mark_line(point=True) if over_time else chart.mark_bar()
    with alt.data_transformers.disable_max_rows():
        spec = marks.properties(width=420, height=160, title=title).to_dict()
    png = vl_convert.vegalite_to_png(json.dumps(spec), allowed_base_urls=[])
    return f"![{_escape(title)}](data:image/png;base64,{base64.b64encode(png).decode()})"


def table_markdown(frame: pl.DataFrame, rows: int = 10) -> str:
    """Return the first rows as a Markdown table with escaped, shortened cells, and the number of further rows."""
    lines = [_format_row(frame.columns), "|" + "---|" * frame.width]
    lines += [_format_row(map(_format_cell, values)) for values in frame.head(rows).iter_rows()]
    if frame.height > rows:
        lines += ["", f"{frame.height - rows:,} more rows"]
    return "\n".join(lines)


def _format_row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(_escape(cell) for cell in cells) + " |"


def _format_cell(value: object) -> str:
    text = "" if value is None else f"{value:,.4g}" if isinstance(value, float) else str(value)
    return text if len(text) <= MAX_CELL_CHARS else text[: MAX_CELL_CHARS - 1] + "…"


def _escape(text: str) -> str:
    return MARKDOWN_CHARS.sub(r"\\\1", " ".join(text.split()))
