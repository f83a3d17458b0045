"""The tables of the topics package."""

import polars as pl

from newsmill.table import Column, Table

RECORD_ID = Column("record_id", pl.String(), "The page's record.")
INGEST_DATE = Column("ingest_date", pl.Date(), "The record's ingest date.")
TOPIC = Column("topic", pl.String(), "Topic id of the taxonomy.")
TAXONOMY_VERSION = Column(
    "taxonomy_version", pl.String(), "The taxonomy's version: 12 hex digits of blake2b over the file's bytes."
)

MENTIONS = Table(
    "topics.mentions",
    "one sentence about a topic",
    (
        RECORD_ID,
        INGEST_DATE,
        TOPIC,
        Column("place", pl.String(), "`title`, `body` or `teaser`."),
        Column("teaser_position", pl.Int32(), "Which teaser of the page; null outside teasers.", required=False),
        Column("sentence", pl.String(), "The sentence."),
        Column(
            "char_start",
            pl.Int32(),
            "First character in the text, the title, or the teaser's title, newline and snippet.",
        ),
        Column("char_end", pl.Int32(), "Where it ends, exclusive."),
        Column("phrase", pl.String(), "The deciding phrase, as written in the sentence."),
        Column("score", pl.Float64(), "Weight of the phrases found in the sentence."),
        TAXONOMY_VERSION,
    ),
)

PAGE_TOPICS = Table(
    "topics.page_topics",
    "one page has one topic",
    (
        RECORD_ID,
        INGEST_DATE,
        TOPIC,
        Column("score", pl.Float64(), "Weight of the page's mentions, those of title and lead counting more."),
        Column(
            "strength",
            pl.String(),
            "`main` if it is what the page is mainly about, else `part`; teasers never make it `main`.",
        ),
        Column("teaser_only", pl.Boolean(), "True where only a teaser on the page is about the topic."),
        TAXONOMY_VERSION,
    ),
)

ENTITIES = Table(
    "topics.entities",
    "one entity named in mentions of one topic, in one place of one page",
    (
        RECORD_ID,
        INGEST_DATE,
        Column("entity", pl.String(), "The entity's name in the taxonomy, in any spelling of the page."),
        Column("kind", pl.String(), "`model`, `company`, `agency`, `law`, `product`, `person` or `programme`."),
        TOPIC,
        Column("place", pl.String(), "`title`, `body` or `teaser`."),
        Column("count", pl.Int32(), "How often the topic's mentions there name it."),
        TAXONOMY_VERSION,
    ),
)

LABELS = Table(
    "topics.labels",
    "one page and topic that a person has labeled",
    (
        RECORD_ID,
        TOPIC,
        Column("verdict", pl.Boolean(), "True where a reader who follows the topic would want the page."),
        Column("labelled_at", pl.Datetime("us"), "When it was labeled."),
        Column(
            "sampling",
            pl.String(),
            "How the page was chosen: `uniform`, or `near` (score near the tagging threshold).",
        ),
    ),
)

RETAG_QUEUE = Table(
    "topics.retag_queue",
    "one ingest date whose boilerplate changed since its pages were tagged; the next run re-tags them",
    (INGEST_DATE,),
)
