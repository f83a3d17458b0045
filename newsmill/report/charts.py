"""The charts as Vega-Lite specifications over named data sets; the page's scripts fill in the data.

The specifications contain no colors: each mark names a style, which charts.js and the CSS define.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from newsmill.report.made_once import make_once

Spec = dict[str, Any]

# Number of topic colors of the page; further topics repeat them, dashed.
COLORS = 8
DAY_IN_MS = 86_400_000
COUNT_FORMAT = ",d"
# Axis label with a sign; 0 has none.
SIGNED_LABEL = f"datum.value ? format(datum.value, '+{COUNT_FORMAT}') : '0'"
# An axis longer than 400 days shows months and years.
TIME_LABEL = "timeFormat(datum.value, domain('x')[1] - domain('x')[0] > 400 * 864e5 ? '%b %Y' : '%-d %b')"


@cache
def chart_specs() -> dict[str, Spec]:
    """Return all charts by name."""
    specs: dict[str, Spec] = json.loads(make_once("chart_specs", lambda: json.dumps(_build())))
    return specs


def _build() -> dict[str, Spec]:
    # Altair takes a second to import and to build the charts.
    import altair as alt

    return {
        "topics": _topics(alt),
        "measures": _measures(alt),
        "change": _change(alt),
        "shares": _shares(alt),
        "reconciliation": _reconciliation(alt),
    }


def _topics(alt: Any) -> Spec:
    """Stories by day or week, one line for each topic, bursts shaded; for a single topic also the expected count.

    Data sets: `series` (when, label, topic, id, color_index, dashed, stories, pages, outlets, teasers, points),
    `expected` (when, expected), `bursts` (begin, middle, end, color_index and the tooltip), `flags` (rows of `bursts`).
    """
    hover = _hover(alt, fields=["when", "topic"])
    color = _topic_color(alt)
    base = alt.Chart(alt.NamedData(name="series")).encode(x=_time_axis(alt), y=_count_axis(alt, "stories"), color=color)
    dashed = alt.StrokeDash("dashed:N", legend=None, scale=alt.Scale(domain=[0, 1], range=[[1, 0], [5, 3]]))
    # The page sets `focus` to the id of a topic to fade all other lines.
    focus = alt.param("focus", value=-1)
    front = alt.OpacityValue(0.12, condition={"test": "focus < 0 || datum.id == focus", "value": 1})
    lines = base.mark_line(style=["line"]).encode(strokeDash=dashed, detail="id:N", opacity=front)
    points = base.mark_point(style=["point"]).encode(opacity=_point_opacity(alt, hover), tooltip=_tooltip(alt))
    expected = (
        alt.Chart(alt.NamedData(name="expected"))
        .mark_line(style=["expected"])
        .encode(x=_time_axis(alt), y=_count_axis(alt, "expected"))
    )
    bands = _bands(alt).encode(color=color)
    flags = _flags(alt).encode(color=color)
    return _spec(
        alt.layer(bands, expected, lines, points.add_params(hover), flags).add_params(focus),
        height=300,
        description="Stories over time, a line for each chosen topic, bursts shaded.",
    )


def _measures(alt: Any) -> Spec:
    """Pages, stories and outlets of one topic; data sets `series`, `bursts` and `flags` as above."""
    hover = _hover(alt, encodings=["x"])
    base = alt.Chart(alt.NamedData(name="series")).encode(x=_time_axis(alt, tickCount=4))
    lines = [
        base.mark_area(style=["pages-area"]).encode(y=_count_axis(alt, "pages", stack=None)),
        base.mark_line(style=["pages-line"]).encode(y=_count_axis(alt, "pages")),
        base.mark_line(style=["outlets-line"]).encode(y=_count_axis(alt, "outlets")),
        base.mark_line(style=["stories-line"]).encode(y=_count_axis(alt, "stories")),
    ]
    points = base.mark_point(style=["stories-point"]).encode(
        y=_count_axis(alt, "stories"), opacity=_point_opacity(alt, hover), tooltip=_tooltip(alt)
    )
    return _spec(
        alt.layer(_bands(alt), *lines, points.add_params(hover), _flags(alt)),
        height=130,
        description="Pages, stories and outlets of one topic over time, bursts shaded.",
    )


def _change(alt: Any) -> Spec:
    """The parts of a week's change on both sides of zero, one row for each topic.

    Data sets: `parts` (topic, part, part_index, pages), `zero` (at).
    """
    base = alt.Chart(alt.NamedData(name="parts"))
    bars = base.mark_bar(style=["part"]).encode(
        y=alt.Y("topic:N", sort=None, title=None, axis=alt.Axis(labelLimit=150, domain=False)),
        x=alt.X("pages:Q", title=None, axis=_count_labels(alt, labelExpr=SIGNED_LABEL)),
        color=alt.Color("part_index:O", legend=None, scale=alt.Scale(domain=list(range(COLORS)))),
        order="part_index:Q",
        tooltip=_tooltip(alt),
    )
    zero = alt.Chart(alt.NamedData(name="zero")).mark_rule(style=["zero"]).encode(x="at:Q")
    return _spec(alt.layer(bars, zero), description="The change of each topic in this week, by part.")


def _shares(alt: Any) -> Spec:
    """Pages of the period as bars, of the preceding period as ticks; data set `shares` (name, pages, before, share)."""
    base = alt.Chart(alt.NamedData(name="shares")).encode(
        y=alt.Y("name:N", sort=None, title=None, axis=alt.Axis(labelLimit=180, domain=False)),
        tooltip=_tooltip(alt),
    )
    bars = base.mark_bar(style=["share"]).encode(x=alt.X("pages:Q", title=None, axis=_count_labels(alt)))
    ticks = base.mark_tick(style=["before"]).encode(x="before:Q")
    return _spec(alt.layer(bars, ticks), description="Pages of this period and of the preceding period.")


def _reconciliation(alt: Any) -> Spec:
    """Records by ingest date, stacked by verdict; data set `reconciliation` (date, verdict, verdict_index, records)."""
    date = alt.X("yearmonthdate(date):O", title=None, axis=alt.Axis(format="%-d %b", labelAngle=0, labelOverlap=True))
    bars = (
        alt.Chart(alt.NamedData(name="reconciliation"))
        .mark_bar(style=["verdict"])
        .encode(
            x=date,
            y=_count_axis(alt, "records"),
            color=alt.Color("verdict_index:O", legend=None, scale=alt.Scale(domain=list(range(COLORS)))),
            order="verdict_index:Q",
            tooltip=_tooltip(alt),
        )
    )
    return _spec(bars, height=180, description="Records by ingest date: kept, merged, quarantined.")


def _bands(alt: Any) -> Any:
    return (
        alt.Chart(alt.NamedData(name="bursts"))
        .mark_rect(style=["burst"])
        .encode(x=alt.X("begin:T"), x2="end:T", tooltip=_tooltip(alt))
    )


def _flags(alt: Any) -> Any:
    """A mark above each burst that opens its stories when clicked; data set `flags` has rows of `bursts`."""
    return (
        alt.Chart(alt.NamedData(name="flags"))
        .mark_point(style=["flag"], shape="triangle-down")
        .encode(x="middle:T", y=alt.value(-8), tooltip=_tooltip(alt))
    )


def _spec(chart: Any, **properties: Any) -> Spec:
    sized = chart.properties(width="container", autosize={"type": "fit-x", "contains": "padding"}, **properties)
    spec: Spec = sized.to_dict()
    # The URL of the schema and Altair's default colors are not needed.
    del spec["$schema"], spec["config"]
    return spec


def _topic_color(alt: Any) -> Any:
    return alt.Color("color_index:O", legend=None, scale=alt.Scale(domain=list(range(COLORS))))


def _hover(alt: Any, **nearest_by: list[str]) -> Any:
    return alt.selection_point(
        name="hover", **nearest_by, nearest=True, on="pointerover", clear="pointerout", empty=False
    )


def _point_opacity(alt: Any, hover: Any) -> Any:
    # A line of one day has no length: short series show a point for each day.
    few = {"test": "datum.points", "value": 1}
    return alt.OpacityValue(0, condition=[{"param": hover.name, "empty": False, "value": 1}, few])


def _time_axis(alt: Any, **options: Any) -> Any:
    axis = alt.Axis(
        labelExpr=TIME_LABEL, tickMinStep=DAY_IN_MS, labelOverlap=True, labelFlush=True, grid=False, **options
    )
    return alt.X("when:T", title=None, axis=axis)


def _count_axis(alt: Any, column: str, **options: Any) -> Any:
    return alt.Y(f"{column}:Q", title=None, axis=_count_labels(alt, minExtent=34), **options)


def _count_labels(alt: Any, **options: Any) -> Any:
    return alt.Axis(**({"tickMinStep": 1, "tickCount": 4, "format": COUNT_FORMAT} | options))


def _tooltip(alt: Any) -> Any:
    """Enable tooltips; tooltips.js writes their content."""
    return alt.value("tooltip")
