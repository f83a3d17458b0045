"""Replay: archived records through today's code again, and what that changes, told before it lands.

Without applying, all happens on a copy of the published database in a temporary folder, by the very functions that
would land it; the home is only read.
"""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from newsmill import stages
from newsmill.errors import UserError
from newsmill.maintenance.database import now, open_processed
from newsmill.pages.tables import PAGES
from newsmill.quality.ledger import reconcile
from newsmill.quality.suites import load_suites
from newsmill.settings import Settings
from newsmill.stories.text.changes import summarize_changes
from newsmill.topics.taxonomy import Taxonomy, load_taxonomy
from newsmill.types import Connection
from newsmill.warehouse.connection import open_reader, open_writer
from newsmill.warehouse.publish import DATABASE
from newsmill.warehouse.sql_models import load_project
from newsmill.warehouse.staleness import dates_to_retag
from newsmill.warehouse.writes import batches

CHOSEN = """
select r.record_id, r.ingest_date, r.problem is null as readable
from raw.records r
where ($reason is null or r.record_id in (select record_id from quality.quarantine where reason = $reason))
  and ($site is null or r.site = $site)
  and ($since is null or r.ingest_date >= $since)
order by r.ingest_date, r.record_id
"""

# What is compared, before and after: by record (and topic), what is said of it.
SAID = {
    # A record's final verdict.
    "verdicts": """
        select record_id, arg_max(concat_ws(' ', verdict, case when verdict = 'quarantined' then reason end),
                                  list_position(['raw', 'pages', 'stories'], stage)) as said
        from quality.ledger group by record_id
    """,
    "stories": """
        select record_id, concat(case when is_canonical then 'canonical' else relation end, ' in ', story_id,
                                 ', matched to ' || matched_record_id) as said
        from stories.members
    """,
    "topics": """
        select record_id, topic, concat(strength, case when teaser_only then ' by a teaser' end) as said
        from topics.page_topics
    """,
}
CHANGED = """
select {key}, r.url, before.said as before, after.said as after
from replay_{name} before full join ({said}) after using ({key}) left join raw.records r using (record_id)
where before.said is distinct from after.said order by {key}
"""
# Of a page, what tells nothing of what it says.
OF_THE_CODE = ("code_version", "extraction_doubt", "language_confidence")
OTHERWISE = """
select before.record_id, before.url, list_filter([{fields}], lambda field: field is not null) as fields,
       case when before.text <> after.text then before.text else '' end as before,
       case when before.text <> after.text then after.text else '' end as after
from replay_pages before join clean.pages after using (record_id)
where len(fields) > 0 order by before.record_id
"""
PAGES_AT_ONCE = 500
TEXTS = pl.Schema({"record_id": pl.String(), "url": pl.String(), "fields": pl.List(pl.String()), "change": pl.String()})


@dataclass(frozen=True)
class Choice:
    """Which archived records: all that fit whatever is given."""

    reason: str | None = None
    site: str | None = None
    since: dt.date | None = None


@dataclass(frozen=True)
class Report:
    """What a replay changes. Each frame has a row a change, with `record_id` and `url`.

    Attributes:
        records: how many were read again; unreadable: chosen ones of whose bytes the archive has none.
        verdicts: `before` and `after`, as `kept`, `merged` or `quarantined` and its reason.
        texts: pages that were and are: `fields` that changed, and `change`, a short diff of the text.
        stories: `before` and `after`: story, relation, and what it was matched to; of any page.
        topics: `topic`, `before` and `after`: its strength, null where the page hasn't the topic; of any page.
        dates: the ingest dates touched. applied: whether it landed. unreconciled: records, afterwards.
    """

    records: int
    unreadable: int
    verdicts: pl.DataFrame
    texts: pl.DataFrame
    stories: pl.DataFrame
    topics: pl.DataFrame
    dates: list[dt.date]
    applied: bool
    unreconciled: int


def replay(settings: Settings, choice: Choice, *, apply: bool = False) -> Report:
    """Take the chosen records through today's code; with `apply` land it, and publish if the books balance.

    Raises:
        UserError: when nothing is published, no record is chosen, or taxonomy or SQL models are wrong.
    """
    taxonomy, project = load_taxonomy(settings.topics), load_project(settings.models)
    if apply:
        with open_processed(settings) as con:
            report = _replayed(con, settings, taxonomy, choice, None)
            if not report.unreconciled:
                stages.build_derived(con, project, report.dates)
                stages.publish(con, settings, taxonomy, stages.defined_checks(load_suites(), project))
        return report
    published = settings.published / DATABASE
    with tempfile.TemporaryDirectory(prefix="newsmill-replay-") as folder:
        # Opened so that a missing copy is told as everywhere.
        with open_reader(published):
            shutil.copyfile(published, Path(folder) / DATABASE)
        with open_writer(Path(folder) / DATABASE) as con:
            return _replayed(con, settings, taxonomy, choice, Path(folder))


def _replayed(con: Connection, settings: Settings, taxonomy: Taxonomy, choice: Choice, scratch: Path | None) -> Report:
    """What lands in the writer's database, or, where there is a folder `scratch`, in the copy in it."""
    chosen = con.execute(CHOSEN, {"reason": choice.reason, "site": choice.site, "since": choice.since}).pl()
    if chosen.is_empty():
        asked = ", ".join(f"{name} {value}" for name, value in vars(choice).items() if value is not None)
        raise UserError(asked, "no archived record is chosen by it", "`newsmill status` shows the reasons there are")
    _remember(con, chosen)
    dates = _land(con, settings, taxonomy, chosen, scratch)
    wrong = sum(day.unreconciled for day in reconcile(con))
    return Report(
        records=int(chosen["readable"].sum()),
        unreadable=chosen.height - int(chosen["readable"].sum()),
        verdicts=_changed(con, "verdicts"),
        texts=_texts(con),
        stories=_changed(con, "stories"),
        topics=_changed(con, "topics"),
        dates=dates,
        applied=scratch is None,
        unreconciled=wrong,
    )


def _land(
    con: Connection, settings: Settings, taxonomy: Taxonomy, chosen: pl.DataFrame, staging: Path | None
) -> list[dt.date]:
    """Pages, stories and topics of the chosen records, stage by stage; returns the ingest dates touched.

    Dates that a run or a replay left half landed are told anew too.
    """
    by_date = chosen.filter("readable").group_by("ingest_date", maintain_order=True)
    records = {date: set(rows["record_id"]) for (date,), rows in by_date}
    run = stages.Run(settings, f"replay {now().isoformat(timespec='seconds')}", records, staging)
    stages.PAGES_STAGE.run(con, run, records)
    affected = set(chosen["ingest_date"]) | {day.ingest_date for day in reconcile(con) if day.unreconciled}
    stages.STORIES_STAGE.run(con, run, affected)
    affected |= set(dates_to_retag(con))
    stages.TOPICS_STAGE.run(con, run, affected)
    return sorted(affected)


def _remember(con: Connection, chosen: pl.DataFrame) -> None:
    """Temporary tables of what is said before, which DuckDB spills where there is much of it."""
    for name, said in SAID.items():
        con.execute(f"create or replace temp table replay_{name} as {said}")
    con.register("chosen", chosen.to_arrow())
    con.execute("create or replace temp table replay_pages as from clean.pages semi join chosen using (record_id)")
    con.unregister("chosen")


def _changed(con: Connection, name: str) -> pl.DataFrame:
    key = "record_id, topic" if name == "topics" else "record_id"
    return con.execute(CHANGED.format(name=name, key=key, said=SAID[name])).pl()


def _texts(con: Connection) -> pl.DataFrame:
    compared = [column.name for column in PAGES.columns if column.name not in OF_THE_CODE]
    fields = ", ".join(f"case when before.{name} is distinct from after.{name} then '{name}' end" for name in compared)
    told = [
        batch.select("record_id", "url", "fields", summarize_changes(batch))
        for batch in batches(con, OTHERWISE.format(fields=fields), {}, PAGES_AT_ONCE)
    ]
    return pl.concat([pl.DataFrame(schema=TEXTS), *told])
