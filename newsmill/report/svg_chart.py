"""Small charts as SVG: lines over days, or bars. A run draws six; a charting library would take a second for them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from xml.sax.saxutils import escape

import polars as pl

WIDTH, HEIGHT = 560, 200
LEFT, RIGHT, TOP, BOTTOM = 48, 150, 28, 24  # margins: numbers, legend, title, days
BAR_HEIGHT, MAX_BARS = 16, 20
LABEL_CHARS = 22
COLORS = ("#4c78a8", "#f58518", "#54a24b", "#e45756", "#72b7b2", "#b279a2", "#eeca3b", "#9d755d")
OTHERS = "others"

Point = tuple[float, float]


def line_chart(frame: pl.DataFrame, title: str) -> str:
    """Return lines of `y` over the days `x`, one for each `color`; the colors with the smallest sums are added up."""
    ranked = frame.group_by("color").agg(pl.sum("y")).sort("y", "color", descending=[True, False])["color"].to_list()
    shown = ranked if len(ranked) <= len(COLORS) else ranked[: len(COLORS) - 1]
    named = pl.when(pl.col("color").is_in(shown)).then(pl.col("color")).otherwise(pl.lit(OTHERS))
    grouped = frame.group_by("x", color=named).agg(pl.sum("y")).sort("x")
    dates: list[dt.date] = grouped["x"].to_list()
    first, last = dates[0], dates[-1]
    days = max((last - first).days, 1)
    top = max(*grouped["y"].to_list(), 1)
    width, height = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
    drawn = []
    names = [*shown, *([OTHERS] if len(shown) < len(ranked) else [])]
    for number, (name, color) in enumerate(zip(names, COLORS, strict=False)):
        rows = grouped.filter(pl.col("color") == name)
        points = [
            (LEFT + (day - first).days / days * width, TOP + height - y / top * height)
            for day, y in rows.select("x", "y").iter_rows()
        ]
        drawn += _line(points, color)
        drawn.append(_text(WIDTH - RIGHT + 12, TOP + 10 + 16 * number, _shorten(str(name)), fill=color))
    drawn.append(_rule(LEFT, TOP + height, LEFT + width, TOP + height))
    drawn.append(_text(LEFT - 6, TOP + 8, f"{top:,}", anchor="end"))
    drawn.append(_text(LEFT - 6, TOP + height, "0", anchor="end"))
    drawn.append(_text(LEFT, HEIGHT - 6, str(first)))
    if last != first:
        drawn.append(_text(LEFT + width, HEIGHT - 6, str(last), anchor="end"))
    return _document(HEIGHT, title, drawn)


def bar_chart(frame: pl.DataFrame, title: str) -> str:
    """Return a bar of length `y` for each of the first names `x`."""
    rows = frame.select("x", "y").head(MAX_BARS).rows()
    top = max(*(y for _, y in rows), 1)
    left = 180
    drawn = []
    for number, (name, y) in enumerate(rows):
        at = TOP + number * (BAR_HEIGHT + 4)
        length = y / top * (WIDTH - left - 80)
        drawn.append(_text(left - 8, at + 12, _shorten(str(name)), anchor="end"))
        drawn.append(f'<rect x="{left}" y="{at}" width="{length:.1f}" height="{BAR_HEIGHT}" fill="{COLORS[0]}"/>')
        drawn.append(_text(left + length + 6, at + 12, f"{y:,}"))
    return _document(TOP + len(rows) * (BAR_HEIGHT + 4) + 8, title, drawn)


def _document(height: int, title: str, drawn: Sequence[str]) -> str:
    body = "".join([_text(8, 16, title, weight="bold"), *drawn])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}" '
        f'font-family="sans-serif" font-size="11"><rect width="100%" height="100%" fill="white"/>{body}</svg>'
    )


def _line(points: Sequence[Point], color: str) -> list[str]:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dots = [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2" fill="{color}"/>' for x, y in points]
    return [f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="1.5"/>', *dots]


def _rule(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="#888"/>'


def _text(x: float, y: float, text: str, *, anchor: str = "start", fill: str = "#333", weight: str = "normal") -> str:
    shown = escape("".join(c if c.isprintable() else " " for c in text))
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{fill}" font-weight="{weight}">{shown}</text>'


def _shorten(text: str) -> str:
    return text if len(text) <= LABEL_CHARS else text[: LABEL_CHARS - 1] + "…"
