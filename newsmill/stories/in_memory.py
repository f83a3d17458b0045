"""Cluster a frame of pages without a home folder: the code of a daily run, over an in-memory DuckDB database."""

from __future__ import annotations

import datetime as dt

import duckdb
import polars as pl

from newsmill.stories.fingerprint import create_empty_fingerprints, fingerprint
from newsmill.stories.plan import plan_stories
from newsmill.stories.tables import MEMBERS, TABLES
from newsmill.stories.thresholds import DEFAULT_THRESHOLDS, StoryThresholds
from newsmill.stories.workspace import registered
from newsmill.types import Connection
from newsmill.urls import extract_site

PAGES_PER_BATCH = 2_000

# Optional columns of the input, with their types; missing columns are null.
OPTIONAL_COLUMNS = pl.Schema(
    {
        "record_id": pl.String(),
        "url": pl.String(),
        "site": pl.String(),
        "kind": pl.String(),
        "title": pl.String(),
        "published_at": pl.Datetime("us"),
        "published_offset_minutes": pl.Int16(),
        "fetched_at": pl.Datetime("us"),
        "ingest_date": pl.Date(),
    }
)
RESULT_COLUMNS = ("story_id", "is_canonical", "relation", "matched_record_id", "similarity", "method")
UNKNOWN_TIME = dt.datetime(1970, 1, 1)


def cluster(pages: pl.DataFrame, thresholds: StoryThresholds = DEFAULT_THRESHOLDS) -> pl.DataFrame:
    """Find the stories among pages: exact copies, refetches, revisions and edited copies of one text.

    Everything happens in memory; results are those of a daily run over the same pages.

    Args:
        pages: `text` and, as far as known, `record_id` (unique), `url`, `site` (default: the URL's host), `title`,
            `kind` (default `article`; a `front` is matched only with exact copies), `fetched_at` and `published_at`
            (UTC unless `published_offset_minutes` is given), `ingest_date` (default: the day of `fetched_at`).
            Without record ids, pages are numbered in order; without times, record ids decide which page is first.

    Returns:
        One row per page, in the order of the input: `record_id`, `url`, and of stories.members `story_id`,
        `is_canonical`, `relation`, `matched_record_id`, `similarity` and `method`.

    Raises:
        ValueError: if `text` is missing, or record ids are null or occur twice.

    >>> import polars as pl
    >>> text = "The council voted on Monday to reopen the harbor bridge to walkers, after two years of repairs. " * 4
    >>> pages = pl.DataFrame({
    ...     "url": ["https://a.example/bridge", "https://b.example/news/1", "https://b.example/news/2"],
    ...     "text": [text, text.upper(), "Rain is expected on Tuesday."],
    ... })
    >>> cluster(pages).select("record_id", "story_id", "relation", "matched_record_id").rows()
    [('0', 's0', 'original', None), ('1', 's0', 'copy', '0'), ('2', 's2', 'original', None)]
    """
    prepared = _prepare_pages(pages)
    with duckdb.connect(":memory:") as con:
        con.execute("set timezone = 'UTC'")
        create_story_tables(con)
        with registered(con, "prepared", prepared):
            con.execute("create table clean.pages as select record_id, ingest_date, kind, title, text from prepared")
        batches = [fingerprint(batch, thresholds) for batch in prepared.iter_slices(PAGES_PER_BATCH)]
        fingerprints = pl.concat(batches) if batches else create_empty_fingerprints()
        dates = prepared["ingest_date"].unique().sort().to_list()
        plan = plan_stories(con, dates, fingerprints, thresholds=thresholds)
    members = plan.rows[MEMBERS.name].select("record_id", *RESULT_COLUMNS)
    urls = pages["url"] if "url" in pages.columns else pl.Series("url", [None] * pages.height, pl.String)
    return prepared.select("record_id", urls).join(members, on="record_id", how="left", maintain_order="left")


def create_story_tables(con: Connection) -> None:
    """Create the tables of this package in a database that does not have them."""
    con.execute("create schema if not exists stories; create schema if not exists clean")
    for table in TABLES:
        columns = ", ".join(f"{column.name} {column.sql_type}" for column in table.columns)
        con.execute(f"create table if not exists {table.name} ({columns})")


def _prepare_pages(pages: pl.DataFrame) -> pl.DataFrame:
    """Return the columns that `fingerprint` reads, with defaults in place of missing values."""
    if "text" not in pages.columns:
        raise ValueError("cluster: pages need a column `text`")
    number = pl.int_range(pl.len()).cast(pl.String).str.zfill(len(str(max(pages.height - 1, 0))))
    present = [name for name in OPTIONAL_COLUMNS if name in pages.columns]
    prepared = pages.select(
        pl.col("text").cast(pl.String),
        *(pl.col(name).cast(OPTIONAL_COLUMNS[name]) for name in present),
        *(pl.lit(None, dtype).alias(name) for name, dtype in OPTIONAL_COLUMNS.items() if name not in present),
    )
    if "record_id" not in present:
        prepared = prepared.with_columns(record_id=number)
    if prepared["record_id"].has_nulls() or prepared["record_id"].is_duplicated().any():
        raise ValueError("cluster: record ids must be unique and not null")
    # A page without a URL gets a unique one, so that it is not a refetch of another page.
    prepared = prepared.with_columns(pl.col("url").fill_null("record:" + pl.col("record_id")))
    sites = pl.Series("site", [extract_site(url) for url in prepared["url"]], dtype=pl.String)
    prepared = prepared.with_columns(
        pl.col("site").fill_null(sites),
        pl.col("kind").fill_null("article"),
        pl.col("fetched_at").fill_null(pl.col("published_at")).fill_null(UNKNOWN_TIME),
    )
    return prepared.with_columns(pl.col("ingest_date").fill_null(pl.col("fetched_at").dt.date()))
