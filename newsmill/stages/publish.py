"""Publishing: the copy of the database and the report, unless a failing check blocks them."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Collection, Iterable, Mapping
from functools import partial
from pathlib import Path

from newsmill.quality.full_checks import require_full_checks
from newsmill.quality.gate import CheckId, require_passing_checks
from newsmill.quality.suites import Suite
from newsmill.settings import Settings
from newsmill.stages.dates import require_finished_dates
from newsmill.topics.taxonomy import Taxonomy
from newsmill.types import Connection
from newsmill.warehouse.connection import open_reader
from newsmill.warehouse.memory import with_enough_memory
from newsmill.warehouse.publish import DATABASE, publish_database, replace_report
from newsmill.warehouse.sql_models import Project


def defined_checks(suites: Iterable[Suite], project: Project) -> frozenset[CheckId]:
    """Return every check there is today: the expectations of the suites and the tests of the SQL models."""
    tables = project.tables
    return frozenset(
        {
            *(CheckId(suite.table, name) for suite in suites for name in suite.check_names),
            *(CheckId(tables[test.model], test.name) for test in project.tests),
        }
    )


def publish(con: Connection, settings: Settings, taxonomy: Taxonomy, checks: Collection[CheckId]) -> None:
    """Publish the copy and the report made from it.

    Args:
        checks: the checks that can block it; none for what must be published in any case.

    Raises:
        PublicationBlockedError: when a check of severity `error` fails; the last good copy stays.
    """
    require_full_checks(con)  # what changed the tables was not a run
    publish_copy(con, settings, checks)
    publish_report(settings, taxonomy.names)


def publish_copy(con: Connection, settings: Settings, checks: Collection[CheckId]) -> Path:
    """Publish a copy of the writer's database, unless one of the checks blocks it; returns the copy's path.

    Raises:
        PublicationBlockedError: when a check of severity `error` fails, or an ingest date is unfinished; the last good
            copy stays.
    """
    if checks:
        require_finished_dates(con)
    require_passing_checks(con, checks)
    path = with_enough_memory(con, partial(publish_database, con, settings.published))
    # The search index is of the copy before.
    shutil.rmtree(settings.home / "search", ignore_errors=True)
    return path


def publish_report(settings: Settings, topic_names: Mapping[str, str]) -> Path:
    """Write the report from the published copy and swap it in; returns its path."""
    from newsmill.report.build import build_report  # Altair is slow to import.

    with open_reader(settings.published / DATABASE) as copy:
        now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
        html = with_enough_memory(copy, partial(build_report, copy, now, topic_names))
    return replace_report(html, settings.published)
