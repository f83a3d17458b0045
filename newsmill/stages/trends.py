"""The tables derived from the stages: SQL models and bursts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from functools import partial

from newsmill.trends.bursts import compute_expected_days, find_bursts
from newsmill.trends.exposure import compute_exposure
from newsmill.trends.tables import BURSTS, EXPECTED
from newsmill.types import Connection
from newsmill.warehouse.connection import transaction
from newsmill.warehouse.memory import with_enough_memory
from newsmill.warehouse.sql_models import Model, Project, build_model
from newsmill.warehouse.staleness import dates_with_stale_tags
from newsmill.warehouse.writes import replace_table


def build_derived(
    con: Connection, project: Project, dates: Collection[dt.date] | None, models: Iterable[Model] | None = None
) -> None:
    """Build the SQL models and the bursts.

    Args:
        dates: the ingest dates to rebuild in incremental models, besides those whose tags changed since; all dates
            where empty. None rebuilds every model from nothing, so that no old row is left.
        models: the models to build, in dependency order; all of them where None.
    """
    rebuilt = sorted({*dates, *dates_with_stale_tags(con)}) if dates else []
    variables = {"ingest_dates": [date.isoformat() for date in rebuilt]}
    for model in project.models if models is None else models:
        build_model(con, project, model, variables, full_refresh=dates is None)
    with_enough_memory(con, partial(load_bursts, con))


def load_bursts(con: Connection) -> int:
    """Recompute `trends.topic_expected` and `trends.topic_bursts`; return the number of bursts.

    Days after the last fetch are left out: pages announce them, but they are not news yet.
    """
    daily = con.execute(
        """
        select topic, day, stories, is_collected from trends.topic_daily
        where day <= (select max(least(ingest_date, fetched_at::date)) from raw.records)
        """
    ).pl()
    site_days = con.execute(
        """
        select pages.site, pages.day, count(*) as pages,
               min(min(least(records.ingest_date, records.fetched_at::date))) over (partition by pages.site)
                   as first_fetch
        from trends.page_days pages join raw.records records using (record_id)
        group by pages.site, pages.day
        """
    ).pl()
    story_sites = con.execute(
        "select distinct topic, day, story_id, site from trends.topic_pages where not teaser_only"
    ).pl()
    expected = compute_expected_days(compute_exposure(daily, site_days, story_sites))
    con.register("bursting_days", expected.filter("bursting").select("topic", "day").to_arrow())
    pages = con.execute(
        "select topic, day, story_id, record_id, seen_at from trends.topic_pages "
        "semi join bursting_days using (topic, day) where not teaser_only"
    ).pl()
    con.unregister("bursting_days")
    found = find_bursts(expected, pages)
    with transaction(con):
        for table, rows in ((EXPECTED, expected), (BURSTS, found)):
            replace_table(con, table, rows)
    return found.height
