"""The tables of fetches: archived ones and forgotten ones. The archive's Parquet also has the bytes."""

import polars as pl

from newsmill.sources.formats import SOURCES
from newsmill.table import Column, Table

RECORDS = Table(
    "raw.records",
    "one fetch of one URL at one time",
    (
        Column(
            "record_id",
            pl.String(),
            "Stable id: 32 hex digits of blake2b over URL, fetch time, the bytes' SHA-256, ingest date.",
        ),
        Column("source", pl.String(), f"Kind of source: {', '.join(f'`{source}`' for source in SOURCES)}."),
        Column("source_path", pl.String(), "The file it came from, relative to the input folder."),
        Column("url", pl.String(), "The URL that was fetched; `file:` and the source path where none is known."),
        Column("site", pl.String(), "The URL's host without `www.`; null for `file:` URLs.", required=False),
        Column(
            "fetched_at",
            pl.Datetime("us"),
            "When it was fetched (UTC); the file's modification time where unknown.",
        ),
        Column(
            "ingest_date", pl.Date(), "The date folder of the file; without one, the file's modification date (UTC)."
        ),
        Column(
            "content_type",
            pl.String(),
            "As declared by the source; without one, by the file's ending.",
            required=False,
        ),
        Column("byte_size", pl.Int64(), "Size of the body in bytes, decompressed."),
        Column("sha256", pl.String(), "SHA-256 of the body, 64 hex digits."),
        Column("http_status", pl.Int16(), "HTTP status, where the source states it.", required=False),
        Column(
            "hint_published",
            pl.String(),
            "Publication date as a manifest or feed gives it, unparsed.",
            required=False,
        ),
        Column("hint_language", pl.String(), "Language as a manifest gives it, unparsed.", required=False),
        Column(
            "problem",
            pl.String(),
            "Reason in snake_case why the body could not be read; null when it could.",
            required=False,
        ),
        Column(
            "problem_detail",
            pl.String(),
            "What exactly was wrong; without a problem, that the bytes do not match the digest of their WARC.",
            required=False,
        ),
    ),
)

FILES = Table(
    "raw.files",
    "one path of the input folder, as last seen; a folder that is not entered is one row",
    (
        Column("source", pl.String(), "Kind of source; null where no reader takes the file.", required=False),
        Column("source_path", pl.String(), "Its path relative to the input folder; a folder's ends in a slash."),
        Column("ingest_date", pl.Date(), "Its ingest date, where one is known.", required=False),
        Column("byte_size", pl.Int64(), "Its size in bytes as stored; null for folders and links.", required=False),
        Column("status", pl.String(), "`read`; `skipped`; `failed`: no record of it, or not all, could be read."),
        Column("reason", pl.String(), "Reason in snake_case why it was skipped or failed.", required=False),
        Column("detail", pl.String(), "What exactly was wrong.", required=False),
        Column("records", pl.Int64(), "Records read from it, with those that have a problem."),
        Column("by_design", pl.Boolean(), "True for what is skipped by design: manifests, hidden files, licenses."),
        Column("seen_at", pl.Datetime("us"), "When newsmill last found it in the input folder (UTC)."),
    ),
)

FILE_LOG = Table(
    "file log",
    FILES.grain,
    (
        *FILES.columns,
        Column("modified_at", pl.Datetime("us"), "When the file was last changed (UTC).", required=False),
        Column("first_ingest_date", pl.Date(), "Its ingest date when it was first seen.", required=False),
    ),
)

ARCHIVE = Table(
    "raw archive",
    RECORDS.grain,
    (*RECORDS.columns, Column("body", pl.Binary(), "The bytes as they came.", required=False)),
)

FORGOTTEN = Table(
    "quality.forgotten",
    "one suppressed fetch: it came in again after it was forgotten, or was forgotten; nothing else is stored",
    (
        Column("record_hash", pl.String(), "32 hex digits of blake2b over `record`, newline and its record id."),
        Column("ingest_date", pl.Date(), "Its ingest date."),
        Column("tombstone", pl.String(), "The same hash over `record`, `url` or `site` and the forgotten key."),
        Column("forgotten_at", pl.Datetime("us"), "When it was forgotten (UTC)."),
        Column("why", pl.String(), "The reason given.", required=False),
    ),
)
