"""Small pictures and tables as Markdown, for the metadata of a Dagster asset."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable

import polars as pl

CELL_CHARACTERS = 80
MARKDOWN_SIGNS = re.compile(r"([\\`*_\[\]<>|~$&#!])")


def chart_markdown(frame: pl.DataFrame, x: str, y: str, color: str | None, title: str) -> str:
    """A chart of `y` over `x` as a Markdown image with its PNG in a data: URI; lines over time, bars else."""
    if frame.is_empty():
        return f"{_escaped(title)}: no rows"
    import altair as alt
    import vl_convert

    over_time = frame.schema[x].is_temporal()
    shown = frame.select(pl.col(x).alias("x"), pl.col(y).alias("y"), *([pl.col(color).alias("color")] if color else []))
    chart = alt.Chart(shown).encode(
        x=alt.X("x:T" if over_time else "x:N", title=x, sort=None),
        y=alt.Y("y:Q", title=y),
        **({"color": alt.Color("color:N", title=color)} if color else {}),
    )
    drawn = chart.mark_line(point=True) if over_time else chart.mark_bar()
    with alt.data_transformers.disable_max_rows():
        spec = drawn.properties(width=420, height=160, title=title).to_dict()
    png = vl_convert.vegalite_to_png(json.dumps(spec), allowed_base_urls=[])
    return f"![{_escaped(title)}](data:image/png;base64,{base64.b64encode(png).decode()})"


def table_markdown(frame: pl.DataFrame, rows: int = 10) -> str:
    """The first rows as a Markdown table, cells escaped and cut, with a line that tells how many more there are."""
    lines = [_line(frame.columns), "|" + "---|" * frame.width]
    lines += [_line(map(_cell, values)) for values in frame.head(rows).iter_rows()]
    if frame.height > rows:
        lines += ["", f"{frame.height - rows:,} more rows"]
    return "\n".join(lines)


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(_escaped(cell) for cell in cells) + " |"


def _cell(value: object) -> str:
    text = "" if value is None else f"{value:,.4g}" if isinstance(value, float) else str(value)
    return text if len(text) <= CELL_CHARACTERS else text[: CELL_CHARACTERS - 1] + "…"


def _escaped(text: str) -> str:
    return MARKDOWN_SIGNS.sub(r"\\\1", " ".join(text.split()))
