"""The tables of the trends room; what SQL derives is stated beside it, in dbt_like_sql/models/marts."""

import polars as pl

from newsmill.table import Column, Table

topic = Column("topic", pl.String(), "Topic id of the taxonomy.")

EXPECTED = Table(
    "trends.topic_expected",
    "one topic on one day, against what its own past makes one expect",
    (
        Column("day", pl.Date(), "The day."),
        topic,
        Column("stories", pl.Int64(), "Stories of the day, as in trends.topic_daily."),
        Column(
            "expected", pl.Float64(), "Stories one would expect; null in the first 7 days of the topic.", required=False
        ),
        Column(
            "dispersion",
            pl.Float64(),
            "Variance beyond Poisson over the squared mean, what is not known of the mean included.",
            required=False,
        ),
        Column("unknown", pl.Float64(), "The part of that dispersion that is not known of the mean.", required=False),
        Column(
            "p_value", pl.Float64(), "Probability of so many stories or more, were nothing the matter.", required=False
        ),
        Column("score", pl.Float64(), "-log10 of that probability: 3 is one in a thousand.", required=False),
        Column("bursting", pl.Boolean(), "True on the days of a burst."),
        Column(
            "kleinberg", pl.Boolean(), "True where Kleinberg's two-state automaton is in the state of twice as much."
        ),
    ),
)

BURSTS = Table(
    "trends.topic_bursts",
    "one burst: days in a row on which a topic had more stories than its own past makes one expect",
    (
        topic,
        Column("start_day", pl.Date(), "First day of the burst."),
        Column("end_day", pl.Date(), "Last day of the burst."),
        Column(
            "observed",
            pl.Int64(),
            "Stories of its days, summed over days; one that returns on a second day counts there too.",
        ),
        Column("expected", pl.Float64(), "Stories one would expect on those days, summed likewise."),
        Column("p_value", pl.Float64(), "Probability of so many stories or more on its days, were nothing the matter."),
        Column("score", pl.Float64(), "-log10 of that probability: 3 is one in a thousand, 6 one in a million."),
        Column("peak_day", pl.Date(), "The day with the highest score."),
        Column(
            "kleinberg",
            pl.Boolean(),
            "True where Kleinberg's two-state automaton finds a burst on one of its days too.",
        ),
        Column(
            "top_story_id",
            pl.String(),
            "Story with most pages in the burst; of equals the one seen first.",
            required=False,
        ),
    ),
)
