"""The temporary tables and views of a plan: one object names them, creates the first ones and drops all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields

import polars as pl

from newsmill.stories.tables import FINGERPRINTS
from newsmill.types import Connection

Parameters = Mapping[str, object]


@dataclass(frozen=True)
class Workspace:
    """The connection of one planning run and its temporary tables (or views, where noted).

    SQL refers to a table by its attribute in braces: `ws.frame("from {outgoing}")`.

    Attributes:
        dates: ingest_date; the dates whose pages are replaced.
        removed_records: record_id; records to remove, of any date.
        incoming: fingerprints of the dates' pages before boilerplate is stripped.
        outgoing: rows of stories.fingerprints that are replaced or removed.
        new_fingerprints: fingerprints that replace `outgoing`, without boilerplate.
        all_fingerprints: view; stories.fingerprints after the plan.

        wanted_texts: text_hash; the texts that the next query selects.
        wanted_keys: block_key; the blocking keys that the next query selects.

        touched_texts: text_hash; texts of outgoing and new fingerprints.
        stored_carriers: record_id, text_hash; stored near-duplicate eligible pages with a touched text.
        stored_texts: text_hash; touched texts that have LSH bands now.
        added_texts: text_hash; touched texts that get LSH bands.
        dropped_texts: text_hash; touched texts that lose their LSH bands.

        boilerplate_candidates: site, passage; passages that may become boilerplate or cease to be.
        read_passages: passage; passages of incoming and outgoing pages that may be boilerplate.
        stored_passages: rows of stories.passages with one of `read_passages`.
        other_stored_passages: rows of stories.passages with other passages that the search for candidates reads.
        incoming_passages: passage_sequence_hash, passage; boilerplate and candidates on incoming pages.
        candidate_holders: passage_sequence_hash, passage; where boilerplate candidates occur.
        frequent_candidates: site, passage; candidates frequent enough to be boilerplate, and known boilerplate.
        changed_boilerplate: site, passage, is_boilerplate; passages whose status changes.
        new_boilerplate: view; stories.site_boilerplate after the plan.
        pages_with_change: record_id; stored pages of other dates with a passage whose status changes.
        boilerplate_holders: passage_sequence_hash, passage; of pages to strip, passages that may be boilerplate.
        pages_to_strip: record_id, ingest_date, url, passage_sequence_hash, boilerplate (list of passages).
        new_spans: rows of clean.boilerplate_spans that are added.
        all_spans: view; clean.boilerplate_spans after the plan.

        carriers: text_hash, record_id, ingest_date, url; the latest pages of each text to compare.
        dropped_edges, added_edges: rows of stories.edges.
        all_edges: view; stories.edges after the plan, without rows that have no similarity.
        reached_texts: text_hash, step; touched texts (step 0) and those that edges connect with them.
        reached_pages: the columns of the fingerprints of `reached_texts` that clustering needs.
        revised_pages: record_id, ingest_date, matched_record_id, matched_date; revisions to summarize.
        stored_sequences: record_id, passage_sequence_hash; stored pages with a sequence that is added or dropped.
    """

    con: Connection

    dates: str = "plan_dates"
    removed_records: str = "plan_removed_records"
    incoming: str = "plan_incoming"
    outgoing: str = "plan_outgoing"
    new_fingerprints: str = "plan_new_fingerprints"
    all_fingerprints: str = "plan_all_fingerprints"

    wanted_texts: str = "plan_wanted_texts"
    wanted_keys: str = "plan_wanted_keys"

    touched_texts: str = "plan_touched_texts"
    stored_carriers: str = "plan_stored_carriers"
    stored_texts: str = "plan_stored_texts"
    added_texts: str = "plan_added_texts"
    dropped_texts: str = "plan_dropped_texts"

    boilerplate_candidates: str = "plan_boilerplate_candidates"
    read_passages: str = "plan_read_passages"
    stored_passages: str = "plan_stored_passages"
    other_stored_passages: str = "plan_other_stored_passages"
    incoming_passages: str = "plan_incoming_passages"
    candidate_holders: str = "plan_candidate_holders"
    frequent_candidates: str = "plan_frequent_candidates"
    changed_boilerplate: str = "plan_changed_boilerplate"
    new_boilerplate: str = "plan_new_boilerplate"
    pages_with_change: str = "plan_pages_with_change"
    boilerplate_holders: str = "plan_boilerplate_holders"
    pages_to_strip: str = "plan_pages_to_strip"
    new_spans: str = "plan_new_spans"
    all_spans: str = "plan_all_spans"

    carriers: str = "plan_carriers"
    dropped_edges: str = "plan_dropped_edges"
    added_edges: str = "plan_added_edges"
    all_edges: str = "plan_all_edges"
    reached_texts: str = "plan_reached_texts"
    reached_pages: str = "plan_reached_pages"
    revised_pages: str = "plan_revised_pages"
    stored_sequences: str = "plan_stored_sequences"

    def names(self) -> dict[str, str]:
        """Return the SQL name of each table by attribute."""
        return {field.name: getattr(self, field.name) for field in fields(self) if field.name != "con"}

    def execute(self, sql: str, parameters: Parameters | None = None) -> Connection:
        """Run one SQL statement, with the tables' names in place of `{attribute}`."""
        return self.con.execute(sql.format_map(self.names()), parameters)

    def frame(self, sql: str, parameters: Parameters | None = None) -> pl.DataFrame:
        """Return the rows of a query."""
        return self.execute(sql, parameters).pl()

    def create_table(self, name: str, sql: str, parameters: Parameters | None = None) -> None:
        """Create the temporary table `name` (an attribute's value) from a query."""
        self.execute(f"create or replace temp table {name} as {sql}", parameters)

    def create_view(self, name: str, sql: str) -> None:
        """Create the temporary view `name` (an attribute's value) of a query."""
        self.execute(f"create or replace temp view {name} as {sql}")

    def store(self, name: str, frame: pl.DataFrame) -> None:
        """Create the temporary table `name` (an attribute's value) from a frame.

        Queries join tables, not registered frames: DuckDB would push join filters into the Arrow scan, which fails for
        unsigned integers from 2^63 on.
        """
        with registered(self.con, "stored_frame", frame):
            self.create_table(name, "from stored_frame")


@contextmanager
def registered(con: Connection, name: str, frame: pl.DataFrame) -> Iterator[None]:
    """Make a frame readable in SQL by this name."""
    con.register(name, frame.to_arrow())
    try:
        yield
    finally:
        con.unregister(name)


Settings = Mapping[str, str | int]

# DuckDB settings while planning. Almost every row is read once, so a larger buffer pool only costs memory. If few pages
# change, waiting for threads costs more than they gain. `python -m benchmarks.stories growth` measures both.
FEW_PAGES, FEW_BYTES = 10_000, 64 * 2**20
FEW_PAGES_SETTINGS: Settings = {"memory_limit": "128MiB", "threads": 1}
MANY_PAGES_SETTINGS: Settings = {"memory_limit": "512MiB"}


def choose_settings(fingerprints: pl.DataFrame, removed: Sequence[str]) -> Settings:
    """Return the DuckDB settings for these pages; long pages need more memory than their number shows."""
    is_small = fingerprints.height + len(removed) <= FEW_PAGES and fingerprints.estimated_size() <= FEW_BYTES
    return FEW_PAGES_SETTINGS if is_small else MANY_PAGES_SETTINGS


@contextmanager
def open_workspace(
    con: Connection, dates: Sequence[dt.date], fingerprints: pl.DataFrame, removed: Sequence[str], settings: Settings
) -> Iterator[Workspace]:
    """Create `dates`, `removed_records`, `incoming` and `outgoing`; at the end drop all tables of the workspace.

    Meanwhile, DuckDB uses the settings.
    """
    ws = Workspace(con)
    previous = {name: con.execute(f"select current_setting('{name}')").fetchall()[0][0] for name in settings}
    try:
        _apply_settings(con, settings)
        ws.create_table(ws.dates, "select unnest($dates::date[]) as ingest_date", {"dates": list(dates)})
        ws.create_table(
            ws.removed_records, "select unnest($removed::varchar[]) as record_id", {"removed": list(removed)}
        )
        ws.create_table(ws.outgoing, "from stories.fingerprints where ingest_date in (from {dates})")
        ws.execute(
            "insert into {outgoing} from (from stories.fingerprints where record_id in (from {removed_records})) "
            "where ingest_date not in (from {dates})"
        )
        ws.store(ws.incoming, FINGERPRINTS.conform(fingerprints))
        yield ws
    finally:
        _drop_tables(ws)
        _apply_settings(con, previous)


def add_new_fingerprints(ws: Workspace, fingerprints: pl.DataFrame) -> None:
    """Create `new_fingerprints`, `all_fingerprints` and the tables of touched texts."""
    ws.store(ws.new_fingerprints, FINGERPRINTS.conform(fingerprints))
    # Most runs only add pages; then the view does not compare every stored record with `outgoing`.
    has_outgoing = ws.execute("from {outgoing} limit 1").fetchall()
    kept = "where record_id not in (select record_id from {outgoing})" if has_outgoing else ""
    ws.create_view(ws.all_fingerprints, f"from stories.fingerprints {kept} union all by name from {{new_fingerprints}}")
    ws.create_table(ws.touched_texts, "select text_hash from {outgoing} union select text_hash from {new_fingerprints}")
    # Few stored rows have a touched text; a copy of them answers the queries below.
    ws.create_table(
        ws.stored_carriers,
        """
        select record_id, text_hash from stories.fingerprints
        where near_dup_eligible and text_hash in (from {touched_texts})
        """,
    )
    ws.create_table(ws.stored_texts, "select distinct text_hash from {stored_carriers}")
    ws.create_table(
        ws.added_texts,
        """
        select distinct text_hash from {new_fingerprints}
        where near_dup_eligible and text_hash not in (from {stored_texts})
        """,
    )
    ws.create_table(
        ws.dropped_texts,
        """
        select text_hash from {stored_texts}
        except select text_hash from {stored_carriers} where record_id not in (select record_id from {outgoing})
        except select text_hash from {new_fingerprints} where near_dup_eligible
        """,
    )


def _drop_tables(ws: Workspace) -> None:
    names = list(ws.names().values())
    kinds = ws.con.execute(
        """
        select 'view ' || view_name from duckdb_views() where temporary and view_name in (select unnest($names))
        union all
        select 'table ' || table_name from duckdb_tables() where temporary and table_name in (select unnest($names))
        """,
        {"names": names},
    ).fetchall()
    for (kind,) in kinds:
        ws.con.execute(f"drop {kind}")


def _apply_settings(con: Connection, settings: Settings) -> None:
    for name, value in settings.items():
        con.execute(f"set {name} = '{value}'")
