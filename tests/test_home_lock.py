"""The lock of a home: one holder, named to those who wait; free as soon as its process is gone."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from newsmill.errors import UserError
from newsmill.home_lock import LOCK_FILE, hold_home, home_holder, is_locked, lock_file

HOLD = """
import sys, time
from pathlib import Path
from newsmill.home_lock import hold_home
with hold_home(Path(sys.argv[1]), "newsmill run"):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def other(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the home `tmp_path`."""
    with subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_a_second_process_waits_for_its_patience_and_names_the_holder(
    other: subprocess.Popen[str], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    started = time.monotonic()
    with (
        caplog.at_level(logging.WARNING),
        pytest.raises(UserError) as error,
        hold_home(tmp_path, "newsmill forget", 0.3),
    ):
        pass
    assert 0.3 <= time.monotonic() - started < 5
    assert f"newsmill run (process {other.pid}, since 2" in str(error.value)
    assert "\n" not in str(error.value)
    [record] = caplog.records
    assert f"process {other.pid}" in record.getMessage()


def test_the_lock_of_a_killed_process_is_free(other: subprocess.Popen[str], tmp_path: Path) -> None:
    holder = home_holder(tmp_path)
    assert holder is not None and holder.pid == other.pid
    os.kill(other.pid, signal.SIGKILL)
    other.wait()
    assert home_holder(tmp_path) is None
    with hold_home(tmp_path, "newsmill run", 0):
        holder = home_holder(tmp_path)
        assert holder is not None and holder.pid == os.getpid()
    assert home_holder(tmp_path) is None


def test_a_process_can_hold_its_home_more_than_once(tmp_path: Path) -> None:
    with hold_home(tmp_path, "outer", 0):
        with hold_home(tmp_path / ".", "inner", 0):
            pass
        assert is_locked(tmp_path / LOCK_FILE)
    assert not is_locked(tmp_path / LOCK_FILE)


def test_an_error_in_the_block_frees_the_lock(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="x"), hold_home(tmp_path, "outer", 0):
        raise ValueError("x")
    assert not is_locked(tmp_path / LOCK_FILE)


def test_a_home_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(UserError, match="choose a folder that is writable"), hold_home(tmp_path / "file", "run", 0):
        pass


def test_lock_file_says_when_another_descriptor_has_it(tmp_path: Path) -> None:
    first = lock_file(tmp_path / "lock")
    assert first is not None
    assert lock_file(tmp_path / "lock") is None
    os.close(first)
    assert not is_locked(tmp_path / "lock")
    assert not is_locked(tmp_path / "missing")
