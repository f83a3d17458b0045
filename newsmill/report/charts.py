"""The charts as Vega-Lite specifications over named data sets.

Colours are not theirs: marks name a style, and the page's CSS gives it. What they show follows the parameters
`topic` and `period` (days before the last), which the page sets.
"""

from __future__ import annotations

from functools import cache
from typing import Any

Spec = dict[str, Any]

DAY = "%-d %b %Y"
WEEKDAY = "%a %-d %b %Y"
# The page has so many colours for topics; the topics after them have the same ones again, dashed.
COLORS = 8
DAY_IN_MS = 86_400_000
# A line of one day has no length: up to so many days, every day gets a point.
DAYS_WITH_POINTS = 14


@cache
def specifications() -> dict[str, Spec]:
    """Every chart by its name. Altair takes a second to make them and they never change: once a process."""
    import altair as alt

    return {
        "all_topics": _all_topics(alt),
        "topic_stories": _topic(alt, "stories", 190),
        "topic_pages": _topic(alt, "pages", 110),
        "books": _books(alt),
        "sources": _shares(alt, "sources", "site", "pages", "originals"),
        "languages": _shares(alt, "languages", "language", "pages", "stories"),
    }


def _all_topics(alt: Any) -> Spec:
    """Stories a day, a line a topic."""
    named = alt.LookupData(data=alt.NamedData(name="topics"), key="topic", fields=["name", "number"])
    hover = _hover(alt, fields=["day", "number"])
    base = (
        alt.Chart(alt.NamedData(name="series"))
        .transform_filter("datum.age < period")
        .transform_lookup(lookup="topic", from_=named)
        .encode(x=_day_axis(alt), y=_count_axis(alt, "stories"), color=alt.Color("number:O", legend=None))
    )
    points = base.mark_point(style=["hovered"]).encode(
        opacity=_shown(alt, hover),
        tooltip=[alt.Tooltip("name:N", title="topic"), *_day_tooltips(alt)],
    )
    dashed = alt.condition(f"datum.number >= {COLORS}", alt.value([5, 3]), alt.value([1, 0]))
    chart = alt.layer(base.mark_line(style=["topic-line"]).encode(strokeDash=dashed), points.add_params(hover))
    return _spec(
        chart.add_params(_period(alt)),
        title="Stories a day",
        height=280,
        description="Stories a day, a line for each topic.",
    )


def _topic(alt: Any, column: str, height: int) -> Spec:
    """`column` a day of one topic, bursts shaded."""
    chosen = "datum.topic == topic && datum.age < period"
    hover = _hover(alt, encodings=["x"])
    base = (
        alt.Chart(alt.NamedData(name="series"))
        .transform_filter(chosen)
        .encode(x=_day_axis(alt), y=_count_axis(alt, column, stack=None))
    )
    points = base.mark_point(style=[f"{column}-point"]).encode(opacity=_shown(alt, hover), tooltip=_day_tooltips(alt))
    bands = (
        alt.Chart(alt.NamedData(name="bursts"))
        .transform_filter(chosen)
        .mark_rect(style=["burst"])
        .encode(x="begin:T", x2="end:T")
    )
    marks = base.mark_area(style=[f"{column}-area"]), base.mark_line(style=[f"{column}-line"])
    chart = alt.layer(bands, *marks, points.add_params(hover)).add_params(alt.param("topic", value=""), _period(alt))
    title = f"{column.capitalize()} a day"
    return _spec(chart, title=title, height=height, description=f"{title} of the chosen topic, bursts shaded.")


def _books(alt: Any) -> Spec:
    """Records by ingest date, stacked by where they went."""
    date = alt.X("yearmonthdate(date):O", title=None, axis=alt.Axis(format="%-d %b", labelAngle=0, labelOverlap=True))
    chart = (
        alt.Chart(alt.NamedData(name="books"))
        .mark_bar()
        .encode(
            x=date,
            y=_count_axis(alt, "records"),
            color=alt.Color("place:O", legend=None),
            order="place:Q",
            tooltip=[
                alt.Tooltip("date:T", title="ingest date", format=DAY),
                "verdict:N",
                alt.Tooltip("records:Q", format=","),
            ],
        )
    )
    return _spec(chart, height=200, description="Records by ingest date: kept, merged, quarantined.")


def _shares(alt: Any, data: str, label: str, whole: str, part: str) -> Spec:
    """Horizontal bars: how many `whole`, and how many of them are `part`, drawn within. The page sets the height."""
    base = alt.Chart(alt.NamedData(name=data)).encode(
        y=alt.Y(f"{label}:N", sort=None, title=None, axis=alt.Axis(labelLimit=160)),
        tooltip=[f"{label}:N", alt.Tooltip(f"{whole}:Q", format=","), alt.Tooltip(f"{part}:Q", format=",")],
    )
    bars = [
        base.mark_bar(style=["whole-bar"]).encode(x=alt.X(f"{whole}:Q", title=None, axis=_count_marks(alt))),
        base.mark_bar(style=["part-bar"]).encode(x=f"{part}:Q"),
    ]
    return _spec(alt.layer(*bars), description=f"{whole.capitalize()} and {part} by {label}.")


def _spec(chart: Any, **properties: Any) -> Spec:
    sized = chart.properties(width="container", autosize={"type": "fit-x", "contains": "padding"}, **properties)
    spec: Spec = sized.to_dict()
    # The schema's address and Altair's own colours: the page says neither where it came from nor how it looks.
    del spec["$schema"], spec["config"]
    return spec


def _period(alt: Any) -> Any:
    return alt.param("period", value=0)


def _hover(alt: Any, **nearest_by: list[str]) -> Any:
    return alt.selection_point(
        name="hover", **nearest_by, nearest=True, on="pointerover", clear="pointerout", empty=False
    )


def _shown(alt: Any, hover: Any) -> Any:
    few_days = {"test": f"period <= {DAYS_WITH_POINTS}", "value": 1}
    return alt.OpacityValue(0, condition=[{"param": hover.name, "empty": False, "value": 1}, few_days])


def _day_axis(alt: Any) -> Any:
    axis = alt.Axis(format="%-d %b", tickMinStep=DAY_IN_MS, labelOverlap=True, labelFlush=True, grid=False)
    return alt.X("day:T", title=None, axis=axis)


def _count_axis(alt: Any, column: str, **options: Any) -> Any:
    return alt.Y(f"{column}:Q", title=None, axis=_count_marks(alt, minExtent=40), **options)


def _count_marks(alt: Any, **options: Any) -> Any:
    return alt.Axis(tickMinStep=1, tickCount=4, format=",~d", **options)


def _day_tooltips(alt: Any) -> list[Any]:
    return [
        alt.Tooltip("day:T", format=WEEKDAY),
        alt.Tooltip("stories:Q", format=","),
        alt.Tooltip("pages:Q", format=","),
        alt.Tooltip("outlets:Q", format=","),
        alt.Tooltip("teaser_pages:Q", title="by teaser alone", format=","),
    ]
