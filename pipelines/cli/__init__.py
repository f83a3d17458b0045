"""The command line `newsmill`. Exit code 0: all is well; 1: a run or check failed; 2: there is something to mend."""

from __future__ import annotations

import sys

from pipelines.cli.app import app


def main() -> None:
    """The console script."""
    import click

    from newsmill.errors import UserError

    try:
        code = app(standalone_mode=False)
    except UserError as error:
        print(f"newsmill: {error}", file=sys.stderr)
        sys.exit(2)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        print("newsmill: stopped; what had landed stands, run the same command again", file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(0)
    sys.exit(code if isinstance(code, int) else 0)
