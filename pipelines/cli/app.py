"""The commands and their options. Each command is in the module of its name, which is imported when it is called."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from pipelines.cli.show import folder
from pipelines.cli.topics import topics_app

if TYPE_CHECKING:
    from newsmill.settings import Settings

app = typer.Typer(
    help="Raw news pages in, trusted topic and trend tables out.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
)

app.add_typer(topics_app, name="topics")

Home = Annotated[
    Path | None,
    typer.Option(parser=folder, metavar="PATH", help="Home folder: archive, database, published copy and report."),
]
Input = Annotated[Path | None, typer.Option(parser=folder, metavar="PATH", help="Folder of raw pages.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout, nothing else.")]
Format = Literal["parquet", "csv", "xlsx"]
Day = Annotated[dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], metavar="YYYY-MM-DD")]


@app.callback(invoke_without_command=True)
def newsmill(version: Annotated[bool, typer.Option("--version", help="Show the version.")] = False) -> None:
    if version:
        from newsmill import __version__

        print(__version__)
        raise typer.Exit


@app.command()
def run(
    input: Input = None,
    sample: Annotated[bool, typer.Option("--sample", help="Read the shipped sample pages.")] = False,
    home: Home = None,
    date: Annotated[
        list[dt.datetime] | None, typer.Option(formats=["%Y-%m-%d"], help="Only this ingest date; may be repeated.")
    ] = None,
    since: Day = None,
    until: Day = None,
    reprocess: Annotated[bool, typer.Option("--reprocess", help="Process unchanged ingest dates again.")] = False,
    full_checks: Annotated[
        bool, typer.Option("--full-checks", help="Check whole tables, not only the rows of changed dates.")
    ] = False,
    topics: Annotated[Path | None, typer.Option(help="The taxonomy, a YAML file.")] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes that read pages.")] = None,
    as_json: AsJson = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show Dagster's log.")] = False,
) -> None:
    """Process the input folder, all ingest dates by default: archive, read, cluster, tag, aggregate, check, publish.

    Dates of which nothing has changed since the last run are passed over.
    """
    from newsmill.settings import SAMPLE
    from pipelines.cli.run import RunOptions, run_command

    if sample and input is not None:
        raise typer.BadParameter("give either --sample or --input", param_hint="--sample")
    settings = _settings(input=SAMPLE if sample else input, home=home, topics=topics, workers=workers)
    wanted = [day.date() for day in date or []]
    bounds = (since.date() if since else None, until.date() if until else None)
    options = RunOptions(wanted, bounds, reprocess=reprocess, full_checks=full_checks, as_json=as_json, verbose=verbose)
    raise typer.Exit(run_command(settings, options))


@app.command()
def rebuild(
    input: Input = None,
    home: Home = None,
    topics: Annotated[Path | None, typer.Option(help="The taxonomy, a YAML file.")] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes that read pages.")] = None,
    replace_old: Annotated[
        bool, typer.Option("--replace-old", help="Overwrite the backup of an earlier rebuild.")
    ] = False,
    as_json: AsJson = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show Dagster's log.")] = False,
) -> None:
    """Rebuild the database from the archive, for example after an upgrade; the old database is kept as a backup."""
    from pipelines.cli.rebuild import rebuild_command

    settings = _settings(input=input, home=home, topics=topics, workers=workers)
    raise typer.Exit(rebuild_command(settings, replace_old=replace_old, as_json=as_json, verbose=verbose))


@app.command()
def explain(
    key: Annotated[list[str], typer.Argument(help="A URL, a record id, or a source path; or: trend TOPIC DAY.")],
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Explain a record from archive to topics, with reasons; or a topic's day (trend TOPIC DAY), with its stories."""
    from newsmill.errors import UserError
    from pipelines.cli.explain import TREND, explain_command, explain_trend_command

    if key[0] == TREND and len(key) == 3:
        explain_trend_command(_home(home), key[1], key[2], as_json=as_json)
    elif len(key) == 1 and key[0] != TREND:
        explain_command(_home(home), key[0], as_json=as_json)
    else:
        raise UserError(
            " ".join(key), "neither one record nor a trend", "use `explain KEY` or `explain trend TOPIC DAY`"
        )


@app.command()
def forget(
    key: Annotated[str, typer.Argument(help="A URL, a record id, or a site (its host).")],
    home: Home = None,
    why: Annotated[str | None, typer.Option(help="Reason to keep on file; do not name what is forgotten.")] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for confirmation.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be erased.")] = False,
    as_json: AsJson = False,
) -> None:
    """Erase a page or a site from the home and suppress its re-ingestion. Exits 1 if anything could not be erased."""
    from pipelines.cli.forget import forget_command

    raise typer.Exit(forget_command(_home(home), key, why, yes=yes, dry_run=dry_run, as_json=as_json))


@app.command()
def replay(
    home: Home = None,
    reason: Annotated[str | None, typer.Option(help="Records quarantined for this reason.")] = None,
    site: Annotated[str | None, typer.Option(help="Records of this site.")] = None,
    since: Day = None,
    apply: Annotated[bool, typer.Option("--apply", help="Write the changes and publish.")] = False,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes that read pages.")] = None,
    as_json: AsJson = False,
) -> None:
    """Re-process archived records with today's code. A dry run that shows what would change; --apply writes it."""
    from newsmill.maintenance.replay import RecordFilter
    from pipelines.cli.replay import replay_command

    settings = _settings(home=home, workers=workers)
    choice = RecordFilter(reason, site, since.date() if since else None)
    raise typer.Exit(replay_command(settings, choice, apply=apply, as_json=as_json))


@app.command()
def status(home: Home = None, as_json: AsJson = False) -> None:
    """Show the reconciliation, the last runs and the failing checks.

    Exits 1 if records do not reconcile, the last run failed, or a check of severity error fails.
    """
    from pipelines.cli.status import status_command

    raise typer.Exit(status_command(_home(home), as_json=as_json))


@app.command()
def verify(home: Home = None, as_json: AsJson = False) -> None:
    """Read everything in the home and compare it with its checksums. Exits 1 if anything is damaged."""
    from pipelines.cli.verify import verify_command

    raise typer.Exit(verify_command(_home(home), as_json=as_json))


@app.command()
def backup(
    out: Annotated[Path, typer.Option(help="File to write, a tar.")],
    home: Home = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite an existing file.")] = False,
) -> None:
    """Write the home to one file, and verify the file."""
    from pipelines.cli.backup import backup_command

    backup_command(_home(home), out, force=force)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A file that `newsmill backup` wrote.")], home: Home = None
) -> None:
    """Restore a home from a backup; the home must not exist or be empty."""
    from pipelines.cli.backup import restore_command

    restore_command(file, _home(home))


@app.command()
def query(
    sql: Annotated[str, typer.Argument(help="A query over the published copy.")],
    home: Home = None,
    as_json: AsJson = False,
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV on stdout.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="Maximum rows of the table; --json and --csv print all.")] = 100,
    allow_files: Annotated[
        bool, typer.Option("--allow-files", help="Let the query read and write files and attach databases.")
    ] = False,
) -> None:
    """Query the published copy, read-only; safe while a run is in progress."""
    from pipelines.cli.query import query_command

    query_command(_home(home), sql, as_json=as_json, csv=csv, limit=limit, allow_files=allow_files)


@app.command()
def search(
    words: Annotated[list[str], typer.Argument(help='Words that a story must contain; "in quotes" as one phrase.')],
    home: Home = None,
    topic: Annotated[str | None, typer.Option(help="Only stories with this topic.")] = None,
    since: Day = None,
    limit: Annotated[int, typer.Option(min=1, help="Maximum stories.")] = 20,
    index: Annotated[bool, typer.Option("--index", help="Build the index first, even for many stories.")] = False,
    as_json: AsJson = False,
) -> None:
    """Search titles and texts of stories; shows each story with its best sentence and URL."""
    from pipelines.cli.search import search_command

    day = since.date() if since else None
    search_command(_home(home), words, topic=topic, since=day, limit=limit, index=index, as_json=as_json)


@app.command()
def export(
    table: Annotated[str, typer.Option(help="Table or view of the published copy, e.g. trends.topic_daily.")],
    format: Annotated[Format, typer.Option(help="File format.")],
    home: Home = None,
    out: Annotated[Path | None, typer.Option(help="File to write; TABLE.FORMAT by default.")] = None,
    topic: Annotated[str | None, typer.Option(help="Only rows of this topic.")] = None,
    since: Day = None,
    until: Day = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite an existing file.")] = False,
) -> None:
    """Export a table of the published copy to a file."""
    from pipelines.cli.export import export_command

    bounds = (since.date() if since else None, until.date() if until else None)
    export_command(_home(home), table, format, out, topic=topic, bounds=bounds, force=force)


@app.command()
def report(
    home: Home = None,
    show: Annotated[bool, typer.Option("--open/--no-open", help="Open the report in the browser.")] = True,
) -> None:
    """Print the path of the report and open it."""
    from pipelines.cli.report import report_command

    report_command(_home(home), show=show)


@app.command()
def dev(
    input: Input = None,
    home: Home = None,
    host: Annotated[str, typer.Option(help="Address the Dagster UI listens on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port of the Dagster UI.")] = 3000,
) -> None:
    """Start the Dagster UI with its schedule and sensor; the report is served beside it."""
    from pipelines.cli.dev import dev_command

    raise typer.Exit(dev_command(_settings(input=input, home=home), host, port))


def _home(home: Path | None) -> Settings:
    return _settings(home=home)


def _settings(**arguments: Any) -> Settings:
    from newsmill.settings import load_settings

    return load_settings(**arguments)
