"""Tag pages: compute the rows of this package's tables."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import NamedTuple

import polars as pl

from newsmill.topics.assignment import assign_topics
from newsmill.topics.mentions import TEASERS, find_mentions
from newsmill.topics.tables import ENTITIES, MENTIONS, PAGE_TOPICS
from newsmill.topics.taxonomy import Taxonomy, load_taxonomy

# With this many pages, the cost of creating frames is small compared with the search.
BATCH_PAGES = 1024
SHIPPED_TAXONOMY = Path(__file__).parent / "topics.yaml"

_TABLES = (MENTIONS, PAGE_TOPICS, ENTITIES)
# Optional columns of `tag`, with their types; missing columns are null.
_OPTIONAL_COLUMNS = pl.Schema({"record_id": pl.String(), "title": pl.String(), "teasers": TEASERS})


class Tags(NamedTuple):
    """The rows of `MENTIONS`, `PAGE_TOPICS` and `ENTITIES` of some pages."""

    mentions: pl.DataFrame
    page_topics: pl.DataFrame
    entities: pl.DataFrame


def tag(pages: pl.DataFrame, taxonomy: Taxonomy | Path | str | None = None) -> pl.DataFrame:
    """Find the topics of pages. Everything happens in memory; results are those of a daily run over the same pages.

    Args:
        pages: `text` and, as far as known, `record_id` (unique), `title` and `teasers` (a list of {position, title,
            snippet}). Without record ids, pages are numbered in order.
        taxonomy: a taxonomy or the path of one; by default the shipped one.

    Returns:
        One row per page and topic, in the order of the pages: of topics.page_topics `record_id`, `topic`, `score`,
        `strength` and `teaser_only`. A page without a topic has no row.

    Raises:
        ValueError: if `text` is missing, or record ids are null or occur twice.
        UserError: if the taxonomy has a mistake.

    >>> import polars as pl
    >>> pages = pl.DataFrame({
    ...     "title": ["Lawmakers pass AI bill", "Bridge reopens"],
    ...     "text": ["The Senate passed a bill that regulates artificial intelligence.", "The bridge reopened."],
    ... })
    >>> tag(pages).select("record_id", "topic", "strength").rows()
    [('0', 'ai_regulation', 'main')]
    """
    if "text" not in pages.columns:
        raise ValueError("pages need a column `text`")
    numbered = pages.with_row_index("number").with_columns(
        pl.lit(None, dtype).alias(name) for name, dtype in _OPTIONAL_COLUMNS.items() if name not in pages.columns
    )
    if "record_id" not in pages.columns:
        numbered = numbered.with_columns(record_id=pl.col("number").cast(pl.String))
    if numbered["record_id"].null_count() or numbered["record_id"].is_duplicated().any():
        raise ValueError("record ids must be unique and not null")
    if not isinstance(taxonomy, Taxonomy):
        taxonomy = load_taxonomy(Path(taxonomy or SHIPPED_TAXONOMY))
    # The ingest date is not known, and no result depends on it.
    dated = numbered.with_columns(ingest_date=pl.lit(dt.date(1970, 1, 1)))
    topics = [tag_pages(batch, taxonomy).page_topics for batch in dated.iter_slices(BATCH_PAGES)]
    return pl.concat([PAGE_TOPICS.empty(), *topics]).drop("ingest_date", "taxonomy_version")


def tag_pages(pages: pl.DataFrame, taxonomy: Taxonomy) -> Tags:
    """Return the tags of pages (columns as in `find_mentions`), in the order of the pages."""
    found = find_mentions(pages, taxonomy)
    return Tags(found.mentions, assign_topics(found.mentions, pages), found.entities)


def tag_to_frame(pages: pl.DataFrame, taxonomy: Taxonomy) -> pl.DataFrame:
    """Return the tags in one frame, each row with its `table`, for an engine whose functions return one frame."""
    frames = zip(_TABLES, tag_pages(pages, taxonomy), strict=True)
    return pl.concat([rows.with_columns(table=pl.lit(table.name)) for table, rows in frames], how="diagonal")


def split_tags(frame: pl.DataFrame) -> Tags:
    """Split a frame of `tag_to_frame` into its tables."""
    return Tags(*(table.conform(frame.filter(pl.col("table") == table.name)) for table in _TABLES))
