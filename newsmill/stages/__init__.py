"""The order of a run: raw, pages, stories, topics; then derived tables and publishing.

Each stage runs over all dates of the run, in order, before the next stage. A stage computes first, then replaces the
rows of a date (stories: of several) and the ledger's verdicts on them in one short transaction. So a crash leaves the
last good state, and a rerun leaves what one run would have left.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from newsmill.pages.tables import PAGES, REPEATS, TEASERS
from newsmill.sources.scanning.scan import scan_input
from newsmill.sources.tables import FILES, RECORDS
from newsmill.stages.dates import begin_dates, dates_to_process, file_digests, finish_dates, unfinished_dates
from newsmill.stages.inputs import StageInputs, changed_dates, forget_inputs, record_inputs
from newsmill.stages.pages import load_pages
from newsmill.stages.publish import defined_checks, publish, publish_copy, publish_report
from newsmill.stages.raw import archive_input, load_files_and_forgotten, load_records, replace_files, replace_forgotten
from newsmill.stages.run import Loaded, Run, open_archive
from newsmill.stages.stories import apply_story_plan, load_stories
from newsmill.stages.topics import load_labels, load_topics, pages_to_tag, replace_labels, retag_topics
from newsmill.stages.trends import build_derived, load_bursts
from newsmill.stories.tables import MEMBERS
from newsmill.table import Table
from newsmill.topics.tables import ENTITIES, MENTIONS, PAGE_TOPICS
from newsmill.types import Connection
from newsmill.warehouse.staleness import dates_to_retag

__all__ = [
    "PAGES_STAGE",
    "RAW_STAGE",
    "STAGES",
    "STORIES_STAGE",
    "TOPICS_STAGE",
    "Run",
    "Stage",
    "StageInputs",
    "apply_story_plan",
    "archive_input",
    "begin_dates",
    "build_derived",
    "changed_dates",
    "dates_to_process",
    "defined_checks",
    "file_digests",
    "finish_dates",
    "forget_inputs",
    "load_bursts",
    "open_archive",
    "pages_to_tag",
    "publish",
    "publish_copy",
    "publish_report",
    "replace_files",
    "replace_forgotten",
    "replace_labels",
    "retag_topics",
    "run_dates",
    "scan_input",
    "unfinished_dates",
]


@dataclass(frozen=True)
class Stage:
    """One stage of a run.

    Attributes:
        reads: the main tables that must be loaded before; Dagster shows them as dependencies.
        fills: the main tables that it loads, by ingest date; Dagster shows them as assets.
        load: loads ingest dates, given in order; yields those that are committed, with the number of records, pages,
            clustered pages or mentions.
        load_small: loads the tables that have no ingest date; they are small.
        stale_dates: ingest dates that an earlier stage queued, besides those of the run.
    """

    name: str
    reads: tuple[Table, ...]
    fills: tuple[Table, ...]
    load: Callable[[Connection, Run, Sequence[dt.date]], Iterator[Loaded]]
    load_small: Callable[[Connection, Run], None] = lambda con, run: None
    stale_dates: Callable[[Connection], Sequence[dt.date]] = lambda con: ()

    def run(self, con: Connection, run: Run, dates: Collection[dt.date]) -> int:
        """Load the dates and the queued ones, in order; return the sum."""
        self.load_small(con, run)
        return sum(number for _, number in self.load(con, run, sorted({*dates, *self.stale_dates(con)})))

    def run_changed(self, con: Connection, run: Run, dates: Collection[dt.date]) -> int:
        """Load the dates whose inputs have changed, and the queued ones, in order; return the sum."""
        self.load_small(con, run)
        inputs = StageInputs.of(run)
        changed = sorted({*changed_dates(con, inputs, self.name, dates), *self.stale_dates(con)})
        total = 0
        for loaded, number in self.load(con, run, changed):
            record_inputs(con, inputs, self.name, loaded)
            total += number
        return total


RAW_STAGE = Stage("raw", (), (RECORDS, FILES), load_records, load_files_and_forgotten)
PAGES_STAGE = Stage("pages", (RECORDS,), (PAGES, TEASERS, REPEATS), load_pages)
STORIES_STAGE = Stage("stories", (PAGES,), (MEMBERS,), load_stories)
# When the stories stage changes boilerplate on pages of other dates, their mentions change too.
TOPICS_STAGE = Stage(
    "topics", (PAGES, TEASERS), (MENTIONS, PAGE_TOPICS, ENTITIES), load_topics, load_labels, dates_to_retag
)
STAGES = (RAW_STAGE, PAGES_STAGE, STORIES_STAGE, TOPICS_STAGE)


def run_dates(con: Connection, run: Run, dates: Collection[dt.date], stages: Sequence[Stage] = STAGES) -> None:
    """Run the stages over archived ingest dates, one stage after the other.

    Replay, benchmarks and tests call this; in a run of Dagster, assets run the same stages, ordered by what they read
    and fill. The derived tables follow with `build_derived`, publishing with `publish`.
    """
    for stage in stages:
        stage.run(con, run, dates)
