"""The command line `newsmill`. Exit code 0: all is well; 1: a run or check failed; 2: there is something to mend."""

from __future__ import annotations

import sys

from pipelines.cli.app import app


def main() -> None:
    """The console script."""
    from typer import Abort
    from typer.exceptions import TyperException

    from newsmill.errors import UserError

    try:
        code = app(standalone_mode=False)
    except UserError as error:
        print(f"newsmill: {error}", file=sys.stderr)
        sys.exit(2)
    except TyperException as error:
        if told := _told(error):  # Without a command the help has been shown, and nothing is left to say.
            print(f"newsmill: {told}; `newsmill --help` lists what there is", file=sys.stderr)
        sys.exit(2)
    except (Abort, KeyboardInterrupt):
        print("newsmill: stopped; what had landed stands, run the same command again", file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(0)
    sys.exit(code if isinstance(code, int) else 0)


def _told(error: Exception) -> str:
    """A usage error in one line: which option, what is wrong with it."""
    format_message = getattr(error, "format_message", None)
    return " ".join(str(format_message() if format_message else error).split()).rstrip(".")
