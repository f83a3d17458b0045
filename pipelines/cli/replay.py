"""`newsmill replay`."""

from __future__ import annotations

from dataclasses import asdict

import polars as pl

from newsmill.errors import UserError
from newsmill.maintenance.replay import Choice, Report, replay
from newsmill.settings import Settings
from pipelines.cli.show import err, out, print_json, print_table, progress, text

EXAMPLES = 3


def replay_command(settings: Settings, choice: Choice, *, apply: bool, as_json: bool) -> int:
    """Take archived records through today's code and tell what changes; land it with `apply`. Returns the exit code.

    Raises:
        UserError: when nothing is chosen, or no record is.
    """
    if choice == Choice():
        raise UserError("replay", "nothing says which records", "give --reason, --site or --since, or several of them")
    with progress(quiet=as_json):
        report = replay(settings, choice, apply=apply)
    if as_json:
        told = {
            name: value.to_dicts() if isinstance(value, pl.DataFrame) else value for name, value in vars(report).items()
        }
        print_json({"choice": asdict(choice), **told})
    else:
        _tell(report)
    if report.unreconciled:
        err.print(f"{report.unreconciled:,} records are unaccounted for; `newsmill run` reads their dates again")
    return 1 if report.unreconciled else 0


def _tell(report: Report) -> None:
    out.print(f"{report.records:,} archived records read again, of {len(report.dates)} ingest dates")
    if report.unreadable:
        out.print(f"{report.unreadable:,} more could not be read when they came, and the archive has no bytes of them")
    _tell_changes("verdicts", report.verdicts, ["before", "after"])
    _tell_texts(report.texts)
    _tell_changes("places in stories", report.stories, [])
    _tell_changes("topics", report.topics, ["topic", "before", "after"])
    out.print("Landed and published." if report.applied else "Nothing has landed; --apply lands it.")


def _tell_changes(what: str, rows: pl.DataFrame, by: list[str]) -> None:
    out.print(f"[bold]{what}[/bold]: {rows.height:,} change")
    if by and rows.height:
        print_table(rows.group_by(by).agg(pl.len().alias("records")).sort(by))
    for row in rows.head(EXAMPLES).to_dicts():
        said = f"{row.get('topic', '')} {row['before'] or 'none'} -> {row['after'] or 'none'}".strip()
        out.print(f"  {row['record_id']}  {text(said)}  {text(row['url'])}", soft_wrap=True)


def _tell_texts(rows: pl.DataFrame) -> None:
    out.print(f"[bold]pages[/bold]: {rows.height:,} read otherwise")
    if rows.height:
        print_table(rows.explode("fields").group_by(field="fields").agg(pl.len().alias("pages")).sort("field"))
    for row in rows.head(EXAMPLES).to_dicts():
        out.print(f"  {row['record_id']}  {', '.join(row['fields'])}  {text(row['url'])}", soft_wrap=True)
        for line in (row["change"] or "").splitlines():
            out.print(f"    {text(line)}", soft_wrap=True)
