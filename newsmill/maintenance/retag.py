"""Re-tag: what a changed taxonomy would change, and applying it to the stored texts."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import polars as pl

from newsmill import stages
from newsmill.home_lock import hold_home
from newsmill.machine import require_resources
from newsmill.quality.suites import load_suites
from newsmill.settings import Settings
from newsmill.topics.labels import measure_topics, read_labels
from newsmill.topics.tables import PAGE_TOPICS
from newsmill.topics.tag import tag_pages
from newsmill.topics.taxonomy import Taxonomy
from newsmill.types import Connection
from newsmill.warehouse.connection import open_reader, open_writer
from newsmill.warehouse.publish import DATABASE
from newsmill.warehouse.sql_models import Model, Project, load_project

KEY = ["record_id", "topic"]
EVIDENCE = ["record_id", "topic", "place", "sentence", "phrase", "score"]


@dataclass(frozen=True)
class RetagPlan:
    """What a taxonomy would change.

    Attributes:
        versions: the taxonomy versions of the stored tags.
        pages: how many stored pages were tagged for the comparison.
        changes: one row per page that counts for a topic, `gained` or `lost`: `topic`, `change`, `record_id`, `url`,
            `title`, and the highest-scored mention's `place`, `sentence`, `phrase`, `score`.
        quality: by topic `labels`, and `precision`, `recall`, `f1` on them, today and `_new`; null without labels.
        series: one row per topic and week with a changed count: `pages`, `stories`, `pages_new`, `stories_new`.
    """

    versions: list[str]
    version_new: str
    pages: int
    changes: pl.DataFrame
    quality: pl.DataFrame
    series: pl.DataFrame


def plan_retag(settings: Settings, taxonomy: Taxonomy) -> RetagPlan:
    """Tag the published pages with the taxonomy and compare with the stored tags. Writes nothing.

    Raises:
        UserError: when nothing is published, or the labels can't be read.
    """
    labels = read_labels(settings.home)
    with open_reader(settings.published / DATABASE) as con:
        now = con.execute("select * from topics.page_topics where not teaser_only").pl()
        new, evidence_new, pages = _tag_pages(con, taxonomy)
        stored = _best_mentions(
            con.execute(
                "select m.* from topics.mentions m "
                "semi join (from topics.page_topics where not teaser_only) using (record_id, topic)"
            ).pl()
        )
        about = con.execute(
            """
            select d.record_id, d.week, d.url, d.title, m.story_id
            from trends.page_days d left join stories.members m using (record_id)
            """
        ).pl()
    changes = pl.concat(
        [
            new.join(now, on=KEY, how="anti")
            .select(*KEY, change=pl.lit("gained"))
            .join(evidence_new, on=KEY, how="left"),
            now.join(new, on=KEY, how="anti").select(*KEY, change=pl.lit("lost")).join(stored, on=KEY, how="left"),
        ]
    )
    # Labels of pages that are no longer in the home do not count.
    labels = labels.join(about, on="record_id", how="semi")
    topics = list(dict.fromkeys([*taxonomy.topics, *sorted(now["topic"].unique())]))
    measured = measure_topics(labels, new, topics).drop("labels")
    return RetagPlan(
        versions=sorted(now["taxonomy_version"].unique()),
        version_new=taxonomy.version,
        pages=pages,
        changes=changes.join(about.select("record_id", "url", "title"), on="record_id", how="left")
        .select("topic", "change", "record_id", "url", "title", "place", "sentence", "phrase", "score")
        .sort("topic", "change", "record_id"),
        quality=measure_topics(labels, now, topics).join(measured, on="topic", suffix="_new", maintain_order="left"),
        series=_series(now, new, about),
    )


@dataclass(frozen=True)
class RetagResult:
    """The result of a re-tag: `changes` has `topic`, `gained`, `lost` (pages); `dates` are ingest dates."""

    version: str
    pages: int
    changes: pl.DataFrame
    dates: list[dt.date]


def apply_retag(settings: Settings, taxonomy: Taxonomy) -> RetagResult:
    """Re-tag every stored page in one transaction, rebuild what is derived from topics, and publish.

    Afterwards all stored tags are of this taxonomy, so a second call changes nothing.

    Raises:
        UserError: when labels or SQL models are wrong, or the database stays locked; nothing is written then.
        PublicationBlockedError: when a check of severity `error` fails; the tags are written, but not published.
    """
    project = load_project(settings.models)
    read_labels(settings.home)
    require_resources()
    with (
        hold_home(settings.home, "newsmill topics apply", settings.lock_patience_seconds),
        open_writer(settings.database) as con,
    ):
        before = con.execute("select * from topics.page_topics").pl()
        pages = stages.retag_topics(con, settings, taxonomy)
        after = con.execute("select * from topics.page_topics").pl()
        counted, counted_before = (tags.filter(~pl.col("teaser_only")) for tags in (after, before))
        gained = counted.join(counted_before, on=KEY, how="anti")
        lost = counted_before.join(counted, on=KEY, how="anti")
        same = ["record_id", "topic", "ingest_date", "strength", "teaser_only"]
        dates = pl.concat([after.join(before, on=same, how="anti"), before.join(after, on=same, how="anti")])
        touched = sorted(dates["ingest_date"].unique())
        # No date means all: a run that was killed after writing its tags may have left any of them to be built.
        stages.build_derived(con, project, touched, _models_of_topics(project))
        stages.publish(con, settings, taxonomy, stages.defined_checks(load_suites(), project))
    counts = pl.concat([gained.select("topic", gained=1, lost=0), lost.select("topic", gained=0, lost=1)])
    return RetagResult(taxonomy.version, pages, counts.group_by("topic").sum().sort("topic"), touched)


def _tag_pages(con: Connection, taxonomy: Taxonomy) -> tuple[pl.DataFrame, pl.DataFrame, int]:
    """Return the topics that published pages count for, the highest-scored mention of each, and the number of pages."""
    page_topics, evidence, pages = [PAGE_TOPICS.empty()], [], 0
    dates = [date for (date,) in con.execute("select distinct ingest_date from clean.pages order by all").fetchall()]
    for date in dates:
        for batch in stages.pages_to_tag(con, date):
            tags = tag_pages(batch, taxonomy)
            page_topics.append(tags.page_topics)
            evidence.append(_best_mentions(tags.mentions.join(tags.page_topics, on=KEY, how="semi")))
            pages += batch.height
    none = pl.DataFrame(schema={name: pl.Float64 if name == "score" else pl.String for name in EVIDENCE})
    return pl.concat(page_topics).filter(~pl.col("teaser_only")), pl.concat([none, *evidence]), pages


def _best_mentions(mentions: pl.DataFrame) -> pl.DataFrame:
    """Return the highest-scored mention of each page and topic; mentions of the page itself come before teasers."""
    in_teaser = pl.col("place") == "teaser"
    ranked = mentions.sort(*KEY, in_teaser, "score", "char_start", descending=[False, False, False, True, False])
    return ranked.unique(KEY, keep="first", maintain_order=True).select(EVIDENCE)


def _series(now: pl.DataFrame, new: pl.DataFrame, about: pl.DataFrame) -> pl.DataFrame:
    """Return pages and stories by topic and week, today and new, where they differ."""
    counts = [
        tags.join(about, on="record_id")
        .group_by("topic", "week")
        .agg(pages=pl.col("record_id").n_unique(), stories=pl.col("story_id").drop_nulls().n_unique())
        for tags in (now, new)
    ]
    joined = counts[0].join(counts[1], on=["topic", "week"], how="full", suffix="_new", coalesce=True).fill_null(0)
    changed = (pl.col("pages") != pl.col("pages_new")) | (pl.col("stories") != pl.col("stories_new"))
    return joined.filter(changed).sort("topic", "week")


def _models_of_topics(project: Project) -> list[Model]:
    """Return the models that are derived from a table of topics."""
    derived: dict[str, Model] = {}
    for model in project.models:
        if any(name in derived for name in model.depends_on) or any(s.startswith("topics.") for s in model.sources):
            derived[model.name] = model
    return list(derived.values())
