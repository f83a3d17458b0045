"""The command line `newsmill`.

Exit code 0: success; 1: a run or a check failed; 2: wrong input or settings, or the machine lacks disk or memory; 130
and 143: stopped by SIGINT or SIGTERM.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import os
import sys
import tempfile
import traceback
from typing import NoReturn

from pipelines.cli.app import app

# The modules that a command imports are a million objects which stay: with the defaults (700, 10, 10) the collector
# looks at them again and again, 6 % of the CPU time of a run of one page.
GC_THRESHOLDS = (50_000, 20, 50)


def console() -> NoReturn:
    """Run the console script and end the process, without taking the interpreter apart.

    That takes up to a second, and a signal would have its default action meanwhile.
    """
    code: object = 0
    gc.set_threshold(*GC_THRESHOLDS)
    try:
        main()
    except SystemExit as end:
        code = end.code
    atexit._run_exitfuncs()  # the workers end and are waited for
    with contextlib.suppress(OSError):  # of a closed pipe
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code if isinstance(code, int) else 1)


def main() -> None:
    """Run the command; raises SystemExit with its exit code."""
    from pipelines.runs.stopping import exit_at_next_signal, stop_signals_raise

    with stop_signals_raise():
        code = _run_command()
    exit_at_next_signal()
    sys.exit(code)


def _run_command() -> int:
    """Run the command; return its exit code. An error that the user can fix is one line on stderr."""
    from typer import Abort
    from typer.exceptions import TyperException

    from newsmill.errors import UserError
    from newsmill.machine import machine_error_of
    from pipelines.runs.stopping import MESSAGE, Stopped, exit_at_next_signal

    try:
        code = app(standalone_mode=False)
    except UserError as error:
        print(f"newsmill: {error}", file=sys.stderr)
        return 2
    except TyperException as error:
        if message := _usage_message(error):  # empty where typer has printed the help
            print(f"newsmill: {message}; see `newsmill --help`", file=sys.stderr)
        return 2
    except (Abort, KeyboardInterrupt, Stopped) as stopped:
        exit_at_next_signal()
        print(MESSAGE, file=sys.stderr)
        return stopped.exit_code if isinstance(stopped, Stopped) else 130
    except BrokenPipeError:
        return 0
    except BaseException as error:
        from polars.exceptions import PanicException

        # The edge: no traceback reaches a user. A panic of Polars is not an Exception.
        if not isinstance(error, (Exception, PanicException)):
            raise
        # A full disk or a memory limit shows in any library, in its own words, and so does text that is not UTF-8.
        known = machine_error_of("newsmill", error) or _argument_error()
        print(known or f"newsmill: {_unexpected_message(error)}", file=sys.stderr)
        return 2
    return code if isinstance(code, int) else 0


def _argument_error() -> Exception | None:
    """Return the error for the first argument that is not UTF-8, None where all are."""
    from newsmill.errors import UserError

    for argument in sys.argv[1:]:
        shown = argument.encode("utf-8", "backslashreplace").decode()
        if shown != argument:
            return UserError(shown, "not UTF-8", "write it in UTF-8, or rename the file")
    return None


def _usage_message(error: Exception) -> str:
    """Return a usage error in one line: the option and what is wrong with it."""
    format_message = getattr(error, "format_message", None)
    return " ".join(str(format_message() if format_message else error).split()).rstrip(".")


def _unexpected_message(error: Exception) -> str:
    """Return one line on an error that no command expects. Writes the traceback to a file and names it."""
    problem = " ".join(f"{type(error).__name__}: {error}".split())
    hint = "run it again; if it fails again, report it with the traceback"
    with contextlib.suppress(OSError):  # a full disk has no space for the traceback either
        with tempfile.NamedTemporaryFile("w", prefix="newsmill-", suffix=".log", delete=False) as file:
            traceback.print_exception(error, file=file)
        hint += f"; traceback: {file.name}"
    return f"{problem}; {hint}"
