"""The tables of bursts; the tables that SQL derives are in `dbt_like_sql/models/marts`."""

import polars as pl

from newsmill.table import Column, Table

TOPIC = Column("topic", pl.String(), "Topic id of the taxonomy.")

EXPECTED = Table(
    "trends.topic_expected",
    "one topic on one day, compared with the stories expected from its past",
    (
        Column("day", pl.Date(), "The day."),
        TOPIC,
        Column("stories", pl.Int64(), "Stories of the day, as in trends.topic_daily."),
        Column(
            "is_collected",
            pl.Boolean(),
            "False if this day was not collected, as in trends.topic_daily: it is neither scored nor learned.",
        ),
        Column(
            "exposure",
            pl.Float64(),
            "Share of the topic's usual stories whose sites were collected on this day, 0 to 1; scales `expected`.",
        ),
        Column(
            "expected",
            pl.Float64(),
            "Expected stories; null in the first 7 days of the topic and on days not collected.",
            required=False,
        ),
        Column(
            "dispersion",
            pl.Float64(),
            "Variance beyond Poisson over the squared mean, the uncertainty of the mean included.",
            required=False,
        ),
        Column(
            "mean_uncertainty",
            pl.Float64(),
            "The part of that dispersion that comes from the uncertainty of the mean.",
            required=False,
        ),
        Column(
            "dispersion_weights",
            pl.List(pl.Float64()),
            "On raised days (score 1 or more), the probability of each dispersion in newsmill/trends/baseline.py.",
            required=False,
        ),
        Column("p_value", pl.Float64(), "Probability of at least this many stories without a burst.", required=False),
        Column(
            "score",
            pl.Float64(),
            "-log10 of that probability: 3 is one in a thousand. At most 300.",
            required=False,
        ),
        Column("bursting", pl.Boolean(), "True on the days of a burst."),
    ),
)

BURSTS = Table(
    "trends.topic_bursts",
    "one burst: days in a row on which a topic had more stories than expected from its past",
    (
        TOPIC,
        Column("start_day", pl.Date(), "First day of the burst."),
        Column("end_day", pl.Date(), "Last day of the burst."),
        Column(
            "observed",
            pl.Int64(),
            "Stories of its days, summed over days; a story on two days counts twice.",
        ),
        Column("expected", pl.Float64(), "Expected stories of those days, summed over days."),
        Column(
            "p_value",
            pl.Float64(),
            "Probability of at least this many stories on its days without a burst; for one day, as in topic_expected.",
        ),
        Column(
            "score",
            pl.Float64(),
            "-log10 of that probability: 3 is one in a thousand, 6 one in a million. At most 300.",
        ),
        Column("peak_day", pl.Date(), "The day with the highest score."),
        Column(
            "top_story_id",
            pl.String(),
            "Story with the most pages in the burst; of equals the one seen first.",
            required=False,
        ),
    ),
)
