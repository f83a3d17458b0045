"""Copying a DuckDB file that is open in this process: in the kernel, and without losing DuckDB's lock on the file."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from newsmill.errors import UserError

# The kernel shares the blocks of both files where the file system can. It copies nothing between some file systems.
COPY = """
import os, sys
try:
    with open(sys.argv[1], "rb") as source, open(sys.argv[2], "xb") as target:
        try:
            while os.copy_file_range(source.fileno(), target.fileno(), 2**30):
                pass
        except (AttributeError, OSError):
            pass
        source.seek(target.seek(0, os.SEEK_END))
        while piece := source.read(2**20):
            target.write(piece)
except OSError as error:
    sys.exit(error.strerror)
"""


def copy_file(source: Path, target: Path) -> None:
    """Copy a file to a new one, in another process: closing a file ends all locks that a process has on it.

    Raises:
        UserError: when the target exists or can't be written, for example because the disk is full.
    """
    command = [sys.executable, "-I", "-S", "-c", COPY, str(source), str(target)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        problem = f"can't be written: {done.stderr.strip() or 'the copying process was ended'}"
        raise UserError(str(target), problem, "free disk space, or check the permissions of the folder")
