"""The command line `newsmill`. Exit code 0: success; 1: a run or a check failed; 2: wrong input or settings."""

from __future__ import annotations

import sys

from pipelines.cli.app import app


def main() -> None:
    """Run the console script."""
    from typer import Abort
    from typer.exceptions import TyperException

    from newsmill.errors import UserError

    try:
        code = app(standalone_mode=False)
    except UserError as error:
        print(f"newsmill: {error}", file=sys.stderr)
        sys.exit(2)
    except TyperException as error:
        if message := _usage_message(error):  # empty where typer has printed the help
            print(f"newsmill: {message}; see `newsmill --help`", file=sys.stderr)
        sys.exit(2)
    except (Abort, KeyboardInterrupt):
        print("newsmill: interrupted; committed partitions are kept, run the command again to resume", file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(0)
    sys.exit(code if isinstance(code, int) else 0)


def _usage_message(error: Exception) -> str:
    """Return a usage error in one line: the option and what is wrong with it."""
    format_message = getattr(error, "format_message", None)
    return " ".join(str(format_message() if format_message else error).split()).rstrip(".")
