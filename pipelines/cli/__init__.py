"""The command line `newsmill`. Exit code 0: success; 1: a run or a check failed; 2: wrong input or settings."""

from __future__ import annotations

import contextlib
import sys
import tempfile
import traceback

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
    except Exception as error:  # noqa: BLE001 - the edge: no traceback reaches a user
        print(f"newsmill: {_unexpected_message(error)}", file=sys.stderr)
        sys.exit(2)
    sys.exit(code if isinstance(code, int) else 0)


def _usage_message(error: Exception) -> str:
    """Return a usage error in one line: the option and what is wrong with it."""
    format_message = getattr(error, "format_message", None)
    return " ".join(str(format_message() if format_message else error).split()).rstrip(".")


def _unexpected_message(error: Exception) -> str:
    """Return one line on an error that no command expects: a resource that ran out, or a fault of newsmill.

    Writes the traceback to a file and names it.
    """
    problem = " ".join(f"{type(error).__name__}: {error}".split())
    if isinstance(error, OSError | MemoryError) or "memory" in problem.lower():
        hint = "free disk space, memory or file handles, or correct the permissions; then run the command again"
    else:
        hint = "run it again; if it fails again, report it with the traceback"
    with contextlib.suppress(OSError):  # a full disk has no space for the traceback either
        with tempfile.NamedTemporaryFile("w", prefix="newsmill-", suffix=".log", delete=False) as file:
            traceback.print_exception(error, file=file)
        hint += f"; traceback: {file.name}"
    return f"{problem}; {hint}"
