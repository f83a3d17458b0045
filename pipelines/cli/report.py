"""`newsmill report`."""

from __future__ import annotations

import webbrowser

from newsmill.errors import UserError
from newsmill.settings import Settings
from newsmill.warehouse.publish import REPORT


def report_command(settings: Settings, *, show: bool) -> None:
    """Print the path of the report, and open it.

    Raises:
        UserError: when no report is published.
    """
    path = settings.published / REPORT
    if not path.is_file():
        raise UserError(str(path), "no published report", "run `newsmill run` with this --home first")
    print(path.resolve())
    if show:
        webbrowser.open(path.resolve().as_uri())
