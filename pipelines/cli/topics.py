"""`newsmill topics plan`, `newsmill topics apply` and `newsmill topics label`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from newsmill.errors import UserError
from pipelines.cli.show import err, folder, out, print_json, print_table, progress, text

if TYPE_CHECKING:
    from newsmill.settings import Settings
    from newsmill.topics.taxonomy import Taxonomy

topics_app = typer.Typer(help="Plan and apply changes of the taxonomy; label pages.", no_args_is_help=True)

Home = Annotated[
    Path | None,
    typer.Option(parser=folder, metavar="PATH", help="Home folder: archive, database, published copy and report."),
]
Topics = Annotated[Path | None, typer.Option(help="The taxonomy, a YAML file.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout, nothing else.")]
Limit = Annotated[int, typer.Option(min=1, help="Maximum pages and weeks per topic; --json prints all.")]

LOCK_TIMEOUT_SECONDS = 5.0
SHARE_COLUMNS = ("precision", "recall", "f1", "precision_new", "recall_new", "f1_new")


@topics_app.command("plan")
def plan_command(home: Home = None, topics: Topics = None, as_json: AsJson = False, limit: Limit = 10) -> None:
    """Show what a taxonomy would change: pages gained and lost with sentences, quality on the labels, trends."""
    import polars as pl

    from newsmill.maintenance.retag import plan_retag
    from newsmill.settings import load_settings
    from newsmill.topics.taxonomy import load_taxonomy

    settings = load_settings(home=home, topics=topics)
    result = plan_retag(settings, load_taxonomy(settings.topics))
    if as_json:
        print_json(
            {
                "versions": result.versions,
                "version_new": result.version_new,
                "pages": result.pages,
                "changes": result.changes.to_dicts(),
                "quality": result.quality.to_dicts(),
                "series": result.series.to_dicts(),
            }
        )
        return
    out.print(f"{result.pages:,} pages tagged; taxonomy {', '.join(result.versions) or 'none'} -> {result.version_new}")
    if result.changes.is_empty():
        out.print("No page gains or loses a topic.")
    for (topic, change), rows in result.changes.group_by("topic", "change", maintain_order=True):
        out.print(f"[bold]{text(topic)}[/bold]: {rows.height:,} pages {change}")
        for row in rows.head(limit).to_dicts():
            out.print(f"  {text(row['title'] or row['url'])}  ({text(row['url'])})", soft_wrap=True)
            if row["sentence"]:
                out.print(f"    {row['place']} “{text(row['phrase'])}”: {text(row['sentence'])}", soft_wrap=True)
    if result.quality["labels"].sum():
        print_table(
            result.quality.with_columns(pl.col(SHARE_COLUMNS).round(3)),
            "On the labeled pages, today and with the new taxonomy",
        )
    else:
        out.print(
            "No page of this home is labeled: `newsmill topics label` labels pages to measure precision and recall."
        )
    for (topic,), weeks in result.series.group_by("topic", maintain_order=True):
        print_table(weeks.drop("topic").tail(limit), f"Weeks of {topic} that change, {weeks.height:,} in total")


@topics_app.command("apply")
def apply_command(
    home: Home = None,
    topics: Topics = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes that tag pages.")] = None,
    as_json: AsJson = False,
) -> None:
    """Re-tag every stored page with a taxonomy, from the stored texts, and publish."""
    from newsmill.maintenance.retag import apply_retag
    from newsmill.settings import load_settings
    from newsmill.topics.taxonomy import load_taxonomy

    settings = load_settings(home=home, topics=topics, workers=workers)
    with progress(quiet=as_json):
        done = apply_retag(settings, load_taxonomy(settings.topics))
    if as_json:
        print_json(
            {"version": done.version, "pages": done.pages, "changes": done.changes.to_dicts(), "dates": done.dates}
        )
        return
    out.print(f"{done.pages:,} pages tagged with taxonomy {done.version}; {len(done.dates):,} ingest dates changed")
    print_table(done.changes, "Pages gained and lost")
    if topics is not None:
        out.print(f"The next run uses its own taxonomy: pass --topics {text(topics)}, or set it in newsmill.toml.")


@topics_app.command("label")
def label_command(
    home: Home = None,
    topics: Topics = None,
    topic: Annotated[list[str] | None, typer.Option(help="Only this topic.")] = None,
) -> None:
    """Ask for each page whether it is about a topic. Every answer is saved at once; stop at any time."""
    from newsmill.settings import load_settings
    from newsmill.topics.taxonomy import load_taxonomy

    settings = load_settings(home=home, topics=topics)
    taxonomy = load_taxonomy(settings.topics)
    unknown = sorted(set(topic or []).difference(taxonomy.topics))
    if unknown:
        raise UserError(
            "--topic", f"{unknown[0]!r} is not in {settings.topics}", f"name one of {', '.join(taxonomy.topics)}"
        )
    answered = _ask(settings, taxonomy, topic or list(taxonomy.topics))
    out.print(f"{answered} labeled, saved in {settings.home / 'labels' / 'topics.jsonl'}", soft_wrap=True)
    if answered:
        _copy_labels(settings)


def _ask(settings: Settings, taxonomy: Taxonomy, topics: list[str]) -> int:
    """Ask until no page is left or the person stops; return the number of answers."""
    from newsmill.topics.labeling_queue import select_questions
    from newsmill.topics.labels import add_label, read_labels
    from newsmill.warehouse.connection import open_reader
    from newsmill.warehouse.publish import DATABASE

    answered = 0
    labels = read_labels(settings.home)
    with open_reader(settings.published / DATABASE) as con:
        for question in select_questions(con, topics, labels):
            of_topic = taxonomy.topics[question.topic]
            out.rule(f"{text(of_topic.name['en'])}  ({question.topic})")
            out.print(f"[dim]{text(of_topic.definition['en'])}[/dim]")
            out.print(f"[bold]{text(question.title or '(no title)')}[/bold]\n{text(question.url)}\n")
            out.print(text(question.excerpt))
            for sentence in question.sentences:
                out.print(f"  [yellow]>[/yellow] {text(sentence)}", soft_wrap=True)
            answer = _answer()
            if answer == "q":
                break
            if answer != "s":
                add_label(settings.home, question.record_id, question.topic, answer == "y", question.sampling)
                answered += 1
        else:
            out.print("All pages are labeled.")
    return answered


def _answer() -> str:
    """Return y, n, s or q; the end of the input is q."""
    while True:
        try:
            entered = typer.prompt(
                "Would a reader of this topic want it? [y]es, [n]o, [s]kip, [q]uit", prompt_suffix=": "
            )
        except typer.Abort:
            return "q"
        if (letter := str(entered).strip().lower()[:1]) in ("y", "n", "s", "q"):
            return letter


def _copy_labels(settings: Settings) -> None:
    """Copy the labels to `topics.labels`; where a run holds the database, that run copies them."""
    from newsmill.home_lock import hold_home
    from newsmill.stages import replace_labels
    from newsmill.warehouse.connection import open_writer, transaction

    try:
        with (
            hold_home(settings.home, "newsmill topics label", LOCK_TIMEOUT_SECONDS),
            open_writer(settings.database, LOCK_TIMEOUT_SECONDS) as con,
            transaction(con),
        ):
            replace_labels(con, settings)
    except UserError:
        err.print("a run holds the database; the next run copies the labels to topics.labels")
