"""`newsmill report`."""

from __future__ import annotations

import webbrowser

from newsmill.errors import UserError
from newsmill.settings import Settings
from newsmill.warehouse.publish import REPORT


def report_command(settings: Settings, *, show: bool) -> None:
    """Print where the report is, and open it.

    Raises:
        UserError: when none has been published.
    """
    path = settings.published / REPORT
    if not path.is_file():
        raise UserError(str(path), "no report is published there", "run `newsmill run` with this --home first")
    print(path.resolve())
    if show:
        webbrowser.open(path.resolve().as_uri())
