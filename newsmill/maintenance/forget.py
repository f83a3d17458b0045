"""Forget: erase a record, a URL or a site from the home, and suppress its re-ingestion by a tombstone.

The tombstone is written first, then file log and archive are cleared, then the tables in one transaction. So an
interrupted command can be repeated, and no run ingests again what is not erased yet.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace

import polars as pl

from newsmill import stages
from newsmill.errors import UserError
from newsmill.maintenance.database import compact, now, open_processed
from newsmill.maintenance.rebuild import DAMAGED_ENDING, old_database
from newsmill.quality.ledger import reconcile
from newsmill.settings import Settings
from newsmill.sources.archive import Archive
from newsmill.sources.scanning.file_log import NAME, read_file_log, write_file_log
from newsmill.sources.scanning.forgotten_files import find_hidden, hide_files
from newsmill.sources.tombstones import Tombstone, Tombstones, detect_kind, normalize_key, read_tombstones, tombstone
from newsmill.stories.fingerprint import create_empty_fingerprints
from newsmill.stories.plan import plan_stories
from newsmill.topics.labels import forget_labels
from newsmill.topics.taxonomy import load_taxonomy
from newsmill.types import Connection
from newsmill.warehouse.connection import open_reader, open_writer, transaction
from newsmill.warehouse.publish import DATABASE
from newsmill.warehouse.schema import TABLES, UNPUBLISHED
from newsmill.warehouse.sql_models import load_project

TABLES_WITH_RECORD_ID = [table.name for table in TABLES if "record_id" in table.schema]
UNPUBLISHED_NAMES = {table.name for table in UNPUBLISHED}
# The cells of a sample are cut, so searched names are cut too.
MAX_SEARCHED_CHARS = 150

STORED_RECORDS = """
select r.record_id, r.ingest_date, r.source_path, r.url, p.url as page_url, p.title
from raw.records r left join clean.pages p using (record_id, ingest_date)
"""


@dataclass(frozen=True)
class ForgetPlan:
    """What forgetting a key erases, and what it keeps.

    Attributes:
        kind: `record`, `url` or `site`.
        key: normalized.
        records: the records to erase: `record_id`, `ingest_date`, `source_path`, `url`, `page_url`, `title`.
        rows: by table of the published copy, the number of rows to erase.
        same_story_pages: pages that are kept and share a story with an erased page: `record_id`, `url`, `relation`.
        teasers: teasers that are kept, on other pages, and link to an erased page: `record_id`, `title`, `url`.
    """

    kind: str
    key: str
    records: pl.DataFrame
    rows: dict[str, int]
    same_story_pages: pl.DataFrame
    teasers: pl.DataFrame


@dataclass(frozen=True)
class Forgotten:
    """The result of forgetting.

    Attributes:
        records: the erased records.
        archived: the number of rows erased from the archive.
        reclustered: the number of other pages that were clustered again.
        unreconciled: records without exactly one verdict, afterwards.
        names: ids, URLs, titles and paths to erase elsewhere.
    """

    records: pl.DataFrame
    archived: int
    reclustered: int
    unreconciled: int
    names: list[str]


def plan_forget(settings: Settings, key: str) -> ForgetPlan:
    """Return what forgetting a URL, a record id or a site would erase. Writes nothing.

    Raises:
        UserError: when nothing is published, or no record matches.
    """
    stone = _new_tombstone(key, None)
    with open_reader(settings.published / DATABASE) as con:
        records = _find_covered(con, settings, _with_tombstones(read_tombstones(settings.home), [stone]))
        if records.is_empty():
            raise _unknown_key(key)
        con.register("erased", records.to_arrow())
        counts = {name: _count_erased(con, name) for name in TABLES_WITH_RECORD_ID if name not in UNPUBLISHED_NAMES}
        same_story_pages = con.execute(
            """
            select m.record_id, p.url, m.relation from stories.members m join clean.pages p using (record_id)
            where m.story_id in (select story_id from stories.members semi join erased using (record_id))
              and m.record_id not in (select record_id from erased) order by all
            """
        ).pl()
        teasers = con.execute(
            """
            select record_id, title, url from clean.teasers
            where url in (select unnest([url, page_url]) from erased)
              and record_id not in (select record_id from erased)
            order by all
            """
        ).pl()
    return ForgetPlan(stone.kind, normalize_key(stone.kind, key), records, counts, same_story_pages, teasers)


def forget(settings: Settings, key: str, why: str | None = None) -> Forgotten:
    """Erase a URL, a record id or a site from the home, suppress it, and publish again.

    Call it again to erase what was ingested since, or what an interrupted call left.

    Raises:
        UserError: when no record matches, taxonomy or SQL models are wrong, the database stays locked, or a backup of
            a rebuild is in the home.
    """
    taxonomy, project = load_taxonomy(settings.topics), load_project(settings.models)
    stone = _new_tombstone(key, why)
    for old in (old_database(settings), *settings.home.glob(f"*{DAMAGED_ENDING}")):
        if old.exists():
            raise UserError(str(old), "left by a rebuild, may contain the records to forget", "delete it first")
    with open_processed(settings, "newsmill forget") as con:
        stones = read_tombstones(settings.home)
        records = _find_covered(con, settings, _with_tombstones(stones, [stone]))
        if records.is_empty() and stone.hash not in stones.stones:
            raise _unknown_key(key)
        stones.add([stone, *_tombstones_of_fetches(stone, records)])
        ids = records["record_id"].to_list()
        stones.note(
            (record_id, date, found)
            for record_id, date, *urls in records.select("record_id", "ingest_date", "url", "page_url").iter_rows()
            if (found := stones.of(record_id, *urls))
        )
        archive = stages.open_archive(settings)
        paths = _hide_files(archive, stones, records)
        archived = archive.remove(ids, records["ingest_date"].unique())
        names = sorted({*_names_to_erase(stone, key, records), *paths})
        reclustered = _erase_rows(con, settings, ids, names)
        stages.TOPICS_STAGE.run(con, stages.Run(settings, "forget"), [])
        forget_labels(settings.home, set(ids))
        with transaction(con):
            stages.replace_labels(con, settings)
        stages.build_derived(con, project, None)
        compact(con, settings)  # first: the published copy has all blocks of the file
        with open_writer(settings.database) as compacted:
            stages.publish(compacted, settings, taxonomy, checks=())
            unreconciled = sum(day.unreconciled for day in reconcile(compacted))
    return Forgotten(records, archived, reclustered, unreconciled, names)


def _hide_files(archive: Archive, stones: Tombstones, erased: pl.DataFrame) -> set[str]:
    """Hide the erased records' files in the file log; return the hidden paths."""
    log, stored = read_file_log(archive.root), archive.addresses()
    kept = set(stored.join(erased, on="record_id", how="anti")["source_path"])
    hidden, partly_hidden = find_hidden(log, stones, erased, kept)
    if (archive.root / NAME).exists():  # a damaged one goes too: it may contain them
        write_file_log(archive.root, hide_files(log, hidden, partly_hidden))
    return hidden


def _count_erased(con: Connection, table: str) -> int:
    [(rows,)] = con.execute(f"select count(*) from {table} semi join erased using (record_id)").fetchall()  # noqa: S608
    return int(rows)


def _erase_rows(con: Connection, settings: Settings, ids: list[str], names: list[str]) -> int:
    """Erase the records from every table and cluster the rest again; return the number of pages that changed."""
    plan = plan_stories(con, [], create_empty_fingerprints(), removed=ids)
    with transaction(con):
        stages.apply_story_plan(con, plan, f"forget {now().isoformat(timespec='seconds')}")
        con.register("erased", pl.DataFrame({"record_id": ids}, {"record_id": pl.String}).to_arrow())
        for name in TABLES_WITH_RECORD_ID:
            con.execute(f"delete from {name} where record_id in (from erased)")  # noqa: S608
        # A story id names its first record, so redirects of the erased records go too.
        con.execute("delete from stories.merges where story_id in (select 's' || record_id from erased)")
        con.unregister("erased")
        _erase_check_samples(con, names)
        stages.replace_files(con, stages.open_archive(settings))
        stages.replace_forgotten(con, settings)
    return plan.affected.filter(pl.col("story_id").is_not_null()).height


def _erase_check_samples(con: Connection, names: list[str]) -> None:
    """Erase the samples of failing rows that contain one of the names."""
    rows = con.execute("select rowid, concat(observed, failing_sample) as text from quality.check_results").pl()
    searched = [json.dumps(name, ensure_ascii=False)[1:-1][:MAX_SEARCHED_CHARS] for name in names]
    # All names at once: a site may have tens of thousands.
    matching = rows.filter(pl.col("text").str.contains_any(pl.lit(pl.Series(searched, dtype=pl.String).implode())))
    con.execute(
        "update quality.check_results set observed = '{}', failing_sample = null where rowid in (select unnest($rows))",
        {"rows": matching["rowid"].to_list()},
    )


def _find_covered(con: Connection, settings: Settings, stones: Tombstones) -> pl.DataFrame:
    """Return the archived and stored records that a tombstone covers, by URL or canonical URL of the page."""
    stored = con.execute(STORED_RECORDS).pl()
    archived = stages.open_archive(settings).addresses().unique("record_id")
    rows = pl.concat([stored, archived.join(stored, on="record_id", how="anti")], how="diagonal")
    covered = [
        stones.of(record_id, *urls) is not None
        for record_id, *urls in rows.select("record_id", "url", "page_url").iter_rows()
    ]
    return rows.filter(pl.Series(covered, dtype=pl.Boolean)).sort("ingest_date", "record_id")


def _tombstones_of_fetches(stone: Tombstone, records: pl.DataFrame) -> Iterable[Tombstone]:
    """Return tombstones for the URLs that a URL's pages were fetched from: a fetch is checked before it is read."""
    if stone.kind != "url":
        return []
    at = dt.datetime.fromisoformat(stone.at)
    return [tombstone("url", url, at, stone.why) for url in records["url"].unique().sort()]


def _names_to_erase(stone: Tombstone, key: str, records: pl.DataFrame) -> list[str]:
    columns = [records[column].to_list() for column in ("record_id", "url", "page_url", "title")]
    sites = [normalize_key(stone.kind, key)] if stone.kind == "site" else []
    return sorted({name for names in [*columns, sites] for name in names if name})


def _new_tombstone(key: str, why: str | None) -> Tombstone:
    return tombstone(detect_kind(key), key, now(), why)


def _with_tombstones(stones: Tombstones, added: Iterable[Tombstone]) -> Tombstones:
    return replace(stones, stones=stones.stones | {stone.hash: stone for stone in added})


def _unknown_key(key: str) -> UserError:
    return UserError(key, "no record has this id, URL or site", "look one up: newsmill query 'from raw.records'")
