"""After rows have gone or changed by hand: derived tables built anew, the copy and the report published."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager

from newsmill import stages
from newsmill.errors import UserError
from newsmill.settings import Settings
from newsmill.topics.taxonomy import Taxonomy
from newsmill.types import Connection
from newsmill.warehouse.connection import open_writer
from newsmill.warehouse.publish import DATABASE, remove_draft
from newsmill.warehouse.sql_models import Project, build_model


@contextmanager
def open_processed(settings: Settings) -> Iterator[Connection]:
    """The writer's connection to a database that a run has made.

    Raises:
        UserError: when there is none, or it stays locked; nothing is made then.
    """
    if not settings.database.is_file():
        raise UserError(str(settings.database), "nothing is milled there", "run `newsmill run` with this --home first")
    with open_writer(settings.database) as con:
        yield con


def derive(con: Connection, project: Project, dates: Collection[dt.date] | None) -> None:
    """Build every model: for the ingest dates, or wholly anew where None, so that nothing of what was is left."""
    named = [date.isoformat() for date in sorted(dates or ())]
    for model in project.models:
        build_model(con, project, model, {"ingest_dates": named}, full_refresh=dates is None)
    stages.load_bursts(con)


def publish(con: Connection, settings: Settings, taxonomy: Taxonomy) -> None:
    """Publish the copy and the report, whether checks fail or not: what was erased must leave the old copy too."""
    stages.publish_copy(con, settings, checks=())
    stages.publish_report(settings, taxonomy.names)


def replace_by_copy(con: Connection, settings: Settings) -> None:
    """Put a copy of what was just published in place of the writer's file, by one rename.

    DuckDB leaves deleted rows in the blocks of its file until others need the room; a copy never had them.
    """
    draft = settings.home / f".{DATABASE}.draft"
    remove_draft(draft)
    shutil.copyfile(settings.published / DATABASE, draft)
    # Until the rename the lock is ours, and without a log nothing is written to the old file any more.
    con.execute("force checkpoint")
    draft.replace(settings.database)


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC).replace(tzinfo=None)
