"""`newsmill verify`."""

from __future__ import annotations

from dataclasses import asdict

import polars as pl

from newsmill.maintenance.verify import Damage, verify
from newsmill.settings import Settings
from pipelines.cli.show import err, out, print_json, print_table, progress, text

MAX_LISTED = 20


def verify_command(settings: Settings, *, as_json: bool) -> int:
    """Print what was read and what is damaged; return 1 if anything is.

    Raises:
        UserError: when there is no home, or another process keeps writing to it.
    """
    with progress(quiet=as_json):
        report = verify(settings)
    if as_json:
        print_json({**asdict(report), "ok": not report.damages})
        return int(bool(report.damages))
    out.print(
        f"read {report.records:,} whole records in {report.parts:,} archive files, "
        f"{report.rows:,} rows of {report.tables:,} tables"
    )
    if not report.damages:
        out.print("Everything is whole.")
        return 0
    _print_damages(report.damages)
    return 1


def _print_damages(damages: list[Damage]) -> None:
    listed = pl.DataFrame([asdict(damage) for damage in damages[:MAX_LISTED]], infer_schema_length=None)
    print_table(listed.drop("hint"), f"{len(damages):,} damaged")
    if len(damages) > MAX_LISTED:
        err.print(f"{MAX_LISTED:,} of {len(damages):,}; --json prints all")
    for hint in dict.fromkeys(damage.hint for damage in damages):
        files = list(dict.fromkeys(damage.file for damage in damages if damage.hint == hint))
        more = f" and {len(files) - 3:,} more" if len(files) > 3 else ""
        err.print(f"{text(', '.join(files[:3]))}{more}: {text(hint)}", soft_wrap=True)
