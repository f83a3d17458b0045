"""Tagging: pages in, the rows of every table of this room out."""

from __future__ import annotations

from typing import NamedTuple

import polars as pl

from newsmill.topics.assignment import decide
from newsmill.topics.mentions import find_mentions
from newsmill.topics.tables import ENTITIES, MENTIONS, PAGE_TOPICS
from newsmill.topics.taxonomy import Taxonomy

# Pages a batch: enough that the frames' own cost is small beside the search.
BATCH_PAGES = 1024

_TABLES = (MENTIONS, PAGE_TOPICS, ENTITIES)


class Tags(NamedTuple):
    """The rows of `MENTIONS`, `PAGE_TOPICS` and `ENTITIES` that some pages give."""

    mentions: pl.DataFrame
    page_topics: pl.DataFrame
    entities: pl.DataFrame


def tag(pages: pl.DataFrame, taxonomy: Taxonomy) -> Tags:
    """The tags of pages (columns as `find_mentions` takes them), in their order."""
    found = find_mentions(pages, taxonomy)
    return Tags(found.mentions, decide(found.mentions, pages), found.entities)


def tag_as_one_frame(pages: pl.DataFrame, taxonomy: Taxonomy) -> pl.DataFrame:
    """The tags in one frame, each row with the name of its table: for an engine that takes frames to frames."""
    frames = zip(_TABLES, tag(pages, taxonomy), strict=True)
    return pl.concat([rows.with_columns(table=pl.lit(table.name)) for table, rows in frames], how="diagonal")


def apart(frame: pl.DataFrame) -> Tags:
    """What `tag_as_one_frame` put together."""
    return Tags(*(table.conform(frame.filter(pl.col("table") == table.name)) for table in _TABLES))
