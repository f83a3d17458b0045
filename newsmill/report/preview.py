"""Small charts and tables as Markdown, for the metadata of Dagster assets."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable

import polars as pl

from newsmill.report.svg_chart import bar_chart, line_chart

MAX_CELL_CHARS = 80
MARKDOWN_CHARS = re.compile(r"([\\`*_\[\]<>|~$&#!])")


def chart_markdown(frame: pl.DataFrame, x: str, y: str, color: str | None, title: str) -> str:
    """Return a chart of `y` over `x` as a Markdown image, an SVG in a data: URI: lines over days, otherwise bars."""
    if frame.is_empty():
        return f"{_escape(title)}: no rows"
    of_color = pl.col(color).cast(pl.String).fill_null("unknown") if color else pl.lit(y)
    renamed = frame.select(pl.col(x).alias("x"), pl.col(y).alias("y"), of_color.alias("color"))
    svg = line_chart(renamed, title) if frame.schema[x].is_temporal() else bar_chart(renamed, title)
    return f"![{_escape(title)}](data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()})"


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
