"""`newsmill replay`."""

from __future__ import annotations

from dataclasses import asdict

import polars as pl

from newsmill.errors import UserError
from newsmill.maintenance.replay import RecordFilter, ReplayReport, replay
from newsmill.settings import Settings
from pipelines.cli.show import err, out, print_json, print_table, progress, text

EXAMPLES = 3


def replay_command(settings: Settings, choice: RecordFilter, *, apply: bool, as_json: bool) -> int:
    """Re-process archived records and print what changes; write it with `apply`. Return the exit code.

    Raises:
        UserError: when no filter is given, or no record matches.
    """
    if choice == RecordFilter():
        raise UserError("replay", "no filter", "give one or more of --reason, --site and --since")
    with progress(quiet=as_json):
        report = replay(settings, choice, apply=apply)
    if as_json:
        changes = {
            name: value.to_dicts() if isinstance(value, pl.DataFrame) else value for name, value in vars(report).items()
        }
        print_json({"choice": asdict(choice), **changes})
    else:
        _print_report(report)
    if report.unreconciled:
        err.print(f"{report.unreconciled:,} records are unreconciled; run `newsmill run` for their dates")
    return 1 if report.unreconciled else 0


def _print_report(report: ReplayReport) -> None:
    out.print(f"{report.records:,} archived records re-processed, of {len(report.dates)} ingest dates")
    if report.unreadable:
        out.print(
            f"{report.unreadable:,} more have no bytes in the archive: they could not be read when they were ingested"
        )
    _print_changes("verdicts", report.verdicts, ["before", "after"])
    _print_texts(report.texts)
    _print_changes("story members", report.stories, [])
    _print_changes("topics", report.topics, ["topic", "before", "after"])
    out.print("Written and published." if report.applied else "Dry run: nothing was written; --apply writes it.")


def _print_changes(what: str, rows: pl.DataFrame, by: list[str]) -> None:
    out.print(f"[bold]{what}[/bold]: {rows.height:,} change")
    if by and rows.height:
        print_table(rows.group_by(by).agg(pl.len().alias("records")).sort(by))
    for row in rows.head(EXAMPLES).to_dicts():
        change = f"{row.get('topic', '')} {row['before'] or 'none'} -> {row['after'] or 'none'}".strip()
        out.print(f"  {row['record_id']}  {text(change)}  {text(row['url'])}", soft_wrap=True)


def _print_texts(rows: pl.DataFrame) -> None:
    out.print(f"[bold]pages[/bold]: {rows.height:,} read differently")
    if rows.height:
        print_table(rows.explode("fields").group_by(field="fields").agg(pl.len().alias("pages")).sort("field"))
    for row in rows.head(EXAMPLES).to_dicts():
        out.print(f"  {row['record_id']}  {', '.join(row['fields'])}  {text(row['url'])}", soft_wrap=True)
        for line in (row["change"] or "").splitlines():
            out.print(f"    {text(line)}", soft_wrap=True)
