"""`newsmill forget`."""

from __future__ import annotations

import sys

import polars as pl
import typer

from newsmill.errors import UserError
from newsmill.maintenance.forget import Plan, forget, plan
from newsmill.settings import Settings
from pipelines.cli.show import err, out, print_json, text
from pipelines.scrub import scrub_history

SHOWN = 10


def forget_command(settings: Settings, key: str, why: str | None, *, yes: bool, dry_run: bool, as_json: bool) -> int:
    """Forget a URL, a record id or a site, once the user says yes; returns the exit code.

    Raises:
        UserError: when nothing of it is known, or there is no one to ask.
    """
    if dry_run or not yes:
        going = plan(settings, key)
        if dry_run and as_json:
            print_json(_plain(going))
            return 0
        _tell(going)
        if dry_run:
            return 0
        if as_json or not sys.stdin.isatty():
            raise UserError("forget", "there is no one to ask", "say --yes, or --dry-run to see what would go")
        typer.confirm("Forget all this? It can't be undone", abort=True)
    done = forget(settings, key, why)
    busy = scrub_history(settings, done.names)
    if as_json:
        print_json(
            {
                "records": done.records["record_id"].to_list(),
                "archived": done.archived,
                "told_anew": done.told_anew,
                "unreconciled": done.unreconciled,
                "busy": [str(path) for path in busy],
            }
        )
    else:
        out.print(
            f"{done.records.height:,} records forgotten, {done.archived:,} of them taken out of the archive; "
            f"{done.told_anew:,} other pages' stories told anew; published"
        )
    for path in busy:
        err.print(f"{text(path)} is in use and may still name it; stop what uses it, and say the same again")
    if done.unreconciled:
        err.print(f"{done.unreconciled:,} records are unaccounted for; `newsmill run` reads their dates again")
    return 1 if busy or done.unreconciled else 0


def _tell(going: Plan) -> None:
    records = going.records
    out.print(
        f"[bold]{going.kind} {text(going.key)}[/bold]: {records.height:,} records, {_span(records['ingest_date'])}"
    )
    for row in records.head(SHOWN).to_dicts():
        out.print(f"  {row['record_id']}  {text(row['title'] or '')}  {text(row['url'])}", soft_wrap=True)
    if records.height > SHOWN:
        out.print(f"  and {records.height - SHOWN:,} more")
    out.print("rows that go: " + ", ".join(f"{name} {rows:,}" for name, rows in going.rows.items() if rows))
    for name, rows in (("pages of the same stories", going.kin), ("teasers that lead to it", going.teasers)):
        if rows.height:
            out.print(
                f"{rows.height:,} {name} stay, for they are other records; as {text(rows['url'][0])}", soft_wrap=True
            )


def _span(dates: pl.Series) -> str:
    first, *rest = dates.unique().sort().to_list()
    return f"{first} to {rest[-1]}" if rest else f"{first}"


def _plain(going: Plan) -> dict[str, object]:
    return {
        "kind": going.kind,
        "key": going.key,
        "records": going.records.to_dicts(),
        "rows": going.rows,
        "kin": going.kin.to_dicts(),
        "teasers": going.teasers.to_dicts(),
    }
