"""`newsmill forget`."""

from __future__ import annotations

import sys

import polars as pl
import typer

from newsmill.errors import UserError
from newsmill.maintenance.forget import ForgetPlan, forget, plan_forget
from newsmill.settings import Settings
from pipelines.cli.show import err, out, print_json, text
from pipelines.scrub import scrub_history

MAX_LISTED_RECORDS = 10


def forget_command(settings: Settings, key: str, why: str | None, *, yes: bool, dry_run: bool, as_json: bool) -> int:
    """Forget a URL, a record id or a site after confirmation; return the exit code.

    Raises:
        UserError: when no record matches, or confirmation is needed and there is no terminal.
    """
    if dry_run or not yes:
        erased = plan_forget(settings, key)
        if dry_run and as_json:
            print_json(_as_json(erased))
            return 0
        _print_plan(erased)
        if dry_run:
            return 0
        if as_json or not sys.stdin.isatty():
            raise UserError(
                "forget",
                "not a terminal, cannot ask for confirmation",
                "pass --yes, or --dry-run to see what would be erased",
            )
        typer.confirm("Erase all this? It cannot be undone", abort=True)
    done = forget(settings, key, why)
    busy = scrub_history(settings, done.names)
    if as_json:
        print_json(
            {
                "records": done.records["record_id"].to_list(),
                "archived": done.archived,
                "reclustered": done.reclustered,
                "unreconciled": done.unreconciled,
                "busy": [str(path) for path in busy],
            }
        )
    else:
        out.print(
            f"{done.records.height:,} records forgotten, {done.archived:,} of them erased from the archive; "
            f"{done.reclustered:,} other pages re-clustered; published"
        )
    for path in busy:
        err.print(f"{text(path)} is in use and may still contain it; close it and run the command again")
    if done.unreconciled:
        err.print(f"{done.unreconciled:,} records are unreconciled; run `newsmill run` for their dates")
    return 1 if busy or done.unreconciled else 0


def _print_plan(plan: ForgetPlan) -> None:
    records = plan.records
    out.print(f"[bold]{plan.kind} {text(plan.key)}[/bold]: {records.height:,} records, {_span(records['ingest_date'])}")
    for row in records.head(MAX_LISTED_RECORDS).to_dicts():
        out.print(f"  {row['record_id']}  {text(row['title'] or '')}  {text(row['url'])}", soft_wrap=True)
    if records.height > MAX_LISTED_RECORDS:
        out.print(f"  and {records.height - MAX_LISTED_RECORDS:,} more")
    out.print("rows to erase: " + ", ".join(f"{name} {rows:,}" for name, rows in plan.rows.items() if rows))
    for name, rows in (("pages of the same stories", plan.same_story_pages), ("teasers that link to it", plan.teasers)):
        if rows.height:
            out.print(
                f"{rows.height:,} {name} are kept (different records), e.g. {text(rows['url'][0])}", soft_wrap=True
            )


def _span(dates: pl.Series) -> str:
    first, *rest = dates.unique().sort().to_list()
    return f"{first} to {rest[-1]}" if rest else f"{first}"


def _as_json(plan: ForgetPlan) -> dict[str, object]:
    return {
        "kind": plan.kind,
        "key": plan.key,
        "records": plan.records.to_dicts(),
        "rows": plan.rows,
        "same_story_pages": plan.same_story_pages.to_dicts(),
        "teasers": plan.teasers.to_dicts(),
    }
