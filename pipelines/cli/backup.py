"""`newsmill backup` and `newsmill restore`."""

from __future__ import annotations

from pathlib import Path

from newsmill.maintenance.backup import backup, restore
from newsmill.settings import Settings
from pipelines.cli.show import out, progress, text


def backup_command(settings: Settings, target: Path, *, force: bool) -> None:
    """Write the home to one file.

    Raises:
        UserError: see `newsmill.maintenance.backup.backup`.
    """
    with progress(quiet=False):
        contents = backup(settings, target, force=force)
    out.print(f"{len(contents.files):,} files, {contents.size:,} bytes, verified", highlight=False)
    out.print(f"backup    {text(target.resolve())}", soft_wrap=True)


def restore_command(source: Path, settings: Settings) -> None:
    """Write a backup to a new home.

    Raises:
        UserError: see `newsmill.maintenance.backup.restore`.
    """
    with progress(quiet=False):
        contents = restore(source, settings.home)
    out.print(f"{len(contents.files):,} files of {contents.created_at}, newsmill {text(contents.version)}, verified")
    out.print(f"home      {text(settings.home.resolve())}", soft_wrap=True)
