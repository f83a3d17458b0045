"""The commands and their options; what each does is in the module of its name. Heavy imports wait for the command."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from newsmill.settings import Settings, load_settings

app = typer.Typer(
    help="Raw news pages in, trusted topic and trend tables out.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
)

Home = Annotated[Path | None, typer.Option(help="Folder of the archive, the database and what is published.")]
Input = Annotated[Path | None, typer.Option(help="Folder of raw pages.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on stdout, nothing else.")]
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
    home: Home = None,
    date: Annotated[list[dt.datetime] | None, typer.Option(formats=["%Y-%m-%d"], help="Only this ingest date.")] = None,
    since: Day = None,
    until: Day = None,
    topics: Annotated[Path | None, typer.Option(help="The taxonomy, a YAML file.")] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes that read pages.")] = None,
    as_json: AsJson = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show Dagster's log.")] = False,
) -> None:
    """Mill the input folder: archive, read, cluster, tag, aggregate, check, publish. All its dates, unless told."""
    from pipelines.cli.run import run_command

    settings = load_settings(input=input, home=home, topics=topics, workers=workers)
    wanted = [day.date() for day in date or []]
    bounds = (since.date() if since else None, until.date() if until else None)
    raise typer.Exit(run_command(settings, wanted, bounds, as_json=as_json, verbose=verbose))


@app.command()
def explain(
    key: Annotated[str, typer.Argument(help="A URL, a record id, or a source path.")],
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Tell a record's whole life: archive, page, verdicts, story, topics, with the reasons."""
    from pipelines.cli.explain import explain_command

    explain_command(_home(home), key, as_json=as_json)


@app.command()
def status(home: Home = None, as_json: AsJson = False) -> None:
    """Show the books, the last runs and the failing checks. Exit code 1 when any is wrong."""
    from pipelines.cli.status import status_command

    raise typer.Exit(status_command(_home(home), as_json=as_json))


@app.command()
def query(
    sql: Annotated[str, typer.Argument(help="A query over the published copy.")],
    home: Home = None,
    as_json: AsJson = False,
    csv: Annotated[bool, typer.Option("--csv", help="CSV on stdout.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="Rows shown in the table; --json and --csv give all.")] = 100,
) -> None:
    """Query the published copy, read-only; a run going on is not in the way."""
    from pipelines.cli.query import query_command

    query_command(_home(home), sql, as_json=as_json, csv=csv, limit=limit)


@app.command()
def report(
    home: Home = None,
    show: Annotated[bool, typer.Option("--open/--no-open", help="Open it in the browser.")] = True,
) -> None:
    """Say where the report is, and open it."""
    from pipelines.cli.report import report_command

    report_command(_home(home), show=show)


@app.command()
def dev(
    input: Input = None,
    home: Home = None,
    host: Annotated[str, typer.Option(help="Address the Dagster UI listens on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port of the Dagster UI.")] = 3000,
) -> None:
    """Start the Dagster UI, its schedule and its sensor on this home; the report is served beside it."""
    from pipelines.cli.dev import dev_command

    raise typer.Exit(dev_command(load_settings(input=input, home=home), host, port))


def _home(home: Path | None) -> Settings:
    return load_settings(home=home)
