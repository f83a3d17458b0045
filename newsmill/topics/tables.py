"""The tables of the topics room."""

import polars as pl

from newsmill.table import Column, Table

record_id = Column("record_id", pl.String(), "The page's record.")
ingest_date = Column("ingest_date", pl.Date(), "The record's ingest date.")
topic = Column("topic", pl.String(), "Topic id of the taxonomy.")
taxonomy_version = Column(
    "taxonomy_version", pl.String(), "The taxonomy's version: 12 hex digits of blake2b over the file's bytes."
)

MENTIONS = Table(
    "topics.mentions",
    "one sentence about a topic",
    (
        record_id,
        ingest_date,
        topic,
        Column("place", pl.String(), "`title`, `body` or `teaser`."),
        Column("teaser_position", pl.Int32(), "Which teaser of the page; null outside teasers.", required=False),
        Column("sentence", pl.String(), "The sentence."),
        Column(
            "char_start",
            pl.Int32(),
            "First character in the text, the title, or the teaser's title, newline and snippet.",
        ),
        Column("char_end", pl.Int32(), "Where it ends, exclusive."),
        Column("phrase", pl.String(), "The phrase that decided, as it stands in the sentence."),
        Column("score", pl.Float64(), "Weight of the phrases found in the sentence."),
        taxonomy_version,
    ),
)

PAGE_TOPICS = Table(
    "topics.page_topics",
    "one page has one topic",
    (
        record_id,
        ingest_date,
        topic,
        Column("score", pl.Float64(), "Weight of the page's mentions, those of title and lead counting more."),
        Column(
            "strength",
            pl.String(),
            "`main` where the page is chiefly about it, else `part`; teasers never make it `main`.",
        ),
        Column("teaser_only", pl.Boolean(), "True where only a teaser on the page speaks of the topic."),
        taxonomy_version,
    ),
)

ENTITIES = Table(
    "topics.entities",
    "one entity named in mentions of one topic, in one place of one page",
    (
        record_id,
        ingest_date,
        Column("entity", pl.String(), "The entity's name in the taxonomy, however the page writes it."),
        Column("kind", pl.String(), "`model`, `company`, `agency`, `law`, `product`, `person` or `programme`."),
        topic,
        Column("place", pl.String(), "`title`, `body` or `teaser`."),
        Column("count", pl.Int32(), "How often the topic's mentions there name it."),
        taxonomy_version,
    ),
)

LABELS = Table(
    "topics.labels",
    "one page and topic of which a person has said whether it has it",
    (
        record_id,
        topic,
        Column("verdict", pl.Boolean(), "True where a reader who follows the topic would want the page."),
        Column("labelled_at", pl.Datetime("us"), "When it was said."),
        Column(
            "sampling", pl.String(), "How the page was chosen: `uniform`, or `near` what decides whether it is tagged."
        ),
    ),
)

RETAG_QUEUE = Table(
    "topics.retag_queue",
    "one ingest date on whose pages other passages stand than when they were tagged; the next run tags them anew",
    (ingest_date,),
)
