"""Forgetting: a record, a URL or a site is taken out of the home, wherever it stands, and kept out by a tombstone.

First the tombstone is written, then the archive is cleared of what it covers, then the tables in one transaction; so
what was cut off goes on when it is asked for again, and no run can bring back what is not cleared yet.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace

import polars as pl

from newsmill import stages
from newsmill.errors import UserError
from newsmill.maintenance.database import now, open_processed, replace_by_copy
from newsmill.maintenance.rebuild import old_database
from newsmill.quality.ledger import reconcile
from newsmill.settings import Settings
from newsmill.sources.tombstones import Tombstone, Tombstones, kind_of, normalize_key, read_tombstones, tombstone
from newsmill.stories.fingerprint import empty_fingerprints
from newsmill.stories.plan import plan_stories
from newsmill.topics.labels import forget_labels
from newsmill.topics.taxonomy import load_taxonomy
from newsmill.types import Connection
from newsmill.warehouse.connection import open_reader, transaction
from newsmill.warehouse.publish import DATABASE
from newsmill.warehouse.schema import TABLES
from newsmill.warehouse.sql_models import load_project

OF_RECORDS = [table.name for table in TABLES if "record_id" in table.schema]
# A sample's cells are cut, and so is what is looked for in them.
NEEDLE_CHARACTERS = 150

STORED = """
select r.record_id, r.ingest_date, r.url, p.url as page_url, p.title
from raw.records r left join clean.pages p using (record_id, ingest_date)
"""


@dataclass(frozen=True)
class Plan:
    """What forgetting a key takes away, and what it can't.

    Attributes:
        kind: `record`, `url` or `site`; key: as it is normalize_key.
        records: the records that go: `record_id`, `ingest_date`, `url`, `page_url`, `title`.
        rows: by table, the rows that go.
        kin: pages that stay and are in one story with one that goes: `record_id`, `url`, `relation`.
        teasers: teasers that stay, on other pages, and lead to one that goes: `record_id`, `title`, `url`.
    """

    kind: str
    key: str
    records: pl.DataFrame
    rows: dict[str, int]
    kin: pl.DataFrame
    teasers: pl.DataFrame


@dataclass(frozen=True)
class Forgotten:
    """What was forgotten: the records, the rows of the archive that went, and the pages told anew.

    `names` are the ids, URLs and titles, for whoever has more places to clear of them.
    """

    records: pl.DataFrame
    archived: int
    told_anew: int
    unreconciled: int
    names: list[str]


def plan(settings: Settings, key: str) -> Plan:
    """What forgetting a URL, a record id or a site would take away. Writes nothing.

    Raises:
        UserError: when nothing is published, or nothing of it is known.
    """
    stone = _stone(key, None)
    with open_reader(settings.published / DATABASE) as con:
        records = _covered(con, settings, _with(read_tombstones(settings.home), [stone]))
        if records.is_empty():
            raise _unknown(key)
        con.register("going", records.to_arrow())
        counts = {
            name: con.execute(f"select count(*) from {name} semi join going using (record_id)").fetchall()[0][0]  # noqa: S608
            for name in OF_RECORDS
        }
        kin = con.execute(
            """
            select m.record_id, p.url, m.relation from stories.members m join clean.pages p using (record_id)
            where m.story_id in (select story_id from stories.members semi join going using (record_id))
              and m.record_id not in (select record_id from going) order by all
            """
        ).pl()
        teasers = con.execute(
            """
            select record_id, title, url from clean.teasers
            where url in (select unnest([url, page_url]) from going) and record_id not in (select record_id from going)
            order by all
            """
        ).pl()
    return Plan(stone.kind, normalize_key(stone.kind, key), records, counts, kin, teasers)


def forget(settings: Settings, key: str, why: str | None = None) -> Forgotten:
    """Take a URL, a record id or a site out of the home, keep it out, derive and publish anew.

    Asked for again it takes away what came meanwhile, or what was left when it was cut off.

    Raises:
        UserError: when nothing of it is known, taxonomy or SQL models are wrong, the database stays locked, or an old
            one lies beside it.
    """
    taxonomy, project = load_taxonomy(settings.topics), load_project(settings.models)
    stone = _stone(key, why)
    if (old := old_database(settings)).exists():
        raise UserError(str(old), "a rebuild left it, and it may hold what is to be forgotten", "delete it first")
    with open_processed(settings) as con:
        stones = read_tombstones(settings.home)
        records = _covered(con, settings, _with(stones, [stone]))
        if records.is_empty() and stone.hash not in stones.stones:
            raise _unknown(key)
        stones.add([stone, *_own_urls(stone, records)])
        ids = records["record_id"].to_list()
        stones.note(
            (record_id, date, found)
            for record_id, date, *urls in records.select("record_id", "ingest_date", "url", "page_url").iter_rows()
            if (found := stones.of(record_id, *urls))
        )
        archived = stages.open_archive(settings).remove(ids, records["ingest_date"].unique())
        names = _names(stone, key, records)
        told_anew = _clear(con, settings, ids, names)
        stages.TOPICS_STAGE.run(con, stages.Run(settings, "forget"), [])
        forget_labels(settings.home, set(ids))
        with transaction(con):
            stages.replace_labels(con, settings)
        stages.build_derived(con, project, None)
        stages.publish(con, settings, taxonomy, checks=())
        wrong = sum(day.unreconciled for day in reconcile(con))
        replace_by_copy(con, settings)
    return Forgotten(records, archived, told_anew, wrong, names)


def _clear(con: Connection, settings: Settings, ids: list[str], names: list[str]) -> int:
    """Take the records out of every table, and tell anew the stories of what remains; returns how many pages."""
    told = plan_stories(con, [], empty_fingerprints(), removed=ids)
    with transaction(con):
        stages.apply_story_plan(con, told, f"forget {now().isoformat(timespec='seconds')}")
        con.register("going", pl.DataFrame({"record_id": ids}, {"record_id": pl.String}).to_arrow())
        for name in OF_RECORDS:
            con.execute(f"delete from {name} where record_id in (from going)")  # noqa: S608
        # Stories are named after records: where the id of such a one led is told no more.
        con.execute("delete from stories.merges where story_id in (select 's' || record_id from going)")
        con.unregister("going")
        _clear_check_results(con, names)
        stages.replace_forgotten(con, settings)
    return told.affected.filter(pl.col("story_id").is_not_null()).height


def _clear_check_results(con: Connection, names: list[str]) -> None:
    """Failing rows that were kept as a sample go whole, where one of them names what is forgotten."""
    rows = con.execute("select rowid, concat(observed, failing_sample) as told from quality.check_results").pl()
    needles = [json.dumps(name, ensure_ascii=False)[1:-1][:NEEDLE_CHARACTERS] for name in names]
    # All needles at once: a site may have tens of thousands.
    named = rows.filter(pl.col("told").str.contains_any(pl.lit(pl.Series(needles, dtype=pl.String).implode())))
    con.execute(
        "update quality.check_results set observed = '{}', failing_sample = null where rowid in (select unnest($rows))",
        {"rows": named["rowid"].to_list()},
    )


def _covered(con: Connection, settings: Settings, stones: Tombstones) -> pl.DataFrame:
    """The archived and the stored records that a tombstone covers, by their own URL or the one their page names."""
    stored = con.execute(STORED).pl()
    archived = stages.open_archive(settings).addresses().unique("record_id")
    rows = pl.concat([stored, archived.join(stored, on="record_id", how="anti")], how="diagonal")
    covered = [
        stones.of(record_id, *urls) is not None
        for record_id, *urls in rows.select("record_id", "url", "page_url").iter_rows()
    ]
    return rows.filter(pl.Series(covered, dtype=pl.Boolean)).sort("ingest_date", "record_id")


def _own_urls(stone: Tombstone, records: pl.DataFrame) -> Iterable[Tombstone]:
    """Tombstones for the URLs that a URL's pages were fetched from: before it is read, a fetch is known by no other."""
    if stone.kind != "url":
        return []
    at = dt.datetime.fromisoformat(stone.at)
    return [tombstone("url", url, at, stone.why) for url in records["url"].unique().sort()]


def _names(stone: Tombstone, key: str, records: pl.DataFrame) -> list[str]:
    told = [records[column].to_list() for column in ("record_id", "url", "page_url", "title")]
    sites = [normalize_key(stone.kind, key)] if stone.kind == "site" else []
    return sorted({name for names in [*told, sites] for name in names if name})


def _stone(key: str, why: str | None) -> Tombstone:
    return tombstone(kind_of(key), key, now(), why)


def _with(stones: Tombstones, more: Iterable[Tombstone]) -> Tombstones:
    return replace(stones, stones=stones.stones | {stone.hash: stone for stone in more})


def _unknown(key: str) -> UserError:
    return UserError(key, "no record has this id, URL or site", "look one up: newsmill query 'from raw.records'")
