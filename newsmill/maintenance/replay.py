"""Replay: process archived records again with today's code, and report what changes.

A dry run works on a copy of the database in a temporary folder, with the same functions; it only reads the home.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from newsmill import stages
from newsmill.errors import UserError
from newsmill.maintenance.database import copied_database, now, open_processed
from newsmill.pages.tables import PAGES
from newsmill.quality.ledger import reconcile
from newsmill.quality.suites import load_suites
from newsmill.settings import Settings
from newsmill.stories.text.changes import summarize_changes
from newsmill.topics.taxonomy import Taxonomy, load_taxonomy
from newsmill.types import Connection
from newsmill.warehouse.connection import open_writer
from newsmill.warehouse.sql_models import load_project
from newsmill.warehouse.staleness import dates_to_retag
from newsmill.warehouse.writes import batches

SELECTED_RECORDS = """
select r.record_id, r.ingest_date, r.problem is null as readable
from raw.records r
where ($reason is null or r.record_id in (select record_id from quality.quarantine where reason = $reason))
  and ($site is null or r.site = $site)
  and ($since is null or r.ingest_date >= $since)
order by r.ingest_date, r.record_id
"""

# The state that is compared before and after, by record (and topic).
STATE_SQL = {
    # A record's final verdict.
    "verdicts": """
        select record_id, arg_max(concat_ws(' ', verdict, case when verdict = 'quarantined' then reason end),
                                  list_position(['raw', 'pages', 'stories'], stage)) as state
        from quality.ledger group by record_id
    """,
    "stories": """
        select record_id, concat(case when is_canonical then 'canonical' else relation end, ' in ', story_id,
                                 ', matched to ' || matched_record_id) as state
        from stories.members
    """,
    "topics": """
        select record_id, topic, concat(strength, case when teaser_only then ' (teaser only)' end) as state
        from topics.page_topics
    """,
}
CHANGED_STATES_SQL = """
select {key}, r.url, before.state as before, after.state as after
from replay_{name} before full join ({state}) after using ({key}) left join raw.records r using (record_id)
where before.state is distinct from after.state order by {key}
"""
# Columns of a page that describe the code rather than the page.
CODE_COLUMNS = ("code_version", "extraction_doubt", "language_confidence")
CHANGED_PAGES_SQL = """
select before.record_id, before.url, list_filter([{fields}], lambda field: field is not null) as fields,
       case when before.text <> after.text then before.text else '' end as before,
       case when before.text <> after.text then after.text else '' end as after
from replay_pages before join clean.pages after using (record_id)
where len(fields) > 0 order by before.record_id
"""
BATCH_PAGES = 500
TEXT_CHANGES = pl.Schema(
    {"record_id": pl.String(), "url": pl.String(), "fields": pl.List(pl.String()), "change": pl.String()}
)


@dataclass(frozen=True)
class RecordFilter:
    """Selects archived records: those that match every given field."""

    reason: str | None = None
    site: str | None = None
    since: dt.date | None = None


@dataclass(frozen=True)
class ReplayReport:
    """What a replay changes. Each frame has one row per change, with `record_id` and `url`.

    Attributes:
        records: how many records were processed again.
        unreadable: how many selected records have no bytes in the archive.
        verdicts: `before` and `after`, as `kept`, `merged` or `quarantined` and its reason.
        texts: pages before and after: `fields` that changed, and `change`, a short diff of the text.
        stories: `before` and `after`: story, relation, and matched record; of any page.
        topics: `topic`, `before` and `after`: its strength, null where the page does not have the topic; of any page.
        dates: the affected ingest dates.
        applied: whether the changes were written.
        unreconciled: records without exactly one verdict, afterwards.
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


def replay(settings: Settings, record_filter: RecordFilter, *, apply: bool = False) -> ReplayReport:
    """Process the selected records with today's code; with `apply` write the changes and publish if records reconcile.

    Raises:
        UserError: when the database is missing, no record is selected, or taxonomy or SQL models are wrong.
        PublicationBlockedError: when a check of severity `error` fails; the changes are written, but not published.
    """
    taxonomy, project = load_taxonomy(settings.topics), load_project(settings.models)
    if apply:
        with open_processed(settings, "newsmill replay --apply") as con:
            report = _replay(con, settings, taxonomy, record_filter, None)
            if not report.unreconciled:
                stages.build_derived(con, project, report.dates)
                stages.publish(con, settings, taxonomy, stages.defined_checks(load_suites(), project))
        return report
    with copied_database(settings, "newsmill replay") as copy, open_writer(copy) as con:
        return _replay(con, settings, taxonomy, record_filter, copy.parent)


def _replay(
    con: Connection, settings: Settings, taxonomy: Taxonomy, record_filter: RecordFilter, scratch: Path | None
) -> ReplayReport:
    """Replay in the writer's database, or in the copy in the folder `scratch` where there is one."""
    selected = con.execute(
        SELECTED_RECORDS, {"reason": record_filter.reason, "site": record_filter.site, "since": record_filter.since}
    ).pl()
    if selected.is_empty():
        criteria = ", ".join(f"{name} {value}" for name, value in vars(record_filter).items() if value is not None)
        raise UserError(criteria, "no archived record matches", "see the reasons in `newsmill status`")
    _save_state(con, selected)
    dates = _run_stages(con, settings, taxonomy, selected, scratch)
    unreconciled = sum(day.unreconciled for day in reconcile(con))
    return ReplayReport(
        records=int(selected["readable"].sum()),
        unreadable=selected.height - int(selected["readable"].sum()),
        verdicts=_changed_states(con, "verdicts"),
        texts=_changed_texts(con),
        stories=_changed_states(con, "stories"),
        topics=_changed_states(con, "topics"),
        dates=dates,
        applied=scratch is None,
        unreconciled=unreconciled,
    )


def _run_stages(
    con: Connection, settings: Settings, taxonomy: Taxonomy, selected: pl.DataFrame, staging: Path | None
) -> list[dt.date]:
    """Run pages, stories and topics for the selected records; return the affected ingest dates.

    Dates that an interrupted run or replay left unreconciled are included.
    """
    by_date = selected.filter("readable").group_by("ingest_date", maintain_order=True)
    records = {date: set(rows["record_id"]) for (date,), rows in by_date}
    run = stages.Run(settings, f"replay {now().isoformat(timespec='seconds')}", records, staging)
    stages.PAGES_STAGE.run(con, run, records)
    affected = set(selected["ingest_date"]) | {day.ingest_date for day in reconcile(con) if day.unreconciled}
    stages.STORIES_STAGE.run(con, run, affected)
    affected |= set(dates_to_retag(con))
    stages.TOPICS_STAGE.run(con, run, affected)
    return sorted(affected)


def _save_state(con: Connection, selected: pl.DataFrame) -> None:
    """Save the state before in temporary tables, which DuckDB spills to disk."""
    for name, state in STATE_SQL.items():
        con.execute(f"create or replace temp table replay_{name} as {state}")
    con.register("selected", selected.to_arrow())
    con.execute("create or replace temp table replay_pages as from clean.pages semi join selected using (record_id)")
    con.unregister("selected")


def _changed_states(con: Connection, name: str) -> pl.DataFrame:
    key = "record_id, topic" if name == "topics" else "record_id"
    return con.execute(CHANGED_STATES_SQL.format(name=name, key=key, state=STATE_SQL[name])).pl()


def _changed_texts(con: Connection) -> pl.DataFrame:
    compared = [column.name for column in PAGES.columns if column.name not in CODE_COLUMNS]
    fields = ", ".join(f"case when before.{name} is distinct from after.{name} then '{name}' end" for name in compared)
    changes = [
        batch.select("record_id", "url", "fields", summarize_changes(batch))
        for batch in batches(con, CHANGED_PAGES_SQL.format(fields=fields), {}, BATCH_PAGES)
    ]
    return pl.concat([pl.DataFrame(schema=TEXT_CHANGES), *changes])
