"""The charts as Vega-Lite specifications over named data sets, which the page fills with what is chosen.

Colours are not theirs: marks name a style, and the page's CSS gives it.
"""

from __future__ import annotations

from functools import cache
from typing import Any

Spec = dict[str, Any]

# The page has so many colours for topics; the topics after them have the same ones again, dashed.
COLORS = 8
DAY_IN_MS = 86_400_000
COUNT = ",d"
# A change: no change has no sign.
SIGNED = f"datum.value ? format(datum.value, '+{COUNT}') : '0'"
# A tick of more than a year of days needs its year.
TIME_LABEL = "timeFormat(datum.value, domain('x')[1] - domain('x')[0] > 400 * 864e5 ? '%b %Y' : '%-d %b')"


@cache
def specifications() -> dict[str, Spec]:
    """Every chart by its name. Altair takes a second to make them and they never change: once a process."""
    import altair as alt

    return {
        "topics": _topics(alt),
        "measures": _measures(alt),
        "change": _change(alt),
        "shares": _shares(alt),
        "reconciliation": _reconciliation(alt),
    }


def _topics(alt: Any) -> Spec:
    """Stories a day or week, a line a topic, bursts shaded; of a single topic also what was expected.

    `series` (when, label, topic, number, dashed, stories, pages, outlets, teasers, points), `expected` (when,
    expected), `bursts` (begin, end, number and what is said of one).
    """
    hover = _hover(alt, fields=["when", "topic"])
    color = _topic_color(alt)
    base = alt.Chart(alt.NamedData(name="series")).encode(x=_time_axis(alt), y=_count_axis(alt, "stories"), color=color)
    dashed = alt.StrokeDash("dashed:N", legend=None, scale=alt.Scale(domain=[0, 1], range=[[1, 0], [5, 3]]))
    # Of many lines the page can bring one to the front, by the topic's id.
    focus = alt.param("focus", value=-1)
    front = alt.OpacityValue(0.12, condition={"test": "focus < 0 || datum.id == focus", "value": 1})
    lines = base.mark_line(style=["line"]).encode(strokeDash=dashed, detail="id:N", opacity=front)
    points = base.mark_point(style=["point"]).encode(opacity=_shown(alt, hover), tooltip=_told(alt))
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
    """Pages, stories and outlets of one topic; `series` and `bursts` as above."""
    hover = _hover(alt, encodings=["x"])
    base = alt.Chart(alt.NamedData(name="series")).encode(x=_time_axis(alt, tickCount=4))
    lines = [
        base.mark_area(style=["pages-area"]).encode(y=_count_axis(alt, "pages", stack=None)),
        base.mark_line(style=["pages-line"]).encode(y=_count_axis(alt, "pages")),
        base.mark_line(style=["outlets-line"]).encode(y=_count_axis(alt, "outlets")),
        base.mark_line(style=["stories-line"]).encode(y=_count_axis(alt, "stories")),
    ]
    points = base.mark_point(style=["stories-point"]).encode(
        y=_count_axis(alt, "stories"), opacity=_shown(alt, hover), tooltip=_told(alt)
    )
    return _spec(
        alt.layer(_bands(alt), *lines, points.add_params(hover), _flags(alt)),
        height=130,
        description="Pages, stories and outlets of one topic over time, bursts shaded.",
    )


def _change(alt: Any) -> Spec:
    """The parts of a week's change, a row a topic, to both sides of zero; `parts` (topic, part, place, pages)."""
    base = alt.Chart(alt.NamedData(name="parts"))
    bars = base.mark_bar(style=["part"]).encode(
        y=alt.Y("topic:N", sort=None, title=None, axis=alt.Axis(labelLimit=150, domain=False)),
        x=alt.X("pages:Q", title=None, axis=_count_marks(alt, labelExpr=SIGNED)),
        color=alt.Color("place:O", legend=None, scale=alt.Scale(domain=list(range(COLORS)))),
        order="place:Q",
        tooltip=_told(alt),
    )
    zero = alt.Chart(alt.NamedData(name="zero")).mark_rule(style=["zero"]).encode(x="at:Q")
    return _spec(alt.layer(bars, zero), description="The week's change of each topic, in its parts.")


def _shares(alt: Any) -> Spec:
    """Pages of the period as bars, those of the period before as ticks; `shares` (name, pages, before, share)."""
    base = alt.Chart(alt.NamedData(name="shares")).encode(
        y=alt.Y("name:N", sort=None, title=None, axis=alt.Axis(labelLimit=180, domain=False)),
        tooltip=_told(alt),
    )
    bars = base.mark_bar(style=["share"]).encode(x=alt.X("pages:Q", title=None, axis=_count_marks(alt)))
    ticks = base.mark_tick(style=["before"]).encode(x="before:Q")
    return _spec(alt.layer(bars, ticks), description="Pages of the period, and of the period before.")


def _reconciliation(alt: Any) -> Spec:
    """Records by ingest date, stacked by where they went; `reconciliation` (date, verdict, place, records)."""
    date = alt.X("yearmonthdate(date):O", title=None, axis=alt.Axis(format="%-d %b", labelAngle=0, labelOverlap=True))
    bars = (
        alt.Chart(alt.NamedData(name="reconciliation"))
        .mark_bar(style=["verdict"])
        .encode(
            x=date,
            y=_count_axis(alt, "records"),
            color=alt.Color("place:O", legend=None, scale=alt.Scale(domain=list(range(COLORS)))),
            order="place:Q",
            tooltip=_told(alt),
        )
    )
    return _spec(bars, height=180, description="Records by ingest date: kept, merged, quarantined.")


def _bands(alt: Any) -> Any:
    return (
        alt.Chart(alt.NamedData(name="bursts"))
        .mark_rect(style=["burst"])
        .encode(x=alt.X("begin:T"), x2="end:T", tooltip=_told(alt))
    )


def _flags(alt: Any) -> Any:
    """Above each band, clear of the lines, what can be clicked for its stories; `flags` are rows of `bursts`."""
    return (
        alt.Chart(alt.NamedData(name="flags"))
        .mark_point(style=["flag"], shape="triangle-down")
        .encode(x="middle:T", y=alt.value(-8), tooltip=_told(alt))
    )


def _spec(chart: Any, **properties: Any) -> Spec:
    sized = chart.properties(width="container", autosize={"type": "fit-x", "contains": "padding"}, **properties)
    spec: Spec = sized.to_dict()
    # The schema's address and Altair's own colours: the page says neither where it came from nor how it looks.
    del spec["$schema"], spec["config"]
    return spec


def _topic_color(alt: Any) -> Any:
    return alt.Color("number:O", legend=None, scale=alt.Scale(domain=list(range(COLORS))))


def _hover(alt: Any, **nearest_by: list[str]) -> Any:
    return alt.selection_point(
        name="hover", **nearest_by, nearest=True, on="pointerover", clear="pointerout", empty=False
    )


def _shown(alt: Any, hover: Any) -> Any:
    # A line of one day has no length: where there are few, every day has its point.
    few = {"test": "datum.points", "value": 1}
    return alt.OpacityValue(0, condition=[{"param": hover.name, "empty": False, "value": 1}, few])


def _time_axis(alt: Any, **options: Any) -> Any:
    axis = alt.Axis(
        labelExpr=TIME_LABEL, tickMinStep=DAY_IN_MS, labelOverlap=True, labelFlush=True, grid=False, **options
    )
    return alt.X("when:T", title=None, axis=axis)


def _count_axis(alt: Any, column: str, **options: Any) -> Any:
    return alt.Y(f"{column}:Q", title=None, axis=_count_marks(alt, minExtent=34), **options)


def _count_marks(alt: Any, **options: Any) -> Any:
    return alt.Axis(**({"tickMinStep": 1, "tickCount": 4, "format": COUNT} | options))


def _told(alt: Any) -> Any:
    """That something is told where someone points; the page's tips.js says what."""
    return alt.value("told")
